"""Files that speak of another file: captions, JSON, pictures of the same stem; buffers, materials, textures.

A sidecar has the stem of a shape, a sound or a picture (``chair.glb`` + ``chair.txt``), or its whole name
(``chair.glb.txt``): .txt and .md are its caption, .json its columns, and a picture beside a shape is its preview.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from pathlib import Path, PurePosixPath

from indexer.extras import is_known
from retriever import loaders
from retriever.archives import State
from retriever.errors import FileProblem
from retriever.loaders import references
from retriever.loaders.text import decoded, is_cloud
from retriever.types import Modality

Named = Callable[[Path, State], Sequence[str] | None]
"""Says what a file names, as `named`; is told its state as well."""

_COMPANIONS = {".mtl", ".bin"}
_CAPTIONS = {".txt", ".md"}
_KEYS = {
    **dict.fromkeys(("label", "category", "class", "class_name"), "label"),
    **dict.fromkeys(("caption", "description", "text"), "caption"),
    **dict.fromkeys(("name", "title"), "name"),
    "split": "split",
}
_BOTH = {"width", "height", "seconds", "rate", "channels", "surface_area", "watertight", "volume", "label_kinds"}
"""What the index has and people note of furniture, sounds or prints as well: theirs gets an underscore."""
_JSON = {
    list: "an array",
    str: "a text",
    int: "a number",
    float: "a number",
    bool: "true or false",
    type(None): "null",
}
"""What JSON that is no object is, by its type in Python."""
_MAX_BYTES = 1 << 20  # of a sidecar; a larger one is something else


def is_companion(name: str) -> bool:
    """Whether a file is a part of meshes and never an item."""
    return PurePosixPath(name).suffix.lower() in _COMPANIONS


def by_item(names: Iterable[str]) -> dict[str, list[str]]:
    """Item -> its sidecars, of one folder's file names."""
    stems: dict[str, list[str]] = defaultdict(list)
    for name in names:
        stems[PurePosixPath(name).stem].append(name)
    sides = {}
    for name in names:
        modality = loaders.modality_of(Path(name))
        if modality in (Modality.SHAPE, Modality.AUDIO, Modality.IMAGE):
            near = stems[PurePosixPath(name).stem] + stems.get(name, [])
            sides[name] = [other for other in near if other != name and _is_side(other, modality)]
    previews = {side for group in sides.values() for side in group}
    return {name: group for name, group in sides.items() if name not in previews}


def _is_side(name: str, of: Modality) -> bool:
    suffix = PurePosixPath(name).suffix.lower()
    if of is Modality.SHAPE and loaders.modality_of(Path(name)) is Modality.IMAGE:
        return True
    return suffix in _CAPTIONS or suffix == ".json"


def companions(item: str, names: Container[str]) -> list[str]:
    """The .mtl and .bin files that have the stem or the whole name of the item."""
    stem = PurePosixPath(item).stem
    return [name for suffix in sorted(_COMPANIONS) for name in (stem + suffix, item + suffix) if name in names]


def read(
    folder: Path,
    place: PurePosixPath,
    sides: Iterable[str],
    problems: list[tuple[str, FileProblem]],
    numbers: set[str],
) -> dict[str, object]:
    """The columns that an item's sidecars give; one that cannot be read is added to `problems`.

    Args:
        folder: where they lie.
        place: the same below the corpus root.
        sides: their names.
        problems: (path below the root, what is wrong) grows.
        numbers: grows by the names of texts that are rows of numbers, such as a cloud of the shape: no captions.
    """
    columns: dict[str, object] = {}
    for name in sorted(sides):
        suffix = PurePosixPath(name).suffix.lower()
        if suffix not in _CAPTIONS and suffix != ".json":
            columns.setdefault("preview", str(place / name))
            continue
        try:
            text = decoded(loaders.read_bytes(folder / name, _MAX_BYTES))
            if suffix == ".json":
                columns |= _json_columns(text)
            elif is_cloud(text):
                numbers.add(name)
            else:
                columns |= _caption(text)
        except FileProblem as problem:
            if problem.kind == "too-large" and loaders.kind_of(folder / name) is Modality.SHAPE:
                numbers.add(name)
            else:
                problems.append((str(place / name), problem))
    return columns


def _caption(text: str) -> dict[str, object]:
    caption = " ".join(text.split())
    return {"caption": caption} if caption else {}


def _json_columns(text: str) -> dict[str, object]:
    """The known keys, and every other scalar whose name is not a column of the index, or one of `_BOTH`.

    Raises:
        FileProblem: the text is no JSON object.
    """
    from retriever.store.schema import ITEMS

    columns: dict[str, object] = {}
    for key, value in _json_object(text).items():
        known = _KEYS.get(key.lower())
        if known and (text := _text(value)):
            columns.setdefault(known, text)
        elif not known and isinstance(value, str | int | float | bool):
            if key in _BOTH:
                columns[f"{key}_"] = value
            elif key not in ITEMS.names:
                columns[key] = value
    return columns


def _text(value: object) -> str:
    """A text, or a number as one: classes may be numbered. Empty for anything else."""
    is_one = isinstance(value, str | int | float) and not isinstance(value, bool) and is_known(value)
    return " ".join(str(value).split()) if is_one else ""


def _json_object(text: str) -> dict[str, object]:
    try:
        data = json.loads(text)
    except ValueError as error:
        raise FileProblem("malformed", "is not JSON; mend it, or its columns stay empty.") from error
    except RecursionError as error:
        raise FileProblem("malformed", "is JSON nested too deeply; flatten it, or its columns stay empty.") from error
    if not isinstance(data, dict):
        raise FileProblem(
            "malformed",
            f'is JSON, but {_JSON[type(data)]} and no object such as {{"label": "chair"}}; mend it, or its columns '
            "stay empty.",
        )
    return data


def referenced(files: Mapping[Path, State], names: Named) -> set[str]:
    """Normal paths of all that the given .mtl, .gltf, .dae, .fbx, .blend and USD files name, as `names` says."""
    return {
        place
        for file, state in files.items()
        for given in names(file, state) or ()
        for place in references.places(file, given)
    }


def named(file: Path, _: State) -> list[str] | None:
    """What a file names; None where that cannot be told now: its own loading will say so."""
    try:
        return references.named(file)
    except (FileProblem, MemoryError):
        return None
