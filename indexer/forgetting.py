"""What an index knows beside its items, and is named as they are to be forgotten: corpus roots, and failures."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from indexer.roots import at_or_below
from retriever.store import Failure, Snapshot, read_failures
from retriever.store.places import Places


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
    roots, failures, rest = snapshot.roots, read_failures(snapshot.folder), []
    for target in targets:
        places = _places(target)
        under = {name: root for name, root in roots.items() if any(Path(root).is_relative_to(at) for at in places)}
        failed = [one for one in failures if _is_meant(one, target, places, roots)]
        forgotten.roots |= under
        forgotten.failures += [one for one in failed if one not in forgotten.failures]
        if not (under or failed) or _has_items(snapshot, target):
            rest.append(target)
    return rest


def _places(target: str) -> list[Path]:
    """Where a path lies on disk, as it is written and with its links followed; none for what is no path."""
    try:
        path = Path(target).expanduser().absolute()
        return [Path(os.path.normpath(path)), path.resolve()]
    except (OSError, ValueError, RuntimeError):
        return []


def _is_meant(failure: Failure, target: str, places: Sequence[Path], roots: Mapping[str, str]) -> bool:
    """Whether the file of a failure is, or lies in, a target: on disk, or below its root where no such path is."""
    file = Path(roots.get(failure.root, failure.root), failure.path)
    if any(file.is_relative_to(place) for place in places):
        return True
    return not any(map(os.path.lexists, places)) and at_or_below(failure.path, target.rstrip("/"))


def _has_items(snapshot: Snapshot, target: str) -> bool:
    if (snapshot.locate([target]) >= 0).any():
        return True
    return bool(np.any(snapshot.live & Places(snapshot).at_or_below(target)))
