"""Hits as plain values and as CSV, with their scores rounded."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from retriever.query.hit import Hit
from retriever.query.item import Item
from retriever.query.metadata import NUMBER

if TYPE_CHECKING:
    import pyarrow as pa

    from retriever.query.hits import Hits

DIGITS = 6
"""Decimals of scores in JSON and CSV; Arrow, Parquet and pandas keep every bit."""

_ROUNDED = ("score", "shares", "fused", "confidence")


def to_csv(
    many: Iterable[Hits], numbers: Sequence[int] = (), *, header: bool = True, schema: pa.Schema | None = None
) -> str:
    """The hits of one or more queries as CSV; with `numbers`, one for each of them, behind a column ``query``.

    With a `schema`, its columns and no others, as a table has that goes on with the hits of a newer version.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    for place, hits in enumerate(many):
        table, front = hits.to_arrow(), numbers[place : place + 1]
        if schema is not None:
            from retriever.store.schema import conform

            table = conform(table, schema, len(table))
        if header and not place:
            writer.writerow([*([NUMBER] if numbers else []), *table.column_names])
        scores = [{name: hit[name] for name in _ROUNDED if name in hit} for hit in hits.to_dicts()]
        for row, rounded in zip(table.to_pylist(), scores, strict=True):
            writer.writerow([*front, *(cell(value) for value in {**row, **rounded}.values())])
    return out.getvalue()


def as_dict(hit: Hit) -> dict[str, Any]:
    """What JSON says of a hit."""
    score, shares = rounded(hit.score, hit.shares)
    beside = {"fused": hit.fused, "confidence": hit.confidence}
    return {
        "rank": hit.rank,
        "score": score,
        **_described(hit),
        "shares": shares,
        **{name: round(value, DIGITS) for name, value in beside.items() if value is not None},
        **_guess(hit),
    }


def item_dict(item: Item) -> dict[str, Any]:
    """What JSON says of an item: what it says of a hit that no question changes."""
    return {**_described(item), **_guess(item)}


def _described(item: Hit | Item) -> dict[str, Any]:
    return {
        "id": item.id,
        "path": item.path,
        "root": item.root,
        "file": str(item.file),
        "modality": item.modality.value,
        "label": item.label,
        "name": item.metadata.get("name"),
        "caption": item.metadata.get("caption"),
    }


def _guess(item: Hit | Item) -> dict[str, float]:
    """How sure its label is, where that is a guess."""
    from retriever.query.zeroshot import CONFIDENCE

    sure = item.metadata.get(CONFIDENCE)
    return {CONFIDENCE: round(sure, DIGITS)} if item.label and isinstance(sure, float) else {}


def plain(value: object) -> object:
    """A column's value as JSON can say it: null for numbers that are not finite."""
    if isinstance(value, list):
        return [plain(one) for one in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def rounded(score: float, shares: Sequence[float]) -> tuple[float, list[float]]:
    """Score and shares to DIGITS decimals; the largest share takes up what rounding left, so that the sum holds."""
    score = round(score, DIGITS)
    out = [round(share, DIGITS) for share in shares]
    largest = max(range(len(out)), key=lambda i: abs(out[i]))
    out[largest] = round(out[largest] + score - sum(out), DIGITS)
    return score + 0.0, [share + 0.0 for share in out]  # + 0.0: no minus zero


def cell(value: object) -> object:
    """A value as CSV has it: lists with spaces between their numbers, or semicolons between their texts."""
    if not isinstance(value, Iterable) or isinstance(value, str | bytes):
        return value
    parts = list(value)
    return ("; " if any(isinstance(part, str) for part in parts) else " ").join(map(str, parts))
