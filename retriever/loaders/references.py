"""Which other files a material or a scene names, pictures above all, by a look at its bytes: read for it or not."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

from retriever.loaders import blend, usd
from retriever.loaders.files import read_bytes
from retriever.loaders.text import decoded

_LARGEST = 64 << 20  # bytes of a file that is looked at
_NAMES = {
    ".mtl": re.compile(rb"(?mi)^\s*(?:map_\w+|bump|disp|decal|norm|refl)\s+(.+?)\s*$"),
    ".gltf": re.compile(rb'"uri"\s*:\s*"((?!data:)[^"]+)"'),
    ".dae": re.compile(rb"<init_from>\s*(?:<ref>)?([^<]+)"),
}
_FILENAME = b"filename"
_OF_FBX = re.compile(  # a text has its length before it, or quotes around it
    rb'(?is)(?:S.{4}|:\s*")([^"\0\r\n]{1,400}?\.(?:png|jpe?g|jfif|webp|bmp|tiff?|gif))'
)
"""What stands behind the word."""


def may_name(name: str) -> bool:
    """Whether a file is of a kind that names others and can be asked cheaply."""
    suffix = PurePosixPath(name).suffix.lower()
    return suffix in _NAMES or suffix in (".fbx", ".blend") or suffix in usd.SUFFIXES


def named(file: Path) -> list[str]:
    """What a file names that `may_name`, as it is written there.

    Raises:
        FileProblem: it cannot be read, or usd-core is missing.
        MemoryError: it is larger than what is free.
    """
    suffix = file.suffix.lower()
    if suffix in usd.SUFFIXES:
        return usd.named_by(file)
    data = read_bytes(file, _LARGEST)
    if suffix == ".blend":
        return blend.pictures_of(data)
    found = _in_fbx(data) if suffix == ".fbx" else _NAMES[suffix].findall(data)
    return [decoded(each) for each in found]


def places(file: Path, given: str) -> set[str]:
    """Normal paths where what a file names may lie: as it says, or by the last part of that, in the usual folders."""
    beside = str(file.parent)  # as text: there may be a hundred thousand names
    text, found = given.replace("\\", "/"), set[str]()
    for name in {text, unquote(text), *text.split()[-1:]}:
        found.add(os.path.normpath(os.path.join(beside, name)))  # noqa: PTH118
        last = os.path.normpath(name).rpartition("/")[2]
        folders = (beside, f"{beside}/textures", f"{beside}/{file.stem}.fbm")
        found.update(os.path.normpath(f"{folder}/{last}") for folder in folders)
    return found


def _in_fbx(data: bytes) -> Iterator[bytes]:
    """The pictures that an FBX file names, by the word before them: an expression alone takes ten times as long."""
    small = data.lower()
    place = small.find(_FILENAME)
    while place >= 0:
        place += len(_FILENAME)
        if match := _OF_FBX.match(data, place):
            yield match[1]
            place = match.end()
        place = small.find(_FILENAME, place)
