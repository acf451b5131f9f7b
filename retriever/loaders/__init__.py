"""Files in, encoder payloads out.

``mesh``, ``points``, ``image``, ``audio`` and ``text`` each export ``READERS``: {suffix: function of the file's bytes
and path}; sounds are read from their path, for only their beginning is needed, and so are scans, in parts. Formats that
take more than a few lines have modules or packages of their own, which these gather; ``shapes`` samples what is read of
3D files. Whatever goes wrong inside a file
is a `FileProblem`; no other exception leaves this package for a bad file. ``kinds`` tells what a file is.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Any

from retriever.errors import FileProblem
from retriever.loaders import audio, image, memory, text
from retriever.loaders.files import content_hash, read_bytes
from retriever.loaders.kinds import (
    check_suffix,
    kind_of,
    kind_of_bytes,
    may_be,
    modality_of,
    suffixes,
    unread,
    usual_up,
)
from retriever.loaders.parts import watched
from retriever.loaders.shapes import companions, load_geometry, load_shape, objects_of
from retriever.types import AudioInput, ImageInput, Inputs, Loaded, Modality, Text

__all__ = [
    "Inputs",
    "companions",
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
    "objects_of",
    "read_bytes",
    "suffixes",
    "usual_up",
]


def load(
    path: Path,
    inputs: Inputs,
    *,
    up: str = "auto",
    usual: str | None = None,
    sha256: str | None = None,
    inside: bool = False,
) -> Loaded:
    """Read one file of any supported kind.

    Args:
        path: the file; its suffix says of which kind it is, and its first rows where that is .txt.
        inputs: what the encoders are given.
        up: the axis of a 3D file that points up, "y" or "z"; "auto" goes by the file and its format.
        usual: with "auto", the axis where neither says; None for that of `usual_up`.
        sha256: the content hash, where the caller has it already.
        inside: whether the objects of a scene are wanted as well.

    Raises:
        FileProblem: anything wrong with the file, or no encoder for its kind.
    """
    match kind_of(path):
        case Modality.SHAPE:
            with watched() as parts:
                try:
                    shape = load_shape(
                        path, inputs.shape, up=up, usual=usual, sha256=sha256, measure=True, inside=inside
                    )
                except FileProblem as problem:
                    problem.alone = not parts
                    raise
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
            raise unread("has a suffix that is not read", [each for kind in Modality for each in suffixes(kind)])
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
        return Loaded(Modality.IMAGE, picture, facts, sha256 or memory.array_hash(picture.pixels))
    if not memory.is_path(source):
        pixels = memory.as_array(source)
        facts = {"width": pixels.shape[1], "height": pixels.shape[0]} if pixels.ndim == 3 else {}
        return Loaded(Modality.IMAGE, image.from_array(pixels, entry), facts, sha256 or memory.array_hash(pixels))
    path = Path(source)
    check_suffix(path, image.READERS, "a picture format")
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
        return Loaded(Modality.AUDIO, waveform, facts, sha256 or memory.array_hash(samples))
    path = Path(source)
    check_suffix(path, audio.READERS, "a sound format")
    waveform, facts = audio.READERS[path.suffix.lower()](path, entry)
    return Loaded(Modality.AUDIO, waveform, facts, sha256 or content_hash(path))
