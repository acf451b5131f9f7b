"""Small pictures of files: shapes drawn, pictures shrunk, sounds as their waveform.

>>> png = thumbnail(Path("chair.glb"), 256)
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

from retriever.errors import FileProblem
from retriever.types import AudioInput, Modality

if TYPE_CHECKING:
    from PIL.Image import Image

SIDE = 320
"""Edge length in pixels."""

HEARD = AudioInput(rate=16_000, seconds=120.0)
"""How much of a sound is drawn: its beginning."""

_QUALITY = 86  # of WebP, 0..100


def thumbnail(path: Path, side: int = SIDE, *, up: str = "auto", format: str = "PNG") -> bytes:
    """A picture of a file that holds a shape, a picture or a sound.

    Args:
        path: the file; its suffix says of which kind it is.
        side: edge length in pixels; pictures keep their proportions, and are not enlarged.
        up: the axis of a 3D file that points up, "y" or "z"; "auto" goes by the format.
        format: "PNG", or "WEBP", a sixth of the size and not exact.

    Returns:
        an encoded picture, transparent around shapes and sounds; the same for the same file.

    Raises:
        FileProblem: anything wrong with the file, or a kind that has no picture.
        MissingDependency: what reads sounds is not installed.
    """
    out = io.BytesIO()
    drawn(path, side, up=up).save(out, format, **({"quality": _QUALITY} if format == "WEBP" else {}))
    return out.getvalue()


def drawn(path: Path, side: int = SIDE, *, up: str = "auto") -> Image:
    """As `thumbnail`, as a picture of PIL, RGB or RGBA."""
    from retriever import loaders

    match loaders.kind_of(path):
        case Modality.SHAPE:
            return _shape(path, side, up)
        case Modality.IMAGE:
            from retriever.loaders.image import within

            return within(loaders.read_bytes(path), side)
        case Modality.AUDIO:
            return _sound(path, side)
        case _:
            raise FileProblem("unsupported", "has no picture; read its words instead.")


def _shape(path: Path, side: int, up: str) -> Image:
    from PIL import Image

    from retriever import loaders
    from retriever.drawing.portrait import portrait

    return Image.fromarray(portrait(loaders.load_geometry(path, up=up), side))


def _sound(path: Path, side: int) -> Image:
    from PIL import Image

    from retriever.drawing.wave import bars
    from retriever.loaders import audio

    waveform, _ = audio.read(path, HEARD)
    return Image.fromarray(bars(waveform.samples, side))
