"""All benchmarks, one after the other: what is done is kept, what fails is said, and nothing ends the run early."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.results import machine, report, store
from benchmarks.results.child import Failed, measured, registered
from benchmarks.results.folders import fingerprint, hidden
from benchmarks.results.parts import Part, chosen
from benchmarks.results.settings import Settings
from benchmarks.results.store import Head, Results
from benchmarks.results.tables import Table
from indexer.durable import disk_errors
from retriever import spaces
from retriever.errors import UsageError
from retriever.files import whole_file
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
    if settings.data is not None:
        settings = replace(settings, data=settings.data.resolve())  # as messages shall name it, to be hidden there
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
    data = "" if settings.data is None else fingerprint(settings.data)
    failed = {}
    for number, part in enumerate(asked, 1):
        at, left = f"{part.name} ({number} of {len(asked)})", len(asked) - number
        if resume and results.done(part.name, data if part.reads_data else ""):
            _say(f"{at}: is there already")
        elif reason := lacking.get(part.name):
            _say(f"{at}: left out, {reason}")
            if part.name not in results.parts:
                results.parts[part.name] = f"{store.LEFT_OUT}: {reason}"
        else:
            _say(f"{at}: {part.about}; {left or 'none'} left after it")
            if error := _measure(part, settings, data, registry, keeper, each):
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


def _measure(
    part: Part, settings: Settings, data: str, registry: str, keeper: _Keeper, each: Callable[[Table], None]
) -> str:
    """Keeps the tables of a part as they come; returns the sentence it failed with, or nothing.

    What is there whole already stays until the part has come to its end, and where it fails.
    """
    results, tables, error = keeper.results, list[Table](), ""
    stays = results.done(part.name)
    data = data if part.reads_data else ""

    def keep(state: str) -> None:
        if state == store.DONE or not stays:
            results.put(part.name, tables, state, data)
            results.date = _today() if tables else results.date
        keeper.keep()

    keep(store.UNFINISHED)
    try:
        for table in measured(registry, part.name, settings):
            if strange := table.unknown():
                _say(f"{part.name}: what {', '.join(strange)} holds is not said in benchmarks/results/tables.py")
            tables.append(table)
            keep(store.UNFINISHED)
            each(table)
    except Failed as failure:
        error = hidden(str(failure), _folders(settings))
    keep(f"{store.FAILED}: {error}" if error else store.DONE)
    if error and stays:
        _say(f"{part.name}: the tables of an earlier run are kept")
    return error


def _head(settings: Settings, into: Path) -> Head:
    made_up = settings.space in PUBLISHED and settings.space not in spaces.names()
    weights = "" if made_up else spaces.get(settings.space).identity.weights  # an unknown space ends it here
    commit = machine.commit(aside=into)
    return Head(machine.describe(), commit, machine.code(), settings.space, weights, settings.quick)


def _folders(settings: Settings) -> dict[Path, str]:
    """Those that a report does not name, and what it says instead."""
    homes = {Path.home(): "~", Path.home().resolve(): "~"}
    return homes | ({} if settings.data is None else {settings.data: "FOLDER"})


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
