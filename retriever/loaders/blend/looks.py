"""The colours of the faces of meshes, and the pictures on them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retriever.errors import FileProblem
from retriever.loaders import skins
from retriever.loaders.blend.materials import Material, material_of, picture
from retriever.loaders.blend.meshes import Mesh
from retriever.loaders.blend.records import DAMAGE, Record
from retriever.loaders.colors import GREY, RGB, at_middles
from retriever.loaders.parts import Parts
from retriever.types import Skin

Look = tuple[RGB | None, Skin | None]
_On = tuple[Record, NDArray[np.bool_]]
"""A picture, and (f,) on which faces it is."""


class Looks:
    """What meshes look like; each material and picture is read once.

    Args:
        parts: where pictures may lie.
        textures: whether they are looked at; without, a face that has one is white.
        skin: whether they are wanted whole.
    """

    def __init__(self, parts: Parts, textures: bool, skin: bool) -> None:
        self._parts, self._textures, self._skin = parts, textures, skin
        self._materials: dict[int, Material | None] = {}
        self._pictures: dict[int, Any] = {}
        self._pixels: dict[int, NDArray[np.uint8] | None] = {}
        self._known: dict[tuple[int, ...], Look] = {}

    def of(self, item: Record, data: Record, mesh: Mesh) -> Look:
        """The (f, 3) colours of an object's mesh before its modifiers, None where there are none, and its pictures."""
        slots = _slots(item, data)
        key = (data.number, *(-1 if each is None else each.number for each in slots))
        if key not in self._known:
            materials = [None if each is None else self._material(each) for each in slots]
            self._known[key] = self._look(mesh, materials)
        return self._known[key]

    def _look(self, mesh: Mesh, materials: Sequence[Material | None]) -> Look:
        if not any(materials):
            return None if mesh.paint is None else mesh.paint.colors(), None
        colors = np.full((len(mesh.slot), 3), GREY, np.float32)
        found: list[_On] = []
        used = mesh.slot.clip(0, len(materials) - 1)
        for number, material in enumerate(materials):
            on = used == number
            if material is None or not on.any():
                continue
            colors[on] = material.color
            if material.painted and mesh.paint is not None:
                painted = mesh.paint.colors()
                colors[on] = material.color if painted is None else painted[on]
            elif material.image is not None and mesh.paint is not None:
                found.append((material.image, on))
        uv = mesh.paint.uv() if found and mesh.paint is not None else None
        if uv is None:
            return colors, None
        for image, on in found:
            opened = self._picture(image)
            seen = None if opened is None else at_middles(opened, uv[on], self._textures)
            colors[on] = colors[on] if seen is None else seen
        whole = skins.put_together(uv, ((self._whole(image), on) for image, on in found)) if self._skin else None
        return colors, whole

    def _whole(self, image: Record) -> NDArray[np.uint8] | None:
        if image.number not in self._pixels:
            opened = self._picture(image)
            self._pixels[image.number] = None if opened is None else skins.pixels_of(opened)
        return self._pixels[image.number]

    def _material(self, record: Record) -> Material | None:
        if not record.has("nodetree"):  # it is in another file
            return None
        if record.number not in self._materials:
            self._materials[record.number] = _readable(record)
        return self._materials[record.number]

    def _picture(self, image: Record) -> Any:
        if image.number not in self._pictures:
            self._pictures[image.number] = picture(image, self._parts)
        return self._pictures[image.number]


def _readable(record: Record) -> Material | None:
    """A material; one that is damaged, or of nodes that are not known, costs the colour and not the shape."""
    try:
        return material_of(record)
    except (FileProblem, *DAMAGE):
        return None


def _slots(item: Record, data: Record) -> list[Record | None]:
    """The materials of a mesh, or those that the object has instead; nothing where a slot is empty."""
    count = data.number_of("totcol")
    slots = data.pointers("mat", count) if count and data.number_of("mat") else []
    own, bits = item.number_of("totcol"), bytes(item.raw("matbits"))
    held = item.pointers("mat", own) if own and item.number_of("mat") else []
    for number, material in enumerate(held[: len(bits)]):
        if bits[number]:
            slots += [None] * (number + 1 - len(slots))
            slots[number] = material
    return slots
