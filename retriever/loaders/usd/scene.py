"""A USD file as one geometry."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retriever.archives import state
from retriever.errors import FileProblem
from retriever.loaders import apart, soup
from retriever.loaders.parts import Parts, noted, watched
from retriever.loaders.usd import looks, meshes
from retriever.loaders.usd.materials import Materials
from retriever.loaders.usd.meshes import Local
from retriever.loaders.usd.stage import check, library, on_disk, opened
from retriever.loaders.usd.walk import Placed, Walk
from retriever.types import Geometry, Node, Part, Skin


def read_usd(data: bytes, path: Path, *, textures: bool = True, skin: bool = False) -> Geometry:
    """What a USD file shows at its start time, with the axis that it says is up.

    Raises:
        FileProblem: "malformed", "empty", "too-large", "missing-part", "crashed", or "unsupported" without usd-core.
    """
    check(data, path)
    answer = apart.ask("usd", [str(path.absolute()), textures, skin], b"", len(data))
    up, has_colors, pictures, has_mirrored, paths = answer.value
    arrays = iter(answer.arrays)
    vertices, faces, spans = next(arrays), next(arrays), next(arrays)
    colors = next(arrays) if has_colors else None
    mirrored = next(arrays).astype(np.bool_) if has_mirrored else None
    whole = None
    if pictures:
        uv, picture, tint = next(arrays), next(arrays), next(arrays)
        whole = Skin(uv, picture, tuple(arrays), tint)
    nodes = (Node(tuple(path.split("/")), *span) for path, span in zip(paths, spans.tolist(), strict=True))
    return Geometry(vertices, faces, colors, whole, up, mirrored, tuple(nodes))


def read_here(value: Any, _: bytes) -> tuple[Any, list[NDArray[Any]]]:
    """What `read_usd` has done, in this process."""
    place, textures, skin = value
    path = Path(place)
    looked_for: dict[str, Part] = {}
    try:
        with watched() as looked_for, on_disk(path) as file, soup.refused(f"a {path.suffix[1:]} file"):
            parts = Parts(file)
            found = _flat(opened(file, parts), parts, textures, skin)
    finally:  # one of them may be what is wrong
        for part in looked_for.values():
            noted(part if file == path else Part(part.name, state(path.parent / part.name)))
    spans = np.array([(node.start, node.end) for node in found.nodes], np.int64).reshape(-1, 2)
    known = (found.vertices, found.faces, spans, found.colors, found.mirrored)
    arrays: list[NDArray[Any]] = [each for each in known if each is not None]
    if found.skin:
        arrays += [found.skin.uv, found.skin.picture, found.skin.tint, *found.skin.pictures]
    paths = ["/".join(node.path) for node in found.nodes]
    return (found.up, found.colors is not None, found.skin is not None, found.mirrored is not None, paths), arrays


def _flat(stage: Any, parts: Parts, textures: bool, skin: bool) -> Geometry:
    """All that a stage shows as one soup, or as one cloud where nothing has faces."""
    pxr = library()
    starts = stage.HasAuthoredTimeCodeRange()
    time = pxr.Usd.TimeCode(stage.GetStartTimeCode()) if starts else pxr.Usd.TimeCode.EarliestTime()
    pieces = _pieces(stage, time)
    if not pieces and parts.missing:
        raise FileProblem("missing-part", f"needs the file {parts.missing[0]!r}, which is not beside it; add it.")
    if not pieces:
        raise FileProblem("empty", "shows no geometry; export it again with its meshes selected.")
    materials = Materials(parts, time)
    found = soup.flat(
        [_piece(placed, local, materials, textures, skin) for placed, local in pieces],
        "z" if pxr.UsdGeom.GetStageUpAxis(stage) == pxr.UsdGeom.Tokens.z else "y",
    )
    return replace(found, nodes=tuple(_nodes(pieces)))


def _nodes(pieces: list[tuple[Placed, Local]]) -> Iterator[Node]:
    """Where what is called by a name is; a run of a great many places is one, which `soup.Piece.paths` cannot say."""
    start = 0
    for placed, local in pieces:
        each, end = len(local.faces) or len(local.points), start
        for path, places in placed.runs:
            yield Node(path, end, end + places * each)
            end += places * each
        start += len(placed.places) * each


def _pieces(stage: Any, time: Any) -> list[tuple[Placed, Local]]:
    """What there is to see; bare points and lines only where nothing has faces."""
    pieces, budget = [], soup.Budget()
    for placed in Walk(stage, time).all():
        local = meshes.geometry(placed.prim, placed.points, time)
        budget.take(len(local.points), len(local.faces), len(placed.places))
        if len(local.points):
            pieces.append((placed, local))
    return [piece for piece in pieces if len(piece[1].faces)] or pieces


def _in_world(points: NDArray[np.float64], places: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n * v, 3) of (v, 3) points at (n, 4, 4) places."""
    return (points @ places[:, :3, :3] + places[:, None, 3, :3]).reshape(-1, 3)


def _piece(placed: Placed, local: Local, materials: Materials, textures: bool, skin: bool) -> soup.Piece:
    """A prim in all of its places."""
    copies, whole = len(placed.places), None
    if len(local.faces):
        colors, whole = looks.of(placed.prim, local, materials, textures, skin)
    else:
        colors = looks.point_colors(placed.prim, local, materials.time)
    faces = soup.repeated(local.faces, len(local.points), copies)
    mirrored = np.repeat(soup.mirrors(placed.places), len(local.faces))
    return soup.Piece(_in_world(local.points, placed.places), faces, colors, whole, copies, mirrored)
