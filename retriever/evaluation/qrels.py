"""Files of judgements and of queries.

Judgements (qrels): TREC's lines of four fields, ``QUERY 0 ITEM RELEVANCE``, with tabs between them where a name holds
spaces, or a table (``.csv``, ``.tsv``, separated by commas, semicolons or tabs) whose header names a query, an item
and, where not all are relevant alike, a relevance; BEIR's ``query-id``, ``corpus-id`` and ``score`` are read too. An
item is an id, or a path as hits have it.

Queries: one JSON object a line with the key ``query`` and those of `retriever.Index.search`, or a table of such
columns. An object that says nothing else to look for looks for what its ``query`` says, as an expression.
"""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from retriever.errors import UsageError
from retriever.loaders.text import separator
from retriever.query.request import asks_by_name

_QUERY = ("query", "query-id", "query_id", "qid", "topic", "_id")
_ITEM = ("item", "corpus-id", "corpus_id", "doc_id", "docid", "doc", "id", "path")
_RELEVANCE = ("relevance", "score", "rel", "grade", "label")
_TABLES = (".csv", ".tsv")
_NAMES = {",": "comma", ";": "semicolon", "\t": "tab"}
_MOST = 30.0
"""Relevance at most: nDCG's gain is 2 to its power."""
_LEAST = 1e-3
"""Relevance at least, where it is not 0 or less: gains below are lost in rounding."""
_IGNORED = ("title", "metadata")  # of BEIR's queries
_SWITCHES = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


@dataclass(frozen=True, eq=False)
class Qrels:
    """What was judged.

    Attributes:
        file: where it stood.
        grades: query -> item, by id or path -> how relevant it is; those with 0 or less are not relevant.
        words: whether a query that is no item may be words to look for.
    """

    file: Path
    grades: Mapping[str, Mapping[str, float]]
    words: bool


def read_qrels(file: Path | str) -> Qrels:
    """The judgements of a file.

    Raises:
        UsageError: names the file, and the line at fault.
    """
    file = Path(file)
    is_table = file.suffix.lower() in _TABLES
    rows = _judged_rows(file) if is_table else _trec_rows(file)
    grades: dict[str, dict[str, float]] = {}
    for line, query, item, relevance in rows:
        if not (query and item):
            raise UsageError(f"--qrels {file}, line {line} names no {'item' if query else 'query'}; write one.")
        of_query = grades.setdefault(query, {})
        if item in of_query:
            raise UsageError(
                f"--qrels {file}, line {line}: {item!r} was judged for {query!r} before; keep one of the two."
            )
        of_query[item] = _grade(relevance, f"--qrels {file}, line {line}")
    if not grades:
        raise UsageError(f"--qrels {file} holds no judgement; write lines of QUERY 0 ITEM RELEVANCE, or a CSV table.")
    return Qrels(file, grades, is_table)


def read_queries(file: Path | str) -> dict[str, dict[str, Any]]:
    """What each query of a file looks for: its name -> keywords of `retriever.Index.search`.

    Raises:
        UsageError: names the file, and the line at fault.
    """
    file = Path(file)
    is_table = file.suffix.lower() in _TABLES
    queries: dict[str, dict[str, Any]] = {}
    for line, name, keywords in _query_rows(file) if is_table else _query_objects(file):
        if not name:
            raise UsageError(f"--queries {file}, line {line}: the query has no name; give it one.")
        if name in queries:
            raise UsageError(f"--queries {file}, line {line}: there is another query {name!r}; keep one of the two.")
        queries[name] = keywords
    if not queries:
        raise UsageError(f'--queries {file} holds no query; write lines such as {{"query": "q1", "text": "a chair"}}.')
    return queries


def _trec_rows(file: Path) -> Iterator[tuple[int, str, str, str]]:
    for line, text in _lines(file, "--qrels"):
        fields = [field.strip() for field in text.split("\t") if field.strip()]
        if len(fields) != 4:  # no tabs, or some for the looks
            fields = text.split()
        if len(fields) != 4:
            cure = "write tabs between them where a name holds spaces" if len(fields) > 4 else "write all of them"
            raise UsageError(
                f"--qrels {file}, line {line} has {len(fields)} fields: TREC's have four, QUERY 0 ITEM RELEVANCE; "
                f"{cure}, or a table, whose name ends in .csv or .tsv."
            )
        yield line, fields[0], fields[2], fields[3]


def _judged_rows(file: Path) -> Iterator[tuple[int, str, str, str]]:
    rows = _table(file, "--qrels")
    _, header = next(rows, (0, ()))
    query, item, relevance = (_column(header, names) for names in (_QUERY, _ITEM, _RELEVANCE))
    if query is None or item is None:
        found = f"its header is {', '.join(header)}" if header else "it is empty"
        raise UsageError(f"--qrels {file} names no query or no item ({found}): begin with query,item,relevance.")
    for line, row in rows:
        yield line, row[query], row[item], "1" if relevance is None else row[relevance]


def _query_rows(file: Path) -> Iterator[tuple[int, str, dict[str, Any]]]:
    rows = _table(file, "--queries")
    _, header = next(rows, (0, ()))
    header = [name.lower() for name in header]
    if twice := [name for place, name in enumerate(header) if name in header[:place]]:
        raise UsageError(f"--queries {file} has two columns {twice[0]}; keep one of them.")
    query = _column(header, _QUERY)
    if query is None or len(header) < 2:
        raise UsageError(f"--queries {file} has no column query, or no other: begin with query,text, for example.")
    for line, row in rows:
        asked = {
            name: cell for place, (name, cell) in enumerate(zip(header, row, strict=True)) if place != query and cell
        }
        yield line, row[query], _asked(asked, f"--queries {file}, line {line}")


def _query_objects(file: Path) -> Iterator[tuple[int, str, dict[str, Any]]]:
    for line, text in _lines(file, "--queries"):
        try:
            asked = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise UsageError(
                f"--queries {file}, line {line} is no JSON ({error}); a table ends in .csv or .tsv."
            ) from error
        asked = asked if isinstance(asked, dict) else {}
        itself = "query" in asked  # BEIR's _id is never what is looked for
        name = asked.pop("query") if itself else asked.pop("_id", None)
        if not isinstance(name, str | int):
            raise UsageError(
                f'--queries {file}, line {line} names no query: write for example {{"query": "q1", "text": "a chair"}}.'
            )
        if itself and asks_by_name(name, asked):
            asked["expression"] = name
        yield line, str(name), _asked(asked, f"--queries {file}, line {line}")


def _table(file: Path, option: str) -> Iterator[tuple[int, list[str]]]:
    """Line and cells of each row that is not empty, the header first; all as long as it."""
    width = None
    lines = [text for _, text in _lines(file, option, keep_empty=True)]
    header = next(filter(str.strip, lines), "")
    reader = csv.reader(lines, delimiter=separator(header), strict=True)
    try:
        for cells in reader:
            row = [cell.strip() for cell in cells]
            if not any(row):
                continue
            if width not in (None, len(row)):
                raise UsageError(
                    f"{option} {file}, line {reader.line_num} has {len(row)} cells where the header has {width}; "
                    f"quote cells that hold a {_NAMES[separator(header)]}."
                )
            width = len(row)
            yield reader.line_num, row
    except csv.Error as error:
        raise UsageError(f"{option} {file}, line {reader.line_num} is no row of a table: {error}.") from error


def _lines(file: Path, option: str, *, keep_empty: bool = False) -> Iterator[tuple[int, str]]:
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            for number, text in enumerate(lines, 1):
                if keep_empty or text.strip():
                    yield number, text
    except OSError as error:
        raise UsageError(f"{option} {file} cannot be read: {error.strerror or error}.") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{option} {file} is not UTF-8 text; save it as such.") from error


def _column(header: Sequence[str], names: Sequence[str]) -> int | None:
    lower = [name.lower() for name in header]
    return next((lower.index(name) for name in names if name in lower), None)


def _grade(text: str, where: str) -> float:
    try:
        grade = float(text)
    except ValueError:
        grade = math.nan
    if not math.isfinite(grade) or grade > _MOST or 0 < grade < _LEAST:
        raise UsageError(
            f"{where}: the relevance {text!r} is no number from {_LEAST:g} to {_MOST:g}; 0 means not relevant."
        )
    return grade


def _asked(given: dict[str, Any], where: str) -> dict[str, Any]:
    """Keywords of a search; what a table writes as text is made what it stands for."""
    out = {key: value for key, value in given.items() if key not in _IGNORED}
    if "k" in out:
        raise UsageError(f"{where} says k: every list is as long as --depth says; leave it out.")
    for key in ("min_confidence", "diverse"):
        if isinstance(out.get(key), str):
            try:
                out[key] = float(out[key])
            except ValueError:
                raise UsageError(f"{where}: {key} is {out[key]!r}; write a number from 0 to 1.") from None
    if isinstance(out.get("expand"), str):
        try:
            out["expand"] = int(out["expand"])
        except ValueError:
            raise UsageError(f"{where}: expand is {out['expand']!r}; write a whole number such as 5.") from None
    for key in ("center", "unbalanced", "geometry_only", "unique"):
        if isinstance(out.get(key), str):
            if out[key].lower() not in _SWITCHES:
                raise UsageError(f"{where}: {key} is {out[key]!r}; write true or false.")
            out[key] = _SWITCHES[out[key].lower()]
    return out
