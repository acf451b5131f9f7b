"""Small results, and parts for a run that fail, break or are killed: the run's processes import this module."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from benchmarks.results import store
from benchmarks.results.parts import Part
from benchmarks.results.settings import Settings
from benchmarks.results.store import Head, Results
from benchmarks.results.tables import Table
from retriever.errors import UsageError

RAN = "RESULTS_TEST_RAN"
"""Environment variable: a file to which every part adds its name when it is run."""
FAILS = "RESULTS_TEST_FAILS"
"""Environment variable: there where `moody` is to fail."""

HEAD = Head({"name": "acme-2-cores", "cpu": "ACME", "cores": 2}, "abc1234", "c0de", "mini", "wei9ht5")
SPEED = Table(
    "Speed", ("way",), [
        {"way": "theirs", "seconds": 2.0, "x": 1.0, "recall": 0.5},
        {"way": "ours", "seconds": 1.0, "x": 0.5, "recall": 0.75},
        {"way": "alone", "seconds": 7.125, "x": "-", "recall": 0.25},
    ], "python -m benchmarks speed", "2 rounds", {"x": "seconds as a multiple of theirs"}, "speed",
)  # fmt: skip
FOUND = Table(
    "Found | again", ("measure", "subset"), [
        {"measure": "mAP", "subset": "all", "value": 0.4974, "low": 0.4744, "high": 0.5194, "queries": 10},
        {"measure": "median rank", "subset": "all", "value": 1.0, "low": 1.0, "high": 1.0, "queries": 10},
    ], "python -m benchmarks found", part="found",
)  # fmt: skip


def results(*tables: Table, head: Head = HEAD, **parts: str) -> Results:
    states = {table.part: store.DONE for table in tables} | parts
    return Results(head, "2026-01-31", list(tables), states)


def changed(table: Table, place: int, **cells: object) -> Table:
    return replace(table, rows=[{**row, **cells} if i == place else row for i, row in enumerate(table.rows)])


def _ran(name: str) -> None:
    with Path(os.environ[RAN]).open("a") as file:
        file.write(f"{name}\n")


def good(asked: Settings) -> Iterator[Table]:
    _ran("good")
    sys.stdout.write("what a library prints\n")
    yield SPEED
    yield replace(FOUND, rows=[{"measure": "quick", "subset": str(asked.quick), "value": 1.0}])


def failing(_: Settings) -> Iterator[Table]:
    _ran("failing")
    yield FOUND
    raise UsageError(f"There is no {Path.home()}/thing:\ngive one.")


def broken(_: Settings) -> Iterator[Table]:
    _ran("broken")
    raise ZeroDivisionError("by nothing")
    yield SPEED


def killed(_: Settings) -> Iterator[Table]:
    _ran("killed")
    os.kill(os.getpid(), signal.SIGKILL)
    yield SPEED


def moody(_: Settings) -> Iterator[Table]:
    _ran("moody")
    yield SPEED
    if FAILS in os.environ:
        raise UsageError("Not today.")
    yield FOUND


def fed(asked: Settings) -> Iterator[Table]:
    _ran("fed")
    yield SPEED
    if asked.data:
        yield replace(FOUND, rows=[{"measure": "with", "subset": "data", "value": 1.0}])
        if (asked.data / "broken").exists():
            raise UsageError(f"{asked.data / 'broken'} is broken, and so is data/broken.")


def made_parts(asked: Settings) -> list[Part]:
    """What the processes of a run are given instead of the real parts."""
    return [
        Part("failing", "fails", failing),
        Part("good", "is good", good, reads_data=True),
        Part("broken", "breaks", broken, group="bad"),
        Part("killed", "is killed", killed, group="bad"),
        Part("fed", "wants data", good, lambda asked: "" if asked.data else "it needs --data FOLDER", group="bad"),
    ]


def parts_that_change(asked: Settings) -> list[Part]:
    """More of them."""
    return [Part("moody", "fails at times", moody), Part("fed", "measures what it is given", fed, reads_data=True)]
