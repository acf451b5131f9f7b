"""Drawing training examples by chance: which ones, and by which of their captions; whole batches at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypedDict

import numpy as np
import torch
from numpy.typing import NDArray

Numbers = NDArray[np.int64]
Widen = Callable[[Sequence[str]], tuple[str, ...]]


class Chance(TypedDict):
    """Keywords of torch's random functions."""

    generator: torch.Generator
    device: torch.device


def by_chance(generator: torch.Generator) -> Chance:
    """Random numbers of `generator`, on its device."""
    return {"generator": generator, "device": generator.device}


def generator_of(rng: np.random.Generator, device: str) -> torch.Generator:
    """A generator on a device, seeded by the next number of `rng`."""
    return torch.Generator(device).manual_seed(int(rng.integers(2**62)))


class Deck:
    """Items that are drawn with given chances, with replacement.

    Args:
        chances: (n,) not negative, of any sum above zero.
    """

    def __init__(self, chances: NDArray[np.float64]) -> None:
        self._edges = np.cumsum(chances)

    def draw(self, rng: np.random.Generator, count: int) -> Numbers:
        """(count,) items."""
        return np.searchsorted(self._edges, rng.random(count) * self._edges[-1], side="right")


class CaptionDeck:
    """A caption of each of some items: one of its own, or of those that were added to them.

    Args:
        own: captions of each item, the best first, never none.
        added: more of each, where there are any.
        chance: of one of its own, where others were added.
        first: chance that of its own the first is taken, whatever the number of the others.
    """

    def __init__(
        self, own: Sequence[Sequence[int]], added: Sequence[Sequence[int]], *, chance: float, first: float = 0.0
    ) -> None:
        self._own, self._added = _Lists(own), _Lists(added)
        self._chance, self._first = chance, first

    def draw(self, rng: np.random.Generator, items: Numbers) -> Numbers:
        """(count,) captions."""
        which, alone, place = rng.random((3, len(items)))
        foreign = (which >= self._chance) & (self._added.counts[items] > 0)
        captions = self._own.pick(items, np.where(alone < self._first, 0.0, place))
        captions[foreign] = self._added.pick(items[foreign], place[foreign])
        return captions


def widened(
    captions: Sequence[Sequence[str]], widen: Widen, phrases: Sequence[str] = ()
) -> tuple[list[str], list[list[int]], list[list[int]]]:
    """What else the captions of some items say, each set of captions looked up once.

    Args:
        captions: of each item.
        widen: captions of one item -> those and more, synonyms and hypernyms say.
        phrases: to begin with.

    Returns:
        Every phrase once; each item's captions as places among them, and those that were added to it.
    """
    places = {phrase: place for place, phrase in enumerate(phrases)}
    found: dict[tuple[str, ...], tuple[list[int], list[int]]] = {}
    for mine in map(tuple, captions):
        if mine not in found:
            added = [phrase for phrase in widen(mine) if phrase not in mine]
            own, more = ([places.setdefault(each, len(places)) for each in several] for several in (mine, added))
            found[mine] = own, more
    several = [found[tuple(mine)] for mine in captions]
    return list(places), [own for own, _ in several], [more for _, more in several]


class _Lists:
    """Lists of different lengths, end to end."""

    def __init__(self, lists: Sequence[Sequence[int]]) -> None:
        self.counts = np.array([len(each) for each in lists], np.int64)
        self._starts = np.cumsum(self.counts) - self.counts
        self._values = np.array([value for each in lists for value in each], np.int64)

    def pick(self, items: Numbers, place: NDArray[np.float64]) -> Numbers:
        """(count,) values: of each item's list the one at `place`, 0..1."""
        return self._values[self._starts[items] + (place * self.counts[items]).astype(np.int64)]
