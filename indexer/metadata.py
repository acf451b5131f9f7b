"""A user's own table about the files of a corpus: ``--metadata FILE.csv``, ``.tsv``, ``.parquet`` or ``.jsonl``."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path, PurePosixPath
from typing import Any

from indexer.extras import is_known
from retriever.errors import UsageError
from retriever.loaders.text import decoded, separator

_BY_FILE = ("path", "file", "filename")
_BY_NAME = ("model_id", "id", "name")
OURS = {"label", "caption", "name", "split"}  # columns of the index that a table may set
_TEXT = frozenset((*_BY_FILE, *_BY_NAME, *OURS))
"""Columns whose values are no numbers, whatever they look like: "0042" names a file, and a split may be called 1."""
_CODE = r"^\s*(\+\d|-?0\d)"
"""What a number does not begin with, as it would lose it: a part number "007", a telephone number "+49..."."""
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
        return next((key for key in keys if isinstance(key, str) and key in self.rows), None)


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


def _column_name(name: str) -> str:
    from retriever.store.schema import ITEMS

    return f"table_{name}" if name in ITEMS.names and name not in OURS else name


def _plain(cell: object) -> object:
    """Nested values as JSON text, as a column must have one type in every segment; decimals as floats, to compare."""
    if isinstance(cell, Decimal):
        return float(cell)
    return json.dumps(cell, ensure_ascii=False, default=str) if isinstance(cell, dict | list) else cell


@dataclass(frozen=True)
class _Csv:
    """A CSV in UTF-8, and how it is written: with decimal commas, spreadsheets write ``1,5;2`` for ``1.5,2``."""

    data: bytes
    separator: str
    point: str = "."

    def table(self, texts: Iterable[str]) -> Any:
        """As an Arrow table, the columns called `texts` as they are written."""
        import pyarrow as pa
        from pyarrow import csv

        options = csv.ConvertOptions(
            column_types=dict.fromkeys(texts, pa.string()), strings_can_be_null=True, decimal_point=self.point
        )
        parsing = csv.ParseOptions(delimiter=self.separator, newlines_in_values=True)
        return csv.read_csv(pa.BufferReader(self.data), convert_options=options, parse_options=parsing)


def _csv(path: Path) -> Any:
    text = decoded(path.read_bytes())
    file = _Csv(text.encode(), separator(text.partition("\n")[0]))
    table = file.table(_TEXT)
    if file.separator != ",":
        other = replace(file, point=",")
        if len(_numbers(other.table(_TEXT))) > len(_numbers(table)):
            file, table = other, other.table(_TEXT)
    codes = _codes(table, file)
    return file.table(_TEXT | codes) if codes else table


def _numbers(table: Any) -> set[str]:
    """Names of the columns that were taken for numbers."""
    import pyarrow as pa

    return {field.name for field in table.schema if pa.types.is_integer(field.type) or pa.types.is_floating(field.type)}


def _codes(table: Any, file: _Csv) -> set[str]:
    """Columns that were taken for numbers, and hold a value whose first digits would be lost."""
    import pyarrow.compute as pc

    numbers = _numbers(table)
    if not numbers:
        return set()
    written = file.table(_TEXT | numbers)
    columns = zip(written.column_names, written.columns, strict=True)
    return {
        name for name, cells in columns if name in numbers and pc.any(pc.match_substring_regex(cells, _CODE)).as_py()
    }


def _parquet(path: Path) -> Any:
    from pyarrow import parquet

    return parquet.read_table(path)


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
