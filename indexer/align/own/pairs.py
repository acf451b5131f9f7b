"""What people hand over to train on: files, or clouds, and words for them.

A folder is read as ``retriever index`` reads it: labels from class folders, captions from sidecars, both from a
metadata table. A table of pairs has a column path (or file, filename; below the table's own folder, or absolute), a
label or captions or both, and may have group and split. A file with several captions has several rows, or a list.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.corpora import SPLITS
from indexer.metadata import read_rows, read_table
from indexer.scan import scan
from indexer.skipped import STACKS, ZIPS, unread
from retriever import archives, loaders
from retriever.archives.stacks import COLUMNS
from retriever.errors import UsageError
from retriever.query.zeroshot import words
from retriever.types import Modality

TRAINABLE = (Modality.SHAPE, Modality.IMAGE, Modality.AUDIO)
"""Modalities whose towers learn; the text tower is the frozen hub."""

_PATHS = ("path", "file", "filename")
_LABELS = ("label", "category", "class", "class_name", "name")
_ARCHIVES = "train on one by its own name, or list what is in it in a table"
_CAPTIONS = ("caption", "captions", "text", "description")


@dataclass(frozen=True)
class Pair:
    """One thing and words for it.

    Attributes:
        source: its file; or, for a shape, an (n, 3) or (n, 6) cloud, y up.
        modality: what it is.
        label: the name of its class, as words; None where it has captions only.
        captions: further phrases that describe it.
        group: things of one group are near-duplicates and stay on one side of a split; empty for none.
        split: "train", "val" or "test" where its owner has decided; what is chosen is chosen on val, and test only
            tells at the end how good the result is.
    """

    source: Path | NDArray[np.floating]
    modality: Modality
    label: str | None
    captions: tuple[str, ...] = ()
    group: str = ""
    split: str | None = None

    @property
    def phrases(self) -> tuple[str, ...]:
        """Label and captions, each once, the label first."""
        return tuple(dict.fromkeys((*((self.label,) if self.label else ()), *self.captions)))


@dataclass
class Pairs:
    """What a source holds.

    Attributes:
        pairs: in the order of their paths.
        left_out: how many files are no pairs, by reason.
        problems: (path, sentence with the cure) of what could not be looked at.
    """

    pairs: list[Pair] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    problems: list[tuple[str, str]] = field(default_factory=list)


def read_pairs(source: Path, metadata: Path | None = None) -> Pairs:
    """The pairs of a folder or an archive, or of a .csv, .tsv, .jsonl or .parquet.

    Args:
        source: the folder, archive or table.
        metadata: for a folder or an archive, a table with further labels and captions, as ``retriever index
            --metadata`` takes it.

    Raises:
        UsageError: there is no such source, or a table that cannot be used.
    """
    if source.is_dir():
        return _of_folder(source.resolve(), metadata)
    if archives.is_archive(source):
        return _of_folder(folder := source.parent.resolve(), metadata, folder / source.name)
    if not source.is_file():
        raise UsageError(f"{source} is neither a folder nor a table of pairs; check the spelling.")
    if metadata is not None:
        raise UsageError(f"--metadata goes with a folder; put its columns into the table {source} itself.")
    return _of_table(source)


def of_clouds(
    clouds: Sequence[NDArray[np.floating]] | NDArray[np.floating],
    labels: Sequence[str],
    groups: Sequence[str] | None = None,
) -> list[Pair]:
    """Pairs of n clouds in memory, (p, 3) or (p, 6) each, with their labels and, where known, groups.

    Raises:
        UsageError: there are more or fewer labels or groups than clouds, a label is no text, or a cloud has its points
            in columns.
    """
    groups = groups if groups is not None else [""] * len(labels)
    for name, given in (("labels", labels), ("groups", groups)):
        if len(given) != len(clouds):
            raise UsageError(f"There are {len(clouds):,} clouds and {len(given):,} {name}; give one for each cloud.")
    for place, (cloud, label) in enumerate(zip(clouds, labels, strict=True)):
        _check_cloud(place, np.shape(cloud), label)
    return [
        Pair(np.asarray(cloud), Modality.SHAPE, words(label), group=str(group))
        for cloud, label, group in zip(clouds, labels, groups, strict=True)
    ]


def _check_cloud(place: int, shape: tuple[int, ...], label: object) -> None:
    """Raise UsageError for what is no cloud or no name; numbers of classes say nothing that could be asked for."""
    if not isinstance(label, str):
        raise UsageError(
            f"labels[{place}] is {label!r}, and labels are names; give such as 'chair', names[number] for a number."
        )
    if len(shape) != 2 or shape[1] not in COLUMNS:
        turned = "transpose it" if len(shape) == 2 and shape[0] in COLUMNS else "give an array of a row for each point"
        raise UsageError(f"clouds[{place}] has the shape {shape} and not (n, 3), or (n, 6) with colours; {turned}.")


def _of_folder(root: Path, metadata: Path | None, archive: Path | None = None) -> Pairs:
    """The pairs of a folder, or of one archive in it."""
    from indexer.rows import joined

    found = scan(root, [archive], packs=[PurePosixPath(archive.name)]) if archive else scan(root)
    files = joined(found.files, read_table(metadata)) if metadata else found.files
    known = Pairs(left_out=found.skipped, problems=found.problems)
    del known.left_out["hidden"]
    for reason in (ZIPS, STACKS):
        if count := known.left_out.pop(reason, 0):
            known.left_out[f"{reason.partition(';')[0]}; {_ARCHIVES}"] = count
    for file in files:
        # Not the name: what a file is called may be anything.
        told = {name: file.metadata.get(name) for name in ("label", "caption", "split", "group")}
        pair = _pair(root / file.path, file.modality, told)
        if file.modality not in TRAINABLE:
            known.left_out[f"{file.modality}, which the frozen hub reads already"] += 1
        elif pair is None:
            known.left_out["without a label or a caption"] += 1
        else:
            known.pairs.append(pair)
    return known


def _of_table(table: Path) -> Pairs:
    known = Pairs()
    pairs: dict[Path, Pair] = {}
    for path, row in _rows(table):
        file = table.parent / path
        modality = loaders.kind_of(file)
        pair = _pair(file, modality, row) if modality in TRAINABLE else None
        if modality not in TRAINABLE:
            known.left_out[unread(file)] += 1
        elif pair is None:
            known.left_out["without a label or a caption"] += 1
        elif not archives.is_file(file):
            known.problems.append((str(path), "is not there; correct its row of the table."))
        else:
            pairs[file] = _merged(pairs[file], pair) if file in pairs else pair
    known.pairs = [pairs[file] for file in sorted(pairs)]
    return known


def _rows(table: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    """(path, columns in lower case) of every row that names a file."""
    rows = read_rows(table)
    columns = {name.lower() for name in rows.column_names}
    if not (columns & {*_PATHS} and columns & {*_LABELS, *_CAPTIONS}):
        raise UsageError(
            f"The table {table} has the columns {', '.join(sorted(columns))}; it needs path, and label or caption."
        )
    for row in rows.to_pylist():
        row = {name.lower(): value for name, value in row.items() if value is not None}
        if path := next((str(row[name]) for name in _PATHS if row.get(name)), None):
            yield Path(path.replace("\\", "/")), row


def _pair(source: Path, modality: Modality | None, known: dict[str, Any]) -> Pair | None:
    """None where there are no words for it."""
    label = next((words(str(known[name])) for name in _LABELS if known.get(name)), "") or None
    captions = [phrase for name in _CAPTIONS for phrase in _phrases(known.get(name))]
    if modality is None or not (label or captions):
        return None
    split = SPLITS.get(str(known.get("split") or "").lower())
    group = known.get("group")
    return Pair(source, modality, label, tuple(dict.fromkeys(captions)), "" if group is None else str(group), split)


def _phrases(cell: object) -> list[str]:
    cells = cell if isinstance(cell, list | tuple) else [cell]
    return [phrase for each in cells if isinstance(each, str) and (phrase := " ".join(each.split()))]


def _merged(pair: Pair, other: Pair) -> Pair:
    """One file named by two rows."""
    captions = dict.fromkeys((*pair.captions, *other.captions, *((other.label,) if other.label else ())))
    return replace(pair, label=pair.label or other.label, captions=tuple(captions))
