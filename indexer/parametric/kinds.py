"""The registry of kinds: what can be made, and the one way to make it.

A kind is a function from a random generator to a `Shape`; the modules of this package that hold families of kinds are
imported at the first question, and their `@kind` decorators fill the registry.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib import import_module
from zlib import crc32

import numpy as np

from indexer.parametric.surface import Solid

Part = int | str | float


@dataclass(frozen=True, eq=False)
class Shape:
    """One parametric thing.

    Attributes:
        solid: its surface, standing on y = 0, facing +z, metres.
        kind: the name it is registered under.
        captions: lower-case phrases, generic to specific; `generate` puts the kind's own names first.
        parts: what it is made of: counts, measures in metres, style and material names.
    """

    solid: Solid
    kind: str
    captions: tuple[str, ...]
    parts: dict[str, Part]


Maker = Callable[[np.random.Generator], Shape]


@dataclass(frozen=True)
class Kind:
    """A registered kind.

    Attributes:
        also: synonyms that hold for every shape of it.
        rigid: its proportions are what makes it what it is, as a die's; other kinds are stretched a little.
    """

    name: str
    also: tuple[str, ...]
    family: str
    rigid: bool
    make: Maker


_REGISTRY: dict[str, Kind] = {}


def kind(
    name: str, also: tuple[str, ...] = (), family: str = "things", rigid: bool = False
) -> Callable[[Maker], Maker]:
    """Register a function as the maker of `name`; the other arguments are those of `Kind`."""

    def register(make: Maker) -> Maker:
        if name in _REGISTRY and _REGISTRY[name].make.__qualname__ != make.__qualname__:
            raise ValueError(f"kind {name!r} is registered twice: name one of them differently")
        _REGISTRY[name] = Kind(name, also, family, rigid, make)
        return make

    return register


def names() -> list[str]:
    """All kinds, sorted."""
    return sorted(kinds())


@lru_cache(maxsize=1)
def kinds() -> dict[str, Kind]:
    """The registry, once every module of every family has been imported."""
    package = __name__.rpartition(".")[0]
    for module in pkgutil.walk_packages(import_module(package).__path__, f"{package}."):
        import_module(module.name)
    return _REGISTRY


def generate(kind: str, seed: int) -> Shape:
    """Make one shape; the same kind and seed give the same shape on every machine.

    Unless the kind is rigid, height and depth are stretched by up to 10 and 5 per cent, so that no two are alike.

    Args:
        kind: one of `names()`.
        seed: any integer >= 0.

    Raises:
        KeyError: no such kind.
    """
    entry = kinds()[kind]
    rng = np.random.default_rng((crc32(kind.encode()), seed))
    shape = entry.make(rng)
    solid = shape.solid if entry.rigid else shape.solid.scale(1.0, rng.uniform(0.9, 1.1), rng.uniform(0.95, 1.05))
    phrases = (entry.name, *shape.captions[:1], *entry.also, *shape.captions[1:])
    captions = tuple(dict.fromkeys(" ".join(phrase.lower().split()) for phrase in phrases))
    return replace(shape, solid=solid.stand(), kind=entry.name, captions=captions)


def stream(per_kind: int, first_seed: int = 0) -> Iterator[Shape]:
    """Every kind in turn, `per_kind` rounds: shapes for training, without files."""
    for seed in range(first_seed, first_seed + per_kind):
        for name in names():
            yield generate(name, seed)


def an(phrase: str) -> str:
    """The phrase with its indefinite article: "an oak chair"."""
    return f"{'an' if phrase[:1] in 'aeiou' and not phrase.startswith(('u-', 'uni', 'one')) else 'a'} {phrase}"


def count(number: int, noun: str, plural: str = "") -> str:
    """A number in words with its noun: "one drawer", "four legs"."""
    words = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
    word = words[number] if number < len(words) else str(number)
    return f"{word} {noun if number == 1 else plural or noun + 's'}"
