"""Hits as a notebook shows them: a plain table."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import TYPE_CHECKING

from retriever.query.expression import format
from retriever.query.shown import named
from retriever.wording import counted, printable

if TYPE_CHECKING:
    from retriever.query.hits import Hits

MOST = 50
"""Rows of a table; `Hits.to_pandas` has all."""


def table(hits: Hits) -> str:
    """HTML of a table: rank, score, kind, what it is and where it lies; every text escaped."""
    several = hits.several_roots
    rows = [
        (hit.rank, f"{hit.score:.3f}", hit.modality.value, named(hit), str(hit.file) if several else hit.path)
        for hit in hits[:MOST]
    ]
    more = f"<p>and {len(hits) - MOST:,} more</p>" if len(hits) > MOST else ""
    head = _row("th", ("#", "score", "kind", "what", "path"))
    body = "".join(_row("td", row) for row in rows)
    title = _told(f"{counted(len(hits), 'hit')} for {format(hits.terms)}")
    return f"<table><caption>{title}</caption><thead>{head}</thead><tbody>{body}</tbody></table>{more}"


def _row(cell: str, values: Iterable[object]) -> str:
    return f"<tr>{''.join(f'<{cell}>{_told(str(value))}</{cell}>' for value in values)}</tr>"


def _told(text: str) -> str:
    return escape(printable(text))
