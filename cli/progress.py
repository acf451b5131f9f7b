"""Progress of an indexing run, on standard error: a bar on a terminal, a plain line every few seconds elsewhere."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

_LABELS = {
    **{
        "scan": "Scanning",
        "compare": "Comparing",
        "look": "Looking which way is up",
        "embed": "Embedding",
        "write": "Writing",
        "make": "Making",
        "map": "Laying out the map",
        "place": "Placing the rest",
    },
    **{"read": "Reading", "sample": "Sampling again", "pull": "Downloading", "add": "Splitting", "draw": "Drawing"},
    **{"build": "Building the search", "tune": "Tuning the search", "ask": "Asking", "name": "Encoding labels"},
    **{f"train {modality}": f"Training ({modality})" for modality in ("shape", "image", "audio")},
}
_UNITS = {
    "pull": "MiB",
    "add": "MiB",
    "build": "vectors",
    "tune": "queries",
    "ask": "queries",
    "name": "labels",
    "draw": "pictures",
    "map": "steps",
    "place": "vectors",
}
_EVERY = 5.0  # seconds between plain lines


class Silent:
    """Shows nothing."""

    def __enter__(self) -> Silent:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def __call__(self, phase: str, done: int, total: int | None) -> None:
        """As `indexer.build.Progress`."""

    def note(self, text: str) -> None:
        """How it goes, beside the phase at hand."""


class Lines(Silent):
    """Lines for logs and pipes."""

    def __init__(self) -> None:
        self._phase = ""
        self._began = self._spoke = time.monotonic()
        self._note = ""

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
        what = "steps" if phase.startswith("train ") else _UNITS.get(phase, "files")
        typer.echo(f"{_LABELS.get(phase, phase)}: {done:,}{of} {what}, {rate:,.1f}/s{left}{self._note}", err=True)

    def note(self, text: str) -> None:
        """As `Silent.note`."""
        self._note = f", {text}"


class Bars(Silent):
    """One line on a terminal for the phase at hand: bar, count, rate, time left."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            Progress,
            SpinnerColumn,
            TextColumn,
            TimeRemainingColumn,
        )

        self._bars: Progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(30),
            TextColumn("{task.fields[count]}"),
            TextColumn("[dim]{task.fields[rate]}"),
            TimeRemainingColumn(compact=True),
            TextColumn("[dim]{task.fields[note]}"),
            console=Console(stderr=True),
            transient=True,
        )
        self._phase = ""
        self._task: TaskID | None = None
        self._began = 0.0

    def __enter__(self) -> Bars:
        self._bars.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bars.stop()

    def __call__(self, phase: str, done: int, total: int | None) -> None:
        """As `indexer.build.Progress`."""
        now = time.monotonic()
        if self._task is None or phase != self._phase:
            if self._task is not None:
                self._bars.refresh()  # how it ended, which the next tick of the clock would miss
                self._bars.remove_task(self._task)
            self._phase, self._began = phase, now
            self._task = self._bars.add_task(_LABELS.get(phase, phase), total=total, count="", rate="", note="")
        seconds = now - self._began
        rate = f"{done / seconds:,.1f}/s" if done and seconds > 0.5 else ""
        count = f"{done:,}/{total:,}" if total else f"{done:,}" if done else ""
        self._bars.update(self._task, completed=done, total=total, count=count, rate=rate)

    def note(self, text: str) -> None:
        """As `Silent.note`."""
        if self._task is not None:
            self._bars.update(self._task, note=text)


def progress(*, quiet: bool) -> Silent:
    """What fits standard error."""
    if quiet:
        return Silent()
    return Bars() if sys.stderr is not None and sys.stderr.isatty() else Lines()


def _clock(seconds: float) -> str:
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
