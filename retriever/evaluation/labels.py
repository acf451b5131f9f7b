"""The protocol over labels: what has the same label is relevant, and everything is ranked by vectors alone.

Names, captions and labels of items are not searched, for they would give the answer away. Rankings are complete and
exact: an approximate search plays no part. An item that is the query is no candidate.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from retriever.errors import UsageError
from retriever.evaluation.answers import Answers, Evaluation
from retriever.metrics import Judged, judge
from retriever.query.candidates import Candidates
from retriever.query.zeroshot import Names, check_templates, name_vectors, words
from retriever.store.snapshot import Snapshot
from retriever.types import Modality, Vectors

if TYPE_CHECKING:
    from retriever.index import Index

LABEL = "label"
"""What asks, or is looked for, where it is the name of a class: "label>shape", "shape>label"."""
KINDS = (LABEL, *Modality)
MOST = 2_000
"""Queries of a pair, where nobody says."""

_NUMBERS = 16_000_000  # scores that are in memory at once
_ROWS = 65_536  # vectors that are read at once

Progress = Callable[[str, int, int | None], None]


@dataclass(frozen=True, eq=False)
class Side:
    """What asks, or is found.

    Attributes:
        kind: one of `KINDS`.
        names: (n,) what each is called.
        classes: (n,) numbers of their labels.
        rows: (n,) of the snapshot; -1 for a label.
        read: gives the (m, d) vectors of some positions.
    """

    kind: str
    names: Callable[[NDArray[np.int64]], list[str]]
    classes: NDArray[np.int64]
    rows: NDArray[np.int64]
    read: Callable[[NDArray[np.int64]], Vectors]

    def __len__(self) -> int:
        return len(self.classes)


def by_label(
    index: Index,
    column: str = "label",
    *,
    asked: Sequence[str] = (),
    to: str | None = None,
    where: str | None = None,
    queries_where: str | None = None,
    templates: Sequence[str] = (),
    most: int = MOST,
    seed: int = 0,
    progress: Progress = lambda *_: None,
) -> Evaluation:
    """How well what has the same label is found.

    Args:
        index: to be judged.
        column: of the items, whose equal values say what belongs together; empty values say nothing.
        asked: kinds of queries, of `KINDS`; none for the labels and every modality of the index.
        to: modality of the items to find; None for shapes where there are any. Items of that modality also look for
            their label ("shape>label": zero-shot classification), unless `asked` leaves out that modality.
        where: SQL condition; only such items are candidates.
        queries_where: SQL condition; only such items ask. None for the same as `where`: ModelNet40's test queries
            against its training gallery are ``where="split = 'train'", queries_where="split = 'test'"``.
        templates: prompts with ``{}`` for a label, whose mean vector asks; none for the usual ones.
        most: queries of a pair at most; more are drawn from at random.
        seed: of that.
        progress: told how many queries of all are done.

    Raises:
        UsageError: no such column, no labels, nothing of that modality, or nothing to ask with.
        FilterError: a filter that DuckDB does not accept.
        SpaceError: the space is not there, or has no text encoder.
    """
    snapshot = index.snapshot
    kinds = _kinds(asked)
    target = _target(snapshot, to)
    check_templates(templates)
    if most < 1:
        raise UsageError(f"--most {most}: ask with one query or more.")
    labels = _Labels(snapshot, column)
    gallery = labels.items(target, where)
    labels.check(gallery, target, where)
    pairs = list(_pairs(index, labels, gallery, kinds, queries_where or where, templates, strict=bool(asked)))
    random = np.random.default_rng(seed)
    chosen = [_some(one.classes, most, random) for one, _ in pairs]
    total, done, answers = sum(map(len, chosen)), 0, []
    for (one, other), places in zip(pairs, chosen, strict=True):
        answers.append(_answers(labels, one, other, places, partial(_ahead, progress, done, total)))
        done += len(places)
    notes = tuple(_notes(labels, pairs, chosen, answers))
    if not (answers := [each for each in answers if len(each.judged)]):
        raise UsageError(
            f"No query has anything to find: no two items share a {column}. Choose another --label COLUMN."
        )
    how = f"{target}s by {column}: every candidate ranked by vectors alone"
    return Evaluation(column, how, snapshot.identity.name, snapshot.manifest.version, tuple(answers), notes)


def _ahead(progress: Progress, before: int, total: int, done: int) -> None:
    progress("ask", before + done, total)


def _kinds(asked: Sequence[str]) -> tuple[str, ...]:
    for kind in asked:
        if kind not in KINDS:
            raise UsageError(f"--from {kind}: choose among {', '.join(KINDS)}.")
    return tuple(kind for kind in KINDS if not asked or kind in asked)


def _target(snapshot: Snapshot, to: str | None) -> Modality:
    if to == "any":
        raise UsageError("--to any: figures are of one modality at a time; choose one.")
    return Candidates(snapshot).targets(to)[0]


def _pairs(
    index: Index,
    labels: _Labels,
    gallery: Side,
    kinds: Sequence[str],
    where: str | None,
    templates: Sequence[str],
    *,
    strict: bool,
) -> Iterator[tuple[Side, Side]]:
    """What asks, and what is found: labels and items for items, items for labels."""
    held = labels.snapshot.modalities()
    named = labels.named(index, gallery, templates) if LABEL in kinds or gallery.kind in kinds else None
    for kind in kinds:
        if kind == LABEL:
            assert named is not None
            yield named, gallery
        elif kind in held:
            items = labels.items(Modality(kind), where)
            if len(items):
                yield items, gallery
            if kind == gallery.kind and named is not None and len(named) > 1 and len(items):
                yield items, named
        elif strict:
            raise UsageError(f"--from {kind}: the index {labels.snapshot.folder} holds no {kind} to ask with.")


class _Labels:
    """The values of a column, as numbers."""

    def __init__(self, snapshot: Snapshot, column: str) -> None:
        import pyarrow as pa
        import pyarrow.compute as pc

        if column not in snapshot.columns():
            raise UsageError(f"--label {column}: there is no such column; there are {', '.join(snapshot.columns())}.")
        self.snapshot, self.column = snapshot, column
        values = snapshot.column(column)
        if pa.types.is_nested(values.type):
            raise UsageError(f"--label {column}: a column of {values.type} says no class; choose another one.")
        encoded = values.cast(pa.string()).combine_chunks().dictionary_encode()
        if isinstance(encoded, pa.ChunkedArray):
            encoded = encoded.combine_chunks()
        self.words: list[str] = encoded.dictionary.to_pylist()
        self.codes = np.asarray(pc.fill_null(encoded.indices, -1).to_numpy(zero_copy_only=False), np.int64)
        self.codes[np.isin(self.codes, [i for i, text in enumerate(self.words) if not text.strip()])] = -1
        self.left_out = 0

    def items(self, kind: Modality, where: str | None) -> Side:
        """Those of a modality that have a label."""
        snapshot = self.snapshot
        allowed = Candidates(snapshot).rows(kind, where)
        rows = np.arange(snapshot.rows) if allowed is None else allowed.rows
        labelled = rows[self.codes[rows] >= 0]
        self.left_out = max(self.left_out, len(rows) - len(labelled))

        def names(places: NDArray[np.int64]) -> list[str]:
            return snapshot.take(labelled[places], ["id"]).column(0).to_pylist()

        return Side(kind, names, self.codes[labelled], labelled, lambda places: snapshot.vectors(labelled[places]))

    def named(self, index: Index, gallery: Side, templates: Sequence[str]) -> Side:
        """The labels that occur in the gallery, each the mean over its prompts."""
        codes = np.unique(gallery.classes)
        spoken = tuple(words(self.words[code]) or self.words[code] for code in codes.tolist())
        vectors = name_vectors(Names(spoken, tuple(templates)), index.space)
        return Side(
            LABEL,
            lambda places: [self.words[code] for code in codes[places].tolist()],
            codes,
            np.full(len(codes), -1),
            lambda places: vectors[places],
        )

    def check(self, gallery: Side, kind: Modality, where: str | None) -> None:
        """Raise UsageError where nothing could be found."""
        if not len(gallery):
            among = f" among those that fulfil --where {where}" if where else ""
            raise UsageError(
                f"No {kind} has a {self.column}{among}: choose another --label COLUMN, or give judgements with --qrels."
            )


def _some(classes: NDArray[np.int64], most: int, random: np.random.Generator) -> NDArray[np.int64]:
    """Positions of the queries, at most `most`."""
    if len(classes) <= most:
        return np.arange(len(classes))
    return np.sort(random.permutation(len(classes))[:most])


def _answers(
    labels: _Labels, one: Side, other: Side, places: NDArray[np.int64], progress: Callable[[int], None]
) -> Answers:
    """Rank `other` for the queries at `places` of `one`, some at a time."""
    at_once = max(1, _NUMBERS // len(other))
    parts, asked, firsts = [], [], []
    for start in range(0, len(places), at_once):
        some = places[start : start + at_once]
        scores = _scores(one.read(some), other)
        relevant = one.classes[some][:, None] == other.classes
        itself = (one.rows[some][:, None] == other.rows) & (other.rows >= 0)
        judged, answerable = judge(scores, relevant, itself if itself.any() else None)
        scores[itself] = -np.inf
        parts.append(judged)
        asked.append(some[answerable])
        firsts.append(other.classes[scores[answerable].argmax(axis=1)])
        progress(start + len(some))
    kept = np.concatenate(asked)
    return Answers(
        f"{one.kind}>{other.kind}",
        one.names(kept),
        [labels.words[code] for code in one.classes[kept].tolist()],
        Judged.join(parts),
        len(other),
        [labels.words[code] for code in np.concatenate(firsts).tolist()],
        len(places) - len(kept),
    )


def _scores(queries: Vectors, gallery: Side) -> NDArray[np.float32]:
    """(q, n) cosines."""
    scores = np.empty((len(queries), len(gallery)), np.float32)
    for start in range(0, len(gallery), _ROWS):
        some = np.arange(start, min(start + _ROWS, len(gallery)))
        scores[:, some] = queries @ gallery.read(some).T
    return scores


def _notes(
    labels: _Labels,
    pairs: Sequence[tuple[Side, Side]],
    chosen: Sequence[NDArray[np.int64]],
    answers: Sequence[Answers],
) -> Iterator[str]:
    if labels.left_out:
        yield f"{labels.left_out:,} items without a {labels.column} are neither queries nor candidates."
    for (one, other), places, each in zip(pairs, chosen, answers, strict=True):
        pair = f"{one.kind}>{other.kind}"
        if len(places) < len(one):
            yield f"{pair}: {len(places):,} of {len(one):,} queries, drawn at random; --most asks more."
        if each.unanswerable:
            yield f"{pair}: {each.unanswerable:,} queries have nothing to find, and are left out."
