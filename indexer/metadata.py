"""A user's own table about the files of a corpus: ``--metadata FILE.csv``, ``.tsv``, ``.parquet`` or ``.jsonl``."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any
from unicodedata import normalize

from indexer.extras import Spelling, is_known
from retriever.errors import UsageError
from retriever.loaders.text import decoded, separator

_BY_FILE = ("path", "file", "filename")
_BY_NAME = ("model_id", "id", "name")
OURS = {"label", "caption", "name", "split"}  # columns of the index that a table may set
_TEXT = frozenset((*_BY_FILE, *_BY_NAME, *OURS))
"""Columns whose values are no numbers, whatever they look like: "0042" names a file, and a split may be called 1."""
_CODE = r"^\s*(\+\d|-?0\d)"
"""What a number does not begin with, as it would lose it: a part number "007", a telephone number "+49..."."""
_LONG = r"^\s*-?\d{19,}\s*$"
"""A whole number that a float has not all digits of; such columns are floats where one goes beyond 64 bits."""
_NO_SPACE = re.compile(r"\S")


@dataclass(frozen=True)
class MetadataTable:
    """Rows of a table, found by file.

    Attributes:
        file: where it came from.
        key: the column that names the files.
        columns: what a row adds to an item. A name that the index uses itself gets ``table_`` in front.
        rows: the key's value, with "/" between parts -> the row without its nulls.
    """

    file: Path
    key: str
    columns: tuple[str, ...]
    rows: dict[str, dict[str, object]] = field(repr=False)

    def row(self, path: str, model_id: object = None) -> dict[str, object]:
        """The columns for one file; empty where the table does not name it.

        Args as of `key_of`.
        """
        return self.rows.get(self.key_of(path, model_id) or "", {})

    def key_of(self, path: str, model_id: object = None) -> str | None:
        """Which of `rows` is that of a file; None where the table does not name it.

        Args:
            path: of the file, below its corpus root.
            model_id: what the corpus layout calls the thing, where it does.
        """
        file = PurePosixPath(path)
        keys = (path, file.name) if self.key in _BY_FILE else (model_id, path, file.name, file.stem)
        texts = [key for key in keys if isinstance(key, str)]
        exact = next((key for key in texts if key in self.rows), None)
        return exact or next((found for key in texts if (found := self._composed.get(normalize("NFC", key)))), None)

    @cached_property
    def _composed(self) -> dict[str, str]:
        """Each key by its letters: ü may be one character, or u and two dots, as macOS names files."""
        return {normalize("NFC", key): key for key in self.rows}


def read_table(path: Path) -> MetadataTable:
    """Read a table whose column path, file, filename, model_id, id or name (the first there is) names the files.

    A path is below the corpus root; a file name or a stem holds for every file that has it.

    Raises:
        UsageError: a table that cannot be read, has none of the columns, has two of one name, or names a file twice.
    """
    table = read_rows(path)
    counts = Counter(filter(None, table.column_names))  # spreadsheets leave several without a name at the end
    if twice := next((name for name, count in counts.items() if count > 1), None):
        raise UsageError(f"The metadata table {path} has two columns {twice!r}; rename or remove one of them.")
    key = next((name for name in (*_BY_FILE, *_BY_NAME) if name in table.column_names), None)
    if key is None:
        wanted = ", ".join((*_BY_FILE, *_BY_NAME))
        raise UsageError(f"The metadata table {path} has no column that names the files; call one of them {wanted}.")
    names = {name: _column_name(name) for name in table.column_names if name != key}
    _check_apart(path, names)
    rows: dict[str, dict[str, object]] = {}
    for record in table.to_pylist():
        value = record.pop(key)
        if value is None:
            continue
        place = str(value).replace("\\", "/").removeprefix("./")
        if place in rows:
            raise UsageError(f"The metadata table {path} names {place!r} twice in {key!r}; remove one of the rows.")
        rows[place] = {names[name]: _plain(cell) for name, cell in record.items() if is_known(cell)}
    return MetadataTable(path, key, tuple(names.values()), rows)


def read_rows(path: Path) -> Any:
    """A .csv, .tsv, .parquet or .jsonl as an Arrow table; columns that name files are strings.

    Text is in UTF-8, UTF-16 with a byte order mark, or else Latin-1, as that of captions. The columns of a .csv or
    .tsv are separated by what its first line has most of, commas, semicolons or tabs.

    Raises:
        UsageError: it cannot be read.
    """
    try:
        return _READERS[path.suffix.lower()](path)
    except KeyError as error:
        raise UsageError(f"The table {path} is not .csv, .tsv, .parquet or .jsonl; convert it.") from error
    except Exception as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise UsageError(f"The table {path} cannot be read ({reason}); check the file.") from error


def _check_apart(path: Path, names: Mapping[str, str]) -> None:
    """Raises UsageError where the index would have two columns of a table, name -> column, as one."""
    spelling, first = Spelling(), dict[str, str]()
    for name, column in names.items():
        (spelt,) = spelling.item({column: True})
        if (other := first.setdefault(spelt, name)) != name:
            raise UsageError(
                f"The metadata table {path} has the columns {other!r} and {name!r}, which are one, as capitals do not "
                "count; rename or remove one of them."
            )


def _column_name(name: str) -> str:
    from retriever.store.schema import ITEMS

    return f"table_{name}" if name in ITEMS.names and name not in OURS else name


def _plain(cell: object) -> object:
    """Nested values as JSON text, as a column must have one type in every segment; decimals as numbers, to compare."""
    if isinstance(cell, Decimal):
        return float(cell) if cell.as_tuple().exponent else int(cell)
    return json.dumps(cell, ensure_ascii=False, default=str) if isinstance(cell, dict | list) else cell


@dataclass(frozen=True)
class _Csv:
    """A CSV in UTF-8, and how it is written: with decimal commas, spreadsheets write ``1,5;2`` for ``1.5,2``."""

    data: bytes
    separator: str
    point: str = "."

    def table(self) -> Any:
        """As an Arrow table, each column of the type that its cells allow; those of `_TEXT` as text."""
        import pyarrow as pa

        return self._read(dict.fromkeys(_TEXT, pa.string()))

    def written(self, names: Iterable[str]) -> Any:
        """The cells as they are written, of a table of such columns; empty ones are null."""
        import pyarrow as pa

        return self._read(dict.fromkeys(names, pa.string()), null_values=[""])

    def _read(self, types: dict[str, Any], **options: Any) -> Any:
        import pyarrow as pa
        from pyarrow import csv

        converting = csv.ConvertOptions(
            column_types=types, strings_can_be_null=True, decimal_point=self.point, **options
        )
        parsing = csv.ParseOptions(delimiter=self.separator, newlines_in_values=True)
        return csv.read_csv(pa.BufferReader(self.data), convert_options=converting, parse_options=parsing)


def _csv(path: Path) -> Any:
    import pyarrow as pa

    text = decoded(path.read_bytes())
    file = _Csv(text.encode(), separator(text.partition("\n")[0]))
    table = file.table()
    if file.separator != ",":
        other = replace(file, point=",")
        if _numbers(other_table := other.table()) > _numbers(table):
            file, table = other, other_table
    columns = zip(table.columns, file.written(table.column_names).columns, strict=True)
    return pa.table([_kept(cells, written) for cells, written in columns], table.column_names)


def _numbers(table: Any) -> int:
    """How many columns were taken for numbers."""
    return sum(_is_number(field.type) for field in table.schema)


def _is_number(kind: Any) -> bool:
    import pyarrow as pa

    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind))


def _kept(cells: Any, written: Any) -> Any:
    """A column as it was understood, or as it is written where that is text, dates, or numbers that would lose digits.

    Words such as NA and NaN say of a number, a date or a truth value that it is not known; in text they are words.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    kind = cells.type
    if pa.types.is_string(kind):
        return written
    lost = f"{_CODE}|{_LONG}" if pa.types.is_floating(kind) else _CODE
    is_code = _is_number(kind) and pc.any(pc.match_substring_regex(written, lost)).as_py()
    if is_code or pa.types.is_temporal(kind):
        return pc.if_else(cells.is_valid(), written, pa.scalar(None, pa.string()))
    return cells


def _parquet(path: Path) -> Any:
    import pyarrow as pa
    from pyarrow import parquet

    table = parquet.read_table(path)
    return pa.table([_dated(column) for column in table.columns], table.column_names)


def _dated(column: Any) -> Any:
    """Dates and times as text, without a fraction that is nought: Python knows no nanoseconds and no year 10000."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if not pa.types.is_temporal(column.type) or pa.types.is_interval(column.type):
        return column
    if pa.types.is_duration(column.type):
        return column.cast(pa.duration("us"), safe=False)
    text = pc.replace_substring_regex(column.cast(pa.string()), r"\.0+(\D.*)?$", r"\1")
    return pc.replace_substring_regex(text, r"(\.\d*[1-9])0+(\D.*)?$", r"\1\2")


def _jsonl(path: Path) -> Any:
    """Not by Arrow's own reader, which takes dates for times, and refuses a column of numbers and words."""
    import pyarrow as pa

    rows = [
        {name: cell for name, cell in row.items() if is_known(cell)} for row in _objects(decoded(path.read_bytes()))
    ]
    names = list(dict.fromkeys(name for row in rows for name in row))
    return pa.table([_settled(name, [row.get(name) for row in rows]) for name in names], names)


def _objects(text: str) -> Iterator[dict[str, Any]]:
    """The objects of a text in JSON, with white space between them.

    Raises:
        ValueError: it is empty, or holds something else in the line that is named.
    """
    if not text:
        raise ValueError("it is empty")
    decoder, end = json.JSONDecoder(), 0
    while found := _NO_SPACE.search(text, end):
        row, end = decoder.raw_decode(text, found.start())
        if not isinstance(row, dict):
            line = text.count("\n", 0, found.start()) + 1
            raise ValueError(f"no object: line {line}")
        yield row


def _settled(name: str, cells: Sequence[Any]) -> Any:
    """A column of a .jsonl as an Arrow array: values of types that do not go together are text."""
    import pyarrow as pa

    from indexer.extras import Types, array

    if all(isinstance(cell, dict | list | None) for cell in cells) and any(cell is not None for cell in cells):
        with suppress(ValueError, TypeError, OverflowError):  # they differ inside
            return pa.array(cells)
    cells, types = [_plain(cell) for cell in cells], Types()
    for cell in cells:
        types.see({name: cell})
    (field,) = types.fields()
    return array(pa.field(name, pa.string()) if name in _TEXT else field, cells)


_READERS = {".csv": _csv, ".tsv": _csv, ".parquet": _parquet, ".jsonl": _jsonl}
