"""The items in the order of their paths or of other columns, without a search: all that fulfil a condition, or some."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from retriever.query.candidates import Candidates, chosen
from retriever.query.copied import Copied, copy_files
from retriever.query.item import Item
from retriever.query.metadata import FIXED, HIDDEN
from retriever.query.order import first, order_of
from retriever.query.request import check_where, check_whole
from retriever.query.stored import spread
from retriever.query.tables import save_tables
from retriever.query.written import cell, item_dict
from retriever.query.zeroshot import CONFIDENCE
from retriever.store.snapshot import Snapshot
from retriever.types import Modality, Vectors

if TYPE_CHECKING:
    import pyarrow as pa

    from retriever.maps.mapped import Map

PART = 2**18
"""Rows whose columns are read at once."""

_AT_ONCE = 4096  # rows that become Python's own values at once
_BYTES = 2**25  # of vectors that are read at once

TOLD = ("name", "caption", CONFIDENCE)
"""Columns that JSON says something of, beside the `FIXED` ones."""


class Items:
    """Items in their order; immutable, and read when they are looked at, some at a time.

    Args:
        snapshot: what holds them.
        rows: theirs, in order.
        total: how many fulfil the condition, of which these are all or some.
        asked: what chose them and put them in order, as text: "to", "where" and "sort", as far as they were given.

    Attributes:
        asked: as given.
        folder: of the index.
        version: of the index.
        space: name of the index's space.
        dim: numbers in a vector of it.
        roots: absolute paths of its corpora.
        columns: names of what is known of items.
        total: as given.
        several_roots: whether a path alone may not say which file is meant.
    """

    def __init__(
        self, snapshot: Snapshot, rows: NDArray[np.int64], total: int, asked: Mapping[str, str] | None = None
    ) -> None:
        self._snapshot, self._rows = snapshot, rows
        self.total, self.asked = total, dict(asked or {})
        self.folder, self.version = snapshot.folder.absolute(), snapshot.manifest.version
        self.space, self.dim = snapshot.identity.name, snapshot.identity.dim
        self.roots = list(snapshot.roots.values())
        self.columns = [name for name in snapshot.columns() if name not in HIDDEN]
        self.several_roots = len(snapshot.manifest.roots) > 1

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[Item]:
        return self.each()

    def __repr__(self) -> str:
        return f"<{len(self):,} of {self.total:,} items of {self._snapshot.folder}>"

    def each(self, columns: Sequence[str] | None = None) -> Iterator[Item]:
        """The items one by one, with those of `columns` that there are as metadata; None for all."""
        for table in self._parts(columns):
            for row in _rows(table):
                id, path, root, modality, label = (row.pop(name) for name in FIXED)
                yield Item(id, path, self._snapshot.root_path(root), Modality(modality), label, row)

    def to_dicts(self) -> list[dict[str, Any]]:
        """One dict an item, as in `to_json`: what JSON says of a hit but for its rank, score and shares."""
        return [item_dict(item) for item in self.each(TOLD)]

    def to_json(self) -> str:
        """One object: the space, how many there are in all and here, and the items."""
        return "".join(self.json_parts())

    def json_parts(self) -> Iterator[str]:
        """`to_json`, a little at a time."""
        head = json.dumps({"space": self.space, "total": self.total, "count": len(self)})
        yield f'{head[:-1]}, "items": ['
        for place, item in enumerate(self.each(TOLD)):
            yield f"{', ' if place else ''}{json.dumps(item_dict(item), allow_nan=False)}"
        yield "]}"

    def csv_parts(self) -> Iterator[str]:
        """All columns as CSV with a header, a line at a time; lists have spaces between their numbers."""
        for place, table in enumerate(self.tables()):
            if not place:
                yield line(table.column_names)
            yield from (line(map(cell, row.values())) for row in _rows(table))

    def to_parquet(self, path: str | Path) -> None:
        """Write all columns to a Parquet file, which is replaced when all is written.

        Raises:
            UsageError: the file cannot be written.
        """
        save_tables(self.tables(), path)

    def to_html(self) -> str:
        """A page with a picture of every item, as `Hits.to_html` gives one of hits."""
        from retriever.sheet import page

        return "".join(page(self))

    def save_html(self, path: str | Path, progress: Callable[[str, int, int | None], None] | None = None) -> None:
        """Write `to_html` to a file, which is replaced when all is written.

        Args:
            path: ends in .html or .htm.
            progress: is called with a phase, the items done, and how many there are.

        Raises:
            UsageError: another ending, or the file cannot be written.
        """
        from retriever.sheet import save

        save(self, path, progress)

    def tables(self, columns: Sequence[str] | None = None) -> Iterator[pa.Table]:
        """Tables of up to `PART` rows, one at least; `root` is the absolute path of the corpus root.

        Args:
            columns: those beside the `FIXED` ones; those that there are not are left out. None for all.
        """
        import pyarrow as pa

        for table in self._parts(columns):
            paths = [self._snapshot.root_path(root) for root in table.column("root").to_pylist()]
            yield table.set_column(FIXED.index("root"), "root", pa.array(paths, pa.string()))

    def vectors(self) -> Vectors:
        """(n, d) float32 unit vectors, in the order of the items."""
        return self._snapshot.vectors(self._rows)

    def vectors_at(self, places: NDArray[np.int64]) -> Vectors:
        """(m, d) of those at some places in the list."""
        return self._snapshot.vectors(self._rows[places])

    def vector_parts(self) -> Iterator[Vectors]:
        """The same, some megabytes at a time; one part at least."""
        return self._read(self._rows)

    def with_vectors(self, columns: Sequence[str]) -> Iterator[tuple[pa.Table, Vectors]]:
        """`vector_parts`, each beside a table of what it is of: the `FIXED` columns, and those of `columns`."""
        for number, table in enumerate(self._parts(columns)):
            place = 0
            for vectors in self._read(self._rows[number * PART : (number + 1) * PART]):
                yield table.slice(place, len(vectors)), vectors
                place += len(vectors)

    def map(self, color: str = "label", progress: Callable[[str, int, int | None], None] | None = None) -> Map:
        """Their places on a plane on which what is alike lies together, see `retriever.maps.layout`.

        Args:
            color: column that a figure of it is coloured by.
            progress: is called with a phase, what is done of it, and how much there is.

        Raises:
            UsageError: there is no such column.
        """
        from retriever.maps.mapped import map_of

        return map_of(self, color, progress)

    def spread(self, most: int) -> Items:
        """These; of more than `most`, so many at even distances."""
        return Items(self._snapshot, spread(self._rows, most), self.total, self.asked)

    def copy_files(self, folder: str | Path) -> Copied:
        """Copies the files into a folder, as `retriever.query.copied.copy_files` does."""
        return copy_files(self.each([]), Path(folder), several_roots=self.several_roots)

    def save_vectors(self, path: str | Path) -> None:
        """Write the vectors to a file, which is replaced when all is written.

        Args:
            path: ends in .npy, for an (n, d) float32 array in the order of the items; or in .parquet or .pq, for a
                table of id, path, label, name and vector, a list of d float32.

        Raises:
            UsageError: another ending, a file that cannot be written, or one that is there and holds something else.
        """
        from retriever.query.embedded import save

        save(self, path)

    def _read(self, rows: NDArray[np.int64]) -> Iterator[Vectors]:
        step = max(1, _BYTES // (4 * self.dim))
        for start in range(0, max(1, len(rows)), step):
            yield self._snapshot.vectors(rows[start : start + step])

    def _parts(self, columns: Sequence[str] | None) -> Iterator[pa.Table]:
        known = [name for name in self.columns if name not in FIXED]
        wanted = [*FIXED, *(name for name in known if columns is None or name in columns)]
        for start in range(0, max(1, len(self)), PART):
            yield self._snapshot.take(self._rows[start : start + PART], wanted)


def _rows(table: pa.Table) -> Iterator[dict[str, Any]]:
    for some in table.to_batches(_AT_ONCE):
        yield from some.to_pylist()


def line(cells: Iterable[object]) -> str:
    """A line of CSV."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow(cells)
    return out.getvalue()


def browse(
    snapshot: Snapshot,
    candidates: Candidates,
    to: str | None,
    where: str | None,
    k: int | None,
    offset: int,
    sort: str | Sequence[str] | None,
) -> Items:
    """What `Index.browse` gives.

    Raises:
        UsageError: an argument at fault, or nothing of that modality.
        FilterError: a filter that DuckDB does not accept.
    """
    check_where(where)
    check_whole("k", 1 if k is None else k, 1)
    check_whole("offset", offset, 0)
    order = order_of(sort, snapshot)
    allowed = candidates.rows(to, where)
    total = snapshot.rows if allowed is None else len(allowed)
    end = total if k is None else min(total, offset + k)
    mask = None if allowed is None else allowed.mask
    by = sort if isinstance(sort, str) else ", ".join(sort or ())
    asked = {"to": to if to != "any" else None, "where": where, "sort": by}
    given = {name: str(value) for name, value in asked.items() if value}
    return Items(snapshot, _first(snapshot, order, mask, total, end)[offset:], total, given)


def _first(
    snapshot: Snapshot, order: Sequence[tuple[str, str]], mask: NDArray[np.bool_] | None, total: int, count: int
) -> NDArray[np.int64]:
    """The first rows in their order of the `total` that `mask` lets through; None lets through all."""
    if not count:
        return np.zeros(0, np.int64)
    import pyarrow as pa

    keys = pa.table({name: snapshot.column(name) for name, _ in order})
    keys = keys if mask is None else chosen(keys, mask)
    places = first(keys, order, min(count, total))
    return places if mask is None else np.flatnonzero(mask)[places]
