"""The demo: a corpus of parametric shapes, and pictures and sounds of things that lie in it, to ask with.

`<folder>/pictures/<name>.<jpg|png>` show shapes that are not in the corpus, only others of their kinds;
`<folder>/sounds/<name>.wav` are made by rule. Neither is one that a space was trained on.
"""

from __future__ import annotations

import wave
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from indexer.parametric import generate, write_corpus
from retriever.types import Geometry

PICTURES = {
    "guitar.jpg": "guitar",
    "my chair.jpg": "chair",
    "car.png": "car",
    "teapot.jpg": "teapot",
    "lighthouse.jpg": "lighthouse",
    "helicopter.png": "helicopter",
    "palm tree.jpg": "palm tree",
    "sailboat.jpg": "sailboat",
    "table lamp.png": "table lamp",
    "elephant.jpg": "elephant",
}
"""Pictures by file name, and the kind of shape that each shows."""

SOUNDS = {
    "dog.wav": "dog",
    "helicopter.wav": "helicopter",
    "car horn.wav": "car horn",
    "church bell.wav": "church bells",
    "typing.wav": "keyboard typing",
    "knocking on a door.wav": "door wood knock",
    "ship.wav": "ship",
}
"""Sounds by file name, and the rule that each is made by."""

_APART = 500_000
"""Seeds from here to twice as many are those of pictures and sounds: a corpus has lower ones, training higher ones."""

_SIDE = 320  # pixels of a picture's edge


@dataclass(frozen=True)
class Written:
    """How many files of each sort a demo has, captions left out."""

    shapes: int
    pictures: int
    sounds: int


def write_demo(
    folder: Path,
    per_kind: int = 4,
    seed: int = 0,
    progress: Callable[[str, int, int | None], None] | None = None,
) -> Written:
    """Write a corpus as `indexer.parametric.write_corpus` does, and its pictures and sounds; the same, the same bytes.

    Raises:
        UsageError: the folder holds something else, which is left as it is.
    """
    shapes = write_corpus(folder, per_kind, seed, progress)
    apart = seed_apart(seed)
    for place, files, write in (("pictures", PICTURES, _write_picture), ("sounds", SOUNDS, _write_sound)):
        (folder / place).mkdir(exist_ok=True)
        for name, kind in files.items():
            write(folder / place / name, kind, apart)
    return Written(shapes, len(PICTURES), len(SOUNDS))


def seed_apart(seed: int) -> int:
    """The seed of a demo's pictures and sounds: one that neither its shapes nor any training has."""
    return _APART + seed % _APART


def _write_picture(file: Path, kind: str, seed: int) -> None:
    """A shape before a white background, from the front, somewhat from the side and from above."""
    from PIL import Image

    from retriever.drawing.render import View, render

    rng = np.random.default_rng((seed, *kind.encode()))
    view = View(yaw=rng.uniform(20, 50) * rng.choice((-1, 1)), elevation=rng.uniform(12, 28), fill=0.85)
    solid = generate(kind, seed).solid
    pixels = render(Geometry(solid.vertices, solid.faces, solid.colors), view, side=_SIDE)
    Image.fromarray(pixels).save(file, quality=90)


def _write_sound(file: Path, kind: str, seed: int) -> None:
    """Four seconds as 16-bit WAV."""
    from indexer.align.sounds.synth import make
    from indexer.align.sounds.synth.parts import RATE

    samples = make(kind, np.random.default_rng((seed, *kind.encode())))
    with wave.open(str(file), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(RATE)
        sound.writeframes(np.round(samples * 32767).astype("<i2").tobytes())
