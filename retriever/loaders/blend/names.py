"""What the objects of a scene are called, along the chain of parents."""

from __future__ import annotations

from retriever.loaders import soup
from retriever.loaders.blend.records import DAMAGE, Record

_Chain = tuple[tuple[int, str], ...]
"""The number of an object's block and its name, of the outermost parent first."""


class Paths:
    """Names from the outermost parent to an object; each object is looked at once."""

    def __init__(self) -> None:
        self._chains: dict[int, _Chain] = {}
        self._names = soup.Names()

    def of(self, item: Record, above: soup.Path) -> soup.Path:
        """The path of an object, below that of what stands for its collection, if anything does."""
        return self._names.along(self._chain(item), above)

    def _chain(self, item: Record) -> _Chain:
        below: list[Record] = []
        entered: set[int] = set()
        at: Record | None = item
        while at is not None and at.has("parentinv") and not (at.number in self._chains or at.number in entered):
            below.append(at)
            entered.add(at.number)
            at = at.to("parent")
        chain = () if at is None else self._chains.get(at.number, ())
        for each in reversed(below):
            chain = self._chains[each.number] = (*chain, (each.number, _name(each)))[: soup.DEEPEST]
        return chain


def _name(item: Record) -> str:
    try:
        return item.name
    except DAMAGE:
        return ""
