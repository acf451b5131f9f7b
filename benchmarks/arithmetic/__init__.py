"""Arithmetic of meaning on shapes whose right answers are known: ways to combine terms, beside plain addition."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.arithmetic import gallery, measures
from benchmarks.arithmetic.gallery import Items
from benchmarks.arithmetic.questions import EACH, HEARD, Part, Question, questions
from benchmarks.arithmetic.strategies import REFERENCES, RIVALS, SHOWN, Ground, Posed, Weights
from benchmarks.retrieval.encoding import say
from indexer.parametric.kinds import an, names
from retriever.errors import UsageError
from retriever.spaces.base import Space
from retriever.types import Modality, Vectors

Row = dict[str, Any]


@dataclass(frozen=True)
class Sizes:
    """How much is made.

    Attributes:
        per_value: shapes of the gallery of each value of a facet.
        others: shapes of the gallery of each kind without facets.
        queries: questions of each form and task, and half as many to choose weights on.
        seed: of everything.
        kinds: of shapes.
    """

    per_value: int = 10
    others: int = 4
    queries: int = 60
    seed: int = 0
    kinds: tuple[str, ...] = field(default_factory=lambda: tuple(names()))


@dataclass(frozen=True)
class Asked:
    """The questions of one half.

    Attributes:
        questions: as made.
        posed: as vectors.
        grades: what is right.
    """

    questions: list[Question]
    posed: list[Posed]
    grades: measures.Grades

    @property
    def groups(self) -> NDArray[np.str_]:
        """(q,) form and task of each."""
        return np.array([each.group for each in self.questions])


def tables(space: Space, sizes: Sizes) -> Iterator[tuple[str, list[Row]]]:
    """Titles and rows: all strategies over all tasks, then some of them for each form and task.

    Args:
        space: that reads text and shapes; questions with sounds or pictures are left out where it has none.
        sizes: how much is made.

    Raises:
        UsageError: it reads no text or no shapes.
    """
    if missing := {Modality.SHAPE, Modality.TEXT} - space.modalities:
        name = space.identity.name
        raise UsageError(f"--space {name} reads no {min(missing)}, without which nothing is asked; take another space.")
    items = gallery.gallery(sizes.per_value, sizes.others, sizes.seed, sizes.kinds)
    say(f"gallery of {len(items)} shapes")
    vectors = gallery.shape_vectors(space, items.shapes, "gallery")
    encoder = _Encoder(space, sizes.seed)
    tuning = _asked(encoder, items, vectors, sizes, half=1)
    asked = _asked(encoder, items, vectors, sizes, half=2)
    ground = _ground(encoder, vectors)
    weights: dict[str, Weights] = {}
    found: dict[str, measures.Measured] = {}
    for strategy in (*RIVALS, *REFERENCES):
        name = strategy.name
        weights[name] = measures.tuned(strategy, tuning.posed, ground, tuning.grades, tuning.groups)
        found[name] = measures.measured(strategy.scores(asked.posed, ground, weights[name]), asked.grades)
    by_chance = asked.grades.both.mean()
    title = f"Arithmetic, {len(asked.posed)} questions, {len(items)} shapes, chance {by_chance:.3f}"
    yield title, list(measures.overall(found, weights, asked.groups))
    yield (
        "Recall@10 by form and task",
        list(measures.by_group(found, asked.groups, SHOWN, [each.name for each in RIVALS])),
    )


class _Encoder:
    """Vectors of what questions are made of, each once."""

    def __init__(self, space: Space, seed: int) -> None:
        self._space, self._seed = space, seed
        self.spreads = space.spreads
        self._sounds: dict[str, Vectors] = {}
        self.seen: dict[Modality, list[Vectors]] = {modality: [] for modality in Modality}

    def reads(self, question: Question) -> bool:
        """Whether the space has encoders for all of it."""
        return all(part.modality in self._space.modalities for part in question.parts)

    def known(self, bases: Items, asked: Sequence[Question]) -> dict[Part, Vectors]:
        """(d,) of each term, with a plus."""
        parts = list(dict.fromkeys(Part(part.modality, part.what) for each in asked for part in each.parts))
        out: dict[Part, Vectors] = {}
        for modality in Modality:
            some = [part for part in parts if part.modality is modality]
            if some:
                out.update(zip(some, self._vectors(bases, modality, [part.what for part in some]), strict=True))
                self.seen[modality].append(np.stack([out[part] for part in some]))
        return out

    def texts(self, words: Sequence[str]) -> Vectors:
        """(n, d)."""
        return self._space.encode(texts=list(words))

    def _vectors(self, bases: Items, modality: Modality, whats: Sequence[Any]) -> Vectors:
        if modality is Modality.TEXT:
            return self.texts(whats)
        if modality is Modality.AUDIO:
            self._sounds = self._sounds or gallery.sound_vectors(self._space, HEARD, EACH, self._seed)
            return np.stack([self._sounds[rule][number] for rule, number in whats])
        shapes = bases.part(whats).shapes
        if modality is Modality.IMAGE:
            return gallery.picture_vectors(self._space, shapes)
        return gallery.shape_vectors(self._space, shapes, "bases")


def _asked(encoder: _Encoder, items: Items, vectors: Vectors, sizes: Sizes, half: int) -> Asked:
    bases = gallery.bases(max(2, sizes.per_value // 3), sizes.seed, half, sizes.kinds)
    count = sizes.queries if half == 2 else max(1, sizes.queries // 2)
    made = questions(bases, items, count, sizes.seed * 10 + half)
    made = [question for question in made if encoder.reads(question)]
    grades = [question.grades(items) for question in made]
    right = [kind & value for kind, value in grades]
    kept = [place for place, flags in enumerate(right) if flags.any()]
    made = [made[place] for place in kept]
    known = encoder.known(bases, made)
    posed = [
        Posed(
            np.stack([known[Part(part.modality, part.what)] for part in question.parts]),
            np.array([part.sign for part in question.parts], np.float64),
            tuple(part.modality for part in question.parts),
            right[place],
        )
        for question, place in zip(made, kept, strict=True)
    ]
    kinds, values = (np.stack([grades[place][i] for place in kept]) for i in (0, 1))
    return Asked(made, posed, measures.Grades(kinds, values))


def _ground(encoder: _Encoder, vectors: Vectors) -> Ground:
    """Means and spreads; of text, by the names of all kinds. Spreads are the space's own where it states them."""
    samples = {modality: np.concatenate(seen) for modality, seen in encoder.seen.items() if seen}
    samples[Modality.TEXT] = encoder.texts([an(name) for name in names()])
    means = {modality: sample.mean(axis=0) for modality, sample in samples.items()}
    means[Modality.SHAPE] = vectors.mean(axis=0)
    spreads = {modality: float((sample @ vectors.T).std(axis=1).mean()) for modality, sample in samples.items()}
    spreads |= encoder.spreads
    say(", ".join(f"{modality}>shape spread {spread:.3f}" for modality, spread in spreads.items()))
    return Ground(vectors, means, spreads)
