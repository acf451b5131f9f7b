"""What a material of Blender looks like, as one colour, one picture, or what is painted on the mesh."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retriever.loaders.blend.records import Record
from retriever.loaders.colors import opened
from retriever.loaders.parts import MissingPartError, Parts

_FIRST = ("ShaderNodeBsdfPrincipled", "ShaderNodeBsdfDiffuse")
"""Shaders whose colour goes before that of others."""
_UNCOLORED = ("ShaderNodeBsdfTransparent", "ShaderNodeHoldout", "ShaderNodeEmission")
_PAINTED = ("ShaderNodeVertexColor", "ShaderNodeAttribute")
_DEEPEST = 64
"""Most nodes that are followed from one input."""


@dataclass(frozen=True)
class Material:
    """One material.

    Attributes:
        color: (3,) float32 in 0..1, as stored.
        image: the record of its picture.
        painted: whether its colour is what is painted on the mesh.
    """

    color: NDArray[np.float32]
    image: Record | None = None
    painted: bool = False


def material_of(record: Record) -> Material:
    """The base colour of the shader in its nodes, else its colour in the viewport."""
    color = np.array([record.number_of(each) for each in "rgb"], np.float64)
    tree = record.to("nodetree")
    found: dict[str, Any] = {}
    if record.number_of("use_nodes") and tree is not None:
        links = {link.number_of("tosock"): link for link in tree.each("links")}
        socket = _base(tree, links)
        if socket is not None:
            color, found = _traced(socket, links, color)
    return Material(np.nan_to_num(color).clip(0, 1).astype(np.float32), **found)


def _address(record: Record) -> int:
    return record.file.blocks.address[record.number]


def _base(tree: Record, links: dict[int, Record]) -> Record | None:
    """The input for the colour of the shader that counts, of those that the output shows."""
    shaders = [node for node in _shaders(tree, links) if node.text("idname") not in _UNCOLORED]
    shaders.sort(key=lambda node: node.text("idname") not in _FIRST)
    for node in shaders:
        for socket in node.each("inputs"):
            if _named(socket) in ("Base Color", "Color"):
                return socket
    return None


def _named(socket: Record) -> str:
    return socket.text("identifier") or socket.text("name")


def _shaders(tree: Record, links: dict[int, Record]) -> Iterator[Record]:
    """Nodes before the surface of the output, from there on backwards."""
    outputs = [node for node in tree.each("nodes") if node.text("idname") == "ShaderNodeOutputMaterial"]
    for output in outputs:
        for socket in output.each("inputs"):
            if _named(socket) == "Surface":
                yield from _before(socket, links, of_shaders=True)


def _before(socket: Record, links: dict[int, Record], *, of_shaders: bool = False) -> Iterator[Record]:
    """The nodes that an input hangs on, the nearest first; `of_shaders` alone, where these are asked for."""
    waiting = [socket]
    seen: set[int] = set()
    while waiting and len(seen) < _DEEPEST:
        link = links.get(_address(waiting.pop(0)))
        node = None if link is None else link.to("fromnode")
        if node is None or node.number in seen:
            continue
        seen.add(node.number)
        yield node
        waiting += [each for each in node.each("inputs") if not of_shaders or each.text("idname") == "NodeSocketShader"]


def _traced(
    socket: Record, links: dict[int, Record], otherwise: NDArray[np.float64]
) -> tuple[NDArray[np.float64], dict[str, Any]]:
    """The colour of an input, with the picture or the paint that comes in there."""
    if _address(socket) not in links:
        return _set(socket, otherwise), {}
    for node in _before(socket, links):
        kind, image = node.text("idname"), node.to("id")
        if kind == "ShaderNodeTexImage" and image is not None:
            return otherwise, {"image": image}
        if kind in _PAINTED:
            return otherwise, {"painted": True}
        if kind == "ShaderNodeRGB":
            return _set(next(node.each("outputs"), socket), otherwise), {}
    return otherwise, {}


def _set(socket: Record, otherwise: NDArray[np.float64]) -> NDArray[np.float64]:
    """The colour that is set at a socket; files of before Blender 3 do not say that it is one."""
    if not socket.number_of("default_value"):
        return otherwise
    return socket.values("default_value", f"{socket.file.blocks.order}f4", 4)[:3].astype(np.float64)


def picture(image: Record, parts: Parts) -> Any:
    """A PIL picture, packed into the file or beside it, or None."""
    try:
        return opened(_packed(image) or parts.get(path_of(image)))
    except MissingPartError:
        return None


def path_of(image: Record) -> str:
    """Where a picture lies, "//" for the folder of the file taken off; of tiles the first."""
    return image.text("name").removeprefix("//").replace("<UDIM>", "1001")


def _packed(image: Record) -> bytes:
    held = [image.to("packedfile")] if image.has("packedfile") else []
    for each in [*held, *(row.to("packedfile") for row in image.each("packedfiles"))]:
        if each is not None:
            return bytes(each.raw("data"))
    return b""
