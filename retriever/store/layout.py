"""Where things lie in an index folder, and how a folder is found.

- ``manifest.json``: which of the files below count; replaced whole, never edited
- ``versions/NNNNNN.json``: the manifests of the last commits, each as it was, see `retriever.store.versions`
- ``segments/NNNNNN/``: one immutable batch of rows: vectors.npy, items.parquet, ids.npy,
  and words.db, which names, captions and labels are searched by, see `retriever.store.words`
- ``deleted/NNNNNN.npy``: sorted int64 rows that no longer count
- ``ann/NNNNNN/``: what an approximate search of the segments it names needs, see `retriever.ann.files`
- ``journal.arrows``: rows of a run that are not in a segment yet
- ``failures.parquet``: files that could not be indexed
- ``naming.json.gz``: which pictures materials and scenes name, so that an unchanged one is not read for it
- ``lock``: held by the one process that writes
"""

from __future__ import annotations

import os
import shlex
from contextlib import suppress
from pathlib import Path

from retriever.errors import IndexMissing

FOLDER = ".retriever"
ENVIRONMENT = "RETRIEVER_INDEX"

MANIFEST = "manifest.json"
VERSIONS = "versions"
SEGMENTS = "segments"
VECTORS = "vectors.npy"
ITEMS = "items.parquet"
IDS = "ids.npy"
WORDS = "words.db"
DELETED = "deleted"
ANN = "ann"
JOURNAL = "journal.arrows"
FAILURES = "failures.parquet"
NAMING = "naming.json.gz"
LOCK = "lock"


def is_index(folder: Path) -> bool:
    """Whether `folder` holds an index."""
    return (folder / MANIFEST).is_file()


def holds_index(folder: Path) -> bool:
    """Whether a folder of unknown origin is an index: a ``manifest.json`` alone is what others have, too."""
    try:
        return is_index(folder) and (folder / SEGMENTS).is_dir()
    except OSError:  # it may not be looked into
        return False


def has_unfinished_run(folder: Path) -> bool:
    """Whether rows wait in the journal: a run is under way, or was interrupted and goes on when it is repeated."""
    return (folder / JOURNAL).is_file()


def bytes_on_disk(folder: Path) -> int:
    """Size of the files in an index folder; one that a writer removes meanwhile counts nothing."""
    total = 0
    for place, _, names in os.walk(folder):
        for name in names:
            with suppress(FileNotFoundError):
                total += Path(place, name).stat().st_size
    return total


def find(folder: Path | str | None = None) -> Path:
    """The index folder to use: the one given, else ``$RETRIEVER_INDEX``, else the nearest ``.retriever`` upward.

    Raises:
        IndexMissing: there is none.
    """
    if folder is not None:
        return _required(Path(folder), "")
    if named := os.environ.get(ENVIRONMENT):
        return _required(Path(named), f" (from ${ENVIRONMENT})")
    here = Path.cwd()
    for parent in (here, *here.parents):
        if is_index(parent / FOLDER):
            return parent / FOLDER
    raise IndexMissing(
        f"No {FOLDER} folder in {here} or above it: "
        f"make one with `retriever index FOLDER`, or name an index with --index or ${ENVIRONMENT}."
    )


def _required(folder: Path, origin: str) -> Path:
    if is_index(folder):
        return folder
    state = "is not an index" if folder.exists() else "does not exist"
    raise IndexMissing(
        f"The index folder {folder}{origin} {state}: "
        f"name another, or make it with `retriever index FOLDER --index {shlex.quote(str(folder))}`."
    )
