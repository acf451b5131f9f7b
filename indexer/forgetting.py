"""What an index knows beside its items, and is named as they are to be forgotten: corpus roots, and failures."""

from __future__ import annotations

import os
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from retriever.store import Failure, Snapshot, read_failures
from retriever.store.places import Places, on_disk, roots_on_disk


@dataclass
class Forgotten:
    """What was forgotten beside items.

    Attributes:
        roots: short name -> absolute path of corpora.
        failures: files that could not be indexed.
    """

    roots: dict[str, str] = field(default_factory=dict)
    failures: list[Failure] = field(default_factory=list)


def named_by(snapshot: Snapshot, targets: Sequence[str], forgotten: Forgotten) -> list[str]:
    """The roots and failures at or below the paths `targets`, and the targets that are for items.

    Args:
        snapshot: of the index.
        targets: as `indexer.removal.remove` takes them.
        forgotten: grows.

    Returns:
        `targets` without those that mean a root or failures, and no item.
    """
    roots, failures, items = roots_on_disk(snapshot), _Failures(snapshot), None
    found: dict[Failure, None] = {}
    rest = []
    for target, row in zip(targets, snapshot.locate(targets).tolist(), strict=True):
        if row >= 0:
            rest.append(target)
            continue
        places = on_disk(target)
        under = {name for name, ats in roots.items() if any(at.is_relative_to(p) for at in ats for p in places)}
        failed = failures.meant(target, places)
        forgotten.roots |= {name: snapshot.roots[name] for name in roots if name in under}
        found |= dict.fromkeys(failed)
        if under or failed:
            items = items or Places(snapshot)
            if not items.at_or_below(target).any():
                continue
        rest.append(target)
    known = set(forgotten.failures)
    forgotten.failures += [one for one in found if one not in known]
    return rest


class _Failures:
    """Those of an index, found by where their files lie on disk, or else below their roots."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._all, roots = read_failures(snapshot.folder), roots_on_disk(snapshot)
        self._on_disk = _sorted(
            (str(at / one.path), number)
            for number, one in enumerate(self._all)
            for at in roots.get(one.root, (PurePosixPath(one.root),))
        )
        self._below_root = _sorted((one.path, number) for number, one in enumerate(self._all))

    def meant(self, target: str, places: Sequence[PurePosixPath]) -> list[Failure]:
        """Those whose file is, or lies in, a target: on disk, or below their roots where no such path is."""
        meant = {number for place in places for number in _within(self._on_disk, str(place))}
        if not any(map(os.path.lexists, places)):
            meant.update(_within(self._below_root, target))
        return [self._all[number] for number in sorted(meant)]


def _sorted(paths: Iterable[tuple[str, int]]) -> list[tuple[str, int]]:
    """Numbered paths, each with a slash behind it, so that those at or below a place follow one another."""
    return sorted((f"{path.rstrip('/')}/", number) for path, number in paths)


def _within(paths: Sequence[tuple[str, int]], place: str) -> Iterator[int]:
    """The numbers of the paths, as `_sorted` gives them, at or below `place`."""
    start = f"{place.rstrip('/')}/"
    at = bisect_left(paths, (start, -1))
    while at < len(paths) and paths[at][0].startswith(start):
        yield paths[at][1]
        at += 1
