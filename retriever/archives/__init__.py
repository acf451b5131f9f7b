"""Files that are folders: `zips`; `stacks`, arrays of clouds, in HDF5 files (`hdf5`) or NPY; and `scenes`.

``pack.zip/models/chair.glb`` is a member of ``pack.zip``, ``test.npy/000017.npy`` one cloud of many; both are read in
memory. ``kit.glb/Chair.ply`` is an object of ``kit.glb``, which is no archive as long as no path runs through it.
`entries` says what such a file gives. Every function takes any path: one that does not run through an archive
means what it means to the operating system. Nothing is ever written where a member's name says.
"""

from __future__ import annotations

import os
import posixpath
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from io import BufferedIOBase
from pathlib import Path, PurePath

from retriever.archives.entries import CLASSES, MAX_BYTES, Archive, Entry, State
from retriever.archives.opening import OPEN, Key, archive
from retriever.archives.scenes import SUFFIXES as SCENES
from retriever.errors import FileProblem

__all__ = [
    "HDF5",
    "MAX_BYTES",
    "NPY",
    "OBJECT",
    "SCENES",
    "SUFFIXES",
    "ZIP",
    "Entry",
    "State",
    "first",
    "holder",
    "is_archive",
    "is_damaged",
    "is_file",
    "is_object",
    "listing",
    "look",
    "objects",
    "opened",
    "read",
    "refused",
    "scene_of",
    "state",
    "state_of",
]

ZIP, NPY, HDF5 = ".zip", ".npy", (".h5", ".hdf5")
SUFFIXES = (ZIP, NPY, *HDF5)
"""Of files that are looked into, in lower case; those of `NPY` only where they hold many clouds."""

_NAMES, _OF_SCENES = ("|".join(map(re.escape, suffixes)) for suffixes in (SUFFIXES, SCENES))
_THROUGH = re.compile(rf"(?<=[^/])({_NAMES}|{_OF_SCENES})(?=/+[^/])", re.IGNORECASE)
"""Where a path may run through an archive, or a scene."""
_INTO = re.compile(rf"(?<=[^/])(?:({_NAMES})(?=/|\Z)|({_OF_SCENES})(?=/+[^/]))", re.IGNORECASE)
"""Or end at an archive."""
OBJECT = rf"(?i)[^/](?:{_OF_SCENES})/[^/]+\.ply$"
"""Pattern of the paths that `is_object` is about, for Arrow, too."""


def is_archive(path: Path) -> bool:
    """Whether there is a file that is looked into where it is named."""
    try:
        return path.suffix.lower() in SUFFIXES and path.is_file() and holder(path) == path
    except (OSError, ValueError):
        return False


def is_object(path: str) -> bool:
    """Whether a path, by its name, is that of an object of a scene; it may be in a folder that is called like one."""
    return re.search(OBJECT, path) is not None


def scene_of(path: Path) -> Path | None:
    """The scene that an object lies in, which need not hold it: it is not read; None of any other path."""
    scene = holder(path) if is_object(path.as_posix()) else None
    return scene if scene and scene.suffix.lower() in SCENES else None


def look(path: str | PurePath) -> State:
    """The state of a regular file.

    Raises:
        FileProblem: it is none, or lies in a damaged archive.
        OSError: there is none, or it may not be looked at.
    """
    if member := _member(path):
        return member[0].state(member[1])
    found = Path(path).stat()
    if not stat.S_ISREG(found.st_mode):
        raise FileProblem("unreadable", "is not a regular file; point at the file itself.")
    return found.st_size, found.st_mtime_ns


def state(path: str | PurePath) -> State | None:
    """The same; None where there is no such file."""
    try:
        return look(path)
    except (OSError, ValueError, FileProblem):  # ValueError: a NUL in the name, or what is no text
        return None


def state_of(entry: Entry | os.DirEntry[str]) -> State:
    """The state of a file that `listing` has given; OSError where it cannot be looked at."""
    if isinstance(entry, Entry):
        assert entry.state
        return entry.state
    found = entry.stat()
    return found.st_size, found.st_mtime_ns


def is_file(path: Path) -> bool:
    """Whether there is a regular file that may be looked at."""
    return state(path) is not None


def read(path: Path, most: int | None = None) -> bytes:
    """The whole of a file, or its first bytes, `most` of them.

    Raises:
        FileProblem: a member that is damaged, larger than `MAX_BYTES`, encrypted or packed in an unusual way.
        OSError: there is no such file, or it may not be read.
    """
    if member := _member(path):
        return member[0].read(member[1], most)
    if most is None:
        return path.read_bytes()
    with path.open("rb") as file:
        return file.read(most)


@contextmanager
def opened(path: Path) -> Iterator[BufferedIOBase]:
    """A file with a descriptor, for libraries that take no bytes; that of a member is a copy without a name.

    Raises:
        FileProblem: as `read`.
        OSError: likewise.
    """
    if member := _member(path):
        from tempfile import TemporaryFile

        with TemporaryFile() as file:
            member[0].copy(member[1], file)
            file.seek(0)
            yield file
    else:
        with path.open("rb") as file:
            yield file


def listing(folder: Path) -> Iterator[Entry | os.DirEntry[str]]:
    """What lies in a folder, an archive or a folder of one, in any order.

    Raises:
        FileProblem: the archive is damaged.
        OSError: it cannot be listed.
    """
    if inside := _inside(folder):
        yield from inside[0].folder(inside[1])
    else:
        with os.scandir(folder) as entries:
            yield from entries


def refused(archive: Path) -> int:
    """How many members of an archive have names that lead out of it; 0 for any other path."""
    inside = _inside(archive)
    return inside[0].refused if inside and not inside[1] else 0


def first(archive: Path) -> str | None:
    """A path in a stack; None of another archive, whose members may be anything, or of a damaged one."""
    place: list[str] = []
    try:
        while archive.suffix.lower() != ZIP and (entry := next(listing(archive.joinpath(*place)), None)):
            place.append(entry.name)
            if entry.is_file():
                return "/".join(place)
    except (OSError, FileProblem):
        pass
    return None


def objects(scene: Path) -> list[str]:
    """The names of a scene's objects.

    Raises:
        FileProblem: it is damaged.
        OSError: it cannot be read.
    """
    inside = _member(scene / "any")
    return [entry.name for entry in inside[0].folder("")] if inside else []


def is_damaged(archive: Path) -> bool:
    """Whether an archive cannot be looked into."""
    try:
        _inside(archive)
    except (OSError, FileProblem):
        return True
    return False


def holder(path: Path) -> Path | None:
    """The archive that a path runs through, or is."""
    found = _split(path, _INTO)
    return Path(found[0]) if found else None


def _inside(path: str | PurePath) -> tuple[Archive, str] | None:
    """The archive that a path runs through, or is, and the place in it, "" for itself; None for any other path.

    Raises:
        FileProblem: the archive is damaged.
        OSError: it cannot be read.
    """
    found = _split(path, _INTO)
    return found and (archive(found[0], found[2]), found[1])


def _member(path: str | PurePath) -> tuple[Archive, str] | None:
    """As `_inside`, but None for an archive itself."""
    found = _split(path, _THROUGH)
    return (archive(found[0], found[2]), found[1]) if found and found[1] else None


def _split(path: str | PurePath, pattern: re.Pattern[str]) -> tuple[str, str, Key] | None:
    """As `_inside`, the archive by its path; and what changes when it does."""
    whole = os.fspath(path).replace(os.sep, "/")
    for match in pattern.finditer(whole):
        above, below = whole[: match.end()], whole[match.end() :]
        try:
            found = Path(above).stat()
        except OSError:  # the system says so itself when it is asked for the file
            return None
        if stat.S_ISREG(found.st_mode):
            place = posixpath.normpath(below.lstrip("/"))
            key: Key = (found.st_size, found.st_mtime_ns, found.st_ino)
            suffix = match[0].lower()
            if suffix in HDF5:
                key += state(Path(above).with_name(CLASSES)) or ()
            if place.startswith("..") or (suffix == NPY and not _is_stack(above, key)):
                return None
            return above, "" if place == "." else place, key
    return None


@lru_cache(OPEN)
def _is_stack(path: str, key: Key) -> bool:
    from retriever.archives.stacks import is_stack

    return is_stack(Path(path))
