"""Bytes of a file, with the problems that do not depend on its format."""

from __future__ import annotations

from pathlib import Path

from retriever.errors import FileProblem

MAX_BYTES = 2 << 30
"""Largest file that is read; a mesh of this size has some 40 million triangles."""
MAX_VERTICES = 60_000_000
"""Most vertices of a scene, each instance of a mesh counted: a small file can ask for a great many."""


def read_bytes(path: Path, limit: int = MAX_BYTES) -> bytes:
    """The whole of a regular file.

    Raises:
        FileProblem: "unreadable", "too-large" or "empty".
    """
    try:
        size = regular_size(path)
        if size > limit:
            raise FileProblem("too-large", f"has {size} bytes, over the limit of {limit}; split or simplify it.")
        data = path.read_bytes()
    except (OSError, ValueError) as error:
        raise unreadable(error) from error
    return data


def regular_size(path: Path) -> int:
    """Bytes of a regular file, one at least.

    Raises:
        FileProblem: "unreadable" or "empty".
    """
    try:
        size = path.stat().st_size
        if not path.is_file():
            raise FileProblem("unreadable", "is not a regular file; point at the file itself.")
    except (OSError, ValueError) as error:
        raise unreadable(error) from error
    if not size:
        raise FileProblem("empty", "has no bytes; export it again.")
    return size


def unreadable(error: Exception) -> FileProblem:
    """What the operating system's refusal is for the user."""
    reason = getattr(error, "strerror", None) or str(error)
    return FileProblem("unreadable", f"cannot be read ({reason}); check the path and its permissions.")
