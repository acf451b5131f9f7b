"""``retriever index --watch``: the same run again and again."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import typer

from cli.output import printable
from cli.progress import Silent, progress
from retriever.errors import RetrieverError

if TYPE_CHECKING:
    from indexer.summary import Summary


_A_WHILE = 1.0  # seconds


def watching(
    run: Callable[[Silent], Summary],
    told: Callable[[Summary, Summary], Iterator[str]],
    seconds: float,
    last: Summary,
    *,
    warned: Warned,
    quiet: bool,
) -> None:
    """Run every so many seconds until Ctrl-C; tells of runs in which something changed.

    What ends a run, as a drive that is away or another writer does, is said once, and tried again.

    Args:
        run: brings the index up to date, and shows how far it is.
        told: lines about what a run did that is not known from the one before.
        seconds: between the end of a run and the next.
        last: what the run before did.
        warned: has heard the warnings of that run.
        quiet: say only what went wrong.

    Raises:
        KeyboardInterrupt: Ctrl-C while much was embedded; at any other moment it ends this in good order.
    """
    said = ""
    if not quiet:
        typer.echo(f"  looking again after every {seconds:g} s - Ctrl-C ends it", err=True)
    while True:
        late = Late(quiet=quiet)
        try:
            time.sleep(seconds)
            warned.of_the_next_run()
            summary = run(late)
        except KeyboardInterrupt:
            if late.is_long():
                raise
            typer.echo("", err=True)  # behind the ^C of the terminal
            return
        except RetrieverError as error:
            said = _told(error, said)
            continue
        if _changed(summary) or summary.failed != last.failed:
            for line in told(summary, last):
                typer.echo(line, err=True)
        said = _told(summary.unnamed, said)
        last = summary


def _told(error: RetrieverError | None, said: str) -> str:
    """What is said of an error, unless it was said before; empty for none."""
    text = str(error) if error else ""
    if text and text != said:
        typer.echo(f"error: {printable(text)}", err=True)
    return text


def _changed(summary: Summary) -> bool:
    counts = (summary.embedded, summary.reused, summary.updated, summary.removed)
    return any(counts) or bool(summary.moved)


class Warned(logging.Filter):
    """Within its block, a warning that the run before gave as well is not shown again."""

    def __init__(self) -> None:
        super().__init__()
        self._before: set[str] = set()
        self._now: set[str] = set()

    def __enter__(self) -> Warned:
        if logging.lastResort:  # which shows them, as no command sets up another handler
            logging.lastResort.addFilter(self)
        return self

    def __exit__(self, *_: object) -> None:
        if logging.lastResort:
            logging.lastResort.removeFilter(self)

    def of_the_next_run(self) -> None:
        """What is heard from now on is of another run."""
        self._before, self._now = self._now, set()

    def filter(self, record: logging.LogRecord) -> bool:
        """As `logging.Filter.filter`."""
        message = record.getMessage()
        self._now.add(message)
        return message not in self._before


class Late(Silent):
    """Progress that is shown where embedding takes a while: each run looks, and tries again what failed."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet
        self._began: float | None = None
        self._shown: Silent | None = None

    def __exit__(self, *_: object) -> None:
        if self._shown:
            self._shown.__exit__(None, None, None)

    def __call__(self, phase: str, done: int, total: int | None) -> None:
        """As `indexer.build.Progress`."""
        if self._began is None and phase == "embed":
            self._began = time.monotonic()
        if self._shown is None and self.is_long():
            self._shown = progress(quiet=self._quiet).__enter__()
        if self._shown:
            self._shown(phase, done, total)

    def is_long(self) -> bool:
        """Whether embedding began a while ago."""
        return self._began is not None and time.monotonic() - self._began > _A_WHILE
