"""Bytes of a file, with the problems that do not depend on its format."""

from __future__ import annotations

import hashlib
from pathlib import Path

from retriever import archives
from retriever.errors import FileProblem

MAX_BYTES = archives.MAX_BYTES
MAX_VERTICES = 60_000_000
"""Most vertices of a scene, each instance of a mesh counted: a small file can ask for a great many."""
_LFS = b"version https://git-lfs.github.com/spec/"
"""How the text begins that stands for a large file in a repository whose files were not fetched."""
_LFS_BYTES = 1024  # such a text has fewer, by its specification


def read_bytes(path: Path, limit: int = MAX_BYTES) -> bytes:
    """The whole of a regular file.

    Raises:
        FileProblem: "unreadable", "too-large", "empty" or "missing-part".
    """
    try:
        size = regular_size(path)
        if size > limit:
            raise FileProblem("too-large", f"has {size} bytes, over the limit of {limit}; split or simplify it.")
        data = archives.read(path)
    except (OSError, ValueError) as error:
        raise unreadable(error) from error
    return data


def regular_size(path: Path) -> int:
    """Bytes of a regular file, one at least.

    Raises:
        FileProblem: "unreadable", "empty" or "missing-part".
    """
    try:
        size, _ = archives.look(path)
        stands_for_another = size < _LFS_BYTES and archives.read(path).startswith(_LFS)
    except (OSError, ValueError) as error:
        raise unreadable(error) from error
    if not size:
        raise FileProblem("empty", "has no bytes; export it again.")
    if stands_for_another:
        raise FileProblem("missing-part", "is a pointer of Git LFS, not the file itself; fetch that by git lfs pull.")
    return size


def unreadable(error: Exception) -> FileProblem:
    """What the operating system's refusal is for the user."""
    reason = getattr(error, "strerror", None) or str(error)
    return FileProblem("unreadable", f"cannot be read ({reason}); check the path and its permissions.")


def content_hash(path: Path) -> str:
    """SHA-256 of the file's bytes, 64 hex digits.

    Raises:
        FileProblem: the file cannot be read.
    """
    try:
        with archives.opened(path) as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise FileProblem("unreadable", f"cannot be read ({error.strerror}); check its permissions.") from error
