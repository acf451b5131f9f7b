"""Fresh processes measured from outside, medians, and tables."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any


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


def fresh(arguments: Sequence[str], *, environment: dict[str, str] | None = None) -> Run:
    """Runs ``python ARGUMENTS`` to its end and measures it; raises if it fails."""
    started = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, *arguments], stdout=subprocess.PIPE, env={**os.environ, **(environment or {})}, text=True
    )
    assert process.stdout is not None
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise RuntimeError(f"{' '.join(arguments)} ended with {process.returncode}")
    return Run(seconds, usage.ru_maxrss * 1024 / 1e6, output)


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
    """Prints rows of equal keys as a Markdown table; with `json_to`, also writes them with what machine it was."""
    names = list(rows[0])
    cells = [names, ["---"] * len(names), *([_cell(row[name]) for name in names] for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(names))]
    print(f"\n{title}")
    for row in cells:
        print("| " + " | ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)) + " |")
    if json_to:
        json_to.parent.mkdir(parents=True, exist_ok=True)
        machine = {"cpu": platform.processor() or platform.machine(), "cores": os.cpu_count(), "python": sys.version}
        json_to.write_text(json.dumps({"title": title, "machine": machine, "rows": list(rows)}, indent=2) + "\n")


def _cell(value: Any) -> str:
    return f"{value:.3f}" if isinstance(value, float) else str(value)
