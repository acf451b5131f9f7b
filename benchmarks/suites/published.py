"""Figures that papers print for these suites, as data, and what differs from the protocols here.

They are no targets and were not run here. `published.csv` gives each with its source; a source that begins with
"second-hand" was quoted by others and not seen where it was first printed. `differs` says in a sentence what is known
to differ from the suite's protocol, or is not stated: a figure whose protocol is unknown says little beside ours.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from benchmarks.retrieval.protocol import Row

OURS = "here"
"""How the rows that were measured call their method."""

_TABLE = Path(__file__).with_name("published.csv")


@dataclass(frozen=True)
class Published:
    """One figure.

    Attributes:
        suite: its name.
        measure: as the suite's rows call it.
        method: what was measured.
        value: 0..1.
        source: paper with its arXiv id and table, or repository.
        differs: from the protocol here, or is not stated.
    """

    suite: str
    measure: str
    method: str
    value: float
    source: str
    differs: str


@cache
def figures() -> tuple[Published, ...]:
    """All of them, in the order of the table."""
    with _TABLE.open(encoding="utf-8", newline="") as file:
        return tuple(Published(value=float(row.pop("value")), **row) for row in csv.DictReader(file))


def beside(suite: str) -> list[Row]:
    """What is published for a suite, measure by measure, the best first; nothing where nothing is.

    Args:
        suite: its name.

    Returns:
        rows of "measure", "method", "published" (0..1), "source" and "differs".
    """
    found = [figure for figure in figures() if figure.suite == suite]
    order = list(dict.fromkeys(figure.measure for figure in found))
    found.sort(key=lambda figure: (order.index(figure.measure), -figure.value))
    return [
        {"measure": f.measure, "method": f.method, "published": f.value, "source": f.source, "differs": f.differs}
        for f in found
    ]


def alongside(suite: str, rows: Iterable[Row]) -> list[Row]:
    """What was measured and what is published of the same measures, as one table.

    Args:
        suite: its name.
        rows: as the suite gives them.

    Returns:
        a row a method, of "measure", "method", "value", "low", "high", "source" and "protocol": for each measure that
        has both, first ours (the protocol is the row's subset), then the published ones, the best first (the protocol
        is what differs, the interval is None: papers print none).
    """
    ours = list(rows)
    table: list[Row] = []
    for measure in dict.fromkeys(row["measure"] for row in ours):
        theirs = [row for row in beside(suite) if row["measure"] == measure]
        if theirs:
            table += [_measured(row) for row in ours if row["measure"] == measure]
            table += [_printed(row) for row in theirs]
    return table


def _measured(row: Row) -> Row:
    return {
        "measure": row["measure"], "method": OURS, "value": row["value"], "low": row["low"], "high": row["high"],
        "source": "this run", "protocol": row["subset"],
    }  # fmt: skip


def _printed(row: Row) -> Row:
    return {
        "measure": row["measure"], "method": row["method"], "value": row["published"], "low": None, "high": None,
        "source": row["source"], "protocol": f"differs: {row['differs']}",
    }  # fmt: skip
