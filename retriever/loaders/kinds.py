"""Of which kind a file is: by its suffix, and by how it begins where that leaves it open."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from pathlib import Path

from retriever import archives
from retriever.errors import FileProblem
from retriever.loaders import audio, cad, image, mesh, points, text
from retriever.types import Modality

SHAPES = frozenset({*mesh.READERS, *points.READERS, *points.SCANS, *points.TEXTS})
"""Suffixes of files that may hold a shape; notes have some of them as well."""
_SUFFIXES = {
    Modality.SHAPE: SHAPES - points.TEXTS.keys(),
    Modality.TEXT: frozenset(text.READERS),
    Modality.IMAGE: frozenset(image.READERS),
    Modality.AUDIO: frozenset(audio.READERS),
}
_MODALITIES = {suffix: modality for modality, suffixes in _SUFFIXES.items() for suffix in suffixes}
_OPEN = frozenset({".obj", ".off", ".ply", ".stl", *cad.KINDS, *points.READERS, *points.TEXTS}) - {".spz", ".splat"}


def modality_of(path: Path) -> Modality | None:
    """What a file is by its suffix, in any case; None for a suffix that nothing here knows."""
    return _MODALITIES.get(path.suffix.lower())


def kind_of(path: Path) -> Modality | None:
    """What a file is: as `modality_of`, but a .txt that begins with rows of numbers is a cloud, and so a shape.

    One that is not there, or cannot be read, is what its suffix says.
    """
    try:
        if path.suffix.lower() in points.TEXTS and archives.is_file(path):  # nobody may write to a pipe
            return kind_of_bytes(path.name, archives.read(path, text.BEGINNING))
    except (OSError, ValueError, FileProblem):
        pass
    return modality_of(path)


def kind_of_bytes(name: str, data: bytes) -> Modality | None:
    """As `kind_of`, of a file by its name and bytes."""
    path = Path(name)
    may_be_cloud = path.suffix.lower() in points.TEXTS
    is_cloud = may_be_cloud and text.is_cloud(text.decoded(data[: text.BEGINNING]))
    return Modality.SHAPE if is_cloud else modality_of(path)


def may_be(path: Path, modality: Modality) -> bool:
    """Whether a file of this name may be of a kind."""
    return modality_of(path) is modality or (modality is Modality.SHAPE and path.suffix.lower() in SHAPES)


def suffixes(modality: Modality) -> frozenset[str]:
    """The lower-case suffixes, with their dot, of a modality."""
    return _SUFFIXES[modality]


def usual_up(suffix: str) -> str | None:
    """The axis that is taken as up in files of a format that leaves it open; None of others. Lower case, with a dot."""
    return mesh.UP.get(suffix, "y") if suffix in _OPEN else None


def check_suffix(path: Path, known: Collection[str], what: str) -> None:
    """Raise a FileProblem for a file whose suffix is not among those `known`.

    Args:
        path: the file.
        known: lower-case suffixes, with their dot.
        what: they are of, as in "a 3D format".
    """
    if path.suffix.lower() not in known:
        raise unread(f"is not {what} that is read", known)


def unread(fault: str, known: Iterable[str]) -> FileProblem:
    """What is wrong with a file that is none of those `known`."""
    names = " ".join(sorted(suffix.lstrip(".") for suffix in known))
    return FileProblem("unsupported", f"{fault}; convert it to one of: {names}.")
