"""The files of hits and items in a folder of their own: of archives and scenes what is in them, too."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import chain, count, islice
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from retriever import archives
from retriever.errors import FileProblem, UsageError
from retriever.files import exists

if TYPE_CHECKING:
    from retriever.query.hit import Hit
    from retriever.query.item import Item

_AT_ONCE = 1 << 20  # bytes
_OF_THE_NAME = {errno.ENAMETOOLONG, errno.EINVAL, errno.EILSEQ, errno.EEXIST}
"""Errors of writing that are about one file: others may well be written."""


@dataclass
class Copied:
    """What became of the files.

    Attributes:
        files: where each lies now, of an item or what it needs.
        failed: the path of each that is not there, and why not, in words.
    """

    files: list[Path] = field(default_factory=list)
    failed: list[tuple[str, str]] = field(default_factory=list)


def check(folder: Path) -> None:
    """Raise UsageError for a folder that files cannot be copied into: one with something in it, or a file."""
    if str(folder) == "-" or str(folder).startswith("--"):
        raise UsageError(f"--files {folder}: files are copied into a folder; for one of that name, give ./{folder}.")
    if not exists(folder):
        if not folder.absolute().parent.is_dir():
            raise UsageError(f"--files {folder} cannot be made: there is no folder {folder.parent}.")
    elif not folder.is_dir() or any(folder.iterdir()):
        what = "is not empty" if folder.is_dir() else "is a file"
        raise UsageError(f"--files {folder} {what}; name a folder that is not there yet.")


def copy_files(items: Iterable[Hit | Item], folder: Path, *, several_roots: bool) -> Copied:
    """Copies the files into a folder, each at its path below its corpus root, with the materials and pictures it needs.

    What lies in an archive or a scene lies in a folder of that name then: ``kit/Chair.ply`` of ``kit.glb/Chair.ply``.

    Args:
        items: any number.
        folder: made if missing.
        several_roots: whether the name of its root comes before each path.

    Raises:
        UsageError: the folder has something in it, or cannot be made or written to.
    """
    from retriever.sheet.look import lying

    check(folder)
    target, done, homes = _Target(folder), Copied(), _Homes()
    for item in items:
        file = lying(item.root, item.path, item.modality)
        if file is None:
            done.failed.append((item.path, "is no file of its corpus; index it again."))
            continue
        below, home = _below(PurePosixPath(item.path)), homes.of(item.root)
        try:
            target.take(file, home, PurePosixPath(home, below) if several_roots else below)
        except FileProblem as problem:
            done.failed.append((item.path, problem.message))
    done.files = target.files
    return done


class _Homes:
    """Names of folders for corpora: each has one of its own."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}

    def of(self, root: str) -> str:
        if root not in self._known:
            name = Path(os.path.normpath(root)).name
            taken, number = set(self._known.values()), 2
            home = name = name if name not in ("", "..") else "files"
            while home in taken:
                home, number = f"{name} ({number})", number + 1
            self._known[root] = home
        return self._known[root]


class _Target:
    """A folder that files are copied into; nothing outside of it is written, and no file of it twice.

    Attributes:
        files: that lie there now.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._from: dict[PurePosixPath, str] = {}
        self._folders: set[PurePosixPath] = set()
        with self._writing(folder):
            folder.mkdir(exist_ok=True)

    @property
    def files(self) -> list[Path]:
        return [self._folder / place for place in self._from]

    def take(self, file: Path, home: str, below: PurePosixPath) -> None:
        """Copies a file to a path in the folder, and what it needs where it looks for that from there.

        Where others lie there already, or one of these would lie outside, all of them lie elsewhere in the folder.
        """
        needed = _needed(file)
        alone = not needed and self._from.keys().isdisjoint(below.parents)
        for place in islice(_places(home, below, alone=alone), len(self._from) + 3):
            beside = {_normal(place.parent / name): file.parent / name for name in needed}
            if self._fit({**beside, place: file}):
                break
        else:
            raise FileProblem("unreadable", "names files that cannot lie side by side; copy it by hand.")
        self._copy(file, place)
        for other, source in beside.items():
            with suppress(FileProblem):
                self._copy(source, other)

    def _fit(self, files: Mapping[PurePosixPath, Path]) -> bool:
        """Whether each is below the folder, and neither where another one lies, nor below or above that."""
        taken = {**self._from, **{place: os.path.normpath(file) for place, file in files.items()}}
        return all(
            ".." not in place.parts
            and place not in self._folders
            and taken[place] == self._from.get(place, taken[place])
            and taken.keys().isdisjoint(place.parents)
            for place in files
        )

    def _copy(self, file: Path, below: PurePosixPath) -> None:
        if below in self._from:
            return
        parts, place = _parts(file), self._folder / below
        first = next(parts, b"")  # before anything is made
        with self._writing(place):
            place.parent.mkdir(parents=True, exist_ok=True)
            with place.open("xb") as copy:
                try:
                    for part in chain((first,), parts):
                        copy.write(part)
                    copy.flush()
                except BaseException:
                    place.unlink()
                    raise
        self._from[below] = os.path.normpath(file)
        self._folders.update(below.parents)

    @contextmanager
    def _writing(self, place: Path) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            if place != self._folder and error.errno in _OF_THE_NAME:
                raise FileProblem("unreadable", f"cannot be copied ({error.strerror}); rename it.") from error
            raise UsageError(
                f"--files {self._folder} cannot be written to ({error.strerror or error}); name another folder."
            ) from error


def _places(home: str, below: PurePosixPath, *, alone: bool) -> Iterator[PurePosixPath]:
    """Where a file may lie, the best first; one that is read with others keeps its name, for they are found from it."""
    yield below
    whole = below if below.parts[0] == home else PurePosixPath(home, below)
    if not alone:
        yield whole
    for number in count(2):
        if alone:
            yield below.with_name(f"{below.stem} ({number}){below.suffix}")
        else:
            yield PurePosixPath(f"{home} ({number})", whole)


def _parts(file: Path) -> Iterator[bytes]:
    """What a file holds.

    Raises:
        FileProblem: it cannot be read.
    """
    try:
        archives.look(archives.scene_of(file) or file)  # one that is no regular file may never end
        with archives.opened(file) as source:
            while part := source.read(_AT_ONCE):
                yield part
    except FileNotFoundError as error:
        raise FileProblem("unreadable", "is not there any more.") from error
    except OSError as error:
        raise FileProblem("unreadable", f"cannot be read ({error.strerror}); check its permissions.") from error
    except ValueError as error:  # a NUL in the name
        raise FileProblem("unreadable", "is no file that can be; index it again.") from error


def _normal(path: PurePosixPath) -> PurePosixPath:
    return PurePosixPath(os.path.normpath(path))


def _below(path: PurePosixPath) -> PurePosixPath:
    """A path whose folders are called like no archive and no scene: one of these may lie beside it."""
    return PurePosixPath(*map(_plain, path.parts[:-1]), path.name)


def _plain(folder: str) -> str:
    """The name of a folder without such suffixes; of one that is called like nothing else, or as `..` is, all of it."""
    plain = folder
    while suffix := _suffix(plain):
        plain = plain[: -len(suffix)]
    return plain if plain.strip(".") else folder


def _suffix(folder: str) -> str:
    return next((each for each in (*archives.SUFFIXES, *archives.SCENES) if folder.lower().endswith(each)), "")


def _needed(file: Path) -> list[str]:
    """The other files that a 3D file is read from, as ways from its folder: materials, buffers, pictures."""
    from retriever.loaders import companions

    return [] if archives.is_object(file.as_posix()) else companions(file)
