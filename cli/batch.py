"""``retriever query --batch``: many queries of a file, answered some hundreds at a time."""

from __future__ import annotations

import json
import signal
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import typer

from cli.output import printable
from retriever.errors import RetrieverError, UsageError
from retriever.wording import counted

if TYPE_CHECKING:
    from cli.newest import Newest
    from retriever import Hits
    from retriever.query.request import Query

TOGETHER = 256
"""Queries that are in memory at once, with their answers."""

FAULTY = 3
"""Exit code where some lines could not be answered."""

_CURE = 'write one JSON object a line, such as {"text": "a chair", "k": 5}'


@dataclass(frozen=True)
class _Line:
    """One line of the file.

    Attributes:
        number: from 1.
        name: of the query, under the key "query", where the line has one.
        query: what is asked, or what is wrong with it.
    """

    number: int
    name: str | int | None
    query: Query | RetrieverError


_Answered = tuple[list[_Line], "list[Hits | RetrieverError]"]


def answer(
    newest: Newest,
    file: str,
    usual: Mapping[str, Any],
    *,
    exact: bool,
    explain: bool,
    as_csv: bool,
    parquet: Path | None,
    keep_going: bool = False,
) -> None:
    """Answers every query of a file, in its order.

    Args:
        newest: the index that is asked.
        file: one JSON object a line; "-" for standard input.
        usual: the k, to, where and the like of a query that does not say.
        exact: whether to search without an approximate backend.
        explain: whether each hit's JSON says why it is one.
        as_csv: one CSV table on standard output.
        parquet: one table into this file; without either of the two, one JSON object a query on standard output.
        keep_going: whether a line at fault is answered by what is wrong with it, as JSON; the exit code is then 3.

    Raises:
        UsageError: begins with the file and the line at fault; what comes before may have been answered.
    """
    with _lines(file) as lines:
        answers = _answers(newest, _queries(lines, file, usual, keep_going), exact, keep_going)
        if parquet is not None:
            _to_parquet(_hits(answers), parquet)
        elif as_csv:
            _to_csv(_hits(answers))
        elif wrong := _to_json(answers, explain):
            typer.echo(f"{counted(wrong, 'line')} could not be answered; the error of each says why.", err=True)
            raise typer.Exit(FAULTY)


def _answers(newest: Newest, asked: Iterator[_Line], exact: bool, keep_going: bool = False) -> Iterator[_Answered]:
    """Some lines, and the hits of each, or what was wrong with it."""
    while some := list(islice(asked, TOGETHER)):
        queries = [line.query for line in some if not isinstance(line.query, RetrieverError)]
        try:
            found: list[Hits | RetrieverError] = [*_found(newest, queries, exact)]
        except RetrieverError:
            if not keep_going:
                raise
            found = [_alone(newest, query, exact) for query in queries]
        hits = iter(found)
        yield some, [line.query if isinstance(line.query, RetrieverError) else next(hits) for line in some]


def _found(newest: Newest, queries: list[Query], exact: bool) -> list[Hits]:
    return newest.ask(lambda index: index.search_many(queries, exact=exact))


def _alone(newest: Newest, query: Query, exact: bool) -> Hits | RetrieverError:
    try:
        return _found(newest, [query], exact)[0]
    except RetrieverError as error:
        return error


def _to_json(answers: Iterator[_Answered], explain: bool) -> int:
    """Prints them, and counts those that were wrong."""
    wrong = 0
    for lines, many in answers:
        for line, hits in zip(lines, many, strict=True):
            front = {"number": line.number, **({} if line.name is None else {"name": line.name})}
            if isinstance(hits, RetrieverError):
                wrong += 1
                typer.echo(json.dumps({**front, "error": str(hits)}))
            else:
                typer.echo(f"{json.dumps(front)[:-1]}, {hits.to_json(explain=explain).removeprefix('{')}")
    return wrong


def _hits(answers: Iterator[_Answered]) -> Iterator[tuple[list[int], list[Hits]]]:
    """Numbers of some lines, and the hits of each, where what is wrong ends the command."""
    for lines, many in answers:
        yield [line.number for line in lines], [hits for hits in many if not isinstance(hits, RetrieverError)]


def _to_csv(answers: Iterator[tuple[list[int], list[Hits]]]) -> None:
    """Prints them with the columns of the first: a newer version of the index that answers the rest may have others."""
    from retriever.query.written import to_csv

    schema = None
    for numbers, many in answers:
        typer.echo(to_csv(many, numbers, header=schema is None, schema=schema), nl=False)
        schema = schema or many[0].to_arrow().schema


def _to_parquet(answers: Iterator[tuple[list[int], list[Hits]]], path: Path) -> None:
    """Writes them, with the columns of the first, as `_to_csv` does."""
    import pyarrow as pa

    from retriever.query.metadata import NUMBER
    from retriever.query.tables import Tables
    from retriever.store.schema import conform

    queries, hits_in_all, schema = 0, 0, None
    with _ended_in_order(), Tables(path) as tables:
        for numbers, many in answers:
            table = pa.concat_tables([hits.to_arrow() for hits in many])
            schema = schema or table.schema
            table = conform(table, schema, len(table))
            column = [number for number, hits in zip(numbers, many, strict=True) for _ in hits]
            tables.write(table.add_column(0, NUMBER, pa.array(column, pa.int64())))
            queries, hits_in_all = queries + len(many), hits_in_all + len(table)
    found = f"{counted(hits_in_all, 'hit')} of {counted(queries, 'query', 'queries')}"
    typer.echo(f"{found} written to {printable(str(path))}", err=True)


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


def _queries(lines: BinaryIO, file: str, usual: Mapping[str, Any], keep_going: bool) -> Iterator[_Line]:
    """The queries of a file; empty lines are none."""
    source = "standard input" if file == "-" else file
    empty = True
    for number, text in enumerate(lines, 1):
        if not text.strip():
            continue
        empty = False
        try:
            name, query = _query(text, f"{source}, line {number}", usual)
        except RetrieverError as error:
            if not keep_going:
                raise
            yield _Line(number, None, error)
        else:
            yield _Line(number, name, query)
    if empty:
        raise UsageError(f"{source} holds no query; {_CURE}.")


def _query(text: bytes, place: str, usual: Mapping[str, Any]) -> tuple[str | int | None, Query]:
    """What a line calls its query, and the query."""
    from retriever.query.request import KEYS, asks_by_name, blame, query_of

    try:
        keywords = json.loads(text)
    except (ValueError, RecursionError) as error:  # of bytes that are no UTF-8 too
        raise UsageError(f"{place} is no JSON ({error}); {_CURE}.") from error
    if not isinstance(keywords, dict):
        raise UsageError(f"{place} is no JSON object; {_CURE}.")
    if "terms" in keywords:
        raise UsageError(f'{place}: "terms" is for Python; write weighted terms as an "expression".')
    name = keywords.pop("query", None)  # as the files that eval --queries reads have it
    if isinstance(name, bool) or not isinstance(name, str | int | None):
        raise UsageError(
            f'{place}: "query" is the name of a query, a string, and not of type {type(name).__name__}; words to look '
            'for go under "text".'
        )
    if asks_by_name(name, keywords):
        name, keywords["expression"] = None, name
    known = [key for key in KEYS if key != "terms"]
    if unknown := sorted(keywords.keys() - set(known)):
        raise UsageError(f"{place}: A query has no {unknown[0]!r}; its keys are query, {', '.join(known)}.")
    try:
        return name, query_of({**usual, **keywords}, name=place)
    except RetrieverError as error:
        raise blame(error, place) from error
