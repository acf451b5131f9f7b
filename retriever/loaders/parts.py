"""The companion files of a mesh: buffers, materials, textures."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote

from retriever.loaders.files import MAX_BYTES


class MissingPartError(FileNotFoundError):
    """A file that the mesh names and that is not there."""


class Parts:
    """Finds companion files; what trimesh calls a resolver.

    They may lie beside the mesh, below it, or below the folder above (ShapeNet's ``../images``), and nowhere else.

    Args:
        path: the mesh.
    """

    def __init__(self, path: Path) -> None:
        self.folder = path.absolute().parent
        self.file_name = path.name

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
                if inside and path.is_file() and path.stat().st_size <= MAX_BYTES:
                    return path.read_bytes()
            except (OSError, ValueError):
                continue
        raise MissingPartError(name.strip())

    __getitem__ = get
