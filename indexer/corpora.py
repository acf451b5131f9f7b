"""What the folders of a corpus say about its files.

Layouts, the first that fits:

- ShapeNetCore v1 and v2: below a folder named by a synset; label, name, synset, model_id.
- Class folders: every folder directly under the root that holds shapes holds them directly, or below folders called
  train, test or val only (ModelNet), there are at least two of them, and none has a name that is no class ("models",
  "OBJ format", "crate_2k.gltf", ...). The label is the folder's name as words, and the split that of the folder;
  shapes that lie beside the folders have no label. ``train/CLASS/`` is read likewise. Where no folder holds shapes, the
  same is asked of pictures, and then of sounds. A folder that is no class level is asked again for each of its own
  folders, some levels deep: one corpus may hold several sets. An archive is asked as if it were a corpus.
- Anything else, a flat folder for one, has no labels.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from indexer.exclusion import NOTHING, Exclusion
from indexer.shapenet import describe, synset_names
from retriever import archives, loaders
from retriever.errors import FileProblem
from retriever.query.zeroshot import words
from retriever.store import holds_index
from retriever.types import Modality

SPLITS = {
    "train": "train",
    "training": "train",
    "test": "test",
    "testing": "test",
    "val": "val",
    "valid": "val",
    "validation": "val",
}
HOLDERS = {
    *("3d", "assets", "audio", "data", "export", "exported", "exports", "files", "format", "formats"),
    *("godot", "images", "lod", "lods", "materials", "maya", "mesh", "meshes", "misc", "mixed", "model", "models"),
    *("objects", "objs", "other", "others", "photos", "pictures", "points", "previews", "renders", "scans", "shapes"),
    *("sounds", "source", "src", "texture", "textures", "unity", "unreal"),
    *(suffix[1:] for suffix in loaders.suffixes(Modality.SHAPE)),
}
"""Words of names that say how things are kept, and not what they are."""
_ANY = HOLDERS | {"object", "scene", "untitled"}
"""Words of names that files of anything have."""
_CODE = re.compile(r"[0-9a-f]{16,}|[0-9a-f]{8}-[0-9a-f-]{27}|[a-z]?\d*", re.IGNORECASE)
_TRAILING = re.compile(r"(?:\s+lod[\s.]*\d+|\s+v?[\s.]*\d[\d.]*|(?<![\w.])(?P<kept>[^\W\d]{2,})\d+|\s+\d\d?k)$")


def name_of(path: PurePosixPath) -> str | None:
    """What a file below its corpus root is called; None for a code such as ``D00983``.

    Trailing numbers are left out, levels of detail and resolutions too: ``crate_01_2k``, ``crate_LOD0``; but not those
    of a size, such as ``M3x12``. A file that is
    called as any file may be, such as ``scene.gltf``, has the name of the nearest folder that is called by something.
    """
    if _says_nothing(path.stem, _ANY) and not _CODE.fullmatch(path.stem):
        path = next((each for each in path.parents if each.name and not _says_nothing(_unpacked(each), _ANY)), path)
    stem = path.stem if loaders.modality_of(Path(path.name)) else _unpacked(path)
    if _CODE.fullmatch(stem):
        return None
    name = words(stem)
    while (shorter := _TRAILING.sub(r"\g<kept>", name)) != name:
        name = shorter
    return None if _CODE.fullmatch(name) else name


def _unpacked(folder: PurePosixPath) -> str:
    """What a folder is called, an archive as if it were one."""
    return folder.stem if folder.suffix.lower() in archives.SUFFIXES else folder.name


def _split_of_stack(name: str) -> str | None:
    """The split in the name of a stack of clouds, such as ``ply_data_test0.h5``."""
    said = (SPLITS.get(word.rstrip("0123456789")) for word in words(PurePosixPath(name).stem).lower().split())
    return next(filter(None, said), None)


def _says_nothing(name: str, words_of: set[str]) -> bool:
    """Whether a name has no other words than these, and numbers."""
    left = (word if word in words_of else word.rstrip("0123456789") for word in words(name).split())
    return all(not word or word in words_of for word in left)


@dataclass(frozen=True)
class Layout:
    """What the place of a file under its corpus root says.

    Attributes:
        root: of the corpus.
        synsets: ShapeNet's names by synset.
        levels: folders whose own folders are classes, relative to the root, and the names of these.
        packs: archives that are looked into, likewise.
    """

    root: Path
    synsets: dict[str, str] = field(repr=False)
    levels: dict[tuple[str, ...], frozenset[str]] = field(default_factory=dict)
    packs: frozenset[tuple[str, ...]] = frozenset()

    @classmethod
    def of(
        cls,
        root: Path,
        exclude: Exclusion = NOTHING,
        packs: Collection[PurePosixPath] = (),
        folder_labels: bool = True,
    ) -> Layout:
        """Looks at the folders that are not excluded, some levels deep, and only as far as the first shape of each.

        Without `folder_labels` no folder is a class, but for ShapeNet's synsets and those of stacks of clouds.
        """
        synsets = synset_names(root)
        folders, tops = _Folders(root, exclude), frozenset(pack.parts for pack in packs)
        if not folder_labels:
            return cls(root, synsets, packs=tops)
        zips = [top for top in tops if top[-1].lower().endswith(archives.ZIP)]
        levels = {place: names for top in ((), *zips) for place, names in folders.class_levels(top, synsets)}
        return cls(root, synsets, levels, tops)

    def columns(self, path: PurePosixPath) -> dict[str, object]:
        """label, split, name and the layout's own columns of the file at `path` below the root."""
        found = describe(self.root.name / path, self.synsets)
        if found is not None:
            return found
        folders = path.parts[:-1]
        packed = next((depth for depth in range(len(folders) + 1) if folders[:depth] in self.packs), 0)
        if not packed or folders[packed - 1].lower().endswith(archives.ZIP):
            return self._classed(folders, packed)
        split = _split_of_stack(folders[packed - 1])
        told = self._classed(folders[:packed], 0)
        if len(folders) > packed:
            told["label"] = words(folders[packed])
        return {**told, "split": split} if split else told

    def _classed(self, folders: tuple[str, ...], packed: int) -> dict[str, object]:
        """The label and split of what lies in such folders, the first `packed` of them up to an archive."""
        for depth in (*range(packed, len(folders)), *range(packed)):
            classes = self.levels.get(folders[:depth])
            if classes is not None:
                below = folders[depth : depth + 2]
                label = next((words(part) for part in below if part in classes), None)
                split = next((SPLITS[part.lower()] for part in below if part.lower() in SPLITS), None)
                return {"label": label, "split": split} if label else {}
        return {}

    def is_model_part(self, path: PurePosixPath) -> bool:
        """Whether a picture lies in the folder of one ShapeNet model: a texture or a screenshot, not an item."""
        folders = (self.root.name / path).parts[:-1]
        return any(part in self.synsets for part in folders[:-1])


_DEEPEST = 3  # levels below the root at which class levels are looked for
_CLASSED = (Modality.SHAPE, Modality.IMAGE, Modality.AUDIO)
_TEXTS = 4  # that are opened in a folder to see whether texts are clouds there


@dataclass(frozen=True)
class _Folders:
    """The folders of a corpus, without what is left out of it; each is given by its parts below `root`."""

    root: Path
    exclude: Exclusion

    def class_levels(
        self, place: tuple[str, ...], synsets: dict[str, str], deeper: int = _DEEPEST
    ) -> Iterator[tuple[tuple[str, ...], frozenset[str]]]:
        """The class levels in a folder and so many levels below it, as `Layout.levels`."""
        classes = self.class_folders(place)
        folders = self.own(place)
        if classes:
            yield place, classes
        elif deeper and not any(each[-1] in synsets for each in folders):
            for each in folders:
                yield from self.class_levels(each, synsets, deeper - 1)

    def class_folders(self, place: tuple[str, ...]) -> frozenset[str]:
        """Names of the folders that are classes, as the module's text says."""
        folders = self.own(place)
        if folders and all(each[-1].lower() in SPLITS for each in folders):
            return frozenset().union(*map(self.class_folders, folders))
        held = {each: self.held(each) for each in folders}
        kinds = [kind for kind in _CLASSED if any(kind in each for each in held.values())]
        if not kinds:
            return frozenset()
        holding = {each[-1] for each in folders if kinds[0] in held[each]}
        others_are_flat = all(each[-1] in holding or not self.below(each) for each in folders)
        are_classes = len(holding) > 1 and others_are_flat and all(map(_may_be_class, holding))
        return frozenset(holding) if are_classes else frozenset()

    def held(self, place: tuple[str, ...]) -> set[Modality]:
        """What a class folder holds, in itself or in its splits."""
        splits = [each for each in self.below(place) if each[-1].lower() in SPLITS]
        return self.modalities(place).union(*map(self.modalities, splits))

    def modalities(self, place: tuple[str, ...]) -> set[Modality]:
        """What lies in a folder itself; texts that are no cloud do not count, and the first shape is as good as all."""
        found, texts = set[Modality](), 0
        for entry in self.entries(place):
            modality = loaders.modality_of(Path(entry.name))
            if modality is Modality.TEXT and (texts := texts + 1) <= _TEXTS:
                modality = loaders.kind_of(self.root.joinpath(*place, entry.name))
            if modality in _CLASSED and is_kind(entry.is_file):
                found.add(modality)
            if Modality.SHAPE in found:
                break
        return found

    def own(self, place: tuple[str, ...]) -> list[tuple[str, ...]]:
        """The folders in a folder, sorted, without those that are an index."""
        return [each for each in self.below(place) if not holds_index(self.root.joinpath(*each))]

    def below(self, place: tuple[str, ...]) -> list[tuple[str, ...]]:
        """The folders in a folder, sorted."""
        return sorted((*place, entry.name) for entry in self.entries(place) if is_kind(entry.is_dir))

    def entries(self, place: tuple[str, ...]) -> Iterator[archives.Entry | os.DirEntry[str]]:
        """Entries that are looked at; none where the folder cannot be listed, which the scan reports."""
        try:
            listed = archives.listing(self.root.joinpath(*place))
            yield from (entry for entry in listed if not self._is_left_out(place, entry))
        except (OSError, FileProblem):
            return

    def _is_left_out(self, place: tuple[str, ...], entry: archives.Entry | os.DirEntry[str]) -> bool:
        if is_left_out(entry.name):
            return True
        return self.exclude.leaves_out(PurePosixPath(*place, entry.name), is_folder=is_kind(entry.is_dir))


def _may_be_class(name: str) -> bool:
    """Whether a folder's name can be that of a class: no "models", no number such as ``000-012``, no ``cup.gltf``."""
    is_file = loaders.modality_of(Path(name)) is not None  # of libraries that pack each model into such a folder
    return not (is_file or _says_nothing(name, HOLDERS)) and any(letter.isalpha() for letter in name)


def is_left_out(name: str) -> bool:
    """Whether a file or folder is hidden, lies there while an editor has another open, or is called as indices are."""
    return name.startswith((".", "~$")) or name.endswith(".retriever")


def is_kind(kind: Callable[[], bool]) -> bool:
    """What an entry says of itself; a link that leads round in a circle is nothing."""
    try:
        return kind()
    except OSError:
        return False
