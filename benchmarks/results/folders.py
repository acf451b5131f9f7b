"""The user's folders: reports and files of results are shown to others, so they tell what was in one and not where."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

_SHORTEST = 4
"""Letters of a path that is looked for in messages: "/" and the like stand for themselves."""


def fingerprint(folder: Path) -> str:
    """16 hex digits over names and sizes at the top two levels; the same wherever the folder lies.

    Neither contents nor times: data sets are large, and a copy of one is the same data. Hidden files at the top two
    levels do not count, for systems leave theirs anywhere.
    """
    total = hashlib.sha256()
    for told in _entries(folder, 2):
        total.update(told.encode("utf-8", "surrogateescape") + b"\n")
    return total.hexdigest()[:16]


def hidden(message: str, folders: Mapping[Path, str]) -> str:
    """The message in one line, without the absolute paths of folders.

    Args:
        message: as it was raised.
        folders: absolute and resolved -> what is said instead; longer ones go first, and very short ones stay.
    """
    for folder in sorted(folders, key=lambda each: -len(str(each))):
        path = str(folder)
        if folder.is_absolute() and len(path) >= _SHORTEST:
            # Whole names only: not a part of a longer one, nor the end of a longer path.
            found = rf"(?:(?<![\w./~-])|(?<=://)){re.escape(path)}(?=/|\.?(?:[^\w./-]|$))"
            message = re.sub(found, lambda _, said=folders[folder]: said, message)  # type: ignore[misc]
    return " ".join(message.split())


def _entries(folder: Path, levels: int, above: str = "") -> Iterator[str]:
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError:
        return
    for entry in entries:
        name = f"{above}{entry.name}"
        try:
            is_folder, size = entry.is_dir(), entry.stat().st_size
        except OSError:  # a link to nowhere
            is_folder, size = False, -1
        if is_folder:
            yield f"{name}/"
            if levels > 1:
                yield from _entries(Path(entry.path), levels - 1, f"{name}/")
        elif not entry.name.startswith("."):
            yield f"{name}\0{size}"
