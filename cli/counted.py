"""How many items there are of each value of a column, as ``retriever items --count`` shows it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from cli.output import empty_table, plain, printable, to_terminal
from retriever.errors import UsageError
from retriever.wording import counted

if TYPE_CHECKING:
    from retriever.query.counts import Counts

_SHOWN = 20
"""Values that a terminal gets where nobody says how many."""

_BAR = 24  # cells


def check_alone(options: Mapping[str, object]) -> None:
    """Raise UsageError for the first of these options that has a value: they are about items."""
    for name, value in options.items():
        if value not in (None, []):
            raise UsageError(f"--count lists values and no items, so that {name} has nothing to do; leave one out.")


def show_counts(
    folder: Path | None, column: str, to: str, where: str | None, k: int | None, as_json: bool, as_csv: bool
) -> None:
    """A table on a terminal, else a line a value, or JSON, or CSV."""
    if as_json and as_csv:
        raise UsageError("--json and --csv exclude each other; give one of them.")
    import retriever
    from cli.newest import Newest

    looked_at = to_terminal() and not (as_json or as_csv)
    most = (_SHOWN if looked_at else None) if k is None else k or None
    found = Newest(lambda: retriever.open(folder)).ask(lambda index: index.counts(column, to=to, where=where, k=most))
    if as_json or as_csv:
        typer.echo(found.to_json() if as_json else found.to_csv(), nl=as_json)
    elif not found.total:
        typer.echo("No item qualifies.", err=True)
    elif not looked_at:
        plain(found)
    else:
        _show_table(found)


def _show_table(found: Counts) -> None:
    """Values, items, and a bar of them; what has no value is dim."""
    from rich.console import Console
    from rich.text import Text

    most = max(items for _, items in found)
    table = empty_table(found.column, "items", "")
    for value, items in found:
        style = "dim" if value is None else ""
        bar = Text("━" * round(_BAR * items / most), style or "cyan")
        table.add_row(Text("-" if value is None else printable(str(value)), style), Text(f"{items:,}", style), bar)
    Console().print(table)
    shown = sum(value is not None for value, _ in found)
    if shown < found.count:
        all_of_them = f"{shown:,} of {counted(found.count, 'value')} of {counted(found.total, 'item')}"
        typer.echo(f"{all_of_them}; -k 0 shows all.", err=True)
