"""What results look like: a table for people, tab-separated columns for pipes."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from retriever.wording import printable

if TYPE_CHECKING:
    from rich.table import Table

_FOLDED = {"path", "problem", "value", "why"}
_NUMBERS = {"#", "fused", "sure", "alike", "faces", "measures", "size", "items"}
_WHOLE = {"space", "dim"}  # to be typed, or worth nothing in part: what else there is gives way


def argument(path: Path | str) -> str:
    """`path` as one can paste it into a shell."""
    return shlex.quote(printable(str(path)))


def failures_command(folder: Path | None) -> str:
    """What lists the failures of the index in `folder`; None for the one that is found without being named."""
    return f"retriever status --failures{f' --index {argument(folder)}' if folder else ''}"


def to_terminal() -> bool:
    """Whether a person sees standard output."""
    return sys.stdout is not None and sys.stdout.isatty()


def plain(rows: Iterable[Sequence[Any]]) -> None:
    """One line a row, its cells escaped and between tabs."""
    for row in rows:
        typer.echo("\t".join("" if cell is None else printable(str(cell)) for cell in row))


def show_facts(facts: Iterable[tuple[str, str]]) -> None:
    """Names and values, one pair a line."""
    if not to_terminal():
        plain(facts)
        return
    from rich.console import Console
    from rich.text import Text

    table = empty_table("fact", "value")
    table.show_header = False
    for name, value in facts:
        table.add_row(Text(name, "dim"), Text(printable(value), overflow="fold"))
    Console().print(table)


def show_rows(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """A table; off a terminal, tab-separated without a header."""
    if not to_terminal():
        plain(rows)
        return
    from rich.console import Console
    from rich.text import Text

    table, rows = empty_table(*header), list(rows)
    for place, name in enumerate(header):
        if name in _WHOLE:
            table.columns[place].min_width = max((len(str(row[place])) for row in rows), default=0)
    for row in rows:
        cells = zip(header, row, strict=True)  # where a line may not break, a cut shows
        table.add_row(
            *(Text(printable(str(cell)), overflow="fold" if name in _FOLDED else "ellipsis") for name, cell in cells)
        )
    Console().print(table)


def empty_table(*header: str) -> Table:
    """A table without rows; what each column is called says how it is set."""
    from rich import box
    from rich.console import Console
    from rich.table import Column, Table
    from rich.text import Text

    least = min(16, Console().width // 3)  # of a path; what does not fit would be cut, not folded
    columns = [
        # Text, for names and words in a str would be read as markup
        Column(
            Text(name), no_wrap=name not in _FOLDED, min_width=least if name == "path" else None, overflow="ellipsis"
        )
        for name in header
    ]
    for column, name in zip(columns, header, strict=True):
        column.justify = "right" if name in _NUMBERS or name[:1] in {"+", "−"} else "left"
    return Table(*columns, box=box.SIMPLE_HEAD, pad_edge=False, header_style="dim")
