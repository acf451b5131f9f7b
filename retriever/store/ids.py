"""The name of an item, and the number that it stands for."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

DIGITS = 16
"""Hex digits of an id: 64 bits."""


def item_id(root: str, path: str) -> str:
    """16 hex digits that stay the same whenever `path` below the corpus root called `root` is indexed again.

    64 bits: among ten million items two share an id with a chance of three in a million.
    """
    return blake2b(f"{root}/{path}".encode("utf-8", "surrogateescape"), digest_size=DIGITS // 2).hexdigest()


def id_keys(ids: Sequence[str]) -> NDArray[np.uint64] | None:
    """(n,) the 64 bits of each id; None where one is not 16 lower-case hex digits, as `item_id` makes them."""
    text = "".join(ids).encode("utf-8", "surrogatepass")
    if any(len(id) != DIGITS for id in ids) or len(text) != DIGITS * len(ids):
        return None
    digits = _VALUES[np.frombuffer(text, np.uint8)].reshape(-1, DIGITS // 2, 2)
    if (digits > 15).any():
        return None
    octets = digits[:, :, 0] << 4 | digits[:, :, 1]
    return octets.view(">u8").reshape(-1).astype(np.uint64)


_VALUES = np.full(256, 255, np.uint8)
_VALUES[np.frombuffer(b"0123456789abcdef", np.uint8)] = np.arange(16, dtype=np.uint8)
