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

if TYPE_CHECKING:
    import pyarrow as pa

    from retriever.evaluation import Answers, Evaluation, Figure

_COLUMNS = ("pair", "class", "measure", "value", "low", "high", "queries", "gallery")
_OF_CLASSES = ("mAP", "hit@1", "R-precision")
"""Columns of the classes' table where nobody says."""
_CLASS = 18  # letters of a class


def deliver(
    done: Evaluation, *, by_class: bool, as_json: bool, as_csv: bool, parquet: Path | None, per_query: Path | None
) -> None:
    """Prints, or writes, what was measured."""
    if parquet is not None or as_json or as_csv or not to_terminal():
        _to_programs(done.rows(by_class=by_class), done, as_json=as_json, as_csv=as_csv, parquet=parquet)
    else:
        _show(done)
        for each in done.answers if by_class else ():
            _show_classes(each, done.figures)
    if per_query is not None:
        table = done.per_query()
        _write(table, per_query)
        typer.echo(f"{len(table):,} queries written to {printable(str(per_query))}", err=True)
    for note in (done.how, *done.notes):
        typer.echo(printable(note), err=True)


def _to_programs(
    rows: list[dict[str, Any]], done: Evaluation, *, as_json: bool, as_csv: bool, parquet: Path | None
) -> None:
    if as_json:
        whole = {"by": done.what, "how": done.how, "space": done.space, "version": done.version}
        typer.echo(json.dumps({**whole, "notes": done.notes, "rows": [_finite(row) for row in rows]}, allow_nan=False))
    elif as_csv:
        out = io.StringIO()
        writer = csv.DictWriter(out, _COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        typer.echo(out.getvalue(), nl=False)
    elif parquet is not None:
        _write(_arrow(rows), parquet)
        typer.echo(f"{len(rows):,} rows written to {printable(str(parquet))}", err=True)
    else:
        plain([*_cells(row)] for row in rows)


def _show(done: Evaluation) -> None:
    """Pairs side by side, as many as fit: a number that is cut would be another number."""
    found = {(row["pair"], row["measure"]): row for row in done.rows()}
    shown = [figure.name for figure in done.figures if any((pair, figure.name) in found for pair in done.pairs)]
    columns = {
        each.pair: [f"{len(each):,}", f"{each.gallery:,}", *(_interval(found.get((each.pair, name))) for name in shown)]
        for each in done.answers
    }
    first = ["queries", "gallery", *shown]
    for pairs in _fitting(columns, _width(["measure", *first])):
        show_rows(("measure", *pairs), zip(first, *(columns[pair] for pair in pairs), strict=True))


def _fitting(columns: dict[str, list[str]], taken: int) -> Iterator[list[str]]:
    """The pairs, parted so that each part fits beside what is `taken` already; a part has one at least."""
    from rich.console import Console

    room, used = Console().width, taken
    some: list[str] = []
    for pair, cells in columns.items():
        width = _width([pair, *cells])
        if some and used + width > room:
            yield some
            some, used = [], taken
        some.append(pair)
        used += width
    yield some


def _width(cells: Sequence[str]) -> int:
    return max(map(len, cells)) + 3


def _show_classes(answers: Answers, figures: Sequence[Figure]) -> None:
    """Classes by their first measure, the worst first; as many measures as fit."""
    if answers.classes is None:
        return
    plain = [figure for figure in figures if not figure.macro]
    usual = [figure for name in _OF_CLASSES for figure in plain if figure.name == name]
    chosen = usual if len(usual) == len(_OF_CLASSES) else plain[:3]
    if not chosen:
        return
    measured = {figure.name: list(answers.by_class(figure)) for figure in chosen}
    first, least_is_best = measured[chosen[0].name], chosen[0].name == "median rank"
    order = sorted(range(len(first)), key=lambda i: (first[i]["value"] * (-1 if least_is_best else 1), i))
    columns = {name: [_number(rows[i], "value") for i in order] for name, rows in measured.items()}
    queries = [str(first[i]["queries"]) for i in order]
    shown = next(_fitting(columns, _CLASS + 3 + _width(["queries", *queries])))
    typer.echo(answers.pair)
    names = [_cut(first[i]["class"]) for i in order]
    show_rows(("class", "queries", *shown), zip(names, queries, *(columns[name] for name in shown), strict=True))


def _cut(name: str) -> str:
    return name if len(name) <= _CLASS else f"{name[: _CLASS - 1]}…"


def _interval(row: dict[str, Any] | None) -> str:
    if row is None:
        return ""
    return f"{_number(row, 'value')} [{_number(row, 'low')}, {_number(row, 'high')}]"


def _number(row: dict[str, Any], of: str) -> str:
    """Shares with three digits, ranks as they are."""
    value = row[of]
    if not math.isfinite(value):
        return "never"
    return f"{value:g}" if row["measure"] == "median rank" else f"{value:.3f}"


def _cells(row: dict[str, Any]) -> Iterator[object]:
    for name in _COLUMNS:
        value = row[name]
        yield "" if value is None else f"{value:.4f}" if isinstance(value, float) else value


def _finite(row: dict[str, Any]) -> dict[str, Any]:
    """JSON has no infinity: null is the rank of what was never found."""
    return {
        name: (round(value, 6) if math.isfinite(value) else None) if isinstance(value, float) else value
        for name, value in row.items()
    }


def _arrow(rows: Sequence[dict[str, Any]]) -> pa.Table:
    import pyarrow as pa

    kinds = {
        **dict.fromkeys(("pair", "class", "measure"), pa.string()),
        **dict.fromkeys(("value", "low", "high"), pa.float64()),
        **dict.fromkeys(("queries", "gallery"), pa.int64()),
    }
    return pa.Table.from_pylist(list(rows), schema=pa.schema([(name, kinds[name]) for name in _COLUMNS]))


def _write(table: pa.Table, to: Path) -> None:
    from retriever.query.hits import Tables

    with Tables(to) as tables:
        tables.write(table)
