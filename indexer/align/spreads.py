"""How widely the cosines of each modality with shapes are spread: by this, the terms of a sum are balanced.

Cosines of shapes with shapes differ more than those of words with shapes, and so, in a plain sum of unit vectors, the
shape decides whatever the words are. Each term divided by its spread moves the scores about as much as any other: the
unit variance of Montague and Aslam 2001, "Relevance score normalization for metasearch", before the search.
"""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import numpy as np

from indexer.align.captions import label_vectors
from indexer.align.shapes.sources import named_meshes
from indexer.align.sounds import clips
from indexer.align.split import is_held_out
from retriever.drawing.render import View, render
from retriever.loaders.sampling import sample
from retriever.spaces import Space
from retriever.types import Modality, Vectors, Waveform

MESHES, CLIPS = 1000, 400


def measured(space: Space, data: Path, seed: int = 0) -> dict[str, float]:
    """Modality -> standard deviation of the cosines of its training examples with training meshes, to 3 decimals.

    Args:
        space: with the towers that are in use.
        data: folder with shapes_named and, where there is an audio tower, audio.
        seed: of the choice of examples.
    """
    rng = np.random.default_rng(seed)
    meshes = [shape for shape in named_meshes(data / "shapes_named") if not is_held_out(shape.group)]
    meshes = [meshes[i] for i in rng.permutation(len(meshes))[:MESHES]]
    shapes = space.encoder(Modality.SHAPE).encode(
        [sample(mesh.geometry, space.identity.shape, "y", seed) for mesh in meshes]
    )
    others: dict[Modality, Vectors] = {Modality.SHAPE: shapes}
    names = sorted({mesh.captions[0] for mesh in meshes})
    others[Modality.TEXT] = label_vectors(names, space.encoder(Modality.TEXT))
    if entry := space.identity.image:
        views = (View(yaw=rng.uniform(0, 360), elevation=rng.uniform(0, 40)) for _ in meshes)
        pictures = [render(mesh.geometry, view, side=entry.side) for mesh, view in zip(meshes, views, strict=True)]
        others[Modality.IMAGE] = space.encode(images=pictures)
    if space.identity.audio:
        heard = [
            Waveform((clip.samples / 32768).astype(np.float32)) for clip in islice(clips.read(data / "audio"), CLIPS)
        ]
        others[Modality.AUDIO] = space.encoder(Modality.AUDIO).encode(heard)
    return {str(modality): round(_spread(vectors, shapes), 3) for modality, vectors in others.items()}


def _spread(vectors: Vectors, shapes: Vectors) -> float:
    cosines = vectors @ shapes.T
    return float((cosines[~np.eye(len(shapes), dtype=bool)] if vectors is shapes else cosines).std())
