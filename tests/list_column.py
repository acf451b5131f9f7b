"""A column of lists of text in an index that is there, new or in place of one of that name."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from retriever.store import layout


def add(folder: Path, name: str, values: Mapping[str, list[str | None] | None]) -> None:
    """Give the items of an index a column of lists.

    Args:
        folder: of the index.
        name: of the column.
        values: by the items' paths; null for all others.
    """
    for file in sorted((folder / layout.SEGMENTS).glob(f"*/{layout.ITEMS}")):
        table = pq.read_table(file)
        lists = pa.array([values.get(path) for path in table["path"].to_pylist()], pa.list_(pa.string()))
        place = table.schema.get_field_index(name)
        table = table.append_column(name, lists) if place < 0 else table.set_column(place, name, lists)
        pq.write_table(table, file, write_page_checksum=True)
