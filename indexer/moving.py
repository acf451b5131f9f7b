"""Corpora that were moved: the roots of an index follow their files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from indexer.rows import indexed_rows
from indexer.scan import SourceFile
from indexer.survey import Surveyed
from indexer.writer import IndexWriter


def follow(writer: IndexWriter, parts: Sequence[Surveyed]) -> dict[str, str]:
    """Lets a root whose folder is gone be the new folder that holds its files: half of them or more, by path and size.

    Its items keep their ids, and what is known of them.

    Returns:
        old place -> new one.
    """
    moved: dict[str, str] = {}
    for part in parts:
        here, known = str(part.corpus.root), set(writer.manifest.roots.values())
        if part.corpus.within or here in known:
            continue
        shares = {at: _share(writer, Path(at), part.files) for at in known if not Path(at).exists()}
        if shares and max(shares.values()) >= 0.5:
            there = max(shares, key=lambda at: shares[at])
            writer.move_root(there, here)
            moved[there] = here
    return moved


def _share(writer: IndexWriter, root: Path, files: Sequence[SourceFile]) -> float:
    """How many of a root's items have a file of their path and size among `files`."""
    held = {(file.path, file.bytes) for file in files}
    rows = indexed_rows(writer.snapshot, root) if writer.snapshot else []
    return sum((row.path, row.bytes) in held for row in rows) / max(len(rows), 1)
