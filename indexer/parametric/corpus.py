"""A corpus of parametric shapes as people keep theirs: a folder for each kind, mixed formats, everyday file names.

`<folder>/<kind>/<name>.<glb|obj|stl|ply|off>`, some with a caption beside them in `<name>.txt`. GLB, OBJ, PLY and OFF
are written in metres with y up; STL in millimetres with z up, as slicers and CAD programs write it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from indexer.parametric.kinds import Shape, generate, names
from indexer.parametric.surface import Solid
from retriever.errors import UsageError

FORMATS = ("glb", "obj", "stl", "ply", "glb", "off")


FAMILIAR = ("bottle", "car", "chair", "cup", "house", "table lamp", "sofa", "table", "tree", "vase")
"""Kinds that people own many of: they get three times as many shapes."""


_MARKER = ".demo.json"
"""What a corpus was made with; by it, a corpus is told from a folder of someone's own."""


def write_corpus(
    folder: Path,
    per_kind: int = 4,
    seed: int = 0,
    progress: Callable[[str, int, int | None], None] | None = None,
) -> int:
    """Write `per_kind` shapes of every kind below `folder`; the same arguments write the same bytes.

    Args:
        folder: made if missing; must be empty, or hold the corpus of the same arguments.
        per_kind: shapes of each kind, a third of what the `FAMILIAR` ones get.
        seed: another seed gives other shapes under other names.
        progress: told ("make", shapes written, shapes in all).

    Returns:
        How many shapes were written.

    Raises:
        UsageError: the folder holds something else, which is left as it is.
    """
    _claim(folder, {"per_kind": per_kind, "seed": seed})
    wanted = {kind: per_kind * (3 if kind in FAMILIAR else 1) for kind in names()}
    written = 0
    for kind, count in wanted.items():
        if progress:
            progress("make", written, sum(wanted.values()))
        _write_kind(folder / kind, kind, count, seed)
        written += count
    return written


def _claim(folder: Path, made_with: dict[str, int]) -> None:
    """Marks the folder as this corpus, unless something of another kind lies in it."""
    marker = folder / _MARKER
    if folder.is_dir() and any(folder.iterdir()):
        before = marker.read_text(encoding="utf-8") if marker.is_file() else "nothing that demo made"
        if before != json.dumps(made_with):
            raise UsageError(f"{folder} is not empty (it holds {before}); name a new folder, nothing is overwritten.")
    folder.mkdir(parents=True, exist_ok=True)
    marker.write_text(json.dumps(made_with), encoding="utf-8")


def _write_kind(place: Path, kind: str, count: int, seed: int) -> None:
    place.mkdir(exist_ok=True)
    rng = np.random.default_rng((crc32(kind.encode()), seed, count))
    first = int(rng.integers(len(FORMATS)))
    taken: set[str] = set()
    for number in range(count):
        shape = generate(kind, seed * count + number)
        name = _file_name(shape, number, taken, rng)
        write(shape.solid, place / f"{name}.{FORMATS[(first + number) % len(FORMATS)]}")
        if rng.random() < 0.6:
            caption = shape.captions[int(rng.integers(len(shape.captions) // 2, len(shape.captions)))]
            (place / f"{name}.txt").write_text(caption + "\n", encoding="utf-8")


def write(solid: Solid, file: Path) -> None:
    """Write one solid to a .glb, .obj, .stl, .ply or .off file, with its colours where the format has them."""
    import trimesh

    suffix = file.suffix.lstrip(".")
    if suffix == "stl":
        solid = solid.turn("x", 90).scale(1000.0)
    colors = _vertex_colors(solid) if suffix in ("glb", "obj", "ply") else None
    mesh = trimesh.Trimesh(solid.vertices.round(6), solid.faces, vertex_colors=colors, process=False)
    digits = {"digits": 5} if suffix in ("obj", "off") else {}
    mesh.export(str(file), file_type=suffix, **digits)


def _vertex_colors(solid: Solid) -> NDArray[np.uint8]:
    """(v, 4) uint8 RGBA; parts share no vertices, so a vertex takes the colour of any of its faces."""
    colors = np.full((len(solid.vertices), 4), 255, np.uint8)
    colors[solid.faces, :3] = np.round(solid.colors * 255).astype(np.uint8)[:, None]
    return colors


def _file_name(shape: Shape, number: int, taken: set[str], rng: np.random.Generator) -> str:
    """A name that no other file of the folder has, in one of the habits people have."""
    style = str(shape.parts.get("style", shape.kind))
    plain = style if shape.kind in style or rng.random() < 0.3 else f"{style} {shape.kind}"
    material = str(shape.parts.get("material", "my"))
    habits = (
        f"{plain.replace(' ', '_')}_{number + 1:02d}",
        f"{material} {shape.kind}",
        f"{shape.kind.replace(' ', '-')}-{number + 1}",
        f"{plain.title().replace(' ', '')}{number + 1}",
        plain,
    )
    name = habits[int(rng.integers(len(habits)))]
    while name in taken:
        name = f"{name} ({number + 1})"
    taken.add(name)
    return name
