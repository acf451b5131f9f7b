"""Which items are objects of scenes: those that lie in a file, and not in a folder that is called like one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from retriever.archives import OBJECT
from retriever.store.ids import item_id

if TYPE_CHECKING:
    from retriever.store.snapshot import Snapshot


def objects(snapshot: Snapshot) -> NDArray[np.int64]:
    """Live rows of objects whose scene is an item, as it is beside them; no file is looked at."""
    import pyarrow.compute as pc

    may_be = pc.match_substring_regex(snapshot.column("path"), OBJECT).to_numpy() & snapshot.live
    rows = np.flatnonzero(may_be)
    if not len(rows):
        return rows
    table = snapshot.take(rows, ["root", "path"])
    places = zip(*(table.column(name).to_pylist() for name in ("root", "path")), strict=True)
    return rows[snapshot.locate([item_id(root, path.rpartition("/")[0]) for root, path in places]) >= 0]
