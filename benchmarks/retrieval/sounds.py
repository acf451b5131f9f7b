"""Sounds of recordings that are held out where a sound tower is trained with ``--fold 0``: their class, and shapes.

The gallery of shapes is the ready clouds; classes whose sound is plainly that of one kind of thing are asked for there,
and then all that the class map pairs with shapes, as a cough with heads and waves with ships.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from benchmarks.retrieval.material import Material
from benchmarks.retrieval.pairs import paired, to_names, to_shapes
from benchmarks.retrieval.protocol import Row
from retriever.types import AudioInput, Modality

if TYPE_CHECKING:
    from indexer.align.sounds.clips import Clip

TIGHT = (
    "airplane", "car_horn", "chirping_birds", "cow", "crow", "dog", "door_wood_knock", "helicopter", "hen",
    "keyboard_typing", "rooster", "train",
)  # fmt: skip
"""Sound classes asked for among shapes."""
FOLD = 0
"""The fifth of the recordings that is asked for; the tower that `mini` ships has heard them all the same."""


def rows(material: Material) -> Iterator[Row]:
    """Sound->name top-1 over the classes of sounds; sound->3D mAP over the tight pairs, and over all."""
    folder = material.folder / "audio"
    if not folder.is_dir() or not material.reads(Modality.AUDIO, Modality.TEXT):
        return
    from indexer.align.sounds import clips

    everything = clips.read(folder)
    asked = [clip for clip in everything if clip.fold == FOLD]
    if not asked:
        return
    classes = [clip.label for clip in asked]
    rate = (material.space.identity.audio or AudioInput()).rate
    vectors = material.encode("held-out sounds", audio=[samples(clip, rate) for clip in asked])
    known = {clip.label: clip.captions[0] for clip in everything if clip.label}
    names = material.labels(list(known.values()))
    yield from to_names("sound->name top-1", "recordings of fold 0", vectors, classes, list(known), names)
    if material.class_map and material.reads(Modality.SHAPE):
        sounds = {shape_class: goes.sounds for shape_class, goes in material.class_map.items()}
        for measure, of in (("sound->3D mAP", TIGHT), ("sound->3D mAP, all pairs", classes)):
            pairs = paired(sounds, of)
            yield from to_shapes(measure, vectors, classes, pairs, material.clouds, material.cloud_vectors)


def samples(clip: Clip, rate: int) -> NDArray[np.float32]:
    """(n,) samples of a clip at the space's rate."""
    from indexer.align.sounds.clips import RATE

    samples = (clip.samples / 32768).astype(np.float32)
    if rate == RATE:
        return samples
    import soxr

    return np.asarray(soxr.resample(samples, RATE, rate), np.float32)
