"""Which columns of an item a user's table gave: what folders and sidecars say of it may change without the table.

Its row remembers their names as the table has them, behind the stamp in the column ``fingerprint``:
``STAMP(price,made%20in)``, and before the other files that it was read from (`indexer.parts`). Rows of items of which
no table said anything have no such part, nor have those of former versions.
"""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import quote, unquote


def remembered(names: Iterable[str] | None) -> str:
    """What a row says of them; empty for None."""
    if names is None:
        return ""
    return f"({','.join(quote(name, safe='', errors='replace') for name in names)})"


def split(fingerprint: str) -> tuple[str, tuple[str, ...] | None]:
    """The stamp in a row's fingerprint without its parts, and the names; None where it has none."""
    stamp, bracket, rest = fingerprint.partition("(")
    return stamp, tuple(map(unquote, filter(None, rest.rstrip(")").split(",")))) if bracket else None
