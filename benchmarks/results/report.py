"""A file of results as a page of Markdown: ratios before anything else, and no time without one beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from benchmarks.harness import cell, table_lines
from benchmarks.results.store import DONE, Results
from benchmarks.results.tables import Kind, Row, Table, number, quality

HERE = "on this machine"
"""Title of the column that holds all absolute numbers."""


def markdown(results: Results) -> str:
    """The page, for a person to read."""
    return "\n".join([*_front(results), *_contents(results), *_sections(results), *_missing(results)]).rstrip() + "\n"


def table(measured: Table) -> list[Row]:
    """Rows as they are shown: keys, ratios, qualities with their intervals, facts, and what is of this machine.

    Absolute numbers stand in one column at the end, and only in rows where a ratio says what they are to be seen
    beside; without one they are in the file alone.
    """
    found = []
    for row in measured.rows:
        shown: Row = {column: row.get(column, "") for column in (*measured.keys, *measured.of_kind(Kind.RATIO))}
        for column in measured.of_kind(Kind.QUALITY):
            shown[column] = _interval(row, column)
        shown |= {column: row.get(column, "") for column in measured.of_kind(Kind.FACT)}
        if _is_seen_beside(measured):
            known = [column for column in measured.of_kind(Kind.ABSOLUTE) if number(row.get(column)) is not None]
            text = ", ".join(f"{column} {cell(row[column])}" for column in known)
            shown[HERE] = text if _has_ratio(measured, row) else ""
        found.append(shown)
    return found


def caption(measured: Table) -> str:
    """What was measured, and what each column of ratios is over."""
    ratios = [f"*{column}*: {measured.ratio_of(column)}" for column in measured.of_kind(Kind.RATIO)]
    bounds = ["intervals are 95 %"] if any(_has_interval(measured, row) for row in measured.rows) else []
    text = "; ".join([*filter(None, [measured.sizes]), *ratios, *bounds])
    sentences = [f"{text[0].upper()}{text[1:]}."] if text else []
    if measured.of_kind(Kind.ABSOLUTE) and not _is_seen_beside(measured):
        sentences.append("There was nothing to measure beside: times and sizes are in the file of results alone.")
    return " ".join(sentences)


def _has_ratio(measured: Table, row: Row) -> bool:
    return any(number(row.get(column)) is not None for column in measured.of_kind(Kind.RATIO))


def _is_seen_beside(measured: Table) -> bool:
    """Whether there are absolute numbers and, in some row, a ratio."""
    return bool(measured.of_kind(Kind.ABSOLUTE)) and any(_has_ratio(measured, row) for row in measured.rows)


def _says_anything(measured: Table) -> bool:
    """Whether a row would hold more than its keys: times that stand alone are not shown."""
    others = [*measured.of_kind(Kind.QUALITY), *measured.of_kind(Kind.FACT)]
    return bool(others) or any(_has_ratio(measured, row) for row in measured.rows)


def _interval(row: Row, column: str) -> str:
    cell_as_it_is = row.get(column, "")
    value = None if isinstance(cell_as_it_is, str) else quality(row, column)  # text may have its sign
    return cell(cell_as_it_is) if value is None else str(value)


def _front(results: Results) -> Iterator[str]:
    head, machine = results.head, results.head.machine
    yield f"# Benchmarks of the space {head.space} at {head.commit}"
    yield ""
    facts = {
        "processor": f"{machine['cpu']}, {machine['cores']} cores",
        "memory": f"{machine['memory_gb']} GB" if machine.get("memory_gb") else "",
        "GPU": machine.get("gpu", ""),
        "threads": f"OMP_NUM_THREADS={machine['threads']}" if machine.get("threads") else "",
        "system": machine.get("system", ""),
        "versions": ", ".join(f"{name} {version}" for name, version in machine.get("versions", {}).items()),
        "commit": head.commit,
        "date": results.date,
        "weights": head.weights[:16] or "made up",
    }
    yield from table_lines([{"what": name, "is": value} for name, value in facts.items() if value])
    yield ""
    if head.quick:
        yield "Made with `--quick`: small sizes and few rounds, which show that it runs and are not to be cited."
        yield ""
    yield "Times were measured in turn with what they are a ratio of: between machines, only ratios can be compared."
    yield ""


def _contents(results: Results) -> Iterator[str]:
    yield "## Contents"
    yield ""
    anchors: dict[str, int] = {}
    for measured in results.tables:
        anchor = re.sub(r"[^\w -]", "", measured.title.lower()).replace(" ", "-")
        again = anchors.get(anchor, 0)
        anchors[anchor] = again + 1
        yield f"- [{measured.title}](#{anchor}{f'-{again}' if again else ''})"
    if _unmeasured(results):
        yield "- [Not measured](#not-measured)"
    yield ""


def _sections(results: Results) -> Iterator[str]:
    for measured in results.tables:
        yield f"## {measured.title}"
        yield ""
        if text := caption(measured):
            yield text
            yield ""
        if _says_anything(measured):
            yield from table_lines(table(measured))
            yield ""
        yield f"Again: `{measured.command}`"
        yield ""


def _missing(results: Results) -> Iterator[str]:
    if found := _unmeasured(results):
        yield "## Not measured"
        yield ""
        yield from (f"- **{part}**: {state}" for part, state in found.items())


def _unmeasured(results: Results) -> dict[str, str]:
    return {part: state for part, state in results.parts.items() if state != DONE}


def _has_interval(measured: Table, row: Row) -> bool:
    values = [quality(row, column) for column in measured.of_kind(Kind.QUALITY)]
    return any(value is not None and value.low is not None for value in values)
