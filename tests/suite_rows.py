"""Rows of a suite over made-up copies, as tests ask for them."""

from suite_layouts import space

from benchmarks import suites
from benchmarks.suites.suite import Options

PARTIAL = Options(partial=True)
NAMES = {"chair": 4.0, "table": 35.0}


def values(rows):
    found = {(row["measure"], row["subset"]): row["value"] for row in rows}
    assert len(found) == len(rows)  # no row is there twice
    return found


def measured_by(name, data, options=PARTIAL, **of_space):
    return suites.get(name).rows(data, space(NAMES, **of_space), options)


def value(rows, measure, *parts):
    """Of the only row whose subset has all the parts."""
    (found,) = [row for row in rows if row["measure"] == measure and all(part in row["subset"] for part in parts)]
    return found["value"]
