"""Zero-shot labels for items: found, and written into the index where they are wanted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import NDArray

from indexer.namers import Listed, Namer, Vocabulary
from retriever.errors import RetrieverError, UsageError
from retriever.query.candidates import Candidates
from retriever.query.resolve import same_space
from retriever.query.zeroshot import CONFIDENCE, KINDS, Assigned, Names, is_found
from retriever.store.manifest import Manifest
from retriever.store.snapshot import Snapshot
from retriever.types import Modality

if TYPE_CHECKING:
    import pyarrow as pa

    from indexer.progress import Progress
    from indexer.summary import Summary
    from retriever.spaces import Space
    from retriever.types import Vectors

T = TypeVar("T")

_PART = 4_096  # rows that are rewritten at once

DOUBTFUL = 0.5
"""Confidence below which a name is more likely wrong than right, as far as the confidence knows."""

SHOWN = ("id", "path", "root", "modality", "label")
"""Columns of the items in a result; the root is its absolute path."""


@dataclass(frozen=True, eq=False)
class Labelled:
    """What was found.

    Attributes:
        names: that were chosen from; None for those of the vocabulary.
        space: name of the space in which they were compared.
        items: a row an item, in the index's order: `SHOWN` as they were, then ``name``, ``score``, ``confidence`` and
            ``kinds``, the name and what it is a kind of, nearest first.
        several_roots: whether a path alone may not say which file is meant.
        unsure: items below the confidence asked for, which are not among them.
        written: items whose label is now the name found.
        doubtful: those of them whose confidence is below `DOUBTFUL`.
    """

    names: tuple[str, ...] | None
    space: str
    items: pa.Table
    several_roots: bool
    unsure: int
    written: int = 0
    doubtful: int = 0


def label(
    folder: Path,
    names: Names | None = None,
    *,
    templates: tuple[str, ...] = (),
    to: str | None = None,
    where: str | None = None,
    least: float | None = None,
    write: bool = False,
    overwrite: bool = False,
    progress: Progress | None = None,
) -> Labelled:
    """Gives items of the index in `folder` the name that they are nearest to, or one of the vocabulary.

    Args:
        folder: of the index.
        names: to choose from; None for the vocabulary, of which an item takes the most specific that is sure enough.
        templates: prompts for the vocabulary, each with ``{}`` where a name goes; none for the usual ones.
        to: modality of the items, or "any"; None for shapes where there are any.
        where: SQL condition over the items' columns.
        least: confidence, 0..1, below which an item gets no name; None for 0, or 0.5 of the vocabulary.
        write: store the name as ``label``, what it is a kind of as `KINDS` and the confidence as `CONFIDENCE`, where
            the item has no label.
        overwrite: where it has one, too.
        progress: told of the vocabulary, while it is encoded, and of an approximate search, where the rewritten rows
            make one due.

    Raises:
        IndexMissing: there is none, or it is empty.
        IndexBusy: another process writes to it.
        UsageError: a confidence out of range, a modality or filter at fault, or a column of the corpus in the way.
        SpaceError: the space is not there, or has no text encoder.
    """
    from retriever import spaces

    if least is not None and not 0 <= least <= 1:
        raise UsageError(f"--min-confidence {least:g}: give a share from 0 to 1, such as 0.5.")
    identity = Manifest.read(folder).space
    snapshot = Snapshot.open(folder)
    if write:
        _check_free(snapshot, "--write")
    Candidates(snapshot).rows(to, where)  # at fault before the encoder is read
    space = spaces.get(identity.name)
    same_space(identity, space.identity)
    namer = Vocabulary(space, templates, progress) if names is None else Listed(names, space)
    wanted = _Wanted(namer, to, where, namer.least if least is None else least)
    if not write:
        return _found(snapshot, wanted)[0]
    return _write(folder, space, wanted, overwrite, progress)


def label_unnamed(folder: Path, progress: Progress | None = None) -> int:
    """Names by the vocabulary what has no label, but for texts, which say themselves what they are.

    Args:
        folder: of the index.
        progress: as of `label`.

    Returns:
        How many have a label now.

    Raises:
        SpaceError: the space has no text encoder.
        RetrieverError: as of `label`.
    """
    snapshot = Snapshot.open(folder)
    if not len(snapshot):
        return 0  # no file could be read, which the run tells
    unnamed = f"label is null and modality <> '{Modality.TEXT}'"
    allowed = Candidates(snapshot).rows("any", unnamed)
    if allowed is not None and not len(allowed):
        return 0  # also where nothing could be written
    _check_free(snapshot, "--label")
    return label(folder, to="any", where=unnamed, write=True, progress=progress).written


class Afterwards:
    """Names at the end of runs what has no label, from the second one on where rows were written.

    What was not sure enough is not looked at by every run of a watch; what a run did not come to is left to the next.

    Args:
        folder: of the index.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._due = True

    def run(self, summary: Summary, progress: Progress | None = None) -> None:
        """Writes into the summary of a run how many items have a label now, or why they could not get one."""
        self._due |= any((summary.embedded, summary.objects, summary.reused, summary.updated))
        if not self._due:
            return
        try:
            summary.named = label_unnamed(self._folder, progress)
            self._due = False
        except RetrieverError as error:
            summary.unnamed = error


@dataclass(frozen=True)
class _Wanted:
    """What is to be named, and by whom."""

    namer: Namer
    to: str | None
    where: str | None
    least: float


def _check_free(snapshot: Snapshot, option: str) -> None:
    """Raise UsageError where the corpus has a column of its own where confidences are to be written."""
    if CONFIDENCE in snapshot.columns() and not is_found(snapshot):
        raise UsageError(f"{option}: the corpus has a column {CONFIDENCE} of its own; rename it there and index again.")


def _found(snapshot: Snapshot, wanted: _Wanted) -> tuple[Labelled, Assigned]:
    import pyarrow as pa

    namer, allowed = wanted.namer, Candidates(snapshot).rows(wanted.to, wanted.where)
    every = namer.assign(snapshot, np.arange(snapshot.rows) if allowed is None else allowed.rows, wanted.least)
    sure = every.where(every.confidences >= wanted.least)
    table = snapshot.take(sure.rows, SHOWN)
    roots = [snapshot.root_path(root) for root in table.column("root").to_pylist()]
    table = table.set_column(SHOWN.index("root"), "root", pa.array(roots, pa.string()))
    table = table.append_column("name", pa.array(_spelled(namer.names, sure.names), pa.string()))
    table = table.append_column("score", pa.array(sure.scores.tolist(), pa.float64()))
    table = table.append_column("confidence", pa.array(sure.confidences.tolist(), pa.float64()))
    table = table.append_column("kinds", _kinds(namer, sure.names))
    several = len(snapshot.manifest.roots) > 1
    names = namer.names if isinstance(namer, Listed) else None
    return Labelled(names, snapshot.identity.name, table, several, len(every) - len(sure)), sure


def _write(folder: Path, space: Space, wanted: _Wanted, overwrite: bool, progress: Progress | None) -> Labelled:
    """The same, with the names written: rows with new metadata follow the others, and supersede the old ones."""
    from indexer.ann.optimize import Wish, bring_up_to_date
    from indexer.writer import IndexWriter

    with IndexWriter(folder, space.identity) as writer:
        snapshot = writer.snapshot if writer.snapshot is not None else Snapshot.open(folder)
        found, assigned = _found(snapshot, wanted)
        labels = found.items.column("label").to_pylist()
        ours = assigned.where(np.array([overwrite or not text for text in labels], np.bool_))
        if len(ours):
            written = writer.extend(_parts(snapshot, wanted.namer, ours))
            writer.commit()
            bring_up_to_date(writer, Wish(), lambda: space, progress)
            return replace(found, written=written, doubtful=int((ours.confidences < DOUBTFUL).sum()))
        return found


def _parts(snapshot: Snapshot, namer: Namer, assigned: Assigned) -> Iterator[tuple[pa.Table, Vectors]]:
    """Rows as they were, but for the columns of a label."""
    import pyarrow as pa

    for start in range(0, len(assigned), _PART):
        part = slice(start, start + _PART)
        rows = assigned.rows[part]
        table = snapshot.take(rows)
        given = {
            "label": pa.array(_spelled(namer.names, assigned.names[part]), pa.string()),
            CONFIDENCE: pa.array(assigned.confidences[part].round(6).tolist(), pa.float64()),
            KINDS: _kinds(namer, assigned.names[part]),
        }
        for column, values in given.items():
            place = table.schema.get_field_index(column)
            table = table.append_column(column, values) if place < 0 else table.set_column(place, column, values)
        yield table, snapshot.vectors(rows)


def _kinds(namer: Namer, places: NDArray[np.int64]) -> pa.Array:
    import pyarrow as pa

    return pa.array(_spelled(namer.kinds, places), pa.list_(pa.string()))


def _spelled(names: Sequence[T], places: NDArray[np.int64]) -> list[T]:
    return [names[place] for place in places.tolist()]
