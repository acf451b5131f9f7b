"""Files in, encoder payloads out.

``mesh``, ``points``, ``image``, ``audio`` and ``text`` each export ``READERS``: {suffix: function of the file's bytes
and path}; sounds are read from their path, for only their beginning is needed, and so are scans, in parts. Formats that
take more than a few lines have modules or packages of their own, which these gather. Whatever goes wrong inside a file
is a `FileProblem`; no other exception leaves this package for a bad file. ``kinds`` tells what a file is.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from retriever import archives
from retriever.errors import FileProblem, SpaceError, UsageError
from retriever.loaders import audio, image, memory, mesh, points, sampling, solidity, text
from retriever.loaders.files import read_bytes
from retriever.loaders.geometry import cleaned
from retriever.loaders.kinds import SHAPES, kind_of, kind_of_bytes, may_be, modality_of, suffixes, usual_up
from retriever.loaders.parts import watched
from retriever.types import AudioInput, Geometry, ImageInput, Inputs, Loaded, Modality, ShapeInput, Text

__all__ = [
    "Inputs",
    "content_hash",
    "kind_of",
    "kind_of_bytes",
    "load",
    "load_audio",
    "load_geometry",
    "load_given",
    "load_image",
    "load_shape",
    "may_be",
    "modality_of",
    "read_bytes",
    "suffixes",
    "usual_up",
]


def content_hash(path: Path) -> str:
    """SHA-256 of the file's bytes, 64 hex digits.

    Raises:
        FileProblem: the file cannot be read.
    """
    try:
        with archives.opened(path) as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise FileProblem("unreadable", f"cannot be read ({error.strerror}); check its permissions.") from error


def load(
    path: Path, inputs: Inputs, *, up: str = "auto", usual: str | None = None, sha256: str | None = None
) -> Loaded:
    """Read one file of any supported kind.

    Args:
        path: the file; its suffix says of which kind it is, and its first rows where that is .txt.
        inputs: what the encoders are given.
        up: the axis of a 3D file that points up, "y" or "z"; "auto" goes by the file and its format.
        usual: with "auto", the axis where neither says; None for that of `usual_up`.
        sha256: the content hash, where the caller has it already.

    Raises:
        FileProblem: anything wrong with the file, or no encoder for its kind.
    """
    match kind_of(path):
        case Modality.SHAPE:
            with watched() as parts:
                shape = load_shape(path, inputs.shape, up=up, usual=usual, sha256=sha256, measure=True)
            return replace(shape, parts=tuple(parts.values()))
        case Modality.IMAGE if inputs.image:
            return load_image(path, inputs.image, sha256=sha256)
        case Modality.AUDIO if inputs.audio:
            return load_audio(path, inputs.audio, sha256=sha256)
        case Modality.TEXT:
            data = read_bytes(path)
            words = Text(text.READERS[path.suffix.lower()](data, path))
            return Loaded(Modality.TEXT, words, {}, sha256 or hashlib.sha256(data).hexdigest())
        case None:
            raise _unread("has a suffix that is not read", [each for kind in Modality for each in suffixes(kind)])
        case modality:
            raise FileProblem("unsupported", f"is of kind {modality}, which the space does not encode; leave it out.")


def load_given(modality: Modality, given: Any, inputs: Inputs, *, up: str = "auto", usual: str | None = None) -> Loaded:
    """Take a path or a thing in memory as the payload of the encoder of its kind.

    Args:
        modality: a picture, a sound or a shape, which the space encodes.
        given: as `load_image`, `load_audio` and `load_shape` take it.
        inputs: what the encoders are given.
        up: as for `load_shape`.
        usual: likewise.

    Raises:
        FileProblem: anything wrong with it.
    """
    if modality is Modality.IMAGE:
        return load_image(given, inputs.image or ImageInput())
    if modality is Modality.AUDIO:
        return load_audio(given, inputs.audio or AudioInput())
    return load_shape(given, inputs.shape, up=up, usual=usual)


def load_image(source: Any, entry: ImageInput, *, sha256: str | None = None) -> Loaded:
    """Read a picture file, or take one in memory as it is, and fit it into the encoder's square.

    Args:
        source: a path, a picture of Pillow, or an (h, w, 3) or (h, w, 4) array, uint8 or floats of 0..1, the first row
            at the top.
        entry: the square.
        sha256: the content hash of the file, where the caller has it already.

    Returns:
        a `Picture` with the facts width and height (pixels, as seen).

    Raises:
        FileProblem: anything wrong with the file or the array.
    """
    if memory.is_picture(source):
        picture, facts = image.from_picture(source, entry)
        return Loaded(Modality.IMAGE, picture, facts, sha256 or _array_hash(picture.pixels))
    if not memory.is_path(source):
        pixels = memory.as_array(source)
        facts = {"width": pixels.shape[1], "height": pixels.shape[0]} if pixels.ndim == 3 else {}
        return Loaded(Modality.IMAGE, image.from_array(pixels, entry), facts, sha256 or _array_hash(pixels))
    path = Path(source)
    _check_suffix(path, image.READERS, "a picture format")
    data = read_bytes(path)
    picture, facts = image.READERS[path.suffix.lower()](data, path, entry)
    return Loaded(Modality.IMAGE, picture, facts, sha256 or hashlib.sha256(data).hexdigest())


def load_audio(source: Any, entry: AudioInput, *, sha256: str | None = None) -> Loaded:
    """Read the beginning of a sound file, or take a sound in memory as it is.

    Args:
        source: a path; a pair of an (n,) or (n, channels) array of floats, about -1..1, and their rate; or such an
            array alone, at the rate of `entry`.
        entry: rate and length of what the encoder is given.
        sha256: the content hash of the file, where the caller has it already.

    Returns:
        a `Waveform` with the facts seconds, rate and channels of the whole file.

    Raises:
        FileProblem: anything wrong with the file or the array.
        MissingDependency: what reads sounds is not installed.
    """
    if not memory.is_path(source):
        given, rate = source if memory.is_sound(source) else (source, None)
        samples = memory.as_array(given)
        waveform, rate = audio.from_array(samples, entry, rate), rate or entry.rate
        facts: dict[str, object] = {"seconds": len(samples) / rate, "rate": rate, "channels": samples[0].size}
        return Loaded(Modality.AUDIO, waveform, facts, sha256 or _array_hash(samples))
    path = Path(source)
    _check_suffix(path, audio.READERS, "a sound format")
    waveform, facts = audio.READERS[path.suffix.lower()](path, entry)
    return Loaded(Modality.AUDIO, waveform, facts, sha256 or content_hash(path))


def load_shape(
    source: Any,
    shape: ShapeInput,
    *,
    up: str = "auto",
    usual: str | None = None,
    sha256: str | None = None,
    measure: bool = False,
) -> Loaded:
    """Read a 3D file, or take a cloud or a mesh in memory as it is, and sample it.

    Args:
        source: a path; an array of x y z, (n, 3), with r g b, (n, 6), or r g b a, (n, 7), of 0..1 or 0..255; or what
            `memory.geometry_of` takes.
        shape: how it is sampled.
        up: as for `load`; "auto" means y in memory.
        usual: as for `load`.
        sha256: the content hash of the file, where the caller has it already.
        measure: whether the facts of `solidity.measured` are wanted as well, which nobody asks of what is asked with.

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
        if memory.is_path(source):
            geometry, axis, digest = _read_shape(Path(source), sha256, usual, looks_at_color=shape.color is not None)
        else:
            geometry, digest = _given_shape(source, looks_at_color=shape.color is not None)
            axis, digest = "y", sha256 or digest
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
    if measure:
        facts |= solidity.measured(geometry)
    return Loaded(Modality.SHAPE, payload, facts, digest)


def load_geometry(path: Path, *, up: str = "auto") -> Geometry:
    """Read all of a 3D file, as one would look at it: upright, y up, with its colours and pictures.

    Args:
        path: the file.
        up: as for `load`.

    Raises:
        FileProblem: anything wrong with the file.
    """
    _check_suffix(path, SHAPES, "a 3D format")
    suffix = path.suffix.lower()
    with np.errstate(all="ignore"):  # as in `load_shape`
        if suffix in mesh.LOOKS:
            data = read_bytes(path)
            geometry = mesh.LOOKS[suffix](data, path)
            axis = mesh.up_axis(suffix, data, geometry)
        else:
            geometry = points.read(path)[0]
            axis = geometry.up or "y"
        geometry = cleaned(geometry)
    return replace(geometry, vertices=geometry.vertices @ sampling.to_y(axis if up == "auto" else up).T)


def _given_shape(source: Any, *, looks_at_color: bool) -> tuple[Geometry, str]:
    """The geometry of an array, or of a mesh in memory, and the hash of its numbers."""
    if not hasattr(source, "__array__"):
        return memory.geometry_of(source, textures=looks_at_color)
    cloud = memory.as_array(source)
    return points.from_array(cloud), _array_hash(cloud)


def _read_shape(
    path: Path, sha256: str | None, usual: str | None, *, looks_at_color: bool
) -> tuple[Geometry, str, str]:
    """The geometry, its up axis as the file says or as usual, and the content hash of a 3D file."""
    _check_suffix(path, SHAPES, "a 3D format")
    suffix = path.suffix.lower()
    if suffix in mesh.READERS:
        data = read_bytes(path)
        geometry = mesh.READERS[suffix](data, path, textures=looks_at_color)
        return geometry, mesh.up_axis(suffix, data, geometry, usual), sha256 or hashlib.sha256(data).hexdigest()
    geometry, data = points.read(path)
    axis = geometry.up or usual or "y"
    return geometry, axis, sha256 or (hashlib.sha256(data).hexdigest() if data else content_hash(path))


def _check_suffix(path: Path, readers: Collection[str], what: str) -> None:
    if path.suffix.lower() not in readers:
        raise _unread(f"is not {what} that is read", readers)


def _unread(fault: str, suffixes: Iterable[str]) -> FileProblem:
    known = " ".join(sorted(suffix.lstrip(".") for suffix in suffixes))
    return FileProblem("unsupported", f"{fault}; convert it to one of: {known}.")


def _array_hash(array: np.ndarray) -> str:
    return hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()
