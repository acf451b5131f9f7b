"""``retriever index --watch``: the same run again and again."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import typer

from cli.output import printable
from cli.progress import Silent, progress
from retriever.errors import RetrieverError

if TYPE_CHECKING:
    from indexer.summary import Summary


def watching(
    run: Callable[[], Summary], told: Callable[[Summary, Summary], Iterator[str]], seconds: float, last: Summary
) -> None:
    """Run every so many seconds until Ctrl-C; tells of runs in which something changed.

    What ends a run, as a drive that is away or another writer does, is said once, and tried again.

    Args:
        run: brings the index up to date.
        told: lines about what a run did that is not known from the one before.
        seconds: between the end of a run and the next.
        last: what the run before did.
    """
    said = ""
    while _waited(seconds):
        try:
            summary = run()
        except RetrieverError as error:
            if str(error) != said:
                said = str(error)
                typer.echo(f"error: {printable(said)}", err=True)
            continue
        said = ""
        if _changed(summary) or summary.failed != last.failed:
            for line in told(summary, last):
                typer.echo(line, err=True)
        last = summary


def _waited(seconds: float) -> bool:
    """Whether nobody pressed Ctrl-C meanwhile."""
    try:
        time.sleep(seconds)
    except KeyboardInterrupt:
        typer.echo("", err=True)  # behind the ^C of the terminal
        return False
    return True


def _changed(summary: Summary) -> bool:
    counts = (summary.embedded, summary.reused, summary.updated, summary.removed)
    return any(counts) or bool(summary.moved)


class Late(Silent):
    """Progress that is not shown before there is something to embed: looking is for every run."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet
        self._shown: Silent | None = None

    def __exit__(self, *_: object) -> None:
        if self._shown:
            self._shown.__exit__(None, None, None)

    def __call__(self, phase: str, done: int, total: int | None) -> None:
        """As `indexer.build.Progress`."""
        if self._shown is None and phase == "embed":
            self._shown = progress(quiet=self._quiet).__enter__()
        if self._shown:
            self._shown(phase, done, total)
