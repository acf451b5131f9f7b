"""What a mesh of Blender keeps of its vertices, faces and corners, in the three ways in which it has kept it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retriever.errors import FileProblem
from retriever.loaders.blend.records import Record

POINTS, FACES, CORNERS = "points", "faces", "corners"
_PARTS = {"vdata": (POINTS, "totvert"), "pdata": (FACES, "totpoly"), "ldata": (CORNERS, "totloop")}
_DOMAINS = {0: (POINTS, "totvert"), 2: (FACES, "totpoly"), 3: (CORNERS, "totloop")}

# What the numbers for types mean: of layers (to Blender 4), and of attributes (since Blender 5).
_OF_LAYERS = {0: "MVert", 25: "MPoly", 26: "MLoop", 16: "MLoopUV", 17: "bytes", 47: "colors"} | {
    48: "float3",
    49: "float2",
    11: "int",
}
_OF_ATTRIBUTES = {3: "int", 6: "float2", 7: "float3", 9: "bytes", 10: "colors"}
_ARRAYS = {
    "bytes": ("u1", (4,)),
    "colors": ("f4", (4,)),
    "float3": ("f4", (3,)),
    "float2": ("f4", (2,)),
    "int": ("i4", ()),
}
_FIELDS = {
    "MVert": ("co",),
    "MPoly": ("loopstart", "totloop", "mat_nr"),
    "MLoop": ("v",),
    "MLoopUV": ("uv",),
}


@dataclass(frozen=True)
class Layer:
    """One value for each vertex, face or corner of a mesh.

    Attributes:
        on: `POINTS`, `FACES` or `CORNERS`.
        kind: of the values, a key of `_ARRAYS` or `_FIELDS`.
        name: as the artist sees it.
        chosen: whether it is what is rendered, of those of its kind.
        count: of the values.
        holder: of the pointer `data` to them.
        single: whether one value stands for all.
    """

    on: str
    kind: str
    name: str
    chosen: bool
    count: int
    holder: Record
    single: bool = False

    def values(self) -> NDArray[Any]:
        """(count, ...) of a plain kind, or (count,) structs; not copied."""
        if self.kind in _FIELDS:
            return self.holder.table("data", self.kind, _FIELDS[self.kind], self.count)
        mark, shape = _ARRAYS[self.kind]
        found = self.holder.values(
            "data", self.holder.file.blocks.order + mark, 1 if self.single else self.count, shape
        )
        return np.broadcast_to(found, (self.count, *shape)) if self.single else found


class Layers:
    """All layers of a mesh that are of use here."""

    def __init__(self, mesh: Record) -> None:
        self._all = [*_of_layers(mesh), *_of_attributes(mesh)]

    def get(self, on: str, kinds: tuple[str, ...], name: str | None = None) -> Layer | None:
        """One of some kinds and, if given, of a name; the one that is rendered before others."""
        found = [each for each in self._all if each.on == on and each.kind in kinds and name in (None, each.name)]
        return next((each for each in found if each.chosen), found[0] if found else None)

    def need(self, on: str, kind: str, name: str | None = None) -> NDArray[Any]:
        """The values of one.

        Raises:
            FileProblem: "malformed" where it is not there.
        """
        layer = self.get(on, (kind,), name)
        if layer is None:
            raise FileProblem("malformed", "has a mesh without its coordinates or faces; save it again.")
        return layer.values()


def _of_layers(mesh: Record) -> Iterator[Layer]:
    color = mesh.string("default_color_attribute") if mesh.has("default_color_attribute") else ""
    for part, (on, count) in _PARTS.items():
        data, seen = mesh.part(part), dict.fromkeys(_OF_LAYERS.values(), 0)
        for row in data.rows("layers", "CustomDataLayer", int(data.number_of("totlayer"))):
            kind = _OF_LAYERS.get(row.number_of("type"))
            if kind is None:
                continue
            name = row.text("name")
            chosen = (
                name == color if color and kind in ("bytes", "colors") else seen[kind] == row.number_of("active_rnd")
            )
            seen[kind] += 1
            yield Layer(on, kind, name, chosen, mesh.number_of(count), row)


def _of_attributes(mesh: Record) -> Iterator[Layer]:
    if not mesh.has("attribute_storage"):
        return
    rendered = {mesh.string("default_color_attribute"), mesh.string("default_uv_map_attribute")}
    storage = mesh.part("attribute_storage")
    for row in storage.rows("dna_attributes", "Attribute", storage.number_of("dna_attributes_num")):
        on, kind = _DOMAINS.get(row.number_of("domain")), _OF_ATTRIBUTES.get(row.number_of("data_type"))
        holder = row.to("data")
        if on and kind and holder is not None:
            name, single = row.string("name"), bool(row.number_of("storage_type"))
            yield Layer(on[0], kind, name, name in rendered, mesh.number_of(on[1]), holder, single)
