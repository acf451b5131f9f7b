"""The last step of the towers of `mini`, fitted after their training: see `retriever.spaces.bridge`.

3D: the mean is taken off, and directions in which shapes differ little count more than they did. Sounds: the mean is
taken off. Pictures: ridge regression from renders to the 3D vectors of the shapes that
they show, and from photos to the vectors of their names. What the mean and the regression are fitted on is training
data; that they are used, `RIDGE` and `EVENNESS` were decided on the held-out named meshes.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file

from indexer.align.captions import label_vectors
from indexer.align.pictures.pack import Pack
from indexer.align.pictures.render import View, render
from indexer.align.shapes.sources import LabelledShape, named_meshes
from indexer.align.sounds import clips
from indexer.align.split import is_held_out
from retriever.loaders.sampling import sample
from retriever.spaces import Space
from retriever.types import Modality, Vectors, Waveform

RIDGE = 0.03
"""Weight of the penalty beside the sum of squares over the pictures."""
EVENNESS = 0.5
"""How far the directions of 3D vectors are brought to one strength: 0 leaves them, 1 is whitening."""
SHAPES, VIEWS, PHOTOS = 4200, 4, 4300

Map = tuple[NDArray[np.float32], NDArray[np.float32]]
"""(d, d) `turn` and (d,) `shift` of a `Bridge`."""


def centering(vectors: Vectors) -> Map:
    """The map that takes the mean of (n, d) vectors off."""
    return np.eye(vectors.shape[1], dtype=np.float32), -vectors.mean(axis=0)


def evened(vectors: Vectors, evenness: float) -> Map:
    """The map that takes the mean of (n, d) vectors off and brings their directions nearer to one strength.

    A tower says little of what distinguishes names seldom seen. Whitening (Kessy et al. 2018, arXiv 1512.00809, ZCA)
    would make all directions alike, noise among them; it is done in part, and with the mean variance added to each.
    """
    mean = vectors.mean(axis=0, dtype=np.float64)
    strengths, directions = np.linalg.eigh(np.cov(vectors.T.astype(np.float64)))
    share = 0.5 + 0.5 * np.clip(strengths, 0, None) / strengths.mean()  # 1 where a direction is as strong as the mean
    turn = directions * share ** (-evenness / 2) @ directions.T
    return turn.astype(np.float32), (-mean @ turn).astype(np.float32)


def regression(vectors: Vectors, targets: Vectors, ridge: float) -> Map:
    """The affine map from (n, d) vectors to (n, d) targets without a mean, by ridge regression."""
    mean = vectors.mean(axis=0, dtype=np.float64)
    centred = vectors - mean
    turn = np.linalg.solve(centred.T @ centred + ridge * np.eye(vectors.shape[1]), centred.T @ targets)
    return turn.astype(np.float32), (-mean @ turn).astype(np.float32)


def fit(space: Space, data: Path, photos: Pack, seed: int = 0) -> dict[Modality, Map]:
    """The maps for a space whose towers have none yet.

    Args:
        space: with 3D, image and audio towers.
        data: folder with shapes_named and audio.
        photos: the training pictures.
        seed: of the choice of examples.
    """
    rng = np.random.default_rng(seed)
    meshes = [shape for shape in named_meshes(data / "shapes_named") if not is_held_out(shape.group)]
    meshes = [meshes[i] for i in rng.permutation(len(meshes))[:SHAPES]]
    entry = space.identity.shape
    clouds = [sample(mesh.geometry, entry, "y", seed) for mesh in meshes]
    shapes = space.encoder(Modality.SHAPE).encode(clouds)
    across = evened(shapes, EVENNESS)
    heard = [Waveform((clip.samples / 32768).astype(np.float32)) for clip in clips.read(data / "audio")]
    return {
        Modality.SHAPE: across,
        Modality.IMAGE: regression(*_pictures(space, meshes, crossed(shapes, across), photos, rng), RIDGE),
        Modality.AUDIO: centering(space.encoder(Modality.AUDIO).encode(heard)),
    }


def _pictures(
    space: Space, meshes: list[LabelledShape], shapes: Vectors, photos: Pack, rng: np.random.Generator
) -> tuple[Vectors, Vectors]:
    """Vectors of renders and photos, and what each should be."""
    entry = space.identity.image
    assert entry
    shown = np.repeat(np.arange(len(meshes)), VIEWS)
    renders = [
        render(meshes[i].geometry, View(yaw=rng.uniform(0, 360), elevation=rng.uniform(0, 40)), side=entry.side)
        for i in shown
    ]
    rows = [i for i, kind in enumerate(photos.kinds) if kind == "photo" and not photos.held_out[i]]
    rows = [rows[i] for i in rng.permutation(len(rows))[:PHOTOS]]
    names = sorted({photos.captions[i][0] for i in rows})
    called = label_vectors(names, space.encoder(Modality.TEXT))[[names.index(photos.captions[i][0]) for i in rows]]
    pictures = [*renders, *(_on(entry.background, photos.pixels[i]) for i in rows)]
    return space.encode(images=pictures), np.concatenate([shapes[shown], unit(called - called.mean(axis=0))])


def _on(background: int, pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """(s, s, 4) RGBA -> (s, s, 3) on a plain grey."""
    alpha = pixels[..., 3:] / 255
    return np.round(pixels[..., :3] * alpha + background * (1 - alpha)).astype(np.uint8)


def crossed(vectors: Vectors, bridge: Map) -> Vectors:
    """(n, d) unit vectors on the other side."""
    turn, shift = bridge
    return unit(vectors @ turn + shift)


def unit(vectors: Vectors) -> Vectors:
    """Rows brought to length 1."""
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def build_in(bridge: Map, weights: Path, out: Path) -> None:
    """Writes a tower's weights with a bridge to `out`; the bridge in float32, for it magnifies small differences."""
    state = load_file(str(weights))
    state["bridge.turn"], state["bridge.shift"] = (np.ascontiguousarray(each, np.float32) for each in bridge)
    out.parent.mkdir(parents=True, exist_ok=True)
    save_file(state, str(out))
