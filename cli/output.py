"""What results look like: a table for people, tab-separated columns for pipes."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from rich.table import Table

    from retriever import Hit, Hits, Term

_BAR = 12  # cells
_TITLE = 12


def printable(text: str, keep: str = "") -> str:
    """`text` with control and other unprintable characters, but for those to `keep`, as escapes.

    File names may hold any of them, and a terminal would obey.
    """
    return "".join(c if c.isprintable() or c in keep else c.encode("unicode_escape").decode() for c in text)


def to_terminal() -> bool:
    """Whether a person sees standard output."""
    return sys.stdout.isatty()


def plain(rows: Iterable[Sequence[Any]]) -> None:
    """One line a row, its cells escaped and between tabs."""
    for row in rows:
        typer.echo("\t".join("" if cell is None else printable(str(cell)) for cell in row))


def show_hits(hits: Hits) -> None:
    """Rank, score, id, modality, label or name, path, and each term's share where there are several terms.

    Off a terminal, the same columns without a header.
    """
    several = len(hits.terms) > 1
    if not to_terminal():
        plain(_plain_hit(hit, several) for hit in hits)
        return
    from rich.console import Console
    from rich.text import Text

    table = _table(
        "#", "score", *([] if several else [""]), "what", "path", *(_title(term) for term in hits.terms if several)
    )
    best = max((hit.score for hit in hits), default=1.0)
    for hit in hits:
        path = Text(printable(hit.path), f"link {hit.file.absolute().as_uri()}", overflow="fold")
        cells: list[str | Text] = [str(hit.rank), f"{hit.score:.3f}", Text(printable(_what(hit))), path]
        if several:
            cells += [Text(f"{share:+.3f}", "green" if share > 0 else "red") for share in hit.shares]
        else:
            cells.insert(2, Text("━" * round(_BAR * max(hit.score, 0) / max(best, 1e-9)), "cyan"))
        table.add_row(*cells)
    Console().print(table)


def show_facts(facts: Iterable[tuple[str, str]]) -> None:
    """Names and values, one pair a line."""
    if not to_terminal():
        plain(facts)
        return
    from rich.console import Console
    from rich.text import Text

    table = _table("", "")
    table.show_header = table.columns[1].no_wrap = False
    for name, value in facts:
        table.add_row(Text(name, "dim"), Text(printable(value, keep="\n"), overflow="fold"))
    Console().print(table)


def show_rows(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """A table; off a terminal, tab-separated without a header."""
    if not to_terminal():
        plain(rows)
        return
    from rich.console import Console
    from rich.text import Text

    table = _table(*header)
    for row in rows:
        table.add_row(*(Text(printable(str(cell)), overflow="fold") for cell in row))
    Console().print(table)


def _table(*header: str) -> Table:
    from rich import box
    from rich.table import Column, Table

    columns = [Column(name, no_wrap=name not in {"path", "problem"}, overflow="ellipsis") for name in header]
    for column in columns:
        column.justify = "right" if str(column.header)[:1] in {"#", "+", "−"} else "left"
    return Table(*columns, box=box.SIMPLE_HEAD, pad_edge=False, header_style="dim")


def _plain_hit(hit: Hit, several: bool) -> list[Any]:
    shares = [f"{share:+.4f}" for share in hit.shares] if several else []
    return [hit.rank, f"{hit.score:.4f}", hit.id, hit.modality, _what(hit), hit.path, *shares]


def _what(hit: Hit) -> str:
    return hit.label or str(hit.metadata.get("name") or "")


def _title(term: Term) -> str:
    """A term in a column's width: the start of words, the end of a path."""
    from rich.markup import escape

    source = printable(term.source)
    if len(source) > _TITLE:
        source = f"{source[: _TITLE - 1]}…" if term.kind == "text" else f"…{source[1 - _TITLE :]}"
    weight = "" if abs(term.weight) == 1 else f"{abs(term.weight):g}·"
    return escape(f"{'−' if term.weight < 0 else '+'}{weight}{source}")
