"""Two files of results side by side: qualities by their difference, ratios and absolutes by their quotient.

Tables are matched by part and title, rows by their key columns, so that other sizes still meet; that they differ is
said. Absolute numbers are looked at only where both files are of the same kind of machine, and never shown bare.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from benchmarks.harness import cell, table_lines
from benchmarks.results.store import DONE, LEFT_OUT, Results
from benchmarks.results.tables import Kind, Row, Table, Value, number, quality

_SHOWN = {
    Kind.QUALITY: "Quality",
    Kind.RATIO: "Ratios",
    Kind.ABSOLUTE: "On this machine",
    Kind.FACT: "Other columns that differ",
}
_DIFFERS = {True: "yes", False: "within", None: "-"}

Key = tuple[str, ...]


@dataclass(frozen=True)
class Line:
    """One cell in both.

    Attributes:
        table: its title.
        key: key column -> what it says in this row.
        column: of the table.
        kind: of the column.
        a, b: qualities, ratios and facts; None where nothing is shown bare.
        change: B - A of a quality, B / A of a ratio or an absolute; None of a fact, or where A is 0.
        differs: of a quality, whether the intervals do not overlap; None where one is missing.
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
        return {
            "table": self.table, "key": self.key, "column": self.column, "kind": str(self.kind),
            "a": ends[0], "b": ends[1], "change": self.change, "differs": self.differs,
        }  # fmt: skip


@dataclass
class Comparison:
    """All that two files have in common, and what they have not.

    Attributes:
        notes: what makes them hard to compare, as sentences.
        lines: cells in both.
        only_a, only_b: tables and rows that are in one of them, as "title" and "title: key, key".
    """

    notes: list[str] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    only_a: list[str] = field(default_factory=list)
    only_b: list[str] = field(default_factory=list)

    def fallen(self, by: float) -> list[Line]:
        """Qualities between 0 and 1 that are lower in B by more than this."""
        # 0.52 - 0.5 is a little more than 0.02 in binary
        return [each for each in self.lines if each.is_share and (each.change or 0) < -by - 1e-12]

    def as_json(self) -> dict[str, Any]:
        """For a file."""
        return {
            "notes": self.notes, "rows": [line.as_json() for line in self.lines],
            "only_a": self.only_a, "only_b": self.only_b,
        }  # fmt: skip


def compare(a: Results, b: Results) -> Comparison:
    """Sets B beside A."""
    found = Comparison(notes=list(_notes(a, b)))
    bare = a.head.machine["name"] == b.head.machine["name"]
    ours, theirs = _by_title(a), _by_title(b)
    found.only_a = [name for name in ours if name not in theirs]
    found.only_b = [name for name in theirs if name not in ours]
    for title, one in ours.items():
        if (other := theirs.get(title)) is None:
            continue
        if one.sizes != other.sizes:
            found.notes.append(f"{title}: A has {one.sizes or 'no sizes'}; B has {other.sizes or 'no sizes'}.")
        keys = tuple(key for key in one.keys if key in other.keys)
        rows, beside = _by_key(one, keys), _by_key(other, keys)
        found.only_a += [_named(title, key) for key in rows if key not in beside]
        found.only_b += [_named(title, key) for key in beside if key not in rows]
        for key, row in rows.items():
            if key in beside:
                found.lines += _lines(one, dict(zip((*keys, "again"), key, strict=False)), row, beside[key], bare)
    return found


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
    if one.quick != other.quick:
        yield f"{'A' if one.quick else 'B'} was made with --quick."
    for name, results in (("A", a), ("B", b)):
        for part, state in results.parts.items():
            if state != DONE and not state.startswith(LEFT_OUT):
                yield f"{part} in {name}: {state}."
    versions = [head.machine.get("versions", {}) for head in (one, other)]
    for package in dict.fromkeys([*versions[0], *versions[1]]):
        ends = [each.get(package, "missing") for each in versions]
        if ends[0] != ends[1]:
            yield f"{package} is {ends[0]} in A and {ends[1]} in B."


def _by_title(results: Results) -> dict[str, Table]:
    """Tables by title, which two parts may share."""
    tables = [table for table in results.tables if table.compared]
    shared = Counter(table.title for table in tables)
    return {f"{table.part}, {table.title}" if shared[table.title] > 1 else table.title: table for table in tables}


def _by_key(table: Table, keys: Sequence[str]) -> dict[Key, Row]:
    """Rows by what their key columns say, and by a number where several say the same."""
    found: dict[Key, Row] = {}
    seen: Counter[Key] = Counter()
    for row in table.rows:
        key = tuple(cell(row.get(column)) for column in keys)
        seen[key] += 1
        found[key if seen[key] == 1 else (*key, f"no. {seen[key]}")] = row
    return found


def _named(title: str, key: Key) -> str:
    return f"{title}: {', '.join(filter(None, key))}"


def _lines(table: Table, key: dict[str, str], row: Row, beside: Row, bare: bool) -> Iterator[Line]:
    title = table.title
    for column in table.columns:
        kind = table.kind(column)
        if kind in (Kind.KEY, Kind.BOUND) or column not in row or column not in beside:
            continue
        if kind is Kind.QUALITY:
            values = quality(row, column), quality(beside, column)
            if values[0] is not None and values[1] is not None:
                change = values[1].value - values[0].value
                yield Line(title, key, column, kind, *values, change, values[0].differs(values[1]))
        elif kind is Kind.FACT:
            if cell(row[column]) != cell(beside[column]):
                yield Line(title, key, column, kind, row[column], beside[column], None)
        elif kind is Kind.RATIO or bare:
            ends = number(row[column]), number(beside[column])
            if ends[0] is not None and ends[1] is not None:
                shown = ends if kind is Kind.RATIO else (None, None)
                yield Line(title, key, column, kind, *shown, ends[1] / ends[0] if ends[0] else None)


def _shown(line: Line) -> Row:
    shown: Row = {**line.key, "column": line.column}
    if line.kind is not Kind.ABSOLUTE:
        shown |= {"A": str(line.a) if isinstance(line.a, Value) else line.a}
        shown |= {"B": str(line.b) if isinstance(line.b, Value) else line.b}
    if line.kind is Kind.QUALITY:
        return {**shown, "B - A": f"{line.change:+.3f}", "differs": _DIFFERS[line.differs]}
    return shown if line.kind is Kind.FACT else {**shown, "B / A": line.change}
