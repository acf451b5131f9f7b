"""Which examples are held out: decided by a hash of their group, so that every tower and benchmark agrees."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import blake2b

HELD_OUT = 0.08
"""Share of the groups that no tower is trained on."""


def fraction(key: str) -> float:
    """A number in 0..1 that depends on `key` alone: the split stays the same when examples are added."""
    return int.from_bytes(blake2b(key.encode(), digest_size=4).digest(), "big") / 2**32


def is_held_out(group: str, share: float = HELD_OUT) -> bool:
    """Whether the examples of a group are for validation only; near-duplicates, as one group, are on one side."""
    return fraction(group) < share


def group_keys(rows: Sequence[Mapping[str, str]]) -> list[str]:
    """The key of each row's group, which is one for all of its near-duplicates, in whatever set they are.

    The shipped towers were trained when every set was split by itself. What any of them has seen of a group stays on
    the side of training: a group is held out only if every set would hold its part out.

    Args:
        rows: with the columns ``set`` and ``group`` of an ``items.csv``, all of it; numbers of groups go over all sets.
    """
    parts: dict[str, list[str]] = {}
    for row in rows:
        parts.setdefault(row["group"], []).append(f"{row['set']}/{row['group']}")
    chosen = {group: min(keys, key=lambda key: (is_held_out(key), key)) for group, keys in parts.items()}
    return [chosen[row["group"]] for row in rows]
