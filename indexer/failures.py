"""The list of files that could not be indexed, as runs change it; who calls these holds the lock of the index."""

from __future__ import annotations

import os
from collections.abc import Callable, Container, Mapping, Sequence
from pathlib import Path

from indexer.durable import disk_errors
from indexer.records import write_failures
from indexer.roots import outermost
from retriever import archives
from retriever.store import Failure, read_failures


def replace_failures(
    folder: Path, roots: Mapping[str, str], scopes: Mapping[str, Callable[[str], bool]], failures: Sequence[Failure]
) -> None:
    """Writes `failures` in place of those known whose path is in a scope, or that come again.

    Args:
        folder: of the index.
        roots: short name -> absolute path of its corpora.
        scopes: short name of each corpus that was looked at -> whether a path below it was.
        failures: what was found there.
    """
    known, again = read_failures(folder), {(failure.root, failure.path) for failure in failures}
    places = {Path(roots.get(name, name)): name for name in scopes}

    def is_over(failure: Failure) -> bool:
        at = Path(roots.get(failure.root, failure.root), failure.path)
        here = outermost(at, places)  # also one that has taken over the root of the failure
        if here is None:
            return False
        name, path = places[here], at.relative_to(here).as_posix()
        return (name, path) in again or scopes[name](path)

    found = [*(failure for failure in known if not is_over(failure)), *failures]
    if found != known:
        with disk_errors(folder):
            write_failures(folder, found)


def forget_failures(folder: Path, gone: Sequence[Failure]) -> None:
    """Takes failures off the list of the index in `folder`."""
    if gone:
        those = set(gone)
        with disk_errors(folder):
            write_failures(folder, [one for one in read_failures(folder) if one not in those])


def forget_gone(folder: Path, roots: Mapping[str, str], but: Container[str]) -> None:
    """Takes the failures off the list whose file is gone, or whose corpus.

    Args:
        folder: of the index.
        roots: short name -> absolute path of its corpora.
        but: short names of roots whose failures were just found.
    """
    forget_failures(folder, [one for one in read_failures(folder) if one.root not in but and _is_gone(one, roots)])


def _is_gone(failure: Failure, roots: Mapping[str, str]) -> bool:
    root = roots.get(failure.root)
    if root is None or not os.path.lexists(root):
        return True
    # An unreadable file may be one whose name is only shown, as it is no text.
    file = Path(root, failure.path)
    return failure.kind != "unreadable" and not (os.path.lexists(file) or archives.is_file(file))
