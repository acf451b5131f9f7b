"""How many items have each value of a column: what is in an index, without a search."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from retriever.errors import UsageError
from retriever.query.candidates import Candidates, chosen
from retriever.query.order import column_named
from retriever.query.request import check_where, check_whole
from retriever.query.written import plain
from retriever.store.schema import spelled
from retriever.store.snapshot import Snapshot

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class Counts:
    """The values of a column, each with the number of items that have it; iterating gives these pairs.

    Attributes:
        space: name of the index's space.
        column: as the index calls it.
        total: how many items were counted.
        count: how many different values they have, of which `values` are all or the commonest.
        values: (value, items), most items first, and of equally many the smaller value first; behind them (None, items)
            where some have no value. Of a column of lists these are the elements, each counted once an item, and the
            numbers may be more than `total` together.
    """

    space: str
    column: str
    total: int
    count: int
    values: tuple[tuple[Any, int], ...]

    def __len__(self) -> int:
        return len(self.values)

    def __iter__(self) -> Iterator[tuple[Any, int]]:
        return iter(self.values)

    def to_dict(self) -> dict[str, Any]:
        """As in `to_json`."""
        values = [{"value": _in_json(value), "items": items} for value, items in self]
        return {
            "space": self.space,
            "column": self.column,
            "total": self.total,
            "count": self.count,
            "values": values,
        }

    def to_json(self) -> str:
        """One object: the space, the column, how many items and values there are, and the values; null for none."""
        return json.dumps(self.to_dict(), allow_nan=False)

    def to_csv(self) -> str:
        """A line a value, with a header; the value is empty where items have none."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(("value", "items"))
        writer.writerows(self.values)
        return out.getvalue()


def counted_values(
    snapshot: Snapshot, candidates: Candidates, column: str, to: str | None, where: str | None, k: int | None
) -> Counts:
    """What `Index.counts` gives.

    Raises:
        UsageError: no such column, another argument at fault, or nothing of that modality.
        FilterError: a filter that DuckDB does not accept.
    """
    check_where(where)
    check_whole("k", 1 if k is None else k, 1)
    if not isinstance(column, str) or not column.strip():
        raise UsageError(f"--count {column!r}: give the name of a column, such as label.")
    name = column_named(column.strip(), snapshot.columns(), f"--count {column}")
    allowed = candidates.rows(to, where)
    total = snapshot.rows if allowed is None else len(allowed)
    if not total:
        return Counts(snapshot.identity.name, name, 0, 0, ())
    import pyarrow as pa

    cells = pa.table({"value": snapshot.column(name)})
    cells = cells if allowed is None else chosen(cells, allowed.mask)
    found, items = _by_value(cells.column("value"))
    values: list[tuple[Any, int]]
    if name == "root":  # as the other forms show it, by its path; there are few
        paths = [snapshot.root_path(root) for root in found.column("value").to_pylist()]
        values = sorted(zip(paths, found.column("items").to_pylist(), strict=True), key=lambda one: (-one[1], one[0]))
        values = values[:k]
    else:
        first = _first(found, k)
        values = list(zip(first.column("value").to_pylist(), first.column("items").to_pylist(), strict=True))
    if items < total:
        values.append((None, total - items))
    return Counts(snapshot.identity.name, name, total, len(found), tuple(values))


def _by_value(column: pa.ChunkedArray) -> tuple[pa.Table, int]:
    """A table of the different values and their items, in any order, and how many items have one."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_list(column.type):
        return _by_element(column)
    column = _known(column)
    found = pa.table(pc.value_counts(column).flatten(), ["value", "items"])
    return found, len(column)


def _by_element(column: pa.ChunkedArray) -> tuple[pa.Table, int]:
    """As `_by_value`, of lists: an item counts once for each of the different elements that it has."""
    import pyarrow as pa
    import pyarrow.compute as pc

    both = pa.table({"item": pc.list_parent_indices(column), "value": pc.list_flatten(column)})
    both = both.filter(_is_known(both.column("value")))
    if not len(both):
        return pa.table({"value": both.column("value"), "items": both.column("item")}), 0
    coded = _unsigned(both.column("value")).dictionary_encode().combine_chunks()
    codes, item = (
        np.from_dlpack(one).astype(np.int64) for one in (coded.indices, both.column("item").combine_chunks())
    )
    size = len(coded.dictionary)
    pairs = np.sort(item * size + codes)  # np.unique takes far longer, and group_by imports pandas
    pairs = pairs[_steps(pairs)]
    items = np.bincount(pairs % size, minlength=size)
    counts = pa.Array.from_buffers(pa.int64(), size, [None, pa.py_buffer(items.astype(np.int64))])
    return pa.table({"value": coded.dictionary, "items": counts}), int(np.count_nonzero(_steps(pairs // size)))


def _steps(ascending: NDArray[np.int64]) -> NDArray[np.bool_]:
    """(n,) True where a number, none below zero, is another than the one before."""
    return np.diff(ascending, prepend=-1) > 0


def _known(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Without what is no value: nulls, and what is no number."""
    return _unsigned(column.filter(_is_known(column)))


def _is_known(column: pa.ChunkedArray) -> pa.ChunkedArray:
    import pyarrow as pa
    import pyarrow.compute as pc

    valid = pc.is_valid(column)
    return pc.and_not_kleene(valid, pc.is_nan(column)) if pa.types.is_floating(column.type) else valid


def _unsigned(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """With 0 for -0, which is equal and would be counted apart."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if not pa.types.is_floating(column.type):
        return column
    # Made from a buffer, as a number of Python's would import pandas.
    nothing = pa.py_buffer(np.zeros(len(column) * (column.type.bit_width // 8), np.uint8))
    return pc.add(column, pa.Array.from_buffers(column.type, len(column), [None, nothing]))


def _first(found: pa.Table, k: int | None) -> pa.Table:
    """The k commonest values in their order; all for None."""
    import pyarrow.compute as pc

    order = [("items", "descending"), ("value", "ascending")]
    if k is None or k >= len(found):
        return found.take(pc.sort_indices(found, order))
    return found.take(pc.select_k_unstable(found, k, order))


def _in_json(value: object) -> object:
    """What JSON has no number for is text, for null says that there is no value."""
    return spelled(value) if isinstance(value, float) and plain(value) is None else value
