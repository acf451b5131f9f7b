"""Which row of one table is meant by which of another."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence

from benchmarks.harness import cell
from benchmarks.results.tables import Row, Table

Key = tuple[str, ...]
"""What the key columns of a row say."""

_THINGS = "captions|categories|classes|clips|files|kinds|objects|recordings|shapes|synsets"
_COUNT = re.compile(rf"\d[\d,]*(?= of \d| unreadable\b|(?: (?!of\b)[\w-]+){{0,2}} (?:{_THINGS})\b)")
"""How many things there were, in a row's key. Other numbers are settings, such as templates, folds and views."""


def by_key(table: Table, keys: Sequence[str]) -> dict[Key, Row]:
    """Rows by what their key columns say, and by a number where several say the same."""
    found: dict[Key, Row] = {}
    seen: Counter[Key] = Counter()
    for row in table.rows:
        key = tuple(cell(row.get(column)) for column in keys)
        seen[key] += 1
        found[key if seen[key] == 1 else (*key, f"no. {seen[key]}")] = row
    return found


def paired(rows: Collection[Key], beside: Collection[Key]) -> dict[Key, Key]:
    """Keys of A -> those of B: the same, then those that are the same but for counts, if no others are."""
    found = {key: key for key in rows if key in beside}
    left = [_uncounted(key for key in keys if key not in found) for keys in (rows, beside)]
    for key, ours in left[0].items():
        if len(ours) == 1 == len(theirs := left[1].get(key, [])):
            found[ours[0]] = theirs[0]
    return found


def _uncounted(keys: Iterable[Key]) -> dict[Key, list[Key]]:
    """Keys without the counts in them -> as they are."""
    found: dict[Key, list[Key]] = {}
    for key in keys:
        found.setdefault(tuple(_COUNT.sub("#", part) for part in key), []).append(key)
    return found
