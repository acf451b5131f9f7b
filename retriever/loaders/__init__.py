"""Files in, encoder payloads out.

One module per family of formats, each exporting ``READERS``: {suffix: function of the file's bytes and path}.
Whatever goes wrong inside a file is a `FileProblem`; no other exception leaves this package for a bad file.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np

from retriever.errors import FileProblem, SpaceError, UsageError
from retriever.loaders import mesh, points, sampling, text
from retriever.loaders.files import read_bytes
from retriever.loaders.geometry import cleaned
from retriever.types import Geometry, Loaded, Modality, ShapeInput, Text

__all__ = ["content_hash", "load", "load_shape", "modality_of", "read_bytes", "suffixes"]

_SHAPES = {**mesh.READERS, **points.READERS}
_SUFFIXES = {
    Modality.SHAPE: frozenset(_SHAPES),
    Modality.TEXT: frozenset(text.READERS),
    Modality.IMAGE: frozenset({".png", ".jpg", ".jpeg", ".webp", ".bmp", ".tif", ".tiff", ".gif"}),
    Modality.AUDIO: frozenset({".wav", ".flac", ".ogg", ".mp3"}),
}
_MODALITIES = {suffix: modality for modality, suffixes in _SUFFIXES.items() for suffix in suffixes}


def modality_of(path: Path) -> Modality | None:
    """What a file is by its suffix, in any case; None for a suffix that nothing here knows."""
    return _MODALITIES.get(path.suffix.lower())


def suffixes(modality: Modality) -> frozenset[str]:
    """The lower-case suffixes, with their dot, of a modality."""
    return _SUFFIXES[modality]


def content_hash(path: Path) -> str:
    """SHA-256 of the file's bytes, 64 hex digits.

    Raises:
        FileProblem: the file cannot be read.
    """
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise FileProblem("unreadable", f"cannot be read ({error.strerror}); check its permissions.") from error


def load(path: Path, shape: ShapeInput, *, up: str = "auto", sha256: str | None = None) -> Loaded:
    """Read one file of any supported kind.

    Args:
        path: the file; its suffix says how it is read.
        shape: how a 3D file is sampled.
        up: the axis of a 3D file that points up, "y" or "z"; "auto" goes by the format.
        sha256: the content hash, where the caller has it already.

    Raises:
        FileProblem: anything wrong with the file.
    """
    match modality_of(path):
        case Modality.SHAPE:
            return load_shape(path, shape, up=up, sha256=sha256)
        case Modality.TEXT:
            data = read_bytes(path)
            words = Text(text.READERS[path.suffix.lower()](data, path))
            return Loaded(Modality.TEXT, words, {}, sha256 or hashlib.sha256(data).hexdigest())
        case None:
            known = " ".join(sorted(suffix.lstrip(".") for suffix in _MODALITIES))
            raise FileProblem("unsupported", f"has a suffix that is not read; convert it to one of: {known}.")
        case modality:
            raise FileProblem("unsupported", f"is {modality}, which this version does not read; leave it out.")


def load_shape(
    source: Path | str | np.ndarray, shape: ShapeInput, *, up: str = "auto", sha256: str | None = None
) -> Loaded:
    """Read a 3D file, or take a cloud as it is, and sample it.

    Args:
        source: a path, or an (n, 3) or (n, 6) array of x y z and, optionally, r g b (0..1 or 0..255).
        shape: how it is sampled.
        up: as for `load`; "auto" means y for an array.
        sha256: the content hash of the file, where the caller has it already.

    Returns:
        a `PointCloud` with the facts vertices, faces, extent (file units and axes), up and colored.

    Raises:
        FileProblem: anything wrong with the file or the array.
    """
    if up not in ("auto", "y", "z"):
        raise UsageError(f"The up axis {up!r} is not known; give y, z or auto.")
    if shape.sampling != sampling.VERSION:
        raise SpaceError(
            f"The sampling rule {shape.sampling} is not the one of this version ({sampling.VERSION}); "
            "install the version that made the index, or index again."
        )
    with np.errstate(all="ignore"):  # damaged numbers are found by `cleaned`, not by a warning
        if isinstance(source, np.ndarray):
            geometry, axis = points.from_array(source), "y"
            digest = sha256 or hashlib.sha256(np.ascontiguousarray(source).tobytes()).hexdigest()
        else:
            geometry, axis, digest = _read_shape(Path(source), sha256, looks_at_color=shape.color is not None)
        axis = axis if up == "auto" else up
        geometry = cleaned(geometry)
        payload = sampling.sample(geometry, shape, axis, seed=int(digest, 16))
    facts: dict[str, object] = {
        "vertices": len(geometry.vertices),
        "faces": len(geometry.faces),
        "extent": list(geometry.extent),
        "up": axis,
        "colored": geometry.colors is not None,
    }
    return Loaded(Modality.SHAPE, payload, facts, digest)


def _read_shape(path: Path, sha256: str | None, *, looks_at_color: bool) -> tuple[Geometry, str, str]:
    """The geometry, its up axis by the format's convention, and the content hash of a 3D file."""
    suffix = path.suffix.lower()
    if suffix not in _SHAPES:
        known = " ".join(sorted(known.lstrip(".") for known in _SHAPES))
        raise FileProblem("unsupported", f"is not a 3D format that is read; convert it to one of: {known}.")
    data = read_bytes(path)
    digest = sha256 or hashlib.sha256(data).hexdigest()
    if suffix in mesh.READERS:
        return mesh.READERS[suffix](data, path, textures=looks_at_color), mesh.up_axis(suffix, data), digest
    return points.READERS[suffix](data, path), "y", digest
