"""The last step of the towers of `mini`, fitted after their training: see `retriever.spaces.bridge`.

3D: the mean is taken off, and directions in which shapes differ little count more than they did. Sounds: the mean is
taken off. Pictures: the affine map that tells best, among many, the 3D vector of the shape that a render shows, and the
place of what a photo is called: half way from its name to where shapes of that name lie. All are fitted on training
data; how was decided on held-out named meshes and photos.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file
from torch.nn import functional as F  # noqa: N812 - the name everybody uses

from indexer.align.captions import label_vectors
from indexer.align.objective import alignment_loss
from indexer.align.pictures.pack import Pack
from indexer.align.shapes.sources import LabelledShape, named_meshes
from indexer.align.sounds import clips
from indexer.align.split import is_held_out
from retriever.drawing.render import View, render
from retriever.loaders.sampling import sample
from retriever.spaces import Encoder, Space
from retriever.types import Modality, Vectors, Waveform

RIDGE = 0.03
"""Weight of the penalty beside the sum of squares over the pictures."""
SCALE = 20.0
"""Inverse temperature of what is contrasted."""
PULL = 3.0
"""Weight of the cosine of a photo and its target."""
NAMES_RIDGE = 3.0
STEPS, RATE = 400, 3e-3
EVENNESS = 0.5
"""How far the directions of 3D vectors are brought to one strength: 0 leaves them, 1 is whitening."""
MESHES, VIEWS, PHOTOS = 4200, 4, 4300
_BLOCK = 64

Map = tuple[NDArray[np.float32], NDArray[np.float32]]
"""(d, d) `turn` and (d,) `shift` of a `Bridge`."""
_Encode = Callable[[Sequence[LabelledShape]], Vectors]


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


class Pairs(NamedTuple):
    """What a bridge is to bring together, told apart among themselves alone.

    Names and shapes lie apart even without their means: a photo that is kept from the vectors of shapes, because its
    name is none of them, finds no shapes.

    Attributes:
        vectors: (n, d) of any length above zero.
        targets: (n, d) unit vectors; several vectors may have the same.
        batch: pairs of a step.
        pull: weight of the cosine between the two, beside the contrast.
    """

    vectors: Vectors
    targets: Vectors
    batch: int
    pull: float = 0.0


def contrasted(pairs: Sequence[Pairs], start: Map, seed: int = 0) -> Map:
    """The affine map from vectors to targets that tells each one's own from those of the others.

    Regression brings a vector near its target; retrieval asks that no other target be nearer. So the map is trained on
    from the regression, `start`, by the towers' own objective, symmetric InfoNCE with soft positives.
    """
    turn, shift = (torch.tensor(each, requires_grad=True) for each in start)
    optimizer = torch.optim.Adam([turn, shift], lr=RATE)
    generator = torch.Generator().manual_seed(seed)
    given = [F.normalize(torch.from_numpy(each.vectors), dim=-1) for each in pairs]
    wanted = [torch.from_numpy(each.targets) for each in pairs]
    for step in range(STEPS):
        for parameters in optimizer.param_groups:
            parameters["lr"] = RATE * min((step + 1) / 50, 1 - step / STEPS)
        loss = torch.zeros(())
        for each, vectors, targets in zip(pairs, given, wanted, strict=True):
            some = torch.randint(len(vectors), (min(each.batch, len(vectors)),), generator=generator)
            across = F.normalize(vectors[some] @ turn + shift, dim=-1)
            loss = loss + alignment_loss(across, targets[some], targets[some], scale=SCALE, among=0)
            loss = loss + each.pull * (1 - (across * targets[some]).sum(dim=1)).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return turn.detach().numpy(), shift.detach().numpy()


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
    meshes = [meshes[i] for i in rng.permutation(len(meshes))[:MESHES]]
    named = shape_vectors(space, meshes, seed)
    across = evened(named, EVENNESS)
    shapes = crossed(named, across)
    renders = Pairs(_renders(space, meshes, VIEWS, rng), shapes.repeat(VIEWS, axis=0), batch=1024)
    seen, names = _photos(space, photos, rng)
    lie = placed(names, [mesh.captions for mesh in meshes], shapes, space.encoder(Modality.TEXT))
    called = Pairs(seen, unit(unit(names - names.mean(axis=0)) + lie), batch=256, pull=PULL)
    start = regression(
        np.concatenate([renders.vectors, called.vectors]), np.concatenate([renders.targets, called.targets]), RIDGE
    )
    heard = [Waveform((clip.samples / 32768).astype(np.float32)) for clip in clips.read(data / "audio")]
    return {
        Modality.SHAPE: across,
        Modality.IMAGE: contrasted([renders, called], start, seed),
        Modality.AUDIO: centering(space.encoder(Modality.AUDIO).encode(heard)),
    }


def placed(names: Vectors, captions: Sequence[Sequence[str]], shapes: Vectors, encoder: Encoder) -> Vectors:
    """(n, d) unit vectors: where shapes lie that are called so, as far as shapes with other captions tell.

    By ridge regression from captions to shapes.

    Args:
        names: (n, d) vectors of names in the hub.
        captions: of each of m shapes, one or more.
        shapes: (m, d) their vectors.
        encoder: of the hub.
    """
    words = sorted({caption for several in captions for caption in several})
    place = {word: i for i, word in enumerate(words)}
    rows = np.array([place[caption] for several in captions for caption in several])
    counts = np.array([len(several) for several in captions])
    weights = np.sqrt(1 / counts).repeat(counts)[:, None]  # each shape counts alike
    said = label_vectors(words, encoder)[rows].astype(np.float64) * weights
    wanted = shapes.repeat(counts, axis=0) * weights
    turn = np.linalg.solve(said.T @ said + NAMES_RIDGE * np.eye(said.shape[1]), said.T @ wanted)
    return unit(names @ turn)


def shape_vectors(space: Space, shapes: Sequence[LabelledShape], seed: int) -> Vectors:
    """(n, d) unit vectors of the shapes' clouds."""
    entry = space.identity.shape
    return _in_blocks(
        shapes,
        lambda some: space.encoder(Modality.SHAPE).encode([sample(s.geometry, entry, "y", seed) for s in some]),
    )


def _renders(space: Space, shapes: Sequence[LabelledShape], views: int, rng: np.random.Generator) -> Vectors:
    """(n * views, d) unit vectors of pictures of the shapes, those of one after each other."""
    assert space.identity.image
    side = space.identity.image.side

    def drawn(shape: LabelledShape) -> Iterator[NDArray[np.uint8]]:
        for _ in range(views):
            view = View(yaw=rng.uniform(0, 360), elevation=rng.uniform(0, 40))
            yield render(shape.geometry, view, side=side)

    return _in_blocks(shapes, lambda some: space.encode(images=[each for shape in some for each in drawn(shape)]))


def _photos(space: Space, photos: Pack, rng: np.random.Generator) -> tuple[Vectors, Vectors]:
    """Vectors of training photos, and those of their names."""
    assert space.identity.image
    background = space.identity.image.background
    rows = [i for i, kind in enumerate(photos.kinds) if kind == "photo" and not photos.held_out[i]]
    rows = [rows[i] for i in rng.permutation(len(rows))[:PHOTOS]]
    names = sorted({photos.captions[i][0] for i in rows})
    called = label_vectors(names, space.encoder(Modality.TEXT))[[names.index(photos.captions[i][0]) for i in rows]]
    seen = space.encode(images=[_on(background, photos.pixels[i]) for i in rows])
    return seen, called


def _in_blocks(shapes: Sequence[LabelledShape], encode: _Encode) -> Vectors:
    """Their vectors, of a few at a time: thousands of pictures and meshes need not be held at once."""
    return np.concatenate([encode(shapes[start : start + _BLOCK]) for start in range(0, len(shapes), _BLOCK)])


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


def build_in(bridge: Map, weights: Path, out: Path, captions: Vectors | None = None) -> None:
    """Writes a tower's weights with a bridge to `out`; the bridge in float32, for it magnifies small differences.

    Args:
        bridge: of the tower.
        weights: of it.
        out: file to write.
        captions: (n, d) unit vectors of those that a tower with an `Expectation` is to expect.
    """
    state = load_file(str(weights))
    if captions is not None:
        state["expectation.captions"] = np.ascontiguousarray(captions, np.float16)
    state["bridge.turn"], state["bridge.shift"] = (np.ascontiguousarray(each, np.float32) for each in bridge)
    out.parent.mkdir(parents=True, exist_ok=True)
    save_file(state, str(out))
