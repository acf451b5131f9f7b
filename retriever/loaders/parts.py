"""The companion files of a mesh: buffers, materials, textures."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from urllib.parse import unquote

from retriever.loaders.files import MAX_BYTES
from retriever.types import Part

_looked_for: ContextVar[dict[str, Part] | None] = ContextVar("looked_for", default=None)


class MissingPartError(FileNotFoundError):
    """A file that the mesh names and that is not there."""


@contextmanager
def watched() -> Iterator[dict[str, Part]]:
    """Name -> each companion that is looked for within the block, as it was before it was read; for one mesh."""
    found: dict[str, Part] = {}
    token = _looked_for.set(found)
    try:
        yield found
    finally:
        _looked_for.reset(token)


def state(path: str | Path) -> tuple[int, int] | None:
    """As `Part.state`."""
    try:
        found = Path(path).stat()
    except (OSError, ValueError):  # ValueError: a NUL in the name, or what is no text
        return None
    return (found.st_size, found.st_mtime_ns) if stat.S_ISREG(found.st_mode) else None


class Parts:
    """Finds companion files; what trimesh calls a resolver.

    They may lie beside the mesh, below it, or below the folder above (ShapeNet's ``../images``), and nowhere else.

    Args:
        path: the mesh.

    Attributes:
        missing: names of those that `has` did not find.
    """

    def __init__(self, path: Path) -> None:
        self.folder = path.absolute().parent
        self.file_name = path.name
        self.missing: list[str] = []

    def get(self, name: str) -> bytes:
        """The bytes of a companion, also where its name is URL-encoded, has backslashes or a lost folder.

        Raises:
            MissingPartError: names it.
        """
        plain = name.strip().replace("\\", "/").lstrip("/")
        for candidate in (plain, unquote(plain), plain.rsplit("/", 1)[-1]):
            path = self.folder / candidate
            try:
                inside = path.resolve().is_relative_to(self.folder.resolve().parent)
                found = state(path) if inside else None
                if inside:
                    noted(Part(candidate, found))
                if found and found[0] <= MAX_BYTES:
                    return path.read_bytes()
            except (OSError, ValueError):
                continue
        raise MissingPartError(name.strip())

    __getitem__ = get

    def has(self, path: str) -> bool:
        """Whether a file is there, at a place where companions may lie; it counts as looked for."""
        try:
            if not Path(path).resolve().is_relative_to(self.folder.resolve().parent):
                return False
            name = Path(os.path.relpath(path, self.folder)).as_posix()
        except (OSError, ValueError):
            return False
        found = state(path)
        noted(Part(name, found))
        if not found:
            self.missing.append(name)
        return found is not None


def noted(part: Part) -> None:
    """The first state counts: what changes while it is read is read again in the next run."""
    looked_for = _looked_for.get()
    if looked_for is not None:
        looked_for.setdefault(part.name, part)
