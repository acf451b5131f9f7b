"""How a comparison of two indexes is shown: a table a pair on a terminal, one row a number elsewhere."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from cli.evaluated import cut, hand_over, number, of_classes, print_json, room, told, width, write_queries
from cli.output import printable, show_rows, to_terminal
from retriever.evaluation.compare import AGAINST
from retriever.wording import counted

if TYPE_CHECKING:
    from retriever.evaluation import Comparison

_VALUES = ("value", AGAINST, "difference")
_COLUMNS = ("pair", "class", "measure", *_VALUES, "low", "high", "p", "queries", "gallery")
_LEAST = 1e-4
"""The smallest p that four digits show."""


def deliver_comparison(
    done: Comparison, *, by_class: bool, as_json: bool, as_csv: bool, parquet: Path | None, per_query: Path | None
) -> None:
    """Writes, then prints how two indexes compare, and which is which."""
    if per_query is not None:
        write_queries(done.per_query(), per_query)
    rows = done.rows(by_class=by_class)
    if as_json:
        one = {"by": done.one.what, "how": done.one.how, **told(done.one)}
        print_json({**one, AGAINST: told(done.other)}, done.notes, rows)
    elif as_csv or parquet is not None or not to_terminal():
        hand_over(rows, _COLUMNS, as_csv=as_csv, parquet=parquet)
    else:
        _show(done, rows)
    notes = (done.one.how, f"value: {done.one.index}", f"{AGAINST}: {done.other.index}", *done.notes)
    for note in notes:
        typer.echo(printable(note), err=True)


def _show(done: Comparison, rows: Sequence[dict[str, Any]]) -> None:
    """Each pair's figures, and below them its classes, those that lost most first."""
    for each in done.answers:
        typer.echo(f"{each.pair}: {counted(len(each.queries), 'query', 'queries')}, {each.gallery:,} in the gallery")
        own = [row for row in rows if row["pair"] == each.pair]
        _table("measure", [row for row in own if row["class"] is None])
        for name in [figure.name for figure in of_classes(done.figures)]:
            some = [row for row in own if row["class"] is not None and row["measure"] == name]
            if some:
                typer.echo(f"{each.pair}, {name}")
                better = -1 if name == "median rank" else 1
                _table("class", sorted(some, key=lambda row: better * row["difference"]))


def _table(first: str, rows: Sequence[dict[str, Any]]) -> None:
    """As many columns as fit: a number that is cut would be another number."""
    columns = {first: [cut(row[first]) if first == "class" else row[first] for row in rows]}
    columns |= {name: [number(row, name) for row in rows] for name in _VALUES[:2]}
    columns["difference"] = [_signed(row, "difference") for row in rows]
    if first == "measure":
        columns["95 %"] = [f"[{_signed(row, 'low')}, {_signed(row, 'high')}]" for row in rows]
        columns["p"] = [f"{row['p']:.4f}" if row["p"] >= _LEAST else f"<{_LEAST}" for row in rows]
    for name in ("95 %", AGAINST, "value"):
        if sum(width([header, *cells]) for header, cells in columns.items()) > room():
            columns.pop(name, None)
    show_rows([*columns], zip(*columns.values(), strict=True))


def _signed(row: dict[str, Any], of: str) -> str:
    """Ranks as they are, what no number says as "never", as of one index."""
    value = row[of]
    if not math.isfinite(value):
        return f"{value:+}"
    return f"{value:+g}" if row["measure"] == "median rank" else f"{value:+.3f}"
