"""Composed queries whose right answers are known: a base shape, what is added or taken off, and what that ought to be.

A question starts from one shape (or a picture of it) of some kind that has some value of a facet. Its right answers are
the shapes of the gallery that have the kind *and* the value that the sum asks for; one of the two alone is half right.

| form | terms | right |
|---|---|---|
| shape + words | a stool with three legs + "four legs" | stools with four legs |
| shape + words - words | the same, - "three legs" | the same |
| shape - words | a cup with a handle - "a handle" | cups without one |
| shape - kind + kind | a lying dog - "a dog" + "a cat" | lying cats |
| shape - kind + sound | a lying dog - "a dog" + a meow | lying cats |
| shape + sound | a van + a siren | ambulances |
| picture + words | a picture of a stool with three legs + "four legs" | stools with four legs |
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.arithmetic.attributes import BIRDS, COLOURED, FACETS, NAMES, QUADRUPEDS, Facet, of_kind
from benchmarks.arithmetic.gallery import Items
from indexer.parametric.kinds import an
from retriever.types import Modality

ENOUGH = 3
"""Right answers that the gallery must hold for a question to be asked."""

SOUNDS = {
    "dog": "dog", "cat": "cat", "cow": "cow", "sheep": "sheep", "pig": "pig", "horse": "horse", "lion": "lion",
    "crow": "crow", "duck": "duck", "songbird": "chirping birds",
}  # fmt: skip
"""Kind -> the rule of its sound."""
SIREN = {"van": "ambulance", "truck": "fire engine"}
"""Kind -> what it is with a siren."""
_SIREN_RULE = "siren"
HEARD = (*SOUNDS.values(), _SIREN_RULE)
EACH = 8
"""Sounds of each rule."""


Held = Counter[tuple[str, str, str]]
"""(kind, facet, value) -> how many the gallery holds."""


@dataclass(frozen=True)
class Part:
    """One term of a question.

    Attributes:
        modality: of what is asked with.
        what: the words of a text; the place of a shape or picture among the bases; rule and number of a sound.
        sign: 1 or -1.
    """

    modality: Modality
    what: str | int | tuple[str, int]
    sign: int = 1


@dataclass(frozen=True)
class Question:
    """One composed query and what is right.

    Attributes:
        form: as in the table above.
        task: the facet that is changed or kept.
        parts: its terms, the base first.
        kind: that right answers have.
        value: of the facet `task` that they have; "" where the kind says it all.
    """

    form: str
    task: str
    parts: tuple[Part, ...]
    kind: str
    value: str

    @property
    def group(self) -> str:
        """What its figures are averaged with."""
        return self.form if self.parts[0].modality is Modality.IMAGE else f"{self.form}: {self.task}"

    def grades(self, items: Items) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """(n,) where the kind is right, and (n,) where the value is."""
        kind = items.kinds == self.kind
        return kind, items.having(self.task, self.value) if self.value else kind


def questions(bases: Items, items: Items, count: int, seed: int) -> list[Question]:
    """Up to `count` questions of each form and task, spread evenly over the kinds; those without answers left out."""
    rng = np.random.Generator(np.random.PCG64(seed))
    known = zip(items.kinds.tolist(), items.attributes, strict=True)
    held: Held = Counter((kind, *pair) for kind, values in known for pair in values.items())
    out: list[Question] = []
    for task in NAMES:
        changed = list(_changed(bases, task, held, count, rng))
        out += changed
        out += [_against(question, bases) for question in changed]
        out += [_pictured(question) for question in changed[: count // len(NAMES) + 1]]
    out += _removed(out)
    for task, kinds in (("pose", QUADRUPEDS + BIRDS), ("colour", COLOURED)):
        out += list(_swapped(bases, task, kinds, held, count, rng))
    out += list(_voiced(bases, held, count, rng))
    out += list(_alarmed(bases, count, rng))
    return out


def _changed(bases: Items, task: str, held: Held, count: int, rng: np.random.Generator) -> Iterator[Question]:
    """Another value for the same kind."""
    for place in _drawn(bases, task, [facet.kind for facet in _facets(task)], count, rng):
        kind, before = str(bases.kinds[place]), bases.attributes[place][task]
        (facet,) = (facet for facet in of_kind(kind) if facet.name == task)
        others = [value for value in facet.values if value != before and held[kind, task, value] >= ENOUGH]
        if others:
            value = str(rng.choice(others))
            parts = Part(Modality.SHAPE, place), Part(Modality.TEXT, value)
            yield Question("shape + words", task, parts, kind, value)


def _against(question: Question, bases: Items) -> Question:
    base, _ = question.parts
    before = bases.attributes[int(base.what)][question.task]  # type: ignore[arg-type]
    parts = *question.parts, Part(Modality.TEXT, before, -1)
    return Question("shape + words - words", question.task, parts, question.kind, question.value)


def _pictured(question: Question) -> Question:
    base, *rest = question.parts
    parts = Part(Modality.IMAGE, base.what), *rest
    return Question("picture + words", question.task, parts, question.kind, question.value)


def _removed(asked: Sequence[Question]) -> list[Question]:
    """What "... - a handle + no handle" asks for, by the minus alone."""
    return [
        Question("shape - words", each.task, (each.parts[0], each.parts[2]), each.kind, each.value)
        for each in asked
        if each.form == "shape + words - words" and each.value.startswith("no ")
    ]


def _swapped(
    bases: Items, task: str, kinds: Sequence[str], held: Held, count: int, rng: np.random.Generator
) -> Iterator[Question]:
    """Another kind with the same value, by words."""
    for place in _drawn(bases, task, kinds, count, rng):
        kind, value = str(bases.kinds[place]), bases.attributes[place][task]
        others = [other for other in kinds if other != kind and held[other, task, value] >= ENOUGH]
        if others:
            other = str(rng.choice(others))
            parts = (
                Part(Modality.SHAPE, place), Part(Modality.TEXT, an(other)), Part(Modality.TEXT, an(kind), -1)
            )  # fmt: skip
            yield Question("shape - kind + kind", task, parts, other, value)


def _voiced(bases: Items, held: Held, count: int, rng: np.random.Generator) -> Iterator[Question]:
    """Another animal in the same pose, by its call."""
    for question in _swapped(bases, "pose", tuple(SOUNDS), held, count, rng):
        base, _, minus = question.parts
        heard = Part(Modality.AUDIO, (SOUNDS[question.kind], int(rng.integers(EACH))))
        yield Question("shape - kind + sound", "pose", (base, heard, minus), question.kind, question.value)


def _alarmed(bases: Items, count: int, rng: np.random.Generator) -> Iterator[Question]:
    places = [place for place, kind in enumerate(bases.kinds.tolist()) if kind in SIREN]
    for place in _even(places, bases, count, rng):
        heard = Part(Modality.AUDIO, (_SIREN_RULE, int(rng.integers(EACH))))
        parts = Part(Modality.SHAPE, place), heard
        yield Question("shape + sound", "siren", parts, SIREN[str(bases.kinds[place])], "")


def _facets(task: str) -> list[Facet]:
    return [facet for facet in FACETS if facet.name == task]


def _drawn(bases: Items, task: str, kinds: Sequence[str], count: int, rng: np.random.Generator) -> list[int]:
    """Places of bases of those kinds that have a value."""
    places = [
        place
        for place, (kind, known) in enumerate(zip(bases.kinds.tolist(), bases.attributes, strict=True))
        if kind in kinds and task in known
    ]
    return _even(places, bases, count, rng)


def _even(places: Sequence[int], bases: Items, count: int, rng: np.random.Generator) -> list[int]:
    """`count` of the places in random order, of each kind about as many."""
    turns: Counter[str] = Counter()
    order: list[tuple[int, int, int]] = []
    for place in rng.permutation(np.array(places, np.int64)).tolist():
        kind = str(bases.kinds[place])
        order.append((turns[kind], len(order), place))
        turns[kind] += 1
    return [place for _, _, place in sorted(order)[:count]]
