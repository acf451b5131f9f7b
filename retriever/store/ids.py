"""The name of an item."""

from __future__ import annotations

from hashlib import blake2b


def item_id(root: str, path: str) -> str:
    """16 hex digits that stay the same whenever `path` below the corpus root called `root` is indexed again.

    64 bits: among ten million items two share an id with a chance of three in a million.
    """
    return blake2b(f"{root}/{path}".encode("utf-8", "surrogateescape"), digest_size=8).hexdigest()
