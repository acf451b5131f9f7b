"""Walking a corpus: which folders and regular files there are."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path, PurePosixPath

from indexer.corpora import is_kind, is_left_out
from indexer.exclusion import Exclusion
from indexer.found import Scan
from indexer.skipped import AWAY
from retriever import archives, loaders
from retriever.archives import State
from retriever.errors import FileProblem
from retriever.store import layout as index_layout
from retriever.types import is_utf8


def walk(
    root: Path, within: Sequence[Path], exclude: Exclusion, packs: Collection[PurePosixPath], found: Scan
) -> Iterator[tuple[PurePosixPath, dict[str, State], list[str] | None]]:
    """Folders below the root: regular files' names and states, and the names asked for, None for all of them.

    Each real folder comes once, sorted; behind them those of the files `within`, once each however many files.
    """
    seen: set[object] = set()
    asked: dict[PurePosixPath, list[str]] = {}
    for path in sorted(within) or [root]:
        below = PurePosixPath(os.path.relpath(path, root).replace(os.sep, "/"))
        is_file = path.is_file() and below not in packs
        if path != root and (exclude.leaves_out(below, is_folder=not is_file) or exclude.leaves_out_below(below)):
            found.skip(below, "excluded")
        elif is_file:
            asked.setdefault(below.parent, []).append(below.name)
        else:
            yield from _walk_below(root, below, seen, exclude, packs, found)
    for folder, names in asked.items():
        yield folder, _listing_beside(root, folder, names, exclude, found), names


def _walk_below(
    root: Path,
    folder: PurePosixPath,
    seen: set[object],
    exclude: Exclusion,
    packs: Collection[PurePosixPath],
    found: Scan,
) -> Iterator[tuple[PurePosixPath, dict[str, State], None]]:
    """As `_walk`, links last: a folder that they lead to keeps the path where it really lies."""
    waiting, links = [folder], list[PurePosixPath]()
    while waiting or links:
        folder = (waiting or links).pop()
        try:
            state = (root / folder).stat()
            place: object = (state.st_dev, state.st_ino)
        except OSError as error:
            if not archives.holder(root / folder):
                _unreadable(folder, error, found)
                continue
            place = folder  # in an archive, where no links are
        if place in seen:
            found.skip(folder, "folder linked twice")
            continue
        seen.add(place)
        names, folders = _listing(root, folder, exclude, found)
        if index_layout.MANIFEST in names and index_layout.SEGMENTS in folders:  # as `holds_index` says
            found.skip(folder, "an index")
            continue
        packed = [name for name in names if folder / name in packs]
        folders += packed
        for name in sorted(folders, reverse=True):
            (links if is_kind((root / folder / name).is_symlink) else waiting).append(folder / name)
        for name in packed:
            del names[name]
        yield folder, names, None


def _listing_beside(
    root: Path, folder: PurePosixPath, files: list[str], exclude: Exclusion, found: Scan
) -> dict[str, State]:
    """The folder of some files, for their sidecars; what is wrong with the others there was not asked about."""
    whole = Scan()
    names, _ = _listing(root, folder, exclude, whole)
    about = {*(str(folder / file) for file in files), str(folder), ""}
    found.problems += [problem for problem in whole.problems if problem[0] in about]
    found.unreadable += [place for place in whole.unreadable if place in about]
    found.skipped["hidden"] += sum(map(is_left_out, files))
    return names


def _listing(root: Path, folder: PurePosixPath, exclude: Exclusion, found: Scan) -> tuple[dict[str, State], list[str]]:
    """Regular files with their states, and folders; hidden entries and other things are counted or reported."""
    names: dict[str, State] = {}
    folders: list[str] = []
    try:
        listed = sorted(archives.listing(root / folder), key=lambda entry: entry.name)
        found.skipped["names that lead out of their archive"] += archives.refused(root / folder)
    except OSError as error:
        _unreadable(folder, error, found)
        return names, folders
    except FileProblem as problem:
        found.problems.append((str(folder), str(problem)))
        found.kinds[str(folder)] = problem.kind
        if problem.kind == "unsupported":  # here, now: with the package that reads it, it is what it was
            found.unreadable.append(str(folder))
        return names, folders
    for entry in listed:
        if is_left_out(entry.name):
            found.skip(folder / entry.name, "hidden")
        elif exclude.leaves_out(folder / entry.name, is_folder=is_kind(entry.is_dir)):
            found.skip(folder / entry.name, "excluded")
        elif not is_utf8(entry.name):
            shown = str(folder / entry.name).encode("utf-8", "backslashreplace").decode()
            found.problems.append((shown, "has bytes in its name that are not UTF-8; rename it."))
        else:
            _sort_entry(entry, folder, names, folders, found)
    return names, folders


def _sort_entry(
    entry: archives.Entry | os.DirEntry[str],
    folder: PurePosixPath,
    names: dict[str, State],
    folders: list[str],
    found: Scan,
) -> None:
    try:
        if entry.is_dir():
            folders.append(entry.name)
        elif entry.is_file():
            names[entry.name] = archives.state_of(entry)
        elif isinstance(entry, os.DirEntry) and entry.is_symlink() and not Path(entry.path).exists():
            found.unreadable.append(str(folder / entry.name))
            if loaders.modality_of(Path(entry.name)) is None:
                found.skip(folder / entry.name, AWAY)
            else:
                found.problems.append((str(folder / entry.name), "is a link to nothing; mend or remove it."))
        else:
            found.skip(folder / entry.name, "not a regular file")
    except OSError as error:
        found.problems.append((str(folder / entry.name), f"cannot be looked at ({error.strerror}); check it."))
        found.unreadable.append(str(folder / entry.name))


def _unreadable(folder: PurePosixPath, error: OSError, found: Scan) -> None:
    place = "" if folder == PurePosixPath() else str(folder)
    found.problems.append((place or ".", f"cannot be listed ({error.strerror}); check its permissions."))
    if not isinstance(error, FileNotFoundError):
        found.unreadable.append(place)
