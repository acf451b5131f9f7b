"""The map that the page shows: where the items lie, what they are called, and where the names of groups stand."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np

from retriever.errors import UsageError
from retriever.index import Index
from retriever.maps.regions import Region, regions
from retriever.query.shown import named
from retriever.query.zeroshot import CONFIDENCE, KINDS
from retriever.serve.conditions import check_condition
from retriever.types import Modality

MAPPED = ("where", "to")
"""What a request for a map may hold."""

MOST = 20_000
"""Items on a map of the page; of more it shows so many, evenly over the list."""

GRID = 65_535
"""Places are whole numbers from 0 to this, y upwards."""


def mapping_of(keywords: Mapping[str, Any]) -> dict[str, Any]:
    """The keywords of `Index.browse`, of a request for a map.

    Raises:
        UsageError: another key, or more than is taken over HTTP.
        FilterError: a condition that is not taken over HTTP.
    """
    if unknown := sorted(keywords.keys() - set(MAPPED)):
        raise UsageError(f"A map has no {unknown[0]!r}; its keys are {', '.join(MAPPED)}.")
    if (where := keywords.get("where")) is not None:
        check_condition(where)
    return {"to": keywords.get("to"), "where": where}


def map_stamp(asked: Mapping[str, Any], index: Index) -> str:
    """Changes when what the map shows may."""
    return f"{index.snapshot.manifest!r} {asked!r}"


def map_bytes(asked: Mapping[str, Any], index: Index) -> bytes:
    """One JSON object: of each point its id, title, x, y and group, in a list each; and the groups, and their kinds.

    A group is given by its number, -1 for none. Of groups, largest first, there are the label, how many items they
    have, where their name stands, and the number of what they are a kind of, most generally: of these, the same.

    Raises:
        RetrieverError: anything wrong with the request.
    """
    found = index.browse(**asked).spread(MOST)
    drawn = found.map(KINDS)
    told = [(item.id, named(item), item.label, item.modality) for item in found.each(["name", CONFIDENCE])]
    labels = [label for _, _, label, _ in told]
    general = [kind or label for kind, label in zip(drawn.values(), labels, strict=True)]
    groups, kinds = (regions(drawn.places, values) for values in (labels, general))
    numbers, kind_numbers = ({each.value: number for number, each in enumerate(some)} for some in (groups, kinds))
    kind_of = dict(zip(labels, general, strict=True))
    places = np.rint((drawn.places.astype(np.float64) + 1) / 2 * GRID).astype(np.int64).T.tolist()
    answer = {
        "space": found.space, "version": found.version, "total": found.total, "count": len(found), "grid": GRID,
        "ids": [id for id, _, _, _ in told], "titles": [title for _, title, _, _ in told],
        "x": places[0], "y": places[1],
        "group": [numbers.get(label, -1) for label in labels],
        "notes": [number for number, one in enumerate(told) if one[3] is Modality.TEXT],
        "groups": [{**_told(one), "kind": kind_numbers[kind_of[one.value]]} for one in groups],
        "kinds": [_told(one) for one in kinds],
    }  # fmt: skip
    return json.dumps(answer, separators=(",", ":")).encode()


def _told(region: Region) -> dict[str, Any]:
    return {"label": region.value, "items": region.items, "x": _on_grid(region.x), "y": _on_grid(region.y)}


def _on_grid(place: float) -> int:
    return round((place + 1) / 2 * GRID)
