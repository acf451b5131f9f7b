"""The companion files of a mesh: buffers, materials, textures."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from urllib.parse import unquote

from retriever import archives
from retriever.archives import state
from retriever.errors import FileProblem
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


class Parts:
    """Finds companion files; what trimesh calls a resolver.

    They may lie beside the mesh, below it, or below the folder above (ShapeNet's ``../images``), and nowhere else;
    those of a mesh in an archive only in there. No path to one runs through a scene, which would be read for it.

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
                inside = self._may_hold(path)
                found = state(path) if inside else None
                if inside:
                    noted(Part(candidate, found))
                if found and found[0] <= MAX_BYTES:
                    return archives.read(path)
            except (OSError, ValueError, FileProblem):
                continue
        raise MissingPartError(name.strip())

    __getitem__ = get

    def has(self, path: str) -> bool:
        """Whether a file is there, at a place where companions may lie; it counts as looked for."""
        try:
            if not self._may_hold(Path(path)):
                return False
            name = Path(os.path.relpath(path, self.folder)).as_posix()
        except (OSError, ValueError):
            return False
        found = state(path)
        noted(Part(name, found))
        if not found:
            self.missing.append(name)
        return found is not None

    def _may_hold(self, path: Path) -> bool:
        through = archives.holder(path)
        if through and through.suffix.lower() in archives.SCENES:  # it has objects, and no pictures or buffers
            return False
        folder = self.folder.resolve()
        top = folder if archives.holder(folder) == folder else folder.parent
        return path.resolve().is_relative_to(top)


def noted(part: Part) -> None:
    """The first state counts: what changes while it is read is read again in the next run."""
    looked_for = _looked_for.get()
    if looked_for is not None:
        looked_for.setdefault(part.name, part)
