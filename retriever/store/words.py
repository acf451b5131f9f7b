"""``words.db`` of a segment: an inverted list of each word of its items' names, captions, labels and paths.

The file is one of SQLite's FTS5, which cuts texts into words and brings them to their stems. It is looked up by stem,
never by a MATCH expression, so that no text of a user means more than its words. Beside SQLite's own lists, the rows of
common words lie ready as numbers, since it would take tens of milliseconds to read them out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from threading import Lock
from types import ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from retriever.errors import IndexCorrupt, MissingDependency

if TYPE_CHECKING:
    import sqlite3

FORMAT = 1
"""Of the file; one of another format is searched around, and written again by the next run."""

WEIGHTS = {"name": 2, "caption": 1, "label": 2, "path": 1}
"""What a word counts in each field; "path" are the last folder that says more than "files", and the file's stem."""

TABLE = (
    f"CREATE VIRTUAL TABLE words USING fts5({', '.join(WEIGHTS)}, content='', columnsize=0, detail=column, "
    "tokenize='porter unicode61 remove_diacritics 2')"
)
NO_MODULE = "no such module"
"""What SQLite says where it has no FTS5."""

POSTINGS = "CREATE VIRTUAL TABLE postings USING fts5vocab(words, instance)"

BOUNDARIES = ("([a-z])([A-Z])", "([A-Z])([A-Z][a-z])", "([A-Za-z])([0-9])", "([0-9])([A-Za-z])")
"""Where a name is cut, as regular expressions of Python and of RE2: "coffeeTable02" is coffee, table and 02."""

UNSAID = frozenset("a an and at by for from in is it of on or that the thi to with".split())  # noqa: SIM905
"""Stems of words that are in texts of any kind and tell nothing; a query's are left out."""

_FIELD = " ".join(f"WHEN '{name}' THEN {place}" for place, name in enumerate(WEIGHTS))
_CODES = f"SELECT group_concat(doc * {len(WEIGHTS)} + CASE col {_FIELD} END) FROM postings WHERE term = ?"
_COUNTS = np.array(list(WEIGHTS.values()), np.uint8)

Postings = tuple[NDArray[np.int64], NDArray[np.uint8]]
"""Rows that have a word, ascending, and the summed weights of the fields that say it."""


class WordsFile:
    """``words.db`` of one segment, opened for reading.

    Args:
        path: of the file.
        rows: of the segment.

    Attributes:
        rows: of the segment.
        lengths: (rows,) uint16, words in all fields of each row together.

    Raises:
        FileNotFoundError: there is none.
        IndexCorrupt: it is damaged, of another format or of another number of rows.
        MissingDependency: the SQLite at hand has no FTS5.
    """

    def __init__(self, path: Path, rows: int) -> None:
        sqlite3 = sqlite()
        self.rows = rows
        self._path = path
        self._asking = Lock()
        size = path.stat().st_size
        # Nobody ever writes to it, so that no lock is needed and none is taken.
        uri = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
        try:
            self._file = sqlite3.connect(uri, uri=True, check_same_thread=False)
            asked = [f"PRAGMA {what}" for what in ("page_count", "page_size", "user_version")]
            pages, of_page, form = (self._file.execute(what).fetchone()[0] for what in asked)
            known, held = self._file.execute("SELECT rows, lengths FROM facts").fetchone() or (None, None)
            self._file.execute("SELECT term FROM postings LIMIT 0")
        except (sqlite3.Error, UnicodeDecodeError) as error:
            path.stat()  # a writer may have taken it away meanwhile, which is no damage
            raise _problem(path, error) from error
        if (pages * of_page, form, known) != (size, FORMAT, rows):
            raise damaged(path, f"it has format {form}, {known} rows and {size:,} bytes")
        self.lengths = self._numbers(held, "<u2")
        if len(self.lengths) != rows:
            raise damaged(path, f"it has {len(self.lengths):,} lengths of {rows:,} rows")

    def postings(self, stem: str) -> Postings:
        """The rows of the segment that have a word of this stem.

        Raises:
            IndexCorrupt: the file is damaged.
        """
        ready = self._asked("SELECT rows, weights FROM common WHERE term = ?", stem)
        if ready is None:
            rows, weights = merged(self._asked(_CODES, stem))
        else:
            rows, weights = self._numbers(ready[0], "<u4").astype(np.int64), self._numbers(ready[1], "u1")
        if len(rows) != len(weights) or (len(rows) and not (rows[0] >= 0 and rows[-1] < self.rows)):
            raise damaged(self._path, f"its rows of {stem!r} lie outside of the segment")
        if not (rows[1:] > rows[:-1]).all():
            raise damaged(self._path, f"its rows of {stem!r} do not ascend")
        return rows, weights

    def check(self) -> None:
        """Reads all of it; raises IndexCorrupt where its pages do not fit together."""
        found = self._asked("PRAGMA quick_check(1)")
        if found != ("ok",):
            raise damaged(self._path, str(found[0] if found else "nothing is said of it"))

    def _asked(self, statement: str, *values: str) -> tuple[object, ...] | None:
        import sqlite3

        try:
            with self._asking:
                row: tuple[object, ...] | None = self._file.execute(statement, values).fetchone()
        except (sqlite3.Error, UnicodeDecodeError) as error:
            raise damaged(self._path, str(error)) from error
        return row

    def _numbers(self, held: object, kind: str) -> NDArray[Any]:
        if not isinstance(held, bytes) or len(held) % np.dtype(kind).itemsize:
            raise damaged(self._path, "what should be numbers is something else")
        return np.frombuffer(held, kind)


def merged(answer: Sequence[object] | None) -> Postings:
    """The rows and summed weights in an answer to `codes_of`."""
    codes = np.fromstring(str(answer[0]), np.int64, sep=",") if answer and answer[0] else np.zeros(0, np.int64)
    rows, fields = np.divmod(codes, len(WEIGHTS))
    firsts = np.flatnonzero(np.diff(rows, prepend=-1))
    if not len(rows):
        return rows, np.zeros(0, np.uint8)
    return rows[firsts], np.add.reduceat(_COUNTS[fields], firsts, dtype=np.uint8)


def codes_of(file: sqlite3.Connection, stem: str) -> Sequence[object] | None:
    """SQLite's own list of a stem, as `merged` takes it."""
    answer: Sequence[object] | None = file.execute(_CODES, (stem,)).fetchone()
    return answer


@lru_cache(256)
def stems_of(words: str) -> tuple[str, ...]:
    """The stems of the words of a query that tell anything, as the files have them.

    Raises:
        MissingDependency: the SQLite at hand has no FTS5.
    """
    sqlite3 = sqlite()
    text = words.encode("utf-8", "ignore").decode()
    for boundary in BOUNDARIES:
        text = re.sub(boundary, r"\1 \2", text)
    memory = sqlite3.connect(":memory:", isolation_level=None)
    try:
        memory.execute(TABLE)
        memory.execute(POSTINGS)
        memory.execute("INSERT INTO words (rowid, name) VALUES (0, ?)", (text,))
        stems = [stem for (stem,) in memory.execute("SELECT term FROM postings")]
    except sqlite3.OperationalError as error:
        raise without_fts5() from error
    finally:
        memory.close()
    return tuple(stem for stem in stems if stem not in UNSAID)


def without_fts5() -> MissingDependency:
    """The error of a Python whose SQLite cannot search texts."""
    return MissingDependency(
        "Names and captions are not searched, as the SQLite of this Python was built without FTS5: "
        "use a Python from python.org, conda or the system's packages."
    )


def damaged(path: Path, reason: str) -> IndexCorrupt:
    """The error of a file that cannot be used; searches go on without it."""
    return IndexCorrupt(
        f"The file {path} of the items' words is damaged ({reason}): `retriever compact` builds it again."
    )


def sqlite() -> ModuleType:
    """The module `sqlite3`.

    Raises:
        MissingDependency: this Python was built without it.
    """
    try:
        import sqlite3
    except ImportError as error:
        raise without_fts5() from error
    return sqlite3


def _problem(path: Path, error: Exception) -> IndexCorrupt | MissingDependency:
    return without_fts5() if NO_MODULE in str(error) else damaged(path, str(error))
