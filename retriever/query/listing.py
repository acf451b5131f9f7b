"""The items themselves, without a search: their columns as a table, and what is given as ids."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import PurePath
from typing import TYPE_CHECKING

import numpy as np

from retriever.errors import UsageError
from retriever.query.candidates import Candidates
from retriever.query.request import check_where
from retriever.store.snapshot import Snapshot

if TYPE_CHECKING:
    import pyarrow as pa


def listed(
    snapshot: Snapshot, candidates: Candidates, columns: Sequence[str] | None, to: str | None, where: str | None
) -> pa.Table:
    """The items that a search could find, in the order of the index.

    Raises:
        UsageError: no such column, nothing of that modality, or a filter that is no text.
        FilterError: a filter that DuckDB does not accept.
    """
    check_where(where)
    wanted = [columns] if isinstance(columns, str) else columns
    if strange := [name for name in wanted or () if name not in snapshot.columns()]:
        raise UsageError(f"There is no column {strange[0]!r}: choose among {', '.join(snapshot.columns())}.")
    allowed = candidates.rows(to, where)
    return snapshot.take(np.flatnonzero(snapshot.live) if allowed is None else allowed.rows, wanted)


def ids_of(given: str | PurePath | Iterable[object]) -> list[str]:
    """Ids or paths as a list: of one, of several, or of a column of Arrow, NumPy or pandas.

    Raises:
        UsageError: something that is no text.
    """
    values = [given] if isinstance(given, str | PurePath) or not isinstance(given, Iterable) else given
    for name in ("to_pylist", "tolist"):  # Arrow's values and NumPy's arrays are no Python objects
        if hasattr(values, name):
            values = getattr(values, name)()
            break
    out = []
    for value in values:
        if not isinstance(value, str | PurePath):
            raise UsageError(f"ids holds {value!r}, of type {type(value).__name__}: give ids or paths, as text.")
        out.append(str(value))
    return out
