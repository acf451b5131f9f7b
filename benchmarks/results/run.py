"""All benchmarks, one after the other: what is done is kept, what fails is said, and nothing ends the run early."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.results import machine, report, store
from benchmarks.results.child import Failed, measured, registered
from benchmarks.results.parts import Part, Settings, chosen
from benchmarks.results.store import Head, Results
from benchmarks.results.tables import Table
from indexer.durable import disk_errors, whole_file
from retriever import spaces
from retriever.errors import UsageError
from retriever.spaces.catalogue import PUBLISHED

REGISTRY = "benchmarks.results.parts:parts"
"""What gives the parts; they are made anew in each process."""


@dataclass(frozen=True)
class Outcome:
    """What a run came to.

    Attributes:
        file: of results.
        report: beside it, in Markdown.
        failed: part -> the sentence it failed with.
    """

    file: Path
    report: Path
    failed: dict[str, str]


def everything(
    settings: Settings,
    into: Path,
    *,
    only: Sequence[str] = (),
    resume: bool = False,
    registry: str | None = None,
    each: Callable[[Table], None] = lambda table: None,
) -> Outcome:
    """Measures the parts; the file is whole after each table, and keeps what other runs of the same head left in it.

    Args:
        settings: for every part.
        into: folder of results; the file goes to the machine's folder in it.
        only: names or groups of parts; all where empty.
        resume: leave out what is in the file already.
        registry: "module:name" of the function that gives the parts; by default `REGISTRY`.
        each: called with each table.

    Raises:
        UsageError: a part that is not there or cannot be run as asked, or a file in the way that is no results.
    """
    registry = registry or REGISTRY
    known = registered(registry)(settings)
    asked = chosen(known, only)
    lacking = {part.name: why for part in asked if (why := part.missing(settings))}
    for name, why in lacking.items():
        if name in only or (only and len(lacking) == len(asked)):  # of a group, some will do
            raise UsageError(f"--only {name} cannot be run: {why}.")
    head = _head(settings, into)
    path = into / head.machine["name"] / f"{head.stem}.json"
    results = _before(path, head)
    keeper = _Keeper(results, path, [part.name for part in known])
    failed = {}
    for number, part in enumerate(asked, 1):
        at, left = f"{part.name} ({number} of {len(asked)})", len(asked) - number
        with_data = part.reads_data and settings.data is not None
        if resume and results.done(part.name, with_data):
            _say(f"{at}: is there already")
        elif reason := lacking.get(part.name):
            _say(f"{at}: left out, {reason}")
            if part.name not in results.parts:
                results.parts[part.name] = f"{store.LEFT_OUT}: {reason}"
        else:
            _say(f"{at}: {part.about}; {left or 'none'} left after it")
            if error := _measure(part, settings, registry, keeper, each):
                failed[part.name] = error
                _say(f"{at}: failed: {error}")
    keeper.keep()
    return Outcome(path, keeper.report, failed)


@dataclass(frozen=True)
class _Keeper:
    """Writes the results and their report."""

    results: Results
    path: Path
    names: list[str]

    @property
    def report(self) -> Path:
        return self.path.with_suffix(".md")

    def keep(self) -> None:
        self.results.order(self.names)
        store.write(self.results, self.path)
        with disk_errors(self.path.parent, "the results in"), whole_file(self.report) as file:
            file.write(report.markdown(self.results).encode())


def _measure(part: Part, settings: Settings, registry: str, keeper: _Keeper, each: Callable[[Table], None]) -> str:
    """Keeps the tables of a part as they come; returns the sentence it failed with, or nothing."""
    results, error = keeper.results, ""
    results.drop(part.name)
    results.parts[part.name] = store.UNFINISHED
    if part.reads_data and settings.data is not None:
        results.with_data.append(part.name)
    try:
        for table in measured(registry, part.name, settings):
            if strange := table.unknown():
                _say(f"{part.name}: what {', '.join(strange)} holds is not said in benchmarks/results/tables.py")
            results.tables.append(table)
            results.date = _today()
            keeper.keep()
            each(table)
    except Failed as failure:
        error = _public(str(failure), settings)
    results.parts[part.name] = f"{store.FAILED}: {error}" if error else store.DONE
    keeper.keep()
    return error


def _head(settings: Settings, into: Path) -> Head:
    made_up = settings.space in PUBLISHED and settings.space not in spaces.names()
    weights = "" if made_up else spaces.get(settings.space).identity.weights  # an unknown space ends it here
    commit = machine.commit(aside=into)
    return Head(machine.describe(), commit, machine.code(), settings.space, weights, settings.quick)


def _public(message: str, settings: Settings) -> str:
    """One line without the user's folders, for reports are shown to others."""
    for folder, shown in ((settings.data, "FOLDER"), (Path.home(), "~")):
        message = message.replace(str(folder), shown) if folder else message
    return " ".join(message.split())


def _before(path: Path, head: Head) -> Results:
    """What an earlier run left, if it was of the same code on the same machine."""
    if path.exists():
        found = store.read(path)
        if found.head == head:
            return found
        _say(f"{path} is of other code, versions or weights: its tables are not kept")
    return Results(head, _today())


def _today() -> str:
    return datetime.now(UTC).date().isoformat()


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
