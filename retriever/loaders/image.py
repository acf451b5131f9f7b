"""Pictures: png, jpg, webp, bmp, tiff and gif, by Pillow -> the square that an image encoder is given.

What the file holds counts, not its suffix: a PNG called .jpg is read. Of an animation the first frame is taken, of a
file of several pages the first page; colour profiles are not applied.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from retriever.errors import FileProblem, SpaceError
from retriever.loaders.numeric import WARNINGS
from retriever.types import ImageInput, Picture

if TYPE_CHECKING:
    from PIL.Image import Image

MAX_PIXELS = 100_000_000
"""Most pixels that are unpacked; a JPEG of more is unpacked at a half, a quarter or an eighth of its size."""

_FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "TIFF", "GIF")
_GAP = 2.0
"""How much larger than the square a picture is when the careful filter takes over from the quick ones."""
_LONGEST = 32
"""Times its shorter edge that a picture is long before its ends are cut off unseen."""
_STRIP = 2**20
"""Pixels of a deep grey picture that are worked on together, in numbers of eight bytes."""
_ORIENTATION = 0x0112
_TURNS = {2: 0, 3: 3, 4: 1, 5: 5, 6: 4, 7: 6, 8: 2}
"""EXIF orientation -> `PIL.Image.Transpose` that undoes it."""
_SWAPS_SIDES = {5, 6, 7, 8}


def read(data: bytes, path: Path, image: ImageInput) -> tuple[Picture, dict[str, object]]:
    """The picture, and its facts width and height in pixels, upright as its EXIF tag says.

    Raises:
        FileProblem: "malformed", "truncated", "unsupported" or "too-large".
        SpaceError: a fit that is not known.
    """
    _check_fit(image)
    with _damage_told(), _opened(data) as picture:
        return _fitted_in(picture, image)


def within(data: bytes, side: int) -> Image:
    """The whole picture of a file, upright and in its proportions, RGB or RGBA, neither edge longer than `side`.

    Raises:
        FileProblem: as for `read`.
    """
    with _damage_told(), _opened(data) as picture:
        upright, width, height = _upright(picture, side, whole=True)
        return _shrunk(upright, min(side, max(width, height)))


def from_picture(picture: Image, image: ImageInput) -> tuple[Picture, dict[str, object]]:
    """The same of a picture that Pillow has opened, which stays as it is: its frame, upright as its EXIF tag says.

    Raises:
        FileProblem: as `read`.
        SpaceError: a fit that is not known.
    """
    _check_fit(image)
    if not all(picture.size):
        raise FileProblem("empty", "holds no pixels; leave it out.")
    with _damage_told():
        return _fitted_in(picture.copy(), image)  # reading changes it, down to its size


def _fitted_in(picture: Image, image: ImageInput) -> tuple[Picture, dict[str, object]]:
    upright, width, height = _upright(picture, image.side, whole=image.fit == "pad")
    return _squared(upright, image), {"width": width, "height": height}


@contextmanager
def _damage_told() -> Iterator[None]:
    """What goes wrong inside is a FileProblem."""
    from PIL import Image

    with WARNINGS, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            yield
        except FileProblem:
            raise
        except (Image.DecompressionBombError, MemoryError) as error:
            raise _too_large() from error
        except Exception as error:  # Pillow raises nearly everything for damaged files
            if "truncated" in str(error).lower():
                raise FileProblem("truncated", "ends in the middle of its picture; copy or save it again.") from error
            reason = str(error) or type(error).__name__
            raise FileProblem("malformed", f"is a damaged picture ({reason}); copy or save it again.") from error


def from_array(pixels: NDArray[Any], image: ImageInput) -> Picture:
    """The picture of an (h, w, 3) or (h, w, 4) array, uint8 or floats of 0..1, RGB and then alpha.

    Raises:
        FileProblem: "malformed" for any other shape or type, "not-finite".
        SpaceError: a fit that is not known.
    """
    from PIL import Image

    _check_fit(image)
    if pixels.ndim != 3 or pixels.shape[2] not in (3, 4) or not pixels.size:
        raise FileProblem("malformed", f"has the shape {pixels.shape}; give pixels of shape (h, w, 3) or (h, w, 4).")
    if pixels.dtype.kind == "f":
        if not np.isfinite(pixels).all():
            raise FileProblem("not-finite", "has pixels that are not finite; give numbers of 0 to 1.")
        if pixels.min() < 0 or pixels.max() > 1:
            raise FileProblem("malformed", "has floats beyond 0 to 1; divide them by 255, or give uint8.")
        pixels = np.round(pixels * 255).astype(np.uint8)
    if pixels.dtype != np.uint8:
        raise FileProblem("malformed", f"holds {pixels.dtype}; give uint8, or floats of 0 to 1.")
    return _squared(Image.fromarray(np.ascontiguousarray(pixels)), image)


def _check_fit(image: ImageInput) -> None:
    if image.fit not in ("pad", "crop"):
        raise SpaceError(
            f"The rule {image.fit!r} by which the space fits pictures is not one of this version (pad, crop); "
            "install the version that made the space."
        )


def _opened(data: bytes) -> Image:
    """The file's header, read; no pixel is unpacked yet."""
    from PIL import (  # noqa: F401 - each registers the format that it is called for
        BmpImagePlugin,
        GifImagePlugin,
        Image,
        JpegImagePlugin,
        PngImagePlugin,
        TiffImagePlugin,
        UnidentifiedImageError,
        WebPImagePlugin,
    )

    try:
        return Image.open(io.BytesIO(data), formats=_FORMATS)
    except UnidentifiedImageError as error:
        raise FileProblem("malformed", "is no picture that can be read; save it as PNG or JPEG.") from error


def _upright(picture: Image, side: int, *, whole: bool) -> tuple[Image, int, int]:
    """Unpacked, not much smaller than `side` needs, and turned as its EXIF tag says; its full width and height then.

    Args:
        picture: opened.
        side: edge length of what it will be fitted into.
        whole: whether nothing of it is cut off.
    """
    from PIL import Image

    width, height = picture.size
    if whole or width * height > MAX_PIXELS:
        wide, high = _fitted(width, height, side)
        picture.draft(None, (round(_GAP * wide), round(_GAP * high)))  # of a JPEG: it is unpacked smaller, and sooner
    if picture.size[0] * picture.size[1] > MAX_PIXELS:
        raise _too_large()
    picture.load()
    turn = _orientation(picture)
    upright = _in_rgb(picture)
    if turn in _TURNS:
        upright = _shrunk(upright, side) if whole else upright
        upright = upright.transpose(Image.Transpose(_TURNS[turn]))
    return (upright, height, width) if turn in _SWAPS_SIDES else (upright, width, height)


def _orientation(picture: Image) -> int:
    """The EXIF tag, 1 to 8; 1 where there is none, or it is damaged, or where Pillow heeded it already (TIFF)."""
    try:
        return int(picture.getexif().get(_ORIENTATION, 1))
    except Exception:  # a damaged EXIF block costs the picture its orientation only
        return 1


def _in_rgb(picture: Image) -> Image:
    """As RGB, or RGBA where something is transparent."""
    if picture.mode in ("I", "F") or picture.mode.startswith("I;16"):
        return _grey(np.asarray(picture))
    wanted = "RGBA" if picture.has_transparency_data else "RGB"
    try:
        return picture if picture.mode == wanted else picture.convert(wanted)
    except ValueError as error:
        raise FileProblem("unsupported", f"has {picture.mode} colours, which are not read; save it as RGB.") from error


def _grey(levels: NDArray[Any]) -> Image:
    """Grey of more than 8 bits: 16-bit levels span black to white; other numbers their own least to greatest."""
    from PIL import Image

    flat = levels.reshape(-1)
    strips = [slice(start, start + _STRIP) for start in range(0, len(flat), _STRIP)]
    low, high = (0.0, 65535.0) if levels.dtype.type is np.uint16 else _range([flat[strip] for strip in strips])
    grey = np.empty(len(flat), np.uint8)
    for strip in strips:
        values = flat[strip].astype(np.float64)
        scaled = np.where(np.isfinite(values), (values - low) / max(high - low, np.finfo(np.float64).tiny), 0)
        grey[strip] = np.round(scaled * 255).astype(np.uint8)
    return Image.fromarray(grey.reshape(levels.shape)).convert("RGB")


def _range(strips: list[NDArray[Any]]) -> tuple[float, float]:
    """The least and the greatest of numbers that are finite."""
    ends = [
        (float(finite.min()), float(finite.max())) for strip in strips if (finite := strip[np.isfinite(strip)]).size
    ]
    if not ends:
        raise FileProblem("not-finite", "has no pixel that is a finite number; save it again.")
    lows, highs = zip(*ends, strict=True)
    return min(lows), max(highs)


def _squared(picture: Image, image: ImageInput) -> Picture:
    return _letterboxed(picture, image) if image.fit == "pad" else _cropped(picture, image.side)


def _cropped(picture: Image, side: int) -> Picture:
    """The middle of the picture, its shorter edge `side`: CLIP's rule, with the rounding of torchvision's."""
    from PIL import Image

    picture = picture.convert("RGB")
    short, long = sorted(picture.size)
    if long > _LONGEST * short:  # the rest is cut off anyway, and would be enlarged first
        picture = picture.crop(
            _middle(picture.size, min(picture.size[0], _LONGEST * short), min(picture.size[1], _LONGEST * short))
        )
    width, height = picture.size
    scaled = (side, int(side * height / width)) if width <= height else (int(side * width / height), side)
    if picture.size != scaled:
        picture = picture.resize(scaled, Image.Resampling.BICUBIC)
    return Picture(np.array(picture.crop(_middle(scaled, side, side))))


def _middle(size: tuple[int, int], width: int, height: int) -> tuple[int, int, int, int]:
    left, top = round((size[0] - width) / 2), round((size[1] - height) / 2)
    return left, top, left + width, top + height


def _letterboxed(picture: Image, image: ImageInput) -> Picture:
    """The whole picture, its proportions kept, in the middle of a grey square."""
    from PIL import Image

    picture = _shrunk(picture, image.side)
    square = Image.new("RGB", (image.side, image.side), (image.background,) * 3)
    corner = ((image.side - picture.size[0]) // 2, (image.side - picture.size[1]) // 2)
    square.paste(picture, corner, picture if picture.mode == "RGBA" else None)
    return Picture(np.array(square))


def _shrunk(picture: Image, side: int) -> Image:
    """Resized, or grown, so that its longer edge is `side`."""
    from PIL import Image

    size = _fitted(*picture.size, side)
    if picture.size == size:
        return picture
    return picture.resize(size, Image.Resampling.LANCZOS, reducing_gap=_GAP)


def _fitted(width: int, height: int, side: int) -> tuple[int, int]:
    """The size of a picture whose longer edge is `side`."""
    scale = side / max(width, height)
    return max(1, round(width * scale)), max(1, round(height * scale))


def _too_large() -> FileProblem:
    return FileProblem("too-large", f"has more than the {MAX_PIXELS:,} pixels that are read; make it smaller.")


READERS = dict.fromkeys((".png", ".jpg", ".jpeg", ".jfif", ".webp", ".bmp", ".tif", ".tiff", ".gif"), read)
