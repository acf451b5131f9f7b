"""Walk a corpus: which files are items, and what is known about them without reading them."""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath

from indexer import maps, sidecars
from indexer.corpora import Layout, name_of
from indexer.exclusion import Exclusion
from indexer.found import USUAL, Rules, Scan, SourceFile, Told
from indexer.skipped import NUMBERS, of_no_kind
from indexer.walk import walk
from retriever import archives, loaders
from retriever.archives import State
from retriever.errors import FileProblem
from retriever.loaders import references
from retriever.types import Modality

_RULES = 1  # of what an object in a scene is, and what it is called; other ones have it read again


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
    for folder, listed, only in walk(root, within, excluded, packs, found):
        for file in _items(root, folder, listed, only, layout, rules.settled, found):
            items[file.path] = _looked_into(file, root) if rules.objects else file
        referrers |= {root / folder / name: state for name, state in listed.items() if references.may_name(name)}
        if progress:
            progress(len(items))
    found.files = [items[path] for path in sorted(items)]
    if pictures := [file.path for file in found.files if file.modality is Modality.IMAGE]:
        textures = sidecars.referenced(referrers, names)
        found.leave_out([path for path in pictures if os.path.normpath(root / path) in textures])
    found.skipped = +found.skipped
    return found


def _items(
    root: Path,
    folder: PurePosixPath,
    names: dict[str, State],
    only: list[str] | None,
    layout: Layout,
    settled: float,
    found: Scan,
) -> Iterator[SourceFile]:
    """One folder's items (textures that something names among them); sidecars and the rest are counted.

    An item is left for later where it, or a file that belongs to it by name, changed within the `settled` seconds.
    """
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
            parts = {part: names[part] for part in (name, *own, *sidecars.companions(name, names))}
            if any(_is_fresh(state, settled) for state in parts.values()):
                found.unsettled.update(str(folder / part) for part in (name, *own))
                found.unreadable.append(str(path))
                continue
            if only is not None:
                found.beside.update(str(folder / side) for side in own)
            metadata: dict[str, object] = {"name": name_of(path)} | layout.columns(path)
            metadata |= _columns(root, folder, own, found, numbers)
            metadata = {key: value for key, value in metadata.items() if value is not None}
            yield SourceFile(str(path), modality, names[name][0], _fingerprint(parts, metadata), metadata)
    for name in beside:
        if name in numbers:
            found.skip(folder / name, NUMBERS)
        else:
            found.skip(folder / name, "sidecar", taken[name])


def _is_fresh(state: State, seconds: float) -> bool:
    """Whether a file changed within the last seconds, by a clock that is not ahead; members of archives did not."""
    return 0 <= time.time_ns() - state[1] < seconds * 1e9


def _looked_into(file: SourceFile, root: Path) -> SourceFile:
    """A file, as a scene whose objects are items as well if it is one; those in archives are not looked into."""
    is_scene = file.path.lower().endswith(archives.SCENES)
    if not is_scene or archives.holder(root / file.path):
        return file
    return replace(file, inside=True, fingerprint=_fingerprint({}, {f"objects of {_RULES}": file.fingerprint}))


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
