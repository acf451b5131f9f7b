"""Corpora that were moved: the roots of an index follow their files."""

from __future__ import annotations

from collections.abc import Sequence

from indexer.survey import Surveyed
from indexer.writer import IndexWriter
from retriever.files import exists
from retriever.store import Snapshot
from retriever.store.roots import share

_ENOUGH = 0.8
"""A copy of a part of a drive that is away is not where it moved to: the index would lose the rest."""


def along(before: Snapshot | None) -> dict[str, str]:
    """Old place -> new one of the roots that an index has moved along with since it was written."""
    if before is None:
        return {}
    return {at: before.roots[name] for name, at in before.manifest.roots.items() if before.roots[name] != at}


def follow(writer: IndexWriter, parts: Sequence[Surveyed]) -> dict[str, str]:
    """Lets a root whose folder is gone be the new folder that holds its files: four fifths of them or more.

    Its items keep their ids, and what is known of them.

    Returns:
        old place -> new one.
    """
    moved: dict[str, str] = {}
    known = set(writer.manifest.roots.values())
    new = [part.corpus.root for part in parts if not part.corpus.within and str(part.corpus.root) not in known]
    if not new or writer.snapshot is None:
        return moved
    gone = {name: at for name, at in writer.manifest.roots.items() if not exists(at)}
    for here in new:
        shares = {name: share(writer.snapshot, name, str(here)) for name in gone}
        name = max(shares, key=lambda name: shares[name], default="")
        if name and shares[name] >= _ENOUGH:
            moved[gone.pop(name)] = str(here)
            writer.move_root(name, here)
    return moved
