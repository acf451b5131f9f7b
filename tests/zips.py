"""Zip archives for tests."""

from __future__ import annotations

import zipfile
from pathlib import Path


def packed(archive: Path, folder: Path) -> Path:
    """All that a folder holds, as programs that make archives do."""
    archive.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        for path in sorted(folder.rglob("*")):
            file.write(path, path.relative_to(folder).as_posix())
    return archive


def patched(archive: Path, offset: int, value: bytes, *, local: bool = True) -> Path:
    """Bytes of the first member's entry in the directory, and of its own header, replaced; offsets as in the former."""
    data = bytearray(archive.read_bytes())
    central = data.index(b"PK\1\2")
    data[central + offset : central + offset + len(value)] = value
    if local:
        data[offset - 2 : offset - 2 + len(value)] = value
    archive.write_bytes(data)
    return archive
