"""Walk a corpus: which files are items, and what is known about them without reading them."""

from __future__ import annotations

import hashlib
import json
import os
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

from indexer import maps, sidecars
from indexer.corpora import Layout, is_kind, is_left_out, name_of
from indexer.exclusion import Exclusion
from indexer.skipped import AWAY, NUMBERS, of_no_kind
from retriever import archives, loaders
from retriever.archives import State
from retriever.errors import FileProblem
from retriever.store import layout as index_layout
from retriever.types import Modality, is_utf8


@dataclass(frozen=True)
class Rules:
    """How the files of a corpus are taken; an index keeps them.

    Attributes:
        folder_labels: whether folders may be classes.
        objects: whether the objects of a scene are items as well.
    """

    folder_labels: bool = True
    objects: bool = False


USUAL = Rules()
Told = Callable[[str, str, str], None]
"""Is told the path below the root of what is no item, the reason, and the name of the item whose sidecar it is."""


@dataclass(frozen=True)
class SourceFile:
    """One item-to-be.

    Attributes:
        path: below the corpus root, "/" between parts.
        modality: as `loaders.kind_of` says.
        bytes: size.
        fingerprint: changes when the file, a sidecar of its name, or `metadata` changes; from sizes and times only.
        metadata: label, caption, name, preview, split and the extras of the layout and of JSON sidecars, where known.
        table: hash of what the user's own table says of the file, which is in `metadata` too; empty without.
        given: names of the columns that the table gave; None where none did, or where that is not known.
        inside: whether its objects are items as well.
    """

    path: str
    modality: Modality
    bytes: int
    fingerprint: str
    metadata: dict[str, object] = field(default_factory=dict)
    table: str = ""
    given: tuple[str, ...] | None = None
    inside: bool = False


@dataclass
class Scan:
    """What a walk found.

    Attributes:
        files: the items, sorted by path.
        skipped: how many files or folders are no items, by reason; those of a suffix that nothing reads are counted
            under "unsupported .SUFFIX" (`indexer.skipped.told` sums them up).
        problems: (path below the root, sentence with the cure) of what could not be looked at, and of sidecars.
        kinds: path of a sidecar with a problem -> the kind of `retriever.errors.FileProblem`; the other problems are
            "unreadable".
        unreadable: files and folders below the root ("" is the root) that are there and could not be looked at; items
            indexed from there must not be taken for removed. Links to what is not there are among them.
        beside: sidecars below the root of files that were asked for one by one.
        told: is called for each that is counted in `skipped`.
    """

    files: list[SourceFile] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)
    problems: list[tuple[str, str]] = field(default_factory=list)
    kinds: dict[str, str] = field(default_factory=dict)
    unreadable: list[str] = field(default_factory=list)
    beside: set[str] = field(default_factory=set)
    told: Told | None = None

    def skip(self, path: PurePosixPath | str, reason: str, of: str = "") -> None:
        """Counts what is no item; a sidecar is one `of` an item in its folder."""
        self.skipped[reason] += 1
        if self.told:
            self.told(str(path), reason, of)

    def leave_out(self, parts: Collection[str]) -> None:
        """Takes files out that turned out to be parts of others."""
        for path in parts:
            self.skip(path, "companion")
        those = frozenset(parts)
        self.files = [file for file in self.files if file.path not in those]


def scan(
    root: Path,
    within: Sequence[Path] = (),
    progress: Callable[[int], None] | None = None,
    exclude: Iterable[str] = (),
    packs: Collection[PurePosixPath] = (),
    told: Told | None = None,
    rules: Rules = USUAL,
    names: sidecars.Named = sidecars.named,
) -> Scan:
    """Walk `root`, or only what lies at or below the paths `within` it.

    Links are followed, each folder once, under its own path where that is below the root. Hidden files and folders, and
    folders that are an index or are called ``*.retriever``, are left out. Archives are no folders, but for `packs`.

    Args:
        root: the corpus; paths and labels are relative to it also where `within` narrows the walk.
        within: files or folders below the root.
        progress: told after each folder how many items were found.
        exclude: patterns of files and folders to leave out, as `indexer.exclusion` reads them, beside those that a
            file at the root lists.
        packs: archives below the root that are looked into, as if they were folders.
        told: is called for each file and folder that is no item.
        rules: how files are taken.
        names: says which textures a file names; asked only where there are pictures.

    Raises:
        UsageError: a pattern that is not understood, or that file cannot be read.
    """
    excluded = Exclusion.of(root, exclude)
    found, layout = Scan(told=told), Layout.of(root, excluded, packs, rules.folder_labels)
    items: dict[str, SourceFile] = {}
    referrers: dict[Path, State] = {}
    for folder, listed, only in _walk(root, within, excluded, packs, found):
        for file in _items(root, folder, listed, only, layout, found):
            items[file.path] = _looked_into(file, root) if rules.objects else file
        referrers |= {root / folder / name: state for name, state in listed.items() if sidecars.may_refer(name)}
        if progress:
            progress(len(items))
    found.files = [items[path] for path in sorted(items)]
    if pictures := [file.path for file in found.files if file.modality is Modality.IMAGE]:
        textures = sidecars.referenced(referrers, names)
        found.leave_out([path for path in pictures if os.path.normpath(root / path) in textures])
    found.skipped = +found.skipped
    return found


def _walk(
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


def _items(
    root: Path,
    folder: PurePosixPath,
    names: dict[str, State],
    only: list[str] | None,
    layout: Layout,
    found: Scan,
) -> Iterator[SourceFile]:
    """One folder's items (textures that something names among them); sidecars and the rest are counted."""
    sides, of_materials = sidecars.by_item(names), maps.of_materials(names)
    taken = {side: item for item, group in sides.items() for side in group}
    beside, numbers = list[str](), set[str]()
    for name in names if only is None else [name for name in only if name in names]:
        path = folder / name
        if name in taken:
            beside.append(name)
            continue
        modality = loaders.kind_of(root / path)
        if sidecars.is_companion(name):
            found.skip(path, "companion")
        elif modality is None:
            found.skip(path, of_no_kind(root / path))
        elif modality is Modality.IMAGE and (name in of_materials or layout.is_model_part(path)):
            found.skip(path, "companion")
        else:
            own = sides.get(name, [])
            if only is not None:
                found.beside.update(str(folder / side) for side in own)
            metadata: dict[str, object] = {"name": name_of(path)} | layout.columns(path)
            metadata |= _columns(root, folder, own, found, numbers)
            metadata = {key: value for key, value in metadata.items() if value is not None}
            parts = {part: names[part] for part in (name, *own, *sidecars.companions(name, names))}
            yield SourceFile(str(path), modality, names[name][0], _fingerprint(parts, metadata), metadata)
    for name in beside:
        if name in numbers:
            found.skip(folder / name, NUMBERS)
        else:
            found.skip(folder / name, "sidecar", taken[name])


def _looked_into(file: SourceFile, root: Path) -> SourceFile:
    """A file, as a scene whose objects are items as well if it is one; those in archives are not looked into."""
    is_scene = file.path.lower().endswith(archives.SCENES)
    if not is_scene or archives.holder(root / file.path):
        return file
    return replace(file, inside=True, fingerprint=_fingerprint({}, {"objects of": file.fingerprint}))


def _columns(
    root: Path, folder: PurePosixPath, sides: Sequence[str], found: Scan, numbers: set[str]
) -> dict[str, object]:
    """What an item's sidecars say; those that cannot be understood are reported, once where they are of several."""
    problems: list[tuple[str, FileProblem]] = []
    columns = sidecars.read(root / folder, folder, sides, problems, numbers)
    found.problems += [(path, str(problem)) for path, problem in problems if path not in found.kinds]
    found.kinds |= {path: problem.kind for path, problem in problems}
    return columns


def _fingerprint(states: dict[str, State], metadata: dict[str, object]) -> str:
    """32 hex digits over the names and states of the files and over the metadata."""
    rows = sorted((name, *state) for name, state in states.items())
    content = json.dumps([rows, metadata], sort_keys=True, default=str)
    return hashlib.blake2b(content.encode(), digest_size=16).hexdigest()
