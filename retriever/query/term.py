"""`Term`: one signed, weighted part of a query."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any


@dataclass(frozen=True, eq=False)
class Held:
    """A thing in memory that a term stands for; equal to itself alone, for arrays have no plain equality."""

    value: Any


@dataclass(frozen=True, init=False)
class Term:
    """One signed, weighted part of a query.

    Attributes:
        kind: a modality; "id", an item of the index; "vector", a file with a vector; "where", the centroid of the items
            that fulfil a condition; "mean", the mean of some terms.
        source: the text itself, a file path, an item id, the condition, or the mean's members as an expression writes
            them, between commas; of a vector in the hits of `Index.nearest`, its number among those asked; of what was
            given in memory, a short name: "<image 640x480>".
        weight: finite and not zero; negative takes away.
        held: what was given in memory; None for other terms, and for those of hits, which keep its name alone.
        example: whether it is one of several things that hits should be like, or unlike, see `likeness.like_terms`.
    """

    kind: str
    source: str
    weight: float = 1.0
    held: Held | None = field(default=None, repr=False)
    example: bool = field(default=False, repr=False, compare=False)

    def __init__(
        self, kind: str, source: Any, weight: float = 1.0, held: Held | None = None, example: bool = False
    ) -> None:
        """A term whose source may also be a thing in memory, such as an array, of the kinds that have such."""
        if held is None and not isinstance(source, str):
            source, held = _named(kind, source)
        self.__dict__.update(kind=kind, source=source, weight=weight, held=held, example=example)

    def told(self) -> Term:
        """The same without what was given in memory."""
        return self if self.held is None else replace(self, held=None)


def _named(kind: str, source: Any) -> tuple[Any, Held | None]:
    """The name of a thing in memory, and it; of anything else, for which `check_term` has words, nothing."""
    from retriever.loaders import memory

    return (memory.name_of(kind, source), Held(source)) if memory.knows(kind, source) else (source, None)
