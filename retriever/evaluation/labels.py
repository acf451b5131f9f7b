"""The protocol over labels: what has the same label is relevant, and everything is ranked by vectors alone.

Names, captions and labels of items are not searched, for they would give the answer away. Rankings are complete and
exact: an approximate search plays no part. An item that is the query is no candidate.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from retriever.errors import SpaceError, UsageError
from retriever.evaluation.answers import USUAL, Answers, Evaluation, Figure, Measured
from retriever.evaluation.sides import LABEL, Labels, Side
from retriever.metrics import judge
from retriever.query.candidates import Candidates
from retriever.query.expansion import check_expand, expanded_among
from retriever.query.zeroshot import check_templates
from retriever.store.snapshot import Snapshot
from retriever.types import Modality, Vectors

if TYPE_CHECKING:
    from retriever.index import Index

KINDS = (LABEL, *Modality)
"""What may ask."""
MOST = 2_000
"""Queries of a kind, where nobody says."""

_NUMBERS = 16_000_000  # scores that are in memory at once
_ROWS = 16_384  # vectors that are read at once

Progress = Callable[[str, int, int | None], None]


def by_label(
    index: Index,
    column: str = "label",
    *,
    figures: Sequence[Figure] = USUAL,
    asked: Sequence[str] = (),
    to: str | None = None,
    where: str | None = None,
    queries_where: str | None = None,
    templates: Sequence[str] = (),
    most: int = MOST,
    seed: int = 0,
    expand: int = 0,
    progress: Progress = lambda *_: None,
    called: Mapping[str, str] | None = None,
) -> Evaluation:
    """How well what has the same label is found.

    Args:
        index: to be judged.
        column: of the items, whose equal values say what belongs together, but for case and space; empty values say
            nothing, and neither do labels that `retriever label` guessed.
        figures: what to measure.
        asked: kinds of queries, of `KINDS`; none for the labels and every modality of the index.
        to: modality of the items to find; None for shapes where there are any. Items of that modality also look for
            their label ("shape>label": zero-shot classification), unless `asked` leaves out that modality. Where
            nothing encodes labels, as in an index of vectors made elsewhere, both go without, unless `asked` has them.
        where: SQL condition; only such items are candidates.
        queries_where: SQL condition; only such items ask. None for the same as `where`: ModelNet40's test queries
            against its training gallery are ``where="split = 'train'", queries_where="split = 'test'"``.
        templates: prompts with ``{}`` for a label, whose mean vector asks; none for the usual ones.
        most: queries of a kind at most; of more, those whose hashes with the seed are lowest, in any index the same.
        seed: of that.
        expand: how many of the best candidates each query is moved towards first, where it looks for items; 0: none.
        progress: told how many labels are encoded and how many queries are done.
        called: id -> the one in another index, by which `most` are chosen as they are there; None for its own.

    Raises:
        UsageError: no such column, no labels, nothing of that modality, or nothing to ask with.
        FilterError: a filter that DuckDB does not accept.
        SpaceError: labels are to ask, and the space is not there, or has no text encoder.
    """
    _check(asked, templates, most, seed)
    check_expand(expand)
    snapshot = index.snapshot
    target, labels = _target(snapshot, to), Labels(snapshot, column)
    gallery = _gallery(labels, target, where)
    named = labels.named(index, gallery, templates, progress)
    notes: list[str] = []
    askers = dict(_askers(labels, named, asked, queries_where or where, notes))
    unspoken = _unspoken(index) if LABEL not in asked and (not asked or target in asked) else ""
    if unspoken:
        notes.append(f"Labels neither ask nor are looked for, as nothing encodes them: {unspoken}")
        askers.pop(LABEL, None)
    drawn = {kind: side.some(most, seed, called or {}) for kind, side in askers.items()}
    for kind, places in drawn.items():
        if len(places) < len(askers[kind]):
            notes.append(f"Queries by {kind}: {len(places):,} of {len(askers[kind]):,}; --most asks more.")
    pairs = [
        (kind, other)
        for kind in askers
        for other in ((gallery, named) if kind == target and len(named) > 1 and not unspoken else (gallery,))
    ]
    total, done, answers = sum(len(drawn[kind]) for kind, _ in pairs), 0, []
    for kind, other in pairs:
        told = partial(_ahead, progress, done, total)
        found, without = _answers(labels, askers[kind], other, drawn[kind], figures, told, expand)
        if without:
            notes.append(f"Queries of {kind}>{other.kind} with nothing to find, left out: {without:,}.")
        answers += [found] if found is not None else []
        done += len(drawn[kind])
    notes = [*labels.notes(), *notes]
    if not answers:
        raise UsageError(f"No query has anything to find, by {column}: {' '.join(notes) or 'there are no queries.'}")
    things = "sounds" if target is Modality.AUDIO else f"{target}s"
    how = f"{things} by {column}: every candidate ranked by vectors alone"
    how += f", queries moved towards their {expand} best" if expand else ""
    return Evaluation(
        column,
        how,
        snapshot.identity.name,
        snapshot.manifest.version,
        tuple(figures),
        tuple(answers),
        tuple(notes),
        str(snapshot.folder.absolute()),
    )


def _check(asked: Sequence[str], templates: Sequence[str], most: int, seed: int) -> None:
    for kind in asked:
        if kind not in KINDS:
            raise UsageError(f"--from {kind}: choose among {', '.join(KINDS)}.")
    check_templates(templates)
    if most < 1:
        raise UsageError(f"--most {most}: ask with one query or more.")
    if not 0 <= seed < 2**64:
        raise UsageError(f"--seed {seed}: give a number from 0 to 18,446,744,073,709,551,615.")


def _unspoken(index: Index) -> str:
    """Why the labels cannot be encoded; empty where they can."""
    try:
        if Modality.TEXT in index.space.modalities:
            return ""
    except SpaceError as error:
        return str(error)
    return f"the space {index.space.identity.name!r} has no text encoder."


def _gallery(labels: Labels, target: Modality, where: str | None) -> Side:
    gallery = labels.items(target, where)
    if len(gallery):
        return gallery
    if where and not labels.left_out(target):
        raise UsageError(
            f"--where {where}: no {target} of the index fulfils it; `retriever status` says what there is."
        )
    among = f" among those that fulfil --where {where}" if where else ""
    raise UsageError(
        f"No {target} has a {labels.column}{among}: choose another --label COLUMN, or give judgements with --qrels."
    )


def _target(snapshot: Snapshot, to: str | None) -> Modality:
    targets = Candidates(snapshot).targets(to)
    if to == "any" or (len(targets) > 1 and to is None):
        held = ", ".join(targets)
        raise UsageError(f"Figures are of one modality at a time: choose one with --to, of {held}.")
    return targets[0]


def _askers(
    labels: Labels, named: Side, asked: Sequence[str], where: str | None, notes: list[str]
) -> Iterator[tuple[str, Side]]:
    """What asks, by kind."""
    held = labels.snapshot.modalities()
    for kind in KINDS:
        if kind == LABEL and (not asked or kind in asked):
            yield kind, named
        elif kind in held and (not asked or kind in asked):
            side = labels.items(Modality(kind), where)
            if len(side):
                yield kind, side
            elif where and labels.has(Modality(kind)):
                notes.append(f"No {kind} with a {labels.column} fulfils {where}; --queries-where says which ask.")
        elif kind in asked:
            raise UsageError(f"--from {kind}: the index {labels.snapshot.folder} holds no {kind} to ask with.")


def _answers(
    labels: Labels,
    one: Side,
    other: Side,
    places: NDArray[np.int64],
    figures: Sequence[Figure],
    progress: Callable[[int], None],
    expand: int,
) -> tuple[Answers | None, int]:
    """Rank `other` for the queries at `places` of `one`, some at a time; and how many have nothing to find."""
    at_once = max(1, _NUMBERS // len(other))
    parts, asked, firsts = [], [], []
    for start in range(0, len(places), at_once):
        some = places[start : start + at_once]
        relevant = one.classes[some][:, None] == other.classes
        itself = (one.rows[some][:, None] == other.rows) & (other.rows >= 0)
        queries = one.read(some)
        scores = _scores(queries, other, itself)
        if expand and other.kind != LABEL:
            scores = _scores(expanded_among(queries, scores, other.read, expand), other, itself)
        judged, answerable = judge(scores, relevant & ~itself)
        candidates = len(other) - itself[answerable].sum(axis=1)
        parts.append(Measured.of(judged, figures, candidates))
        asked.append(some[answerable])
        firsts.append(other.classes[scores[answerable].argmax(axis=1)])
        progress(start + len(some))
    kept = np.concatenate([places[:0], *asked])
    if not len(kept):
        return None, len(places)
    found = Answers(
        f"{one.kind}>{other.kind}",
        one.names(kept),
        labels.called(one.classes[kept]),
        Measured.join(parts),
        len(other),
        labels.called(np.concatenate(firsts)),
    )
    return found, len(places) - len(kept)


def _scores(queries: Vectors, gallery: Side, itself: NDArray[np.bool_]) -> NDArray[np.float32]:
    """(q, n) cosines; -inf with itself.

    Summed in float64 and rounded after: in which order a product adds up differs between processors and blocks, and in
    float32 that would part equal vectors, such as copies, whose order then were another on another machine.
    """
    scores, wide = np.empty((len(queries), len(gallery)), np.float32), queries.astype(np.float64)
    for start in range(0, len(gallery), _ROWS):
        some = np.arange(start, min(start + _ROWS, len(gallery)))
        scores[:, some] = wide @ gallery.read(some).astype(np.float64).T
    scores[itself] = -np.inf
    return scores


def _ahead(progress: Progress, before: int, total: int, done: int) -> None:
    progress("ask", before + done, total)
