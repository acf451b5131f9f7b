"""``calibration.json``: what the index's cosines mean, measured on samples of its items and of what will be asked."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import ArrayLike, NDArray

from indexer.align.captions import clean
from indexer.ann.queries import sample_queries
from indexer.durable import disk_errors
from indexer.writer import IndexWriter
from retriever.ann.base import SUM
from retriever.files import whole_file
from retriever.query.background import Background, Floats
from retriever.query.calibrate import FILE, LEAST, Calibration, Match
from retriever.query.zeroshot import CONFIDENCE, TEMPLATES, is_found
from retriever.spaces import Space
from retriever.store import Snapshot
from retriever.types import Modality, Vectors

LEAST_OF_ONE = 5
"""The same of one modality; it is then taken to be as the others are."""

USUAL = 30
"""Items of its own that an index needs to outweigh what is usual in its space; docs/calibration.md says why so many."""

QUERIES = 150
"""Sample queries of a kind; texts are encoded for this alone, so not many."""

ROWS = 4_096
"""Items of a modality that they are compared with."""

ASKED = 128
"""Items whose labels are asked for."""

POSITIVES = 30
"""Pairs of one label that a confidence is fitted on, at least."""

_BINS = 4_096
_KNOTS = 201
_BEYOND = 20  # samples beyond the outermost quantiles
_STEEPEST = 1e4  # log-odds per unit of cosine, where all samples beyond are equal


@dataclass(frozen=True)
class _Sample:
    """Items of one modality.

    Attributes:
        rows: ascending.
        vectors: theirs.
        labels: theirs as well; None where an item has none, or one that no person gave.
    """

    rows: NDArray[np.int64]
    vectors: Vectors
    labels: NDArray[np.object_]


def calibrate(writer: IndexWriter, space: Callable[[], Space | None], *, always: bool = False) -> Calibration | None:
    """Fits and writes the calibration where it is due.

    Args:
        writer: of an index whose rows are committed.
        space: gives what encodes sample texts, None for nothing; asked only where something is fitted.
        always: also where what is there still serves.

    Returns:
        What was written; None where nothing was.
    """
    snapshot = writer.snapshot
    if snapshot is None or len(snapshot) < LEAST:
        return None
    known = Calibration.read(writer.folder, snapshot.identity)
    if known is not None and not always and not known.is_due(snapshot):
        return None
    fitted = fit(snapshot, space())
    with disk_errors(writer.folder), whole_file(writer.folder / FILE) as file:
        file.write(fitted.to_json().encode())
    return fitted


def fit(snapshot: Snapshot, space: Space | None, *, seed: int = 0) -> Calibration:
    """The calibration of a snapshot with `LEAST` items at least.

    Backgrounds are cosines between the sample queries that approximate searches are tuned on, and items that are none
    of these. Confidences are fitted on labels that people gave: a random item's label, asked as a text (in one of the
    project's templates, as a person would write it, not in their mean) or by the item itself, against items at random.
    So labels count as often as they come, and the prior is the chance that two of the index's items share one.

    Args:
        snapshot: of the index.
        space: encodes texts; None leaves pairs with texts out that the index does not hold.
        seed: of all that is random.
    """
    random = np.random.Generator(np.random.PCG64(seed))
    held = [modality for modality, count in snapshot.modalities().items() if count >= LEAST_OF_ONE]
    samples = {modality: _sample(snapshot, modality, random) for modality in held}
    backgrounds: dict[str, Background] = {}
    for target, sample in samples.items():
        queries, own = _queries(snapshot, target, space, seed)
        others = sample.vectors[~np.isin(sample.rows, own)]
        for pair, vectors in queries.items():
            met = others if pair in (f"{target}>{target}", f"{SUM}>{target}") else sample.vectors
            backgrounds[pair] = background(vectors @ met.T)
    backgrounds = _helped(backgrounds, space.backgrounds if space else {}, snapshot.modalities())
    matches: dict[str, Match | None] = {}
    for target, sample in samples.items():
        for left, asked in samples.items():
            pair = f"{left}>{target}"
            matches[pair] = _matched(asked.vectors, asked, sample, _odds(backgrounds, pair), random)
        if space is not None and Modality.TEXT in space.modalities:
            pair = f"{Modality.TEXT}>{target}"
            matches[pair] = _matched(*_spoken(sample, space, random), sample, _odds(backgrounds, pair), random)
    return Calibration(
        snapshot.identity.name,
        snapshot.identity.weights,
        tuple((entry.name, entry.rows) for entry in snapshot.manifest.segments),
        len(snapshot),
        backgrounds,
        {pair: match for pair, match in matches.items() if match is not None},
    )


def background(cosines: NDArray[np.floating], *, knots: int = _KNOTS) -> Background:
    """Quantiles and tails of sample cosines; as many as one at least."""
    every = np.sort(np.asarray(cosines, np.float64).ravel())
    bound = math.log(max(len(every) / _BEYOND - 1, 1.5))
    shares = 1 / (1 + np.exp(-np.linspace(-bound, bound, knots)))
    quantiles = np.maximum.accumulate(np.quantile(every, shares).round(6))
    above, below = every[every > quantiles[-1]] - quantiles[-1], quantiles[0] - every[every < quantiles[0]]
    return Background(tuple(quantiles.tolist()), bound, _steepness(above), _steepness(below), len(every))


def pooled(own: Background, usual: Background, weight: float) -> Background:
    """What two backgrounds say together: log-odds are the mean of theirs (a logarithmic opinion pool).

    Args:
        own: of few samples.
        usual: of many.
        weight: 0 to below 1, of the first.
    """
    cosines = np.union1d(own.cosines, usual.cosines)
    odds = weight * own.log_odds(cosines) + (1 - weight) * usual.log_odds(cosines)
    bound = float(min(odds[-1], -odds[0]))
    quantiles = np.interp(np.linspace(-bound, bound, _KNOTS), odds, cosines).round(6)
    rise, fall = (weight * a + (1 - weight) * b for a, b in ((own.rise, usual.rise), (own.fall, usual.fall)))
    return Background(tuple(quantiles.tolist()), bound, round(rise, 3), round(fall, 3), own.samples)


def _steepness(excess: Floats) -> float:
    """The rate of an exponential tail, by maximum likelihood."""
    mean = float(excess.mean()) if len(excess) else 0.0
    return round(1 / max(mean, 1 / _STEEPEST), 3)


def logistic(x: Floats, held: NDArray[np.bool_]) -> Match | None:
    """Slope and intercept that make what holds likeliest, by Newton's method; None where it does not rise with x.

    Args:
        x: (n,) predictor; it is counted in `_BINS` bins of equal width, each at its mean.
        held: (n,) whether it holds; Platt's smoothed targets stand for it, so that a clean split has an end.
    """
    low, width = float(x.min()), max(float(np.ptp(x)), 1e-9)
    place = ((x - low) * (_BINS / width)).astype(np.int64)  # the largest has a bin of its own
    every, true = np.bincount(place), np.bincount(place, held)
    there = every > 0
    design = np.stack([np.bincount(place, x)[there] / every[there], np.ones(int(there.sum()))], axis=1)
    every, true, positives = every[there], true[there], int(held.sum())
    negatives = len(held) - positives
    wanted = true * (positives + 1) / (positives + 2) + (every - true) / (negatives + 2)
    found = np.array([0.0, math.log(max(positives, 1) / max(negatives, 1))])
    for _ in range(100):
        said = np.exp(-np.logaddexp(0, -(design @ found)))
        curvature = design.T @ (design * (every * said * (1 - said))[:, None]) + 1e-6 * np.eye(2)
        step = np.linalg.solve(curvature, design.T @ (wanted - every * said))
        found = found + np.clip(step, -2, 2)  # a full step may leap where nearly all are alike
        if np.abs(step).max() < 1e-8:
            break
    slope, intercept = found.tolist()
    return Match(round(slope, 6), round(intercept, 6), positives) if slope > 1e-3 else None


def _sample(snapshot: Snapshot, modality: Modality, random: np.random.Generator) -> _Sample:
    rows = np.flatnonzero(snapshot.live & snapshot.modality_rows(modality))
    rows = np.sort(random.choice(rows, min(ROWS, len(rows)), replace=False))
    columns = ["label", CONFIDENCE] if is_found(snapshot) else ["label"]
    table = snapshot.take(rows, columns).to_pylist()
    given = [row["label"] if row.get(CONFIDENCE) is None else None for row in table]
    return _Sample(rows, snapshot.vectors(rows), np.fromiter(given, object, len(given)))


def _queries(
    snapshot: Snapshot, target: Modality, space: Space | None, seed: int
) -> tuple[dict[str, Vectors], NDArray[np.int64]]:
    """Sample queries, and the items among them, which are half of all at most: some must be left to compare with."""
    count = snapshot.modalities()[target] // 2
    queries, own = sample_queries(snapshot, target, space, count=min(QUERIES, count), seed=seed)
    texts = f"{Modality.TEXT}>{target}"
    if count < QUERIES and texts in queries and target is not Modality.TEXT:
        queries[texts] = sample_queries(snapshot, target, space, count=QUERIES, seed=seed)[0][texts]
    return queries, own


def _helped(
    own: Mapping[str, Background], usual: Mapping[str, Background], counts: Mapping[Modality, int]
) -> dict[str, Background]:
    """The index's own backgrounds, with what is usual in its space as if `USUAL` more items had said so.

    A pair counts as many items as there are on the side that has fewer; of words and sums there are always enough. What
    the index has none of goes on by the scale of another pair, for how likely it is a match was fitted on others too.
    """
    out = dict(own)
    for pair, known in usual.items():
        left, _, target = pair.partition(">")
        sides = {target} if left in (Modality.TEXT, SUM) else {left, target}
        if count := min(counts.get(Modality(side), 0) for side in sides):
            out[pair] = pooled(own[pair], known, count / (count + USUAL)) if pair in own else known
    return out


def _spoken(sample: _Sample, space: Space, random: np.random.Generator) -> tuple[Vectors, _Sample]:
    """The labels of some items as texts: (n, d) vectors, and the items."""
    labelled = np.flatnonzero(sample.labels != np.array(None))
    some = random.permutation(labelled)[:ASKED]
    asked = _Sample(sample.rows[some], sample.vectors[some], sample.labels[some])
    names = dict.fromkeys(asked.labels.tolist())
    if len(names) < 2:
        return asked.vectors[:0], _Sample(asked.rows[:0], asked.vectors[:0], asked.labels[:0])
    texts = [TEMPLATES[n % len(TEMPLATES)].format(clean(name) or name) for n, name in enumerate(names)]
    # No more at once than a query has: a batch may import torch where a single text does not.
    vectors = np.concatenate([space.encode(texts=texts[start : start + 32]) for start in range(0, len(texts), 32)])
    place = {name: n for n, name in enumerate(names)}
    return vectors[[place[name] for name in asked.labels.tolist()]], asked


def _odds(backgrounds: Mapping[str, Background], pair: str) -> Callable[[ArrayLike], Floats] | None:
    """What gives the log-odds of a pair's percentiles, as queries will; None where it was not measured."""
    left, _, target = pair.partition(">")
    return partial(backgrounds[pair].log_odds, alike=left == target) if pair in backgrounds else None


def _matched(
    vectors: Vectors,
    asked: _Sample,
    sample: _Sample,
    odds: Callable[[ArrayLike], Floats] | None,
    random: np.random.Generator,
) -> Match | None:
    """The confidence of a pair: each of some queries against every labelled item but the one that it is.

    Args:
        vectors: (n, d) of the queries.
        asked: (n) items that they are or speak of.
        sample: what is found.
        odds: log-odds of the pair's percentiles, where its background was measured.
        random: chooses.
    """
    queries = random.permutation(np.flatnonzero(asked.labels != np.array(None)))[:ASKED]
    items = np.flatnonzero(sample.labels != np.array(None))
    if odds is None or not len(queries) or not len(items):
        return None
    cosines = vectors[queries] @ sample.vectors[items].T
    equal = asked.labels[queries][:, None] == sample.labels[items]
    other = asked.rows[queries][:, None] != sample.rows[items]
    held = equal[other]
    if held.sum() < POSITIVES or held.all():
        return None
    return logistic(odds(cosines[other]), held)
