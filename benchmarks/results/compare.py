"""Two files of results side by side: qualities by their difference, ratios and absolutes by their quotient.

Tables are matched by part and title, rows by their key columns, so that other sizes still meet; that they differ is
said. So do rows whose keys differ in nothing but how many things there were ("2,467 clips", "2,468 clips"), where it is
plain which are meant. Absolute numbers are looked at only where both files are of the same kind of machine, and never
shown bare.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from benchmarks.harness import cell, table_lines
from benchmarks.results.matching import Key, by_key, paired
from benchmarks.results.store import DONE, LEFT_OUT, Results
from benchmarks.results.tables import Kind, Row, Table, Value, number, plain, quality

_SHOWN = {
    Kind.QUALITY: "Quality",
    Kind.RATIO: "Ratios",
    Kind.ABSOLUTE: "On this machine",
    Kind.FACT: "Other columns that differ",
}
_DIFFERS = {True: "yes", False: "within", None: "-"}


@dataclass(frozen=True)
class Line:
    """One cell in both.

    Attributes:
        table: its title.
        key: key column -> what it says in this row.
        column: of the table.
        kind: of the column.
        a, b: qualities, ratios and facts; None where nothing is shown bare.
        change: B - A of a quality, B / A of a ratio or an absolute; None of a fact, where A is 0, or where there is
            no number, as after one that is none. Between two infinite ones there is no change.
        differs: of a quality, whether the intervals do not overlap; None where one is missing or no number.
    """

    table: str
    key: dict[str, str]
    column: str
    kind: Kind
    a: Any
    b: Any
    change: float | None
    differs: bool | None = None

    @property
    def is_share(self) -> bool:
        """Whether it is a quality between 0 and 1 of which more is better: no rank, and no difference."""
        if not isinstance(self.a, Value) or not isinstance(self.b, Value):
            return False
        measure = self.key.get("measure", self.column)
        return 0 <= self.a.value <= 1 and 0 <= self.b.value <= 1 and not re.search("median rank|^beside ", measure)

    def as_json(self) -> Row:
        """For a file."""
        ends = [end._asdict() if isinstance(end, Value) else end for end in (self.a, self.b)]
        line = {
            "table": self.table, "key": self.key, "column": self.column, "kind": str(self.kind),
            "a": ends[0], "b": ends[1], "change": self.change, "differs": self.differs,
        }  # fmt: skip
        return {name: plain(value) for name, value in line.items()}

    def __str__(self) -> str:
        return ", ".join([self.table, *self.key.values(), self.column])


@dataclass
class Comparison:
    """All that two files have in common, and what they have not.

    Attributes:
        notes: what makes them hard to compare, as sentences.
        lines: cells in both.
        only_a, only_b: tables and rows that are in one of them, as "title" and "title: key, key".
        lost: why B cannot be said to be as good, as sentences: parts that did not end, qualities that only A has, and
            those that are no finite numbers in B.
    """

    notes: list[str] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    only_a: list[str] = field(default_factory=list)
    only_b: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)

    def fallen(self, by: float) -> list[Line]:
        """Qualities between 0 and 1 that are lower in B by more than this."""
        # 0.52 - 0.5 is a little more than 0.02 in binary
        return [each for each in self.lines if each.is_share and (each.change or 0) < -by - 1e-12]

    def as_json(self) -> dict[str, Any]:
        """For a file."""
        return {
            "notes": self.notes, "rows": [line.as_json() for line in self.lines],
            "only_a": self.only_a, "only_b": self.only_b, "lost": self.lost,
        }  # fmt: skip


def compare(a: Results, b: Results) -> Comparison:
    """Sets B beside A."""
    found = Comparison(notes=list(_notes(a, b)), lost=[f"{part} in B: {state}" for part, state in _open(b)])
    bare = a.head.machine["name"] == b.head.machine["name"]
    ours, theirs = _by_title(a), _by_title(b)
    found.only_a = [name for name in ours if name not in theirs]
    found.only_b = [name for name in theirs if name not in ours]
    found.lost += [
        f"{name}: only A has it" for name in found.only_a if any(map(_qualities(ours[name]), ours[name].rows))
    ]
    for title, one in ours.items():
        if (other := theirs.get(title)) is not None:
            _compare_tables(found, title, one, other, bare)
    found.lost += [f"{line}: {line.a} in A, {line.b} in B" for line in found.lines if _is_gone(line)]
    return found


def _compare_tables(found: Comparison, title: str, one: Table, other: Table, bare: bool) -> None:
    if one.sizes != other.sizes:
        found.notes.append(f"{title}: A has {one.sizes or 'no sizes'}; B has {other.sizes or 'no sizes'}.")
    keys = tuple(key for key in one.keys if key in other.keys)
    rows, beside = by_key(one, keys), by_key(other, keys)
    pairs = paired(rows, beside)
    found.notes += [
        f"{_named(title, key)} in A is set beside {', '.join(filter(None, pairs[key]))} in B."
        for key in pairs
        if pairs[key] != key
    ]
    found.only_a += [_named(title, key) for key in rows if key not in pairs]
    found.only_b += [_named(title, key) for key in beside if key not in set(pairs.values())]
    has = _qualities(one)
    for key, row in rows.items():
        if key not in pairs:
            found.lost += [f"{_named(title, key)}: only A has it"] if has(row) else []
            continue
        facing = beside[pairs[key]]
        found.lines += _lines(one, dict(zip((*keys, "again"), key, strict=False)), row, facing, bare)
        gone = [column for column in has(row) if quality(facing, column) is None]
        found.lost += [f"{_named(title, key)}, {column}: only A has it" for column in gone]


def _qualities(table: Table) -> Callable[[Row], list[str]]:
    """What gives the columns of quality that a row of the table has a number in."""
    columns = table.of_kind(Kind.QUALITY)
    return lambda row: [column for column in columns if quality(row, column) is not None]


def _is_gone(line: Line) -> bool:
    """Whether a quality is no finite number in B, and was another in A."""
    ends = line.a, line.b
    return line.kind is Kind.QUALITY and not math.isfinite(ends[1].value) and ends[0].value != ends[1].value


def _open(results: Results) -> list[tuple[str, str]]:
    """Parts that did not come to their end, and how."""
    return [(part, state) for part, state in results.parts.items() if state != DONE and not state.startswith(LEFT_OUT)]


def markdown(found: Comparison, a: str, b: str) -> str:
    """For a terminal.

    Args:
        found: what was compared.
        a: what the first file is called.
        b: what the second is called.
    """
    parts = [f"A: {a}", f"B: {b}", *(f"note: {note}" for note in found.notes)]
    for title in dict.fromkeys(line.table for line in found.lines):
        for kind, heading in _SHOWN.items():
            if some := [line for line in found.lines if line.table == title and line.kind is kind]:
                parts += ["", f"{title}: {heading[0].lower()}{heading[1:]}", *table_lines([*map(_shown, some)])]
    for name, only in (("A", found.only_a), ("B", found.only_b)):
        if only:
            parts += ["", f"Only in {name}:", *(f"- {each}" for each in only)]
    return "\n".join(parts)


def _notes(a: Results, b: Results) -> Iterator[str]:
    one, other = a.head, b.head
    if one.machine["name"] != other.machine["name"]:
        yield (
            f"A is of {one.machine['name']}, B of {other.machine['name']}: absolute numbers are left out, and ratios "
            "to another library may differ, too."
        )
    elif one.machine.get("threads") != other.machine.get("threads"):
        threads = (head.machine.get("threads") or "unlimited" for head in (one, other))
        yield "OMP_NUM_THREADS is {} in A and {} in B.".format(*threads)
    if (one.space, one.weights) != (other.space, other.weights):
        names = (f"{head.space} (weights {head.weights[:12] or 'made up'})" for head in (one, other))
        yield "A measures the space {}, B the space {}.".format(*names)
    yield from _of_each("A", a)
    yield from _of_each("B", b)
    versions = [head.machine.get("versions", {}) for head in (one, other)]
    for package in dict.fromkeys([*versions[0], *versions[1]]):
        ends = [each.get(package, "missing") for each in versions]
        if ends[0] != ends[1]:
            yield f"{package} is {ends[0]} in A and {ends[1]} in B."


def _of_each(name: str, results: Results) -> Iterator[str]:
    if results.head.quick:
        yield f"{name} was made with --quick: its numbers say only that everything runs."
    if results.head.commit.endswith("-dirty"):
        yield f"{name} is of a tree that differs from its commit, {results.head.commit}."
    for part, state in _open(results):
        yield f"{part} in {name}: {state.removesuffix('.')}."


def _by_title(results: Results) -> dict[str, Table]:
    """Tables by title, which two parts may share."""
    tables = [table for table in results.tables if table.compared]
    shared = Counter(table.title for table in tables)
    return {f"{table.part}, {table.title}" if shared[table.title] > 1 else table.title: table for table in tables}


def _named(title: str, key: Key) -> str:
    return f"{title}: {', '.join(filter(None, key))}"


def _lines(table: Table, key: dict[str, str], row: Row, beside: Row, bare: bool) -> Iterator[Line]:
    title = table.title
    for column in table.columns:
        kind = table.kind(column)
        if kind in (Kind.KEY, Kind.BOUND) or column not in row or column not in beside:
            continue
        if kind is Kind.QUALITY:
            ours, theirs = quality(row, column), quality(beside, column)
            if ours is not None and theirs is not None:
                change = _difference(ours, theirs)
                yield Line(title, key, column, kind, ours, theirs, change, ours.differs(theirs))
        elif kind is Kind.FACT:
            if cell(row[column]) != cell(beside[column]):
                yield Line(title, key, column, kind, row[column], beside[column], None)
        elif kind is Kind.RATIO or bare:
            ends = number(row[column]), number(beside[column])
            if ends[0] is not None and ends[1] is not None:
                shown = ends if kind is Kind.RATIO else (None, None)
                yield Line(title, key, column, kind, *shown, _quotient(ends[0], ends[1]))


def _difference(one: Value, other: Value) -> float | None:
    return 0.0 if one.value == other.value else _known(other.value - one.value)


def _quotient(one: float, other: float) -> float | None:
    if not one:
        return None
    return 1.0 if one == other else _known(other / one)


def _known(change: float) -> float | None:
    return None if math.isnan(change) else change


def _shown(line: Line) -> Row:
    shown: Row = {**line.key, "column": line.column}
    if line.kind is not Kind.ABSOLUTE:
        shown |= {"A": str(line.a) if isinstance(line.a, Value) else line.a}
        shown |= {"B": str(line.b) if isinstance(line.b, Value) else line.b}
    if line.kind is Kind.QUALITY:
        return {
            **shown,
            "B - A": "-" if line.change is None else f"{line.change:+.3f}",
            "differs": _DIFFERS[line.differs],
        }
    return shown if line.kind is Kind.FACT else {**shown, "B / A": line.change}
