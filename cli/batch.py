"""``retriever query --batch``: many queries of a file, answered some hundreds at a time."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import typer

from cli.output import printable
from retriever.errors import RetrieverError, UsageError

if TYPE_CHECKING:
    from retriever import Hits, Index
    from retriever.query.request import Query

TOGETHER = 256
"""Queries that are in memory at once, with their answers."""

_CURE = 'write one JSON object a line, such as {"text": "a chair", "k": 5}'


def answer(
    index: Index,
    file: str,
    usual: Mapping[str, Any],
    *,
    exact: bool,
    explain: bool,
    as_csv: bool,
    parquet: Path | None,
) -> None:
    """Answers every query of a file, in its order.

    Args:
        index: what is asked.
        file: one JSON object a line; "-" for standard input.
        usual: the k, to, where and the like of a query that does not say.
        exact: whether to search without an approximate backend.
        explain: whether each hit's JSON says why it is one.
        as_csv: one CSV table on standard output.
        parquet: one table into this file; without either of the two, one JSON object a query on standard output.

    Raises:
        UsageError: begins with the file and the line at fault; what comes before may have been answered. Or the table
            would overwrite the queries.
    """
    with _lines(file) as lines:
        if parquet is not None:
            _check_other_file(lines, parquet)
        asked = _queries(lines, file, usual)
        answers = _answers(index, asked, exact)
        if parquet is not None:
            _to_parquet(answers, parquet)
        elif as_csv:
            _to_csv(answers)
        else:
            _to_json(answers, explain)


def _answers(index: Index, asked: Iterator[tuple[int, Query]], exact: bool) -> Iterator[tuple[list[int], list[Hits]]]:
    """Numbers of some lines, and the hits of each."""
    while some := list(islice(asked, TOGETHER)):
        yield [number for number, _ in some], index.search_many([query for _, query in some], exact=exact)


def _to_json(answers: Iterator[tuple[list[int], list[Hits]]], explain: bool) -> None:
    for numbers, many in answers:
        for number, hits in zip(numbers, many, strict=True):
            typer.echo(f'{{"number": {number}, {hits.to_json(explain=explain).removeprefix("{")}')


def _to_csv(answers: Iterator[tuple[list[int], list[Hits]]]) -> None:
    from retriever.query.hits import to_csv

    for place, (numbers, many) in enumerate(answers):
        typer.echo(to_csv(many, numbers, header=not place), nl=False)


def _to_parquet(answers: Iterator[tuple[list[int], list[Hits]]], path: Path) -> None:
    import pyarrow as pa

    from retriever.query.tables import Tables

    queries = hits_in_all = 0
    with _ended_in_order(), Tables(path) as tables:
        for numbers, many in answers:
            table = pa.concat_tables([hits.to_arrow() for hits in many])
            column = [number for number, hits in zip(numbers, many, strict=True) for _ in hits]
            tables.write(table.add_column(0, "query", pa.array(column, pa.int64())))
            queries, hits_in_all = queries + len(many), hits_in_all + len(table)
    typer.echo(f"{hits_in_all:,} hits of {queries:,} queries written to {printable(str(path))}", err=True)


@contextmanager
def _ended_in_order() -> Iterator[None]:
    """Lets SIGTERM end the command as an error would, so that nothing unfinished is left."""

    def leave(*_: object) -> None:
        raise SystemExit(128 + signal.SIGTERM)

    if threading.current_thread() is not threading.main_thread():  # where there are no signals
        yield
        return
    before = signal.signal(signal.SIGTERM, leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _check_other_file(lines: BinaryIO, parquet: Path) -> None:
    with suppress(OSError):  # there is no table yet, or the queries are in no file
        if os.path.samestat(os.fstat(lines.fileno()), parquet.stat()):
            raise UsageError(f"--parquet {parquet} is the file of the queries; choose another one for the hits.")


@contextmanager
def _lines(file: str) -> Iterator[BinaryIO]:
    if file == "-":
        yield sys.stdin.buffer
        return
    with ExitStack() as stack:
        try:
            lines = stack.enter_context(Path(file).open("rb"))
        except OSError as error:
            raise UsageError(f"--batch {file}: {error.strerror or error}; give a file of queries, or -.") from error
        yield lines


def _queries(lines: BinaryIO, file: str, usual: Mapping[str, Any]) -> Iterator[tuple[int, Query]]:
    """The queries of a file with the numbers of their lines, from 1; empty lines are none."""
    name = "standard input" if file == "-" else file
    number = 0
    for line, text in enumerate(lines, 1):
        if text.strip():
            number = line
            yield number, _query(text, f"{name}, line {number}", usual)
    if not number:
        raise UsageError(f"{name} holds no query; {_CURE}.")


def _query(text: bytes, name: str, usual: Mapping[str, Any]) -> Query:
    from retriever.query.request import blame, query_of

    try:
        keywords = json.loads(text)
    except (ValueError, RecursionError) as error:  # of bytes that are no UTF-8 too
        raise UsageError(f"{name} is no JSON ({error}); {_CURE}.") from error
    if not isinstance(keywords, dict):
        raise UsageError(f"{name} is no JSON object; {_CURE}.")
    if "terms" in keywords:
        raise UsageError(f'{name}: "terms" is for Python; write weighted terms as an "expression".')
    try:
        return query_of({**usual, **keywords}, name=name)
    except RetrieverError as error:
        raise blame(error, name) from error
