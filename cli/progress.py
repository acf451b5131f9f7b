"""Progress of an indexing run, on standard error: a bar on a terminal, a plain line every few seconds elsewhere."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

_LABELS = {"scan": "Scanning", "compare": "Comparing", "embed": "Embedding", "write": "Writing"}
_EVERY = 5.0  # seconds between plain lines


class Silent:
    """Shows nothing."""

    def __enter__(self) -> Silent:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def __call__(self, phase: str, done: int, total: int | None) -> None:
        """As `indexer.build.Progress`."""


class Lines(Silent):
    """Lines for logs and pipes."""

    def __init__(self) -> None:
        self._phase = ""
        self._began = self._spoke = time.monotonic()

    def __call__(self, phase: str, done: int, total: int | None) -> None:
        """As `indexer.build.Progress`."""
        now = time.monotonic()
        if phase != self._phase:
            self._phase, self._began, self._spoke = phase, now, now
        if now - self._spoke < _EVERY:
            return
        self._spoke = now
        rate = done / (now - self._began)
        left = f", {_clock((total - done) / rate)} left" if total and rate else ""
        of = f" of {total:,}" if total else ""
        typer.echo(f"{_LABELS.get(phase, phase)}: {done:,}{of} files, {rate:,.1f}/s{left}", err=True)


class Bars(Silent):
    """A line a phase on a terminal: bar, count, rate, time left."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            SpinnerColumn,
            TextColumn,
            TimeRemainingColumn,
        )

        self._bars: Progress = Progress(
            SpinnerColumn(finished_text="[green]✓"),
            TextColumn("{task.description:<10}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("[dim]{task.fields[rate]}"),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            transient=True,
        )
        self._tasks: dict[str, TaskID] = {}
        self._began: dict[str, float] = {}

    def __enter__(self) -> Bars:
        self._bars.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bars.stop()

    def __call__(self, phase: str, done: int, total: int | None) -> None:
        """As `indexer.build.Progress`."""
        now = time.monotonic()
        if phase not in self._tasks:
            for task in self._tasks.values():
                self._bars.stop_task(task)
            self._tasks[phase] = self._bars.add_task(_LABELS.get(phase, phase), total=total, rate="")
            self._began[phase] = now
        seconds = now - self._began[phase]
        rate = f"{done / seconds:,.1f} files/s" if done and seconds > 0.5 else ""
        self._bars.update(self._tasks[phase], completed=done, total=total, rate=rate)


def progress(*, quiet: bool) -> Silent:
    """What fits standard error."""
    if quiet:
        return Silent()
    return Bars() if sys.stderr.isatty() else Lines()


def _clock(seconds: float) -> str:
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
