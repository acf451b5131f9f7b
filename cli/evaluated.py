"""How an evaluation is shown: one column a pair on a terminal, one row a number elsewhere."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from cli.output import plain, printable, show_rows, to_terminal
from retriever.wording import counted

if TYPE_CHECKING:
    import pyarrow as pa

    from retriever.evaluation import Answers, Evaluation, Figure

_WORDS, _COUNTS = ("pair", "class", "measure"), ("queries", "gallery")
_COLUMNS = (*_WORDS, "value", "low", "high", "chance", *_COUNTS)
CHANCE = "chance"
"""The column of what a random order is expected to score."""
_OF_CLASSES = ("mAP", "hit@1", "R-precision")
"""Columns of the classes' table where nobody says."""
_CLASS = 18  # letters of a class


def deliver(
    done: Evaluation, *, by_class: bool, as_json: bool, as_csv: bool, parquet: Path | None, per_query: Path | None
) -> None:
    """Writes, then prints what was measured: files come first, for a reader of what is printed may go away."""
    if per_query is not None:
        write_queries(done.per_query(), per_query)
    if parquet is not None or as_json or as_csv or not to_terminal():
        _to_programs(done.rows(by_class=by_class), done, as_json=as_json, as_csv=as_csv, parquet=parquet)
    else:
        _show(done)
        for each in done.answers if by_class else ():
            _show_classes(each, done.figures)
    for note in (done.how, f"of {done.index}", *done.notes):
        typer.echo(printable(note), err=True)


def _to_programs(
    rows: list[dict[str, Any]], done: Evaluation, *, as_json: bool, as_csv: bool, parquet: Path | None
) -> None:
    if as_json:
        whole = {"by": done.what, "how": done.how, **told(done)}
        print_json(whole, done.notes, rows)
    else:
        hand_over(rows, _COLUMNS, as_csv=as_csv, parquet=parquet)


def print_json(whole: dict[str, Any], notes: Sequence[str], rows: Sequence[dict[str, Any]]) -> None:
    """One object of what it is about, notes and rows."""
    typer.echo(json.dumps({**whole, "notes": notes, "rows": [_finite(row) for row in rows]}, allow_nan=False))


def hand_over(rows: Sequence[dict[str, Any]], columns: Sequence[str], *, as_csv: bool, parquet: Path | None) -> None:
    """Rows as CSV, into a Parquet file, or a line each, tab-separated."""
    if as_csv:
        out = io.StringIO()
        writer = csv.DictWriter(out, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        typer.echo(out.getvalue(), nl=False)
    elif parquet is not None:
        write_table(_arrow(rows, columns), parquet)
        typer.echo(f"{counted(len(rows), 'row')} written to {printable(str(parquet))}", err=True)
    else:
        plain([*_cells(row, columns)] for row in rows)


def told(done: Evaluation) -> dict[str, Any]:
    """What JSON says of which index that was."""
    return {"index": done.folder, "space": done.space, "version": done.version}


def _show(done: Evaluation) -> None:
    """Pairs side by side, as many as fit: a number that is cut would be another number."""
    found = {(row["pair"], row["measure"]): row for row in done.rows()}
    shown = [figure.name for figure in done.figures if any((pair, figure.name) in found for pair in done.pairs)]
    first = ["queries", "gallery", *shown]
    taken = width(["measure", *first])
    sides = {each.pair: _side(each, [found.get((each.pair, name)) for name in shown], taken) for each in done.answers}
    for pairs in _fitting({pair: _wide(side) for pair, side in sides.items()}, taken):
        columns = [column for pair in pairs for column in sides[pair].items()]
        header = ["measure", *(name for name, _ in columns)]
        show_rows(header, zip(first, *(cells for _, cells in columns), strict=True))


def _side(answers: Answers, rows: Sequence[dict[str, Any] | None], taken: int) -> dict[str, list[str]]:
    """A pair's columns by what they are called: its numbers, and chance where it is known and has room."""
    side = {answers.pair: [f"{len(answers):,}", f"{answers.gallery:,}", *map(_interval, rows)]}
    if any(row and row[CHANCE] is not None for row in rows):
        both = side | {CHANCE: ["", "", *map(_chance, rows)]}
        return both if taken + _wide(both) <= room() else side
    return side


def _wide(columns: dict[str, list[str]]) -> int:
    return sum(width([name, *cells]) for name, cells in columns.items())


def room() -> int:
    """Columns of the terminal."""
    from rich.console import Console

    return Console().width


def _fitting(widths: dict[str, int], taken: int) -> Iterator[list[str]]:
    """The names, parted so that each part fits beside what is `taken` already; a part has one at least."""
    limit, used = room(), taken
    some: list[str] = []
    for name, wide in widths.items():
        if some and used + wide > limit:
            yield some
            some, used = [], taken
        some.append(name)
        used += wide
    yield some


def width(cells: Sequence[str]) -> int:
    """Of a column with the space beside it."""
    return max(map(len, cells)) + 3


def _show_classes(answers: Answers, figures: Sequence[Figure]) -> None:
    """Classes by their first measure, the worst first; as many measures as fit."""
    if answers.classes is None:
        return
    chosen = of_classes(figures)
    if not chosen:
        return
    measured = {figure.name: list(answers.by_class(figure)) for figure in chosen}
    first, least_is_best = measured[chosen[0].name], chosen[0].name == "median rank"
    order = sorted(range(len(first)), key=lambda i: (first[i]["value"] * (-1 if least_is_best else 1), i))
    columns = {name: [number(rows[i], "value") for i in order] for name, rows in measured.items()}
    queries = [str(first[i]["queries"]) for i in order]
    widths = {name: width([name, *cells]) for name, cells in columns.items()}
    shown = next(_fitting(widths, _CLASS + 3 + width(["queries", *queries])))
    typer.echo(answers.pair)
    names = [cut(first[i]["class"]) for i in order]
    show_rows(("class", "queries", *shown), zip(names, queries, *(columns[name] for name in shown), strict=True))


def of_classes(figures: Sequence[Figure]) -> list[Figure]:
    """What a person is shown of classes: the usual three where they were measured, else the first three."""
    plain = [figure for figure in figures if not figure.macro]
    usual = [figure for name in _OF_CLASSES for figure in plain if figure.name == name]
    return usual if len(usual) == len(_OF_CLASSES) else plain[:3]


def cut(name: str) -> str:
    """The name of a class, of a long one the beginning."""
    return name if len(name) <= _CLASS else f"{name[: _CLASS - 1]}…"


def _interval(row: dict[str, Any] | None) -> str:
    if row is None:
        return ""
    return f"{number(row, 'value')} [{number(row, 'low')}, {number(row, 'high')}]"


def _chance(row: dict[str, Any] | None) -> str:
    return "" if row is None or row[CHANCE] is None else number(row, CHANCE)


def number(row: dict[str, Any], of: str) -> str:
    """Shares with three digits, ranks as they are."""
    value = row[of]
    if not math.isfinite(value):
        return "never"
    return f"{value:g}" if row["measure"] == "median rank" else f"{value:.3f}"


def _cells(row: dict[str, Any], columns: Sequence[str]) -> Iterator[object]:
    for name in columns:
        value = row[name]
        yield "" if value is None else f"{value:.4f}" if isinstance(value, float) else value


def _finite(row: dict[str, Any]) -> dict[str, Any]:
    """JSON has no infinity: null is the rank of what was never found."""
    return {
        name: (round(value, 6) if math.isfinite(value) else None) if isinstance(value, float) else value
        for name, value in row.items()
    }


def _arrow(rows: Sequence[dict[str, Any]], columns: Sequence[str]) -> pa.Table:
    import pyarrow as pa

    kinds = {**dict.fromkeys(_WORDS, pa.string()), **dict.fromkeys(_COUNTS, pa.int64())}
    schema = pa.schema([(name, kinds.get(name, pa.float64())) for name in columns])
    return pa.Table.from_pylist(list(rows), schema=schema)


def write_queries(table: pa.Table, to: Path) -> None:
    """A row a query into a Parquet file."""
    write_table(table, to)
    typer.echo(f"{counted(len(table), 'query', 'queries')} written to {printable(str(to))}", err=True)


def write_table(table: pa.Table, to: Path) -> None:
    """A table into a Parquet file."""
    from retriever.query.tables import Tables

    with Tables(to) as tables:
        tables.write(table)
