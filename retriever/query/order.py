"""By which columns a list of items is in order: ``faces``, ``-surface_area``, several of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from retriever.errors import UsageError
from retriever.store.catalog import meant
from retriever.store.snapshot import Snapshot

if TYPE_CHECKING:
    import pyarrow as pa

USUAL = ("root", "path")
"""Columns that order what nobody says otherwise of, and what is equal in those that were named."""


def order_of(sort: str | Sequence[str] | None, snapshot: Snapshot) -> list[tuple[str, str]]:
    """(column, "ascending" or "descending") of each column, the first one first, the `USUAL` ones last.

    Args:
        sort: names of columns, one string or several; of each string also several with commas between them. One with a
            minus in front is descending.
        snapshot: of the index.

    Raises:
        UsageError: no such column, or one that has no order.
    """
    given = [sort] if isinstance(sort, str) else list(sort or ())
    for one in given:
        if not isinstance(one, str):
            raise UsageError(f"--sort {one!r}: give the name of a column, such as faces or -faces.")
    columns, order = snapshot.columns(), dict[str, str]()
    names = [part for one in given for part in ([one] if one.removeprefix("-") in columns else one.split(","))]
    for name in names:
        if not name.strip():
            raise UsageError(f"--sort {name!r}: give the name of a column, such as faces or -faces.")
        column, way = _column(name.strip(), columns)
        order.setdefault(column, way)
    lists = [name for name in order if _is_list(snapshot, name)]
    if lists:
        raise UsageError(
            f"--sort {lists[0]}: that column holds lists, which have no order; choose one of numbers or text."
        )
    return [*order.items(), *((name, "ascending") for name in USUAL if name not in order)]


def _column(name: str, columns: Sequence[str]) -> tuple[str, str]:
    """The column that is meant, in any case, and whether it ascends."""
    if name in columns:  # also one that begins with a minus itself
        return name, "ascending"
    bare, way = (name[1:].strip(), "descending") if name.startswith("-") else (name, "ascending")
    return column_named(bare, columns, f"--sort {name}"), way


def column_named(name: str, columns: Sequence[str], given: str) -> str:
    """The column that is meant, in any case.

    Args:
        name: of it.
        columns: that there are.
        given: the option and its value, for the message.

    Raises:
        UsageError: there is no such column.
    """
    same = {column.lower(): column for column in columns}
    if name in columns or name.lower() in same:
        return name if name in columns else same[name.lower()]
    near = meant(name, columns)
    raise UsageError(
        f"{given}: this index has no such column{f' (did you mean {near!r}?)' if near else ''}: use "
        f"{', '.join(columns)}."
    )


def _is_list(snapshot: Snapshot, name: str) -> bool:
    import pyarrow as pa

    return bool(pa.types.is_list(snapshot.schema.field(name).type))


def first(keys: pa.Table, order: Sequence[tuple[str, str]], count: int) -> NDArray[np.int64]:
    """Places of the `count` first rows of a table in this order; what has no value comes last, whichever way.

    Args:
        keys: columns of `order` at least.
        order: as `order_of` gives it.
        count: one or more, and no more than there are.
    """
    import pyarrow.compute as pc

    if count < len(keys) and [name for name, _ in order] == [*USUAL]:  # neither of which is ever empty
        found = pc.select_k_unstable(keys, count, order)
    else:
        found = pc.sort_indices(keys, order)[:count]  # nulls come last by themselves
    return np.from_dlpack(found).astype(np.int64)
