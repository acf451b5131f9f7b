"""glTF documents whose geometry is compressed, quantised, sparse, instanced or in fans, written as plain for trimesh.

What is kept is what is looked at: places, positions, faces, colours, and coordinates of the base colour's texture.
"""

from __future__ import annotations

import math
from collections.abc import Hashable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retriever.errors import FileProblem
from retriever.loaders.gltf import draco
from retriever.loaders.gltf.glb import Tree, Writer
from retriever.loaders.gltf.source import Source, compression, extension, fractions
from retriever.loaders.numeric import fan
from retriever.loaders.soup import Budget

_FLOAT, _TRIANGLES, _FAN = 5126, 4, 6
_INSTANCES, _TRANSFORM = "EXT_mesh_gpu_instancing", "KHR_texture_transform"
_MOST_INSTANCES = 100_000
_USED = ("POSITION", "TEXCOORD_0", "COLOR_0", "indices")
_DROPPED = ("animations", "skins", "extensionsUsed", "extensionsRequired")


def is_plain(tree: Tree) -> bool:
    """Whether trimesh reads a document as it is."""
    return not (
        any(compression(view) for view in tree.get("bufferViews", ()))
        or any(extension(node, _INSTANCES) for node in tree.get("nodes", ()))
        or any(extension(base, _TRANSFORM) or base.get("texCoord") for base in map(_base, tree.get("materials", ())))
        or any(_is_special(tree, primitive) for mesh in tree.get("meshes", ()) for primitive in mesh["primitives"])
    )


def _is_special(tree: Tree, primitive: Tree) -> bool:
    """Whether a primitive is stored in a way that trimesh does not know."""
    numbers = {**primitive["attributes"], "indices": primitive.get("indices")}
    used = {name: numbers[name] for name in _USED if numbers.get(name) is not None}
    told = {name: tree["accessors"][number] for name, number in used.items()}
    return (
        extension(primitive, draco.NAME) is not None
        or primitive.get("mode") == _FAN
        or any("sparse" in each for each in told.values())
        or told.get("POSITION", {}).get("normalized", False)
        or told.get("TEXCOORD_0", {}).get("componentType", _FLOAT) != _FLOAT
    )


def rewritten(source: Source) -> bytes:
    """A plain GLB file of a document that is none.

    Raises:
        FileProblem: "malformed", "too-large", "truncated" or "unsupported"; whatever else damaged data bring about.
    """
    return _Rewriter(source).file()


def _base(material: Tree) -> Tree:
    """What a material says of its base colour's texture; nothing where it has none."""
    gloss = extension(material, "KHR_materials_pbrSpecularGlossiness") or {}
    return gloss.get("diffuseTexture") or material.get("pbrMetallicRoughness", {}).get("baseColorTexture") or {}


class _Rewriter:
    def __init__(self, source: Source) -> None:
        self._source, self._tree = source, source.tree
        self._writer, self._budget = Writer(), Budget()
        self._unpacked: dict[int, draco.Unpacked] = {}

    def file(self) -> bytes:
        made = {key: value for key, value in self._tree.items() if key not in _DROPPED}
        made["meshes"] = [
            {**mesh, "primitives": [self._primitive(each) for each in mesh["primitives"]]}
            for mesh in self._tree.get("meshes", ())
        ]
        made["nodes"] = self._nodes()
        made["images"] = [self._image(each) for each in self._tree.get("images", ())]
        return self._writer.file(made)

    def _primitive(self, primitive: Tree) -> Tree:
        """A primitive whose accessors are the writer's."""
        made: Tree = {key: primitive[key] for key in ("material", "mode") if key in primitive}
        number, mesh = self._draco(primitive)
        made["attributes"] = self._attributes(primitive, number, mesh)
        faces = 0
        if mesh is not None:
            made["mode"] = _TRIANGLES
            made["indices"] = self._writer.array((number, "faces"), mesh.faces.reshape(-1, 1))
        elif primitive.get("mode") == _FAN:
            made["mode"] = _TRIANGLES
            made["indices"] = self._fan(primitive)
        elif "indices" in primitive:
            indices = self._source.array(primitive["indices"])
            made["indices"] = self._writer.array(primitive["indices"], indices)
        if "indices" in made:
            faces = self._writer.accessors[made["indices"]]["count"] // 3
        self._budget.take(self._writer.accessors[made["attributes"]["POSITION"]]["count"], faces)
        return made

    def _fan(self, primitive: Tree) -> int:
        """The accessor of the triangles of a fan."""
        if "indices" in primitive:
            corners = self._source.array(primitive["indices"])[:, 0].astype(np.int64)
        else:
            corners = np.arange(self._tree["accessors"][primitive["attributes"]["POSITION"]]["count"])
        faces, _ = fan(np.array([len(corners)]), corners)
        key = (primitive.get("indices"), len(corners), "fan")
        return self._writer.array(key, faces.reshape(-1, 1).astype(np.uint32))

    def _draco(self, primitive: Tree) -> tuple[int, draco.Unpacked | None]:
        """The mesh that a primitive is packed in and its view; None where its accessors hold it as well."""
        told = extension(primitive, draco.NAME)
        here = "bufferView" in self._tree["accessors"][primitive["attributes"]["POSITION"]]
        if told is None or (here and not self._source.is_required(draco.NAME)):
            return -1, None
        number = told["bufferView"]
        if number not in self._unpacked:
            self._unpacked[number] = draco.unpacked(self._source.view(number))
        return number, self._unpacked[number]

    def _attributes(self, primitive: Tree, view: int, mesh: draco.Unpacked | None) -> dict[str, int]:
        """What is looked at, by its name in a plain document."""
        uv, turned = self._uv(primitive)
        packed = primitive["extensions"][draco.NAME]["attributes"] if mesh is not None else {}
        made = {}
        for name, new in (("POSITION", "POSITION"), (uv, "TEXCOORD_0"), ("COLOR_0", "COLOR_0")):
            number = primitive["attributes"].get(name)
            if number is None:
                continue
            key: Hashable = number
            if mesh is not None and name in packed:
                key, rows = (view, packed[name]), mesh.attributes[packed[name]]
            else:
                rows = self._source.array(number)
            if new != "COLOR_0":
                rows = fractions(rows) if self._tree["accessors"][number].get("normalized") else rows
                rows = rows.astype(np.float32)
            if new == "TEXCOORD_0" and turned is not None:
                key, rows = (key, turned.tobytes()), (rows @ turned[:, :2].T + turned[:, 2]).astype(np.float32)
            made[new] = self._writer.array((key, new), rows)
        return made

    def _uv(self, primitive: Tree) -> tuple[str, NDArray[np.float64] | None]:
        """The attribute of the base colour's texture, and the (2, 3) place of that on it, if it has one."""
        if "material" not in primitive:
            return "TEXCOORD_0", None
        base = _base(self._tree["materials"][primitive["material"]])
        told = extension(base, _TRANSFORM)
        if told is None:
            return f"TEXCOORD_{base.get('texCoord', 0)}", None
        (x, y), turn = told.get("scale", (1, 1)), told.get("rotation", 0)
        cos, sin = math.cos(turn), math.sin(turn)  # counter-clockwise, as v points down
        place = np.array([[cos * x, sin * y], [-sin * x, cos * y]], np.float64)
        offset = np.array(told.get("offset", (0, 0)), np.float64)
        name = f"TEXCOORD_{told.get('texCoord', base.get('texCoord', 0))}"
        return name, np.column_stack([place, offset])

    def _image(self, image: Tree) -> Tree:
        if "bufferView" not in image:
            return image
        return {**image, "bufferView": self._writer.view(self._source.view(image["bufferView"]))}

    def _nodes(self) -> list[Tree]:
        """The nodes, and behind them one for each instance of a mesh that is placed by numbers of its own."""
        nodes = [dict(node) for node in self._tree.get("nodes", ())]
        for node in list(nodes):
            told = extension(node, _INSTANCES)
            if told is None or "mesh" not in node:
                continue
            mesh = node.pop("mesh")
            places = self._places(told["attributes"])
            if len(nodes) + len(places) > _MOST_INSTANCES:
                raise FileProblem("too-large", f"has more than {_MOST_INSTANCES:,} instances; simplify it.")
            node["children"] = [*node.get("children", ()), *range(len(nodes), len(nodes) + len(places))]
            nodes += [{"mesh": mesh, **place} for place in places]
        return nodes

    def _places(self, attributes: dict[str, int]) -> list[Tree]:
        """Where instances stand, as nodes say it; one place where nothing is said of it."""
        columns: dict[str, list[Any]] = {}
        for name in ("TRANSLATION", "ROTATION", "SCALE"):
            if name in attributes:
                if self._tree["accessors"][attributes[name]]["count"] > _MOST_INSTANCES:
                    raise FileProblem("too-large", f"has more than {_MOST_INSTANCES:,} instances; simplify it.")
                columns[name.lower()] = fractions(self._source.array(attributes[name])).tolist()
        rows = zip(*columns.values(), strict=True) if columns else [()]
        return [dict(zip(columns, row, strict=True)) for row in rows]
