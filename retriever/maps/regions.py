"""Where on a map the name of a group is written: in the midst of the most of its items, not between two heaps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from retriever.maps.layout import Places

_NEAR = 0.06
"""How far the items of a heap are from its middle; a map is 2 across."""

_LOOKED_AT = 400
"""Items of a group whose distances are looked at."""


class Region(NamedTuple):
    """A group on a map.

    Attributes:
        value: what its items have in common.
        items: how many they are, on the whole map.
        x, y: the middle of its largest heap.
    """

    value: Any
    items: int
    x: float
    y: float


def regions(places: Places, values: Sequence[Any]) -> list[Region]:
    """The groups, largest first, equal ones by their names; what has no value is in none.

    Args:
        places: (n, 2).
        values: of each place; None or empty text where it has none.
    """
    members: dict[Any, list[int]] = {}
    for number, value in enumerate(values):
        if value is not None and value != "":
            members.setdefault(value, []).append(number)
    ordered = sorted(members.items(), key=lambda pair: (-len(pair[1]), str(pair[0])))
    return [Region(value, len(rows), *_middle(places[np.array(rows)])) for value, rows in ordered]


def _middle(places: Places) -> tuple[float, float]:
    """Of the place with the most others near it, and these."""
    some = places[:: -(-len(places) // _LOOKED_AT)].astype(np.float64)
    near = ((some[:, None] - some) ** 2).sum(axis=2) <= _NEAR**2
    x, y = some[near[int(near.sum(axis=1).argmax())]].mean(axis=0).tolist()
    return x, y
