"""The files of hits and items in a folder of their own: of archives and scenes what is in them, too."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from retriever import archives
from retriever.errors import FileProblem, UsageError
from retriever.files import exists

if TYPE_CHECKING:
    from retriever.query.hit import Hit
    from retriever.query.item import Item


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
    target, done = _Target(folder), Copied()
    for item in items:
        file = lying(item.root, item.path, item.modality)
        if file is None:
            done.failed.append((item.path, "is no file of its corpus; index it again."))
            continue
        below = _below(PurePosixPath(item.path))
        try:
            target.take(file, Path(item.root).name / below if several_roots else below)
        except FileProblem as problem:
            done.failed.append((item.path, problem.message))
    done.files = target.files
    return done


class _Target:
    """A folder that files are copied into.

    Attributes:
        files: that lie there now.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._from: dict[Path, Path] = {}
        with self._writing():
            folder.mkdir(exist_ok=True)

    @property
    def files(self) -> list[Path]:
        return list(self._from)

    def take(self, file: Path, below: PurePosixPath) -> None:
        """Copies a file to a path in the folder, or one like it if another lies there, and what it needs beside it."""
        place = self._free(self._folder / below, file)
        needed = _needed(file)
        self._copy(file, place)
        for name in needed:
            beside = Path(os.path.normpath(place.parent / name))
            if beside.is_relative_to(self._folder) and beside not in self._from:
                with suppress(FileProblem):
                    self._copy(file.parent / name, beside)

    def _free(self, place: Path, file: Path) -> Path:
        free, number = place, 2
        while self._from.get(free, file) != file:
            free, number = place.with_name(f"{place.stem} ({number}){place.suffix}"), number + 1
        return free

    def _copy(self, file: Path, place: Path) -> None:
        with ExitStack() as opened:
            try:
                source = opened.enter_context(archives.opened(file))
            except FileNotFoundError as error:
                raise FileProblem("unreadable", "is not there any more.") from error
            except OSError as error:
                raise FileProblem("unreadable", f"cannot be read ({error.strerror}); check its permissions.") from error
            with self._writing():
                place.parent.mkdir(parents=True, exist_ok=True)
                with place.open("wb") as copy:
                    shutil.copyfileobj(source, copy)
        self._from[place] = file

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise UsageError(
                f"--files {self._folder} cannot be written to ({error.strerror or error}); name another folder."
            ) from error


def _below(path: PurePosixPath) -> PurePosixPath:
    """A path whose folders are called like no archive and no scene: one of these may lie beside it."""
    folders = [each[: -len(suffix)] if (suffix := _suffix(each)) else each for each in path.parts[:-1]]
    return PurePosixPath(*folders, path.name)


def _suffix(folder: str) -> str:
    return next((each for each in (*archives.SUFFIXES, *archives.SCENES) if folder.lower().endswith(each)), "")


def _needed(file: Path) -> list[str]:
    """The other files that a 3D file is read from, as ways from its folder: materials, buffers, pictures."""
    from retriever.loaders import companions

    return [] if archives.is_object(file.as_posix()) else companions(file)
