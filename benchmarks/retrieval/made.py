"""Retrieval without any data: parametric shapes made anew, named, captioned, pictured and heard by rule.

`mini` was trained on shapes of all these kinds, captions of these forms, pictures by this renderer and sounds by these
rules, so this says what it has learnt rather than what it makes of the unknown. The shapes, pictures and sounds
themselves are new: training counts its seeds from (s + 1) 1,000,003 on, where the seed s of a run would have to be
some four thousand to come here; the demo has those below a million, `arithmetic` those from two thousand million on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from benchmarks.retrieval.domains import anyhow
from benchmarks.retrieval.encoding import Encoding
from benchmarks.retrieval.protocol import Ranking, Row, hit_rate, mean_precision, measured
from retriever.types import AudioInput, Geometry, ImageInput, Modality, Vectors

FIRST_SEED = 4_000_000_000
"""Of the shapes that are searched."""
ASKED_SEED = FIRST_SEED + 1_000_000_000
"""Of the shapes whose pictures ask, and of the sounds."""
SOUNDS = 5
"""Sounds of each rule."""


@dataclass(frozen=True, eq=False)
class MadeShapes:
    """n parametric shapes.

    Attributes:
        meshes: y up, standing on the ground, with colours.
        labels: (n,) indices into `kinds`.
        kinds: all their names, sorted.
        captions: of each, the most specific one.
    """

    meshes: list[Geometry]
    labels: NDArray[np.int64]
    kinds: tuple[str, ...]
    captions: tuple[str, ...]


def made_shapes(per_kind: int, kinds: Sequence[str] = (), first: int = FIRST_SEED) -> MadeShapes:
    """`per_kind` shapes of each of the kinds, or of all, with seeds from `first` on."""
    from indexer import parametric

    known = tuple(sorted(kinds)) or tuple(parametric.names())
    shapes = [parametric.generate(kind, first + number) for kind in known for number in range(per_kind)]
    solids = [shape.solid for shape in shapes]
    return MadeShapes(
        [Geometry(solid.vertices, solid.faces, solid.colors) for solid in solids],
        np.repeat(np.arange(len(known)), per_kind),
        known,
        tuple(shape.captions[-1] for shape in shapes),
    )


class Made:
    """The shapes of a benchmark, and their vectors.

    Args:
        encoding: of the space to judge.
        per_kind: shapes of each kind.
        kinds: by default all.
    """

    def __init__(self, encoding: Encoding, per_kind: int, kinds: Sequence[str] = ()) -> None:
        self.encoding = encoding
        self.shapes = made_shapes(per_kind, kinds)
        self.vectors = self.encoding.encode_meshes("parametric shapes", self.shapes.meshes)


def by_kind(made: Made) -> Iterator[Row]:
    """Top-1 and top-5 over the names of kinds, text->3D and 3D->3D mAP: upright, and each in any rotation."""
    names = made.encoding.labels(made.shapes.kinds)
    yield from _of_pose("upright", made, made.vectors, names)
    meshes = [
        replace(mesh, vertices=mesh.vertices @ anyhow(np.random.default_rng((FIRST_SEED, place))).T)
        for place, mesh in enumerate(made.shapes.meshes)
    ]
    yield from _of_pose("any pose", made, made.encoding.encode_meshes("in any pose", meshes), names)


def _of_pose(pose: str, made: Made, vectors: Vectors, names: Vectors) -> Iterator[Row]:
    labels = made.shapes.labels
    is_kind, scores = labels[:, None] == np.arange(len(names)), vectors @ names.T
    yield from measured(pose, Ranking(scores, is_kind), {"top-1": "hit@1", "top-5": "hit@5"})
    yield from mean_precision("text->3D mAP", pose, Ranking(scores.T, is_kind.T))
    itself = np.eye(len(vectors), dtype=bool)
    among = Ranking(vectors @ vectors.T, labels[:, None] == labels, itself)
    yield from mean_precision("3D->3D mAP", pose, among)


def by_caption(made: Made) -> Iterator[Row]:
    """Caption->3D hit@10: each shape's most specific caption finds it, or another with that very caption."""
    captions = sorted(set(made.shapes.captions))
    queries = made.encoding.encode("captions", texts=captions)
    called = np.array(captions)[:, None] == np.array(made.shapes.captions)
    yield from hit_rate("caption->3D hit@10", "upright", 10, Ranking(queries @ made.vectors.T, called))


def by_picture(made: Made) -> Iterator[Row]:
    """Render->3D mAP by kind: one shape of each kind that is not among those searched, from several sides."""
    if not made.encoding.reads(Modality.IMAGE):
        return
    from benchmarks.retrieval.named import VIEWS
    from retriever.drawing.render import View, render

    entry = made.encoding.space.identity.image or ImageInput()
    shown = made_shapes(1, made.shapes.kinds, ASKED_SEED)
    views = [View(yaw=yaw, elevation=elevation) for yaw, elevation in VIEWS]
    pictures = [render(mesh, view, side=entry.side) for mesh in shown.meshes for view in views]
    queries = made.encoding.encode("pictures of others", images=pictures)
    same = np.repeat(shown.labels, len(views))[:, None] == made.shapes.labels
    yield from mean_precision("render->3D mAP", "shapes not searched", Ranking(queries @ made.vectors.T, same))


def by_sound(made: Made) -> Iterator[Row]:
    """Sound->3D mAP by kind, for kinds that a rule of sounds is called like."""
    from benchmarks.retrieval.sounds import samples
    from indexer.align.sounds.synth import made as sounds_made
    from indexer.align.sounds.synth.rules import RULES

    heard = [kind for kind in made.shapes.kinds if kind in RULES]
    if not heard or not made.encoding.reads(Modality.AUDIO):
        return
    rate = (made.encoding.space.identity.audio or AudioInput()).rate
    clips = sounds_made(SOUNDS, ASKED_SEED, heard)
    queries = made.encoding.encode("sounds by rule", audio=[samples(clip, rate) for clip in clips])
    kinds = np.array(made.shapes.kinds)[made.shapes.labels]
    same = np.repeat(heard, SOUNDS)[:, None] == kinds
    yield from mean_precision("sound->3D mAP", f"{len(heard)} kinds", Ranking(queries @ made.vectors.T, same))


SECTIONS: dict[str, Callable[[Made], Iterator[Row]]] = {
    "Parametric shapes": by_kind,
    "Captions of parametric shapes": by_caption,
    "Pictures of parametric shapes": by_picture,
    "Sounds by rule": by_sound,
}


def tables(encoding: Encoding, per_kind: int, kinds: Sequence[str] = ()) -> Iterator[tuple[str, list[Row]]]:
    """Title and rows of each section that the space has the towers for; none without shapes and texts."""
    if not encoding.reads(Modality.SHAPE, Modality.TEXT):
        return
    made = Made(encoding, per_kind, kinds)
    for title, rows in SECTIONS.items():
        if found := list(rows(made)):
            yield title, found
