"""Where training pictures come from: renders of meshes and of parametric shapes, authors' renders, photos."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageOps

from indexer import parametric
from indexer.align.captions import clean
from indexer.align.crew import PARTS
from indexer.align.pictures.chance import jittered, painted, random_light, random_view
from indexer.align.pictures.names import photo_captions
from indexer.align.pictures.pack import SIDE, LabelledPicture
from indexer.align.shapes import sources as shapes
from indexer.align.shapes.sources import LabelledShape
from indexer.align.split import fraction, group_keys, is_held_out
from retriever.drawing.render import render_rgba
from retriever.types import Geometry

PHOTOS_HELD_OUT = 0.1
"""Share of the photos that are for validation only."""

PARAMETRIC_SEED = 17
"""Added to the seed: other parametric shapes than the 3D tower learns from."""


def everything(
    folders: Iterable[Path], *, views: int, per_kind: int, seed: int, part: int = 0, parts: int = 1
) -> Iterator[LabelledPicture]:
    """All pictures of data folders, then parametric ones; or one part of them.

    Args:
        folders: each with some of ``photos/<set>``, ``shapes_named`` and ``renders``.
        views: pictures of each named mesh.
        per_kind: parametric shapes of each kind, one picture each.
        seed: of everything random.
        part: which, from 0.
        parts: how many there are.
    """
    seeds = (seed, part)
    for data in folders:
        for photographed in sorted(data.glob("photos/*/")):
            yield from photos(photographed, part, parts)
        table = data / "shapes_named" / "items.csv"
        if table.is_file():
            if not part:
                yield from authors_renders(data / "renders", table, "kenney")
            yield from renders(islice(shapes.named_meshes(table.parent), part, None, parts), views, "render", seeds)
    if kinds := parametric.names()[part::parts]:
        yield from renders(shapes.parametric_shapes(per_kind, seed + PARAMETRIC_SEED, kinds), 1, "parametric", seeds)


def a_part(data: Sequence[Path], views: int, per_kind: int, seed: int, part: int) -> list[LabelledPicture]:
    """One of `PARTS` parts of everything."""
    return list(everything(data, views=views, per_kind=per_kind, seed=seed, part=part, parts=PARTS))


def renders(of: Iterable[LabelledShape], views: int, kind: str, seeds: Sequence[int]) -> Iterator[LabelledPicture]:
    """`views` pictures of each shape, from random sides, in random light and with changed colours.

    The split is that of the shapes: a picture is held out where its shape is.
    """
    for number, shape in enumerate(of):
        rng = np.random.default_rng((*seeds, number, 3))
        for _ in range(views):
            geometry, captions = _dressed(shape, kind, rng)
            pixels = render_rgba(geometry, random_view(rng), side=SIDE, light=random_light(rng))
            if pixels[:, :, 3].any():
                yield LabelledPicture(pixels, captions, shape.group, shape.source, kind)


def _dressed(shape: LabelledShape, kind: str, rng: np.random.Generator) -> tuple[Geometry, tuple[str, ...]]:
    """The shape in its own colours, in shifted ones, or in one colour, which is then told."""
    how = rng.random()
    bare = shape.geometry.colors is None
    if how < (0.6 if bare else 0.2):
        geometry, color = painted(shape.geometry, rng)
        # Of phrases that tell more than the name, some tell a material that is painted over.
        kept = shape.captions[:1] if kind == "parametric" else shape.captions
        return geometry, (*kept, f"{color} {shape.captions[0]}")
    return (jittered(shape.geometry, rng) if how < 0.7 else shape.geometry), shape.captions


def authors_renders(folder: Path, table: Path, of: str) -> Iterator[LabelledPicture]:
    """Pictures named after the shapes of a set; held out where any shape of that name is."""
    named: dict[str, list[dict[str, str]]] = {}
    with table.open(newline="", encoding="utf-8") as file:
        every = list(csv.DictReader(file))
    for row, key in zip(every, group_keys(every), strict=True):
        if row["set"] == of:
            named.setdefault(row["name"].replace(" ", "_"), []).append({**row, "key": key})
    for path in sorted(folder.glob("*.jpg")):
        rows = named.get(path.stem, [])
        phrases = [clean(row[column].replace("_", " ")) for row in rows for column in ("name", "category")]
        captions = tuple(dict.fromkeys(filter(None, phrases)))
        if captions:
            groups = [row["key"] for row in rows]
            held_out = any(is_held_out(group) for group in groups)
            yield LabelledPicture(squared(path, cut_out=True), captions, groups[0], "renders", "render", held_out)


def photos(folder: Path, part: int = 0, parts: int = 1) -> Iterator[LabelledPicture]:
    """Photos in class folders, or ``<Name>_Iconic.jpg`` files side by side; a hash of the name holds out a tenth."""
    for path in sorted(folder.rglob("*.jpg"))[part::parts]:
        place = path.relative_to(folder)
        name = place.parts[0] if len(place.parts) > 1 else path.stem.removesuffix("_Iconic")
        group = f"{folder.name}/{place.as_posix()}"
        held_out = fraction(group) < PHOTOS_HELD_OUT
        pixels = squared(path, cut_out=path.stem.endswith("_Iconic"))
        yield LabelledPicture(pixels, photo_captions(folder.name, name), group, folder.name, "photo", held_out)


def squared(path: Path, *, cut_out: bool = False) -> NDArray[np.uint8]:
    """A picture file whole inside a transparent (SIDE, SIDE, 4) square; optionally without its white surroundings."""
    with Image.open(path) as file:
        picture = ImageOps.exif_transpose(file).convert("RGB")
    alpha = _not_surrounding(picture) if cut_out else Image.new("L", picture.size, 255)
    picture.putalpha(alpha)
    if cut_out:
        picture = picture.crop(alpha.getbbox())
    zoom = SIDE / max(picture.size)
    size = (max(1, round(picture.width * zoom)), max(1, round(picture.height * zoom)))
    square = Image.new("RGBA", (SIDE, SIDE), (0, 0, 0, 0))
    square.paste(picture.resize(size, Image.Resampling.LANCZOS), ((SIDE - size[0]) // 2, (SIDE - size[1]) // 2))
    return np.asarray(square)


def _not_surrounding(picture: Image.Image) -> Image.Image:
    """255 where a picture is not the near-white that reaches its border."""
    framed = ImageOps.expand(picture.convert("L").point(lambda level: 255 if level > 248 else 0), 1, 255)
    ImageDraw.floodfill(framed, (0, 0), 128)
    mask = ImageOps.crop(framed.point(lambda level: 0 if level == 128 else 255), 1)
    return mask if mask.getbbox() else Image.new("L", picture.size, 255)
