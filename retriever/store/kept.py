"""Columns that filters name again and again, in memory: a condition over them costs no look into the files."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from retriever.store.snapshot import Snapshot

if TYPE_CHECKING:
    import duckdb

ROW = "_row"
"""Row number, a column of the view ``items`` beside the items' own."""

LIMIT = 512 * 2**20
"""Bytes that the kept columns may take while they are taken in, by estimate; compressed they take some tenth of it."""

_HEADER = 16  # bytes that DuckDB takes for a string beside its characters

_WIDER = re.compile(rf"\b(?:select|from|items|columns|table|rowid|{ROW})\b|#\s*\d", re.IGNORECASE)
_DISTINCT = re.compile(r"\bdistinct\s+from\b", re.IGNORECASE)
_STAR = re.compile(r"""(?<![\w\])"'\s])\s*\*""")
"""A condition that looks further than at columns it names: at the whole table, at a column by its number, or at all of
them (a * that does not multiply)."""

_PLAIN = re.compile(r"[^\"\\$]*")
_STRING = re.compile(r"'[^']*'")


class KeptColumns:
    """Chosen columns of the view ``items`` as a compressed table of an in-memory database.

    A column is taken in when a second condition names it: one condition alone is answered sooner from the files. What
    is there stays; where the columns together are estimated at more than `LIMIT`, those of the condition at hand take
    the others' place, and where these alone are too many, the condition is answered from the files.

    Args:
        connection: in which ``items`` will be when `source` is asked; not locked yet.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        self._asked: set[str] = set()
        self._here: set[str] = set()
        connection.execute("ATTACH ':memory:' AS kept (COMPRESS)")

    def source(self, snapshot: Snapshot, where: str) -> str:
        """The table or view that answers `where`; what it has beside the columns that `where` names is left open."""
        import duckdb

        names = named(where, snapshot.columns())
        if not names:
            return "items"
        if not names <= self._here:
            again, self._asked = names <= self._asked, self._asked | names
            try:
                if not (again and self._take_in(snapshot, names)):
                    return "items"
            except duckdb.Error:  # no memory for it, or a file that the condition itself will stumble over
                return "items"
        return "kept.main.held"

    def _take_in(self, snapshot: Snapshot, names: set[str]) -> bool:
        """Whether these columns are now held."""
        wanted = next((some for some in (self._here | names, names) if _bytes(snapshot, some) <= LIMIT), None)
        if wanted is None:
            return False
        columns = ", ".join(map(quoted, sorted(wanted)))
        self._here = set()
        self._connection.execute("DROP TABLE IF EXISTS kept.main.held")
        self._connection.execute(f"CREATE TABLE kept.main.held AS SELECT {columns}, {ROW} FROM items")
        self._connection.execute("CHECKPOINT kept")  # which is when it is compressed
        self._here = wanted
        return True


def named(where: str, columns: list[str]) -> set[str]:
    """The columns that a condition may name: all whose name is a word of it; none where it may look further than that.

    Too many cost memory, too few would change its meaning; words between single quotes are left out only where it is
    sure which these are.
    """
    text = where.replace('""', '"')
    if _PLAIN.fullmatch(text) and "--" not in text and "/*" not in text:
        text = _STRING.sub("''", text)
    if _WIDER.search(_DISTINCT.sub("", text)) or _STAR.search(text):
        return set()
    text = text.casefold()
    return {name for name in columns if re.search(rf"(?<!\w){re.escape(name.casefold())}(?!\w)", text)}


def quoted(name: str) -> str:
    """A column's name as SQL."""
    return '"' + name.replace('"', '""') + '"'


def _bytes(snapshot: Snapshot, names: set[str]) -> float:
    """What columns take uncompressed, going by the first row group of each segment."""
    total = 0.0
    for segment in snapshot.segments:
        sample = segment.read(sorted(names), [0])
        total += segment.rows * (_HEADER * len(names) + sample.nbytes / max(1, sample.num_rows))
    return total
