"""Pictures on meshes, whole: for those who look at a shape. An encoder is given one colour a face, see `colors`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retriever.loaders.colors import RGB
from retriever.types import Skin

LARGEST = 640
"""Edge in pixels of a picture that is kept; larger ones are shrunk to it."""


def skin(image: Any, uv: NDArray[np.float64], tint: RGB | None) -> Skin | None:
    """One picture on all of some faces; None where it is damaged.

    Args:
        image: a PIL picture.
        uv: (f, 3, 2) texture coordinates of the corners, origin lower left.
        tint: (f, 3) what the picture is multiplied with; white if None.
    """
    pixels = pixels_of(image)
    if pixels is None:
        return None
    white = np.ones((len(uv), 3), np.float32)
    return Skin(finite(uv), np.zeros(len(uv), np.int64), (pixels,), white if tint is None else tint)


def pixels_of(image: Any) -> NDArray[np.uint8] | None:
    """(h, w, 3) of a PIL picture, neither edge longer than `LARGEST`; None where it is damaged."""
    from PIL import Image

    try:
        small = image.convert("RGB")
        if max(small.size) > LARGEST:
            small.thumbnail((LARGEST, LARGEST), Image.Resampling.BOX)
    except Exception:  # a damaged picture costs the colour, not the shape
        return None
    return np.asarray(small)


def finite(uv: NDArray[np.float64]) -> NDArray[np.float32]:
    """Texture coordinates without those that are none."""
    return np.nan_to_num(uv, posinf=0, neginf=0).astype(np.float32)


def put_together(
    uv: NDArray[np.float64], found: Iterable[tuple[NDArray[np.uint8] | None, NDArray[np.bool_] | NDArray[np.int64]]]
) -> Skin | None:
    """Several pictures on the faces of one mesh; None where there are none.

    Args:
        uv: (f, 3, 2) texture coordinates of the corners.
        found: (h, w, 3) uint8 pictures, None for one that is damaged, and on which faces each is; a later one goes over
            an earlier one.
    """
    number = np.full(len(uv), -1, np.int64)
    pictures: list[NDArray[np.uint8]] = []
    for pixels, on in found:
        if pixels is not None:
            number[on] = len(pictures)
            pictures.append(pixels)
    return Skin(finite(uv), number, tuple(pictures), np.ones((len(uv), 3), np.float32)) if pictures else None


def joined(parts: Sequence[tuple[Skin | None, int]]) -> Skin | None:
    """One for the faces of all parts, whose numbers stand beside their skins; None where no part has any."""
    if all(part is None for part, _ in parts):
        return None
    count = sum(faces for _, faces in parts)
    uv, tint = np.zeros((count, 3, 2), np.float32), np.ones((count, 3), np.float32)
    number, start = np.full(count, -1, np.int64), 0
    pictures: list[NDArray[np.uint8]] = []
    places: dict[int, int] = {}  # of pictures, by identity: many parts may share one
    for part, faces in parts:
        if part is not None:
            span = slice(start, start + faces)
            uv[span], tint[span] = part.uv, part.tint
            for pixels in part.pictures:
                if id(pixels) not in places:
                    places[id(pixels)] = len(pictures)
                    pictures.append(pixels)
            number[span] = np.array([*(places[id(pixels)] for pixels in part.pictures), -1])[part.picture]
        start += faces
    return Skin(uv, number, tuple(pictures), tint)


def at(skin: Skin, face: NDArray[np.int64], uv: NDArray[np.floating]) -> RGB:
    """(n, 3) colours in 0..1 at (n, 2) texture coordinates of faces that have a picture."""
    out = np.empty((len(face), 3), np.float32)
    which = skin.picture[face]
    for number, pixels in enumerate(skin.pictures):
        here = np.flatnonzero(which == number)
        height, width = pixels.shape[:2]
        inside = uv[here] % 1.0
        columns = np.minimum((inside[:, 0] * width).astype(np.int64), width - 1)
        rows = np.minimum(((1 - inside[:, 1]) * height).astype(np.int64), height - 1)
        out[here] = pixels[rows, columns] / np.float32(255)
    return out * skin.tint[face]
