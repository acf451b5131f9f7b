"""What hits are the answer to: the question as it was asked, and the index that it was asked of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from retriever.query.compose import Composed
from retriever.query.naming import item_rows, the_row
from retriever.query.request import DEFAULT_COMBINE, DEFAULT_MINUS, Query
from retriever.query.terms import leaves
from retriever.query.upright import usual_up
from retriever.types import Modality

if TYPE_CHECKING:
    from retriever.store.snapshot import Snapshot


@dataclass(frozen=True)
class About:
    """Where hits come from.

    Attributes:
        folder: of the index.
        version: of the index.
        query: what was asked.
        files: of the items that were asked with, by what their terms call them.
        axes: that point up in the 3D files that were asked with, likewise; "auto" is left out.
        taken_away: place of a minus term that leaves little of what is asked for, and the cosine that is left, as
            `Composed.taken_away` has them; None where enough is left, or terms are not subtracted.
    """

    folder: Path
    version: int
    query: Query
    files: Mapping[str, Path] = field(default_factory=dict)
    axes: Mapping[str, str] = field(default_factory=dict)
    taken_away: tuple[int, float] | None = None


def about(snapshot: Snapshot, query: Query, composed: Composed) -> About:
    """Of a query that `snapshot` has answered by the vector `composed`."""
    parts = list(leaves(query.terms))
    items = list(dict.fromkeys(term.source for term in parts if term.kind == "id"))
    files, axes = {}, {}
    for item, rows in zip(items, item_rows(snapshot, items), strict=True):
        place = snapshot.take(np.array([the_row(snapshot, item, rows)]), ["root", "path", "up"]).to_pylist()[0]
        files[item] = Path(snapshot.root_path(place["root"])) / place["path"]
        if place["up"] in ("x", "y", "z"):
            axes[item] = place["up"]
    for term in parts:
        if term.kind == Modality.SHAPE and term.held is None:
            axis = usual_up(snapshot, query.place(term)) if query.up == "auto" else query.up
            axes |= {term.source: axis} if axis else {}
    subtracted = query.combine == DEFAULT_COMBINE and query.minus == DEFAULT_MINUS
    taken_away = composed.taken_away() if subtracted else None
    return About(snapshot.folder.absolute(), snapshot.manifest.version, query, files, axes, taken_away)
