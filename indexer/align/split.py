"""Which examples are held out: decided by a hash of their group, so that every tower and benchmark agrees."""

from __future__ import annotations

from hashlib import blake2b

HELD_OUT = 0.08
"""Share of the groups that no tower is trained on."""


def fraction(key: str) -> float:
    """A number in 0..1 that depends on `key` alone: the split stays the same when examples are added."""
    return int.from_bytes(blake2b(key.encode(), digest_size=4).digest(), "big") / 2**32


def is_held_out(group: str, share: float = HELD_OUT) -> bool:
    """Whether the examples of a group are for validation only; near-duplicates, as one group, are on one side."""
    return fraction(group) < share
