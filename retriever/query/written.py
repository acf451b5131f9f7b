"""Hits as plain values and as CSV, with their scores rounded."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from retriever.query.hit import Hit
from retriever.query.metadata import NUMBER

if TYPE_CHECKING:
    from retriever.query.hits import Hits

DIGITS = 6
"""Decimals of scores in JSON and CSV; Arrow, Parquet and pandas keep every bit."""

_ROUNDED = ("score", "shares", "fused", "confidence")


def to_csv(many: Iterable[Hits], numbers: Sequence[int] = (), *, header: bool = True) -> str:
    """The hits of one or more queries as CSV; with `numbers`, one for each of them, behind a column ``query``."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    for place, hits in enumerate(many):
        table, front = hits.to_arrow(), numbers[place : place + 1]
        if header and not place:
            writer.writerow([*([NUMBER] if numbers else []), *table.column_names])
        scores = [{name: hit[name] for name in _ROUNDED if name in hit} for hit in hits.to_dicts()]
        for row, rounded in zip(table.to_pylist(), scores, strict=True):
            writer.writerow([*front, *(_cell(value) for value in {**row, **rounded}.values())])
    return out.getvalue()


def as_dict(hit: Hit) -> dict[str, Any]:
    """What JSON says of a hit."""
    score, shares = rounded(hit.score, hit.shares)
    beside = {"fused": hit.fused, "confidence": hit.confidence, **_guess(hit)}
    return {
        "rank": hit.rank,
        "score": score,
        "id": hit.id,
        "path": hit.path,
        "root": hit.root,
        "file": str(hit.file),
        "modality": hit.modality.value,
        "label": hit.label,
        "name": hit.metadata.get("name"),
        "caption": hit.metadata.get("caption"),
        "shares": shares,
        **{name: round(value, DIGITS) for name, value in beside.items() if value is not None},
    }


def _guess(hit: Hit) -> dict[str, float]:
    """How sure its label is, where that is a guess."""
    from retriever.query.zeroshot import CONFIDENCE

    sure = hit.metadata.get(CONFIDENCE)
    return {CONFIDENCE: sure} if hit.label and isinstance(sure, float) else {}


def rounded(score: float, shares: Sequence[float]) -> tuple[float, list[float]]:
    """Score and shares to DIGITS decimals; the largest share takes up what rounding left, so that the sum holds."""
    score = round(score, DIGITS)
    out = [round(share, DIGITS) for share in shares]
    largest = max(range(len(out)), key=lambda i: abs(out[i]))
    out[largest] = round(out[largest] + score - sum(out), DIGITS)
    return score + 0.0, [share + 0.0 for share in out]  # + 0.0: no minus zero


def _cell(value: object) -> object:
    return " ".join(map(str, value)) if isinstance(value, Iterable) and not isinstance(value, str | bytes) else value
