"""DAE, also called COLLADA, as pycollada takes it apart: the meshes of its scene, each where it stands.

Skinned and morphed meshes are read as they are stored, in the place that their skin binds them at.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retriever.errors import FileProblem
from retriever.loaders import mtl, polygons, skins, soup
from retriever.loaders.colors import RGB, at_middles, scaled
from retriever.loaders.numeric import WARNINGS, not_a, truncated
from retriever.loaders.parts import Parts
from retriever.types import Geometry, Skin

_LEAST = 64  # vertices that a node or a mesh counts for, however few it has: nodes can ask for very many

_Matrix = NDArray[np.float64]
_Held = tuple[Any, _Matrix]
"""A collada.scene.GeometryNode, and a (4, 4) place within its node."""


@dataclass(frozen=True)
class _Mesh:
    """Triangles of one element of a geometry.

    Attributes:
        points: (v, 3), those that are used.
        faces: (f, 3) into `points`.
        uv: (f, 3, 2), None where it has none.
        painted: (f, 3) colours of the vertices, None where it has none.
        symbol: what nodes bind its material to.
    """

    points: _Matrix
    faces: NDArray[np.int64]
    uv: _Matrix | None
    painted: RGB | None
    symbol: str | None


def read_dae(data: bytes, path: Path, *, textures: bool = True, skin: bool = False) -> Geometry:
    """All meshes of the scene; with whole pictures where a `skin` is wanted.

    Raises:
        FileProblem: "malformed", "truncated", "too-large" or "empty".
    """
    if b"COLLADA" not in data[: 1 << 16]:
        raise not_a("a DAE file")
    with soup.refused("a DAE file"), WARNINGS, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pieces = list(_Scene(*_parsed(data), path, textures, skin).pieces())
        if not pieces:
            raise FileProblem("empty", "holds no geometry; export it again with its meshes selected.")
        return soup.flat(pieces)


def _parsed(data: bytes) -> tuple[Any, dict[str, Any]]:
    """A collada.Collada, without what in it is broken, and the skin or morph of each controller, by its id.

    pycollada is not shown controllers and animations: it takes long for weights, and fails where a mesh has none.
    """
    from collada import Collada
    from collada.common import DaeError
    from lxml import etree

    parser = etree.XMLParser(huge_tree=True, resolve_entities=False, remove_comments=True, remove_pis=True)
    root = etree.fromstring(data, parser)
    controllers = {each.getparent().get("id"): each for each in root.iter("{*}skin", "{*}morph")}
    for library in [*root.iterchildren("{*}library_controllers", "{*}library_animations")]:
        root.remove(library)
    return Collada(io.BytesIO(etree.tostring(root)), ignore=[DaeError]), controllers


class _Scene:
    """The scene of a document; each node, mesh and picture is looked at once, however often it occurs.

    Args:
        document: a collada.Collada.
        controllers: the skin or morph of each, by its id.
        path: of the file; its pictures may lie near it.
        textures: decode them; without, they are white.
        skin: whether they are wanted whole.
    """

    def __init__(self, document: Any, controllers: dict[str, Any], path: Path, textures: bool, skin: bool) -> None:
        self._document, self._controllers, self._parts = document, controllers, Parts(path)
        self._textures, self._skin = textures, skin
        self._sizes: dict[int, int] = {}  # this and the next two by identity
        self._held: dict[int, list[_Held]] = {}
        self._meshes: dict[int, _Mesh] = {}
        self._pictures: dict[str, Any] = {}

    def pieces(self) -> Iterator[soup.Piece]:
        """Every mesh as often as it occurs, in the world.

        Raises:
            FileProblem: "too-large", before any is made; "malformed" where a corner is at no vertex.
        """
        nodes = self._document.scene.nodes
        soup.Budget().take(sum(map(self._size, nodes)), 0)
        names = soup.Names()
        waiting: list[tuple[Any, _Matrix, soup.Path]] = [(node, np.eye(4), ()) for node in reversed(nodes)]
        while waiting:  # nodes may lie deeper in one another than calls may
            node, parent, above = waiting.pop()
            matrix, path = parent @ node.matrix, names.below(above, node.name or "")
            yield from self._placed(node, matrix, path)
            waiting += [(child, matrix, path) for child in reversed(_below(node))]

    def _size(self, root: Any) -> int:
        """Vertices of a node and all below it, each as often as it occurs."""
        waiting = [root]
        while waiting:
            node = waiting.pop()
            if id(node) in self._sizes:
                continue
            if unknown := [child for child in _below(node) if id(child) not in self._sizes]:
                waiting += [node, *unknown]
            else:
                here = (max(_size(each), _LEAST) for held, _ in self._of(node) for each in held.geometry.primitives)
                below = (self._sizes[id(child)] for child in _below(node))
                self._sizes[id(node)] = _LEAST + sum(here) + sum(below)
        return self._sizes[id(root)]

    def _placed(self, node: Any, matrix: _Matrix, path: soup.Path) -> Iterator[soup.Piece]:
        """The meshes that hang on a node itself, which stands at a place and has a path."""
        for held, place in self._of(node):
            materials = {each.symbol or "": each.target for each in held.materials}
            for primitive in held.geometry.primitives:
                if _size(primitive):
                    yield self._piece(self._mesh_of(primitive), materials, matrix @ place, path)

    def _of(self, node: Any) -> list[_Held]:
        """The geometries that hang on a node itself, bent by controllers or not."""
        from collada.scene import GeometryNode

        if id(node) not in self._held:
            plain = [(each, np.eye(4)) for each in node.children if isinstance(each, GeometryNode)]
            bent = map(self._bent, node.xmlnode.iterfind(self._document.tag("instance_controller")))
            self._held[id(node)] = [*plain, *filter(None, bent)]
        return self._held[id(node)]

    def _bent(self, instance: Any) -> _Held | None:
        """The geometry that a controller bends, which may bend what another does; None where it is not there."""
        from collada.common import DaeError
        from collada.scene import GeometryNode

        place, passed = np.eye(4), set[str]()
        while (name := instance.get("url")[1:]) in self._controllers and name not in passed:
            passed.add(name)
            bind = self._controllers[name].find(self._document.tag("bind_shape_matrix"))
            if bind is not None:
                place = place @ _bound(bind)
            instance.set("url", self._controllers[name].get("source", "#"))
        try:
            return GeometryNode.load(self._document, instance), place
        except DaeError:
            return None

    def _mesh_of(self, primitive: Any) -> _Mesh:
        if id(primitive) not in self._meshes:
            self._meshes[id(primitive)] = _mesh(primitive)
        return self._meshes[id(primitive)]

    def _piece(self, mesh: _Mesh, materials: dict[str, Any], matrix: _Matrix, path: soup.Path) -> soup.Piece:
        material = materials.get(mesh.symbol or "")
        colors, whole = (mesh.painted, None) if material is None else self._look(mesh, material.effect.diffuse)
        mirrored = bool(soup.mirrors(matrix))
        return soup.Piece(soup.moved(mesh.points, matrix), mesh.faces, colors, whole, 1, mirrored, [path])

    def _look(self, mesh: _Mesh, diffuse: Any) -> tuple[RGB, Skin | None]:
        """Colours of a mesh that has a material, and its picture where it is wanted; white where nothing is said."""
        white = np.ones((len(mesh.faces), 3), np.float32)
        if diffuse is None:
            return white, None
        if not hasattr(diffuse, "sampler"):
            return white * scaled(np.atleast_2d(np.array(diffuse, np.float64))), None
        image = self._picture(diffuse.sampler.surface.image.path)
        if image is None or mesh.uv is None:
            return white, None
        seen = at_middles(image, mesh.uv, self._textures)
        return white if seen is None else seen, skins.skin(image, mesh.uv, None) if self._skin else None

    def _picture(self, name: str) -> Any:
        if name not in self._pictures:
            self._pictures[name] = mtl.picture(self._parts, name) if name else None
        return self._pictures[name]


def _below(node: Any) -> list[Any]:
    """The nodes that a node holds; of an instance, the one that it stands for."""
    from collada.scene import Node

    return [getattr(child, "node", child) for child in node.children if isinstance(child, Node)]


def _bound(bind: Any) -> _Matrix:
    """(4, 4) of an element with 16 numbers; where they are not there, a skin moves nothing."""
    try:
        return np.array((bind.text or "").split(), np.float64).reshape(4, 4)
    except ValueError:
        return np.eye(4)


def _size(primitive: Any) -> int:
    """Corners of the triangles of one element of a geometry; of lines, none."""
    return 3 * int(np.maximum(_sizes(primitive) - 2, 0).sum())


def _sizes(primitive: Any) -> NDArray[np.int64]:
    """Corners of each polygon; none of lines, and of what has no vertices."""
    from collada.polylist import Polylist
    from collada.triangleset import TriangleSet

    if primitive.vertex is not None and isinstance(primitive, TriangleSet):
        return np.full(primitive.ntriangles, 3)
    if primitive.vertex is not None and isinstance(primitive, Polylist):
        return primitive.vcounts.astype(np.int64)
    return np.zeros(0, np.int64)


def _mesh(primitive: Any) -> _Mesh:
    rows, sizes = primitive.index.reshape(-1, primitive.nindices), _sizes(primitive)
    if sizes.sum() > len(rows):
        raise truncated(f"{sizes.sum()} corners of polygons")
    vertex = primitive.vertex_index.reshape(-1)[: sizes.sum()].astype(np.int64)
    corners, _ = polygons.triangles(sizes, vertex, primitive.vertex)
    uv = painted = None
    if primitive.texcoordset:
        uv = primitive.texcoordset[0][primitive.texcoord_indexset[0].reshape(-1)[corners]].astype(np.float64)
    if told := primitive.sources.get("COLOR"):
        painted = scaled(told[0][4].data)[rows[corners, told[0][0]]].mean(axis=1)
    used, faces = np.unique(vertex[corners], return_inverse=True)
    points = primitive.vertex[used].astype(np.float64)
    return _Mesh(points, faces.reshape(-1, 3), uv, painted, primitive.material)
