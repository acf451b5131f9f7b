"""The file of results: one a machine, commit and setting, whole after every table."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.results import machine
from benchmarks.results.tables import Table
from indexer.durable import disk_errors
from retriever import spaces
from retriever.errors import UsageError
from retriever.files import whole_file

FORMAT = 1
DONE, UNFINISHED, FAILED, LEFT_OUT = "done", "unfinished", "failed", "left out"
"""What becomes of a part; behind the last two stands why."""


@dataclass(frozen=True)
class Head:
    """What all tables of a file have in common; two runs may share a file only where it is the same.

    Attributes:
        machine: as `machine.describe` gives it.
        commit: short hash, "-dirty" behind it where the tree differed.
        code: hash over the code itself.
        space: that was measured.
        weights: hash of its weights; "" where they are made up.
        quick: whether sizes were small.
    """

    machine: dict[str, Any]
    commit: str
    code: str
    space: str
    weights: str = ""
    quick: bool = False

    @property
    def stem(self) -> str:
        """The file's name without suffix: the commit; the space where it is not the default; "quick"."""
        space = "" if self.space == spaces.DEFAULT else f"-{self.space}"
        return f"{self.commit}{space}{'-quick' * self.quick}"


@dataclass
class Results:
    """A file's content.

    Attributes:
        head: what it was made on.
        date: of the last table, as YYYY-MM-DD.
        tables: in the order of the parts.
        parts: part -> "done", "unfinished", or "failed: ..." and "left out: ..." with a sentence.
        data: part -> fingerprint of the data folder that it was measured on; parts without one are not in it.
    """

    head: Head
    date: str
    tables: list[Table] = field(default_factory=list)
    parts: dict[str, str] = field(default_factory=dict)
    data: dict[str, str] = field(default_factory=dict)

    def done(self, part: str, data: str = "") -> bool:
        """Whether a part is here whole, and measured on this data; with any data, it is done without, too.

        Args:
            part: its name.
            data: fingerprint of the data folder; "" without one, or where it makes no difference.
        """
        return self.parts.get(part) == DONE and data in ("", self.data.get(part))

    def put(self, part: str, tables: Sequence[Table], state: str, data: str = "") -> None:
        """Puts the tables of a part, and what has become of it, in place of all that is here of it."""
        self.tables = [*(table for table in self.tables if table.part != part), *tables]
        self.parts[part] = state
        self.data.pop(part, None)
        if data:
            self.data[part] = data

    def order(self, names: Sequence[str]) -> None:
        """Puts tables and parts in the order of `names`; what is not among them comes last."""
        place = {name: number for number, name in enumerate(names)}
        self.tables.sort(key=lambda table: place.get(table.part, len(place)))
        self.parts = dict(sorted(self.parts.items(), key=lambda each: place.get(each[0], len(place))))

    def as_json(self) -> dict[str, Any]:
        """For the file."""
        head = self.head
        return {
            "format": FORMAT, "machine": head.machine, "commit": head.commit, "code": head.code, "date": self.date,
            "space": head.space, "weights": head.weights, "quick": head.quick,
            "parts": self.parts, "data": self.data, "tables": [table.as_json() for table in self.tables],
        }  # fmt: skip


def write(results: Results, path: Path) -> None:
    """Puts the file there, whole or not at all.

    Raises:
        RetrieverError: the folder cannot be written to.
    """
    with disk_errors(path.parent, "the results in"):
        path.parent.mkdir(parents=True, exist_ok=True)
        with whole_file(path) as file:
            file.write((json.dumps(results.as_json(), indent=1, allow_nan=False) + "\n").encode())


def read(path: Path) -> Results:
    """What `write` wrote.

    Raises:
        UsageError: it cannot be read, is no such file, or a newer one.
    """
    wrong = UsageError(f"{path} is no file of results: give one that `python -m benchmarks all` wrote.")
    try:
        saved = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            f"{path} cannot be read ({error}): give a file that `python -m benchmarks all` wrote."
        ) from error
    except ValueError as error:
        raise wrong from error
    if not isinstance(saved, dict) or not isinstance(saved.get("format"), int):
        raise wrong
    if saved["format"] > FORMAT:
        raise UsageError(
            f"{path} has format {saved['format']}, and this version reads formats up to {FORMAT}: take a newer version."
        )
    try:
        head = Head(
            dict(saved["machine"]), saved["commit"], saved["code"], saved["space"], saved["weights"], saved["quick"]
        )
        assert isinstance(head.machine["name"], str)
        tables = [Table.from_json(each) for each in saved["tables"]]
        return Results(head, saved["date"], tables, dict(saved["parts"]), dict(saved.get("data", {})))
    except (KeyError, TypeError, ValueError, AttributeError, AssertionError) as error:
        raise wrong from error


def locate(name: str, into: Path) -> Path:
    """The file that is meant: a path, or a commit of which this machine has results.

    Args:
        name: a file; or its name without suffix in the machine's folder, or how that begins.
        into: folder of results.

    Raises:
        UsageError: there is none, or several.
    """
    if Path(name).is_file():
        return Path(name)
    folder = into / machine.describe()["name"]
    known = {path.stem: path for path in sorted(folder.glob("*.json"), key=lambda path: path.stem)}
    # A whole hash is longer than the short one that the file is called by.
    fits = [stem for stem in known if stem.startswith(name) or (len(name) == 40 and name.startswith(stem))]
    if name in known or len(fits) == 1:
        return known[name if name in known else fits[0]]
    if fits:
        raise UsageError(f"{name} may be {' or '.join(fits)} in {folder}: say which.")
    there = f"it holds {', '.join(known)}" if known else "`python -m benchmarks all` writes there"
    raise UsageError(f"{name} is neither a file nor a commit in {folder}; {there}.")
