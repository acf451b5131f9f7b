"""Suites over public benchmarks, each run on the published files as they are unpacked: one module a suite.

Nothing is downloaded and nothing is shipped. `suite` says what a suite is, `encoding` how vectors come about, `blocks`
how galleries too large for one matrix are ranked, `published` what others report.
"""

from __future__ import annotations

from difflib import get_close_matches
from importlib import import_module
from pathlib import Path

from benchmarks.suites.suite import Suite
from retriever.errors import UsageError

_MODULES = {
    "modelnet40": "modelnet40",
    "shapenet": "shapenet",
    "scanobjectnn": "scanobjectnn",
    "objaverse-lvis": "objaverse_lvis",
    "text2shape": "text2shape",
    "esc50": "esc50",
}
NAMES = tuple(_MODULES)
"""What `get` understands."""


def get(name: str) -> Suite:
    """The suite of a name.

    Raises:
        UsageError: there is none; lists those that are.
    """
    if name not in _MODULES:
        near = get_close_matches(name.lower(), NAMES, n=1)
        meant = f" Did you mean {near[0]}?" if near else ""
        raise UsageError(f"There is no suite {name!r}; choose one of: {', '.join(NAMES)}.{meant}")
    suite: Suite = import_module(f"benchmarks.suites.{_MODULES[name]}").SUITE
    return suite


def present(data: Path) -> list[Suite]:
    """Those whose published files are in a data folder."""
    return [suite for suite in map(get, NAMES) if suite.find(data)]
