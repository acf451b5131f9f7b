"""Items on a map: the places of their vectors on a plane, beside what is known of each, for files and figures."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from retriever.maps.layout import LAID_OUT, Places, lay_out, place, sample
from retriever.query.metadata import FIXED
from retriever.query.order import column_named
from retriever.query.tables import save_tables
from retriever.query.written import item_dict

if TYPE_CHECKING:
    import pyarrow as pa

    from retriever.query.browse import Items
    from retriever.query.item import Item

COLUMNS = (*FIXED, "name")
"""What a table says of an item, before ``x`` and ``y``."""

COLOR = "label"
"""What a figure is coloured by where nobody says otherwise."""

DIGITS = 6
"""Decimals of places in JSON and CSV, and into a pipe; Parquet keeps every bit."""


class Map:
    """Items and their places.

    Args:
        items: in their order.
        places: (n, 2) float32, within -1 and 1.
        color: column that a figure is coloured by; tables and CSV have it as well.

    Attributes:
        items: as given.
        places: as given.
        color: as given.
        laid_out: how many of the items are laid out; the others are placed among these.
    """

    def __init__(self, items: Items, places: Places, color: str = COLOR) -> None:
        self.items, self.places, self.color = items, places, color
        self.laid_out = min(len(items), LAID_OUT)

    def __len__(self) -> int:
        return len(self.places)

    def __repr__(self) -> str:
        return f"<Map of {self.items!r}>"

    def each(self) -> Iterator[tuple[float, float, Item]]:
        """x, y and the item, one by one; of its metadata the name alone."""
        for (x, y), item in zip(self._rounded(), self.items.each(["name"]), strict=True):
            yield x, y, item

    def values(self) -> list[Any]:
        """What the items are coloured by, in their order; None where there is no value.

        Of a column of lists, such as what labels are kinds of, each item has that element which most items have.
        """
        cells = [value for table in self.items.tables([self.color]) for value in table.column(self.color).to_pylist()]
        counts = Counter(element for value in cells if isinstance(value, list) for element in set(value))
        return [_commonest(value, counts) if isinstance(value, list) else value for value in cells]

    def tables(self) -> Iterator[pa.Table]:
        """Tables of `COLUMNS`, the one of the colours if it is another, ``x`` and ``y``; one at least."""
        import pyarrow as pa

        first = 0
        for table in self.items.tables(["name", self.color]):
            part = self.places[first : first + len(table)]
            first += len(table)
            named = [name for name in (*COLUMNS, self.color) if name in table.column_names]
            table = table.select(list(dict.fromkeys(named)))
            taken = {name.lower() for name in table.column_names}
            for axis, values in zip("xy", part.T, strict=True):
                name = axis if axis not in taken else f"map_{axis}"  # the colour's column may be called so
                numbers = pa.py_buffer(np.ascontiguousarray(values, "<f4"))  # as pa.array would import pandas
                table = table.append_column(name, pa.Array.from_buffers(pa.float32(), len(part), [None, numbers]))
            yield table

    def csv_parts(self) -> Iterator[str]:
        """The columns of `tables` as CSV with a header, a line at a time."""
        from retriever.query.browse import line
        from retriever.query.written import cell

        for number, table in enumerate(self.tables()):
            if not number:
                yield line(table.column_names)
            for row in table.to_pylist():
                cells = [cell(value) for value in row.values()]
                yield line([*cells[:-2], *(f"{value:.{DIGITS}f}" for value in cells[-2:])])

    def json_parts(self) -> Iterator[str]:
        """One object, a little at a time: that of `Items.to_json`, how many are laid out, and of each item x and y."""
        from retriever.query.browse import TOLD

        items = self.items
        head = {"space": items.space, "total": items.total, "count": len(items), "laid_out": self.laid_out}
        yield f'{json.dumps(head)[:-1]}, "items": ['
        for number, ((x, y), item) in enumerate(zip(self._rounded(), items.each(TOLD), strict=True)):
            yield f"{', ' if number else ''}{json.dumps({**item_dict(item), 'x': x, 'y': y}, allow_nan=False)}"
        yield "]}"

    def to_parquet(self, path: str | Path) -> None:
        """Write `tables` to a Parquet file, which is replaced when all is written.

        Raises:
            UsageError: the file cannot be written.
        """
        save_tables(self.tables(), path)

    def save_figure(self, path: str | Path) -> None:
        """Draw the map into a file that ends in .svg, .png or .pdf.

        Raises:
            UsageError: another ending, matplotlib is not installed, or the file cannot be written.
        """
        from retriever.maps.figure import draw

        draw(self, Path(path))

    def _rounded(self) -> Iterator[tuple[float, float]]:
        for x, y in self.places.tolist():
            yield round(x, DIGITS) + 0.0, round(y, DIGITS) + 0.0  # + 0.0: no minus zero


def _commonest(elements: list[Any], counts: Counter[Any]) -> Any:
    """That of some elements which is most often there, the last one of several: the most general kind."""
    return max(reversed(elements), key=counts.__getitem__) if elements else None


def map_of(items: Items, color: str, progress: Callable[[str, int, int | None], None] | None) -> Map:
    """What `Items.map` gives; of many items, vectors that are not laid out are read some megabytes at a time."""
    color = column_named(color, items.columns, f"--color {color}")
    told = progress or (lambda phase, done, total: None)
    rows = sample(len(items))
    laid_out = items.vectors_at(rows)
    some = lay_out(laid_out, told)
    if len(rows) == len(items):
        return Map(items, some, color)
    parts: list[NDArray[np.float32]] = []
    for vectors in items.vector_parts():
        told("place", sum(map(len, parts)), len(items))
        parts.append(place(vectors, laid_out, some))
    out = np.concatenate(parts)
    out[rows] = some
    return Map(items, out, color)
