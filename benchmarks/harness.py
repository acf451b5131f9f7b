"""Fresh processes measured from outside, medians, and tables."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.results import machine


@dataclass(frozen=True)
class Run:
    """One finished process.

    Attributes:
        seconds: wall time from start to exit.
        megabytes: largest resident set (10^6 bytes).
        output: what it wrote to standard output.
    """

    seconds: float
    megabytes: float
    output: str


# A process's peak memory counts that of the one it was forked from, so a small process does the forking.
_LAUNCHER = """
import json, os, sys, time
started = time.perf_counter()
process = os.posix_spawn(sys.executable, [sys.executable, *sys.argv[2:]], os.environ)
_, status, usage = os.wait4(process, 0)
measured = {"seconds": time.perf_counter() - started, "megabytes": usage.ru_maxrss * 1024 / 1e6}
with open(sys.argv[1], "w") as file:
    json.dump(measured, file)
sys.exit(os.waitstatus_to_exitcode(status))
"""


def fresh(arguments: Sequence[str]) -> Run:
    """Runs ``python ARGUMENTS`` to its end and measures it; raises if it fails."""
    with TemporaryDirectory() as folder:
        report = Path(folder) / "measured.json"
        done = subprocess.run(
            [sys.executable, "-S", "-c", _LAUNCHER, str(report), *arguments],
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        return Run(**json.loads(report.read_text()), output=done.stdout)


def interleaved(commands: dict[str, Sequence[str]], rounds: int) -> dict[str, Run]:
    """Runs every command `rounds` times in turn, after one uncounted round; medians of each."""
    runs: dict[str, list[Run]] = {name: [] for name in commands}
    for number in range(rounds + 1):
        for name, arguments in commands.items():
            run = fresh(arguments)
            if number:
                runs[name].append(run)
    return {
        name: Run(median(run.seconds for run in each), median(run.megabytes for run in each), each[-1].output)
        for name, each in runs.items()
    }


def show(title: str, rows: Sequence[dict[str, Any]], *, json_to: Path | None = None) -> None:
    """Prints rows as a Markdown table; with `json_to`, also writes them with what machine it was."""
    print(f"\n{title}")
    print("\n".join(table_lines(rows)))
    if json_to:
        save(title, rows, json_to)


def show_tables(
    title: str, tables: Iterable[tuple[str, Sequence[dict[str, Any]]]], about: str, *, json_to: Path | None = None
) -> list[dict[str, Any]]:
    """Prints each table as it comes, `about` behind its title; with `json_to`, also writes all their rows as one.

    Returns:
        The rows, each with the title of its table as ``section``.
    """
    rows = []
    for name, found in tables:
        show(f"{name}, {about}", found)
        rows += [{"section": name, **row} for row in found]
    if json_to and rows:
        save(f"{title}, {about}", rows, json_to)
    return rows


def save(title: str, rows: Sequence[dict[str, Any]], to: Path) -> None:
    """Writes rows as JSON, with what machine it was."""
    to.parent.mkdir(parents=True, exist_ok=True)
    saved = {"title": title, "machine": machine.describe(), "rows": list(rows)}
    to.write_text(json.dumps(saved, indent=2) + "\n")


def table_lines(rows: Sequence[dict[str, Any]]) -> list[str]:
    """Rows as an aligned Markdown table, a column for every key of any of them; nothing for no rows."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    cells = [names, ["---"] * len(names), *([cell(row.get(name)) for name in names] for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(names))]
    return [
        "| " + " | ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)) + " |"
        for row in (cells if rows else [])
    ]


def cell(value: Any) -> str:
    """A value as tables show it: three decimals; nothing for None."""
    if value is None:
        return ""
    return f"{value:.3f}" if isinstance(value, float) else str(value).replace("|", "\\|")
