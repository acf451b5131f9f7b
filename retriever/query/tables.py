"""Arrow tables into a Parquet file."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, BinaryIO

from retriever.errors import UsageError
from retriever.files import whole_file

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq


_SUFFIXES, _START = (".parquet", ".pq"), b"PAR1"


def save_tables(tables: Iterable[pa.Table], path: str | Path) -> None:
    """Write tables of one schema to a Parquet file, which is replaced when all are written.

    Raises:
        UsageError: as of `Tables`.
    """
    with Tables(path) as out:
        for table in tables:
            out.write(table)


class Tables:
    """Arrow tables of one schema into a Parquet file, which takes the place of an older one when all are written.

    An error, or none that was written, leaves the older one as it was.

    Args:
        path: of the file.

    Raises:
        UsageError: it cannot be written, or is there and something else: a model, or an index's manifest.
    """

    def __init__(self, path: str | Path) -> None:
        if str(path) == "-":
            raise UsageError("A Parquet table goes into a file, and - is none: name one, such as hits.parquet.")
        self._path = Path(path)
        if _is_other(self._path):
            raise UsageError(f"{path} is there, and no Parquet table that could be replaced: choose another file.")
        self._open = ExitStack()
        self._writer: pq.ParquetWriter | None = None

    def __enter__(self) -> Tables:
        return self

    def write(self, table: pa.Table) -> None:
        """Append the rows of `table`."""
        with self._explained():
            if self._writer is None:
                self._writer = self._begun(table.schema)
            self._writer.write_table(table)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._explained():
            self._open.__exit__(kind, error, trace)

    def _begun(self, schema: pa.Schema) -> pq.ParquetWriter:
        import pyarrow.parquet as pq

        place = self._path.resolve()  # a link stays one
        if place.exists() and not place.is_file():  # a pipe, or a device; a folder is refused
            file: BinaryIO = self._open.enter_context(place.open("wb"))
        else:
            file = self._open.enter_context(whole_file(place))
        return self._open.enter_context(pq.ParquetWriter(file, schema))

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            reason = os.strerror(error.errno) if error.errno else error
            raise UsageError(f"The table cannot be written to {self._path} ({reason}); choose another file.") from error


def _is_other(path: Path) -> bool:
    """Whether there is a file with something in it that neither its name nor its start calls a table."""
    if path.suffix.lower() in _SUFFIXES or not path.is_file():
        return False
    with suppress(OSError), path.open("rb") as file:
        return file.read(len(_START)) not in (b"", _START)
    return False
