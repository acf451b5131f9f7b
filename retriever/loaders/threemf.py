"""3MF: what the build of its model asks for, each part where it stands.

An object is a mesh, or is put together of others by components; those may lie in further models of the archive, as
slicers write them (the production extension). Numbers go from the parser into flat arrays, so that a file of a million
triangles takes little more memory than its geometry.
"""

from __future__ import annotations

import io
import zipfile
from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from xml.parsers import expat

import numpy as np
from numpy.typing import NDArray

from retriever.errors import FileProblem
from retriever.loaders import soup
from retriever.loaders.files import MAX_BYTES
from retriever.loaders.numeric import in_range, not_a
from retriever.loaders.slicers import Settings, settings
from retriever.types import Geometry, Node

_MODEL = "3d/3dmodel.model"
_LEAST = 64  # vertices that an object counts for, however few it has: components can ask for very many


@dataclass(frozen=True, eq=False)
class _Place:
    """An object where an item or a component puts it: the member of the archive and the id, and a (4, 4) matrix."""

    member: str
    object: str
    matrix: NDArray[np.float64]
    printed: bool = True


@dataclass(frozen=True)
class _Object:
    name: str = ""
    vertices: array[float] = field(default_factory=lambda: array("d"))
    triangles: array[int] = field(default_factory=lambda: array("q"))
    components: list[_Place] = field(default_factory=list)


class _Model:
    """One model of the archive, parsed: its objects by id, and what it builds.

    Raises:
        FileProblem: "malformed" for a document type, which the format forbids and which can be made to swell.
    """

    def __init__(self, member: str, archive: zipfile.ZipFile) -> None:
        self.objects: dict[str, _Object] = {}
        self.items: list[_Place] = []
        self._member = member
        self._object = _Object()
        self._starts: dict[str, Callable[[Mapping[str, str]], None]] = {
            "vertex": self._vertex,
            "triangle": self._triangle,
            "object": self._start_object,
            "component": lambda given: self._object.components.append(self._place(given)),
            "item": lambda given: self.items.append(self._place(given)),
        }
        self._in_mesh = False
        parser = expat.ParserCreate()
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.StartDoctypeDeclHandler = _refuse
        with archive.open(member) as file:
            parser.ParseFile(file)

    def _start(self, tag: str, given: Mapping[str, str]) -> None:
        name = tag.rpartition(":")[2]
        self._in_mesh |= name == "mesh"
        if handle := self._starts.get(name):
            handle(given)

    def _end(self, tag: str) -> None:
        if tag.rpartition(":")[2] == "mesh":
            self._in_mesh = False

    def _start_object(self, given: Mapping[str, str]) -> None:
        self._object = self.objects[given["id"]] = _Object(given.get("name") or given.get("partnumber", ""))

    def _vertex(self, given: Mapping[str, str]) -> None:
        if self._in_mesh:  # slices have vertices in the plane
            self._object.vertices.extend((float(given["x"]), float(given["y"]), float(given["z"])))

    def _triangle(self, given: Mapping[str, str]) -> None:
        self._object.triangles.extend((int(given["v1"]), int(given["v2"]), int(given["v3"])))

    def _place(self, given: Mapping[str, str]) -> _Place:
        member = next((value.strip("/") for key, value in given.items() if key.endswith("path")), self._member)
        return _Place(member, given["objectid"], _matrix(given.get("transform")), given.get("printable") != "0")


def read_3mf(data: bytes, path: Path, *, textures: bool = True) -> Geometry:
    """All that is built, as one soup; what slicers do not print only where there is nothing else.

    Raises:
        FileProblem: "malformed", "empty", "missing-part" or "too-large".
    """
    with _archive(data) as archive, soup.refused("a 3MF file"):
        root = next((name for name in archive.namelist() if _MODEL in name.lower()), None)
        if root is None:
            raise not_a("a 3MF archive with a model")
        told = settings(archive)
        for build in (_Build(archive, told), _Build(archive, told, whole=True)):
            if pieces := list(build.pieces(root)):
                geometry = soup.flat(pieces)
                return replace(geometry, nodes=build.nodes(geometry.nodes))
        raise FileProblem("empty", "builds no geometry, as files that were sliced do; export the model itself.")


class _Build:
    """Puts together what the items of a model ask for; each model of the archive is parsed once.

    Args:
        archive: of the file.
        told: what a slicer says of it.
        whole: with volumes that only help, and what is not printed.
    """

    def __init__(self, archive: zipfile.ZipFile, told: Settings, *, whole: bool = False) -> None:
        self._archive, self._told, self._whole = archive, told, whole
        self._models: dict[str, _Model] = {}
        self._names = soup.Names()
        self._order: dict[soup.Path, tuple[int, ...]] = {(): ()}
        self._budget = soup.Budget()

    def pieces(self, root: str) -> Iterator[soup.Piece]:
        """Every mesh as often as it is built."""
        items = self._model(root).items
        shown = [item for item in items if item.printed or self._whole]
        paths = self._paths(shown, (), [self._told.names.get((item.object, "")) for item in shown])
        for item in _in_order(items):
            if item in paths:
                yield from self._placed(item, np.eye(4), (), paths[item])

    def nodes(self, found: Sequence[Node]) -> tuple[Node, ...]:
        """Those of the pieces, in the order of the file."""
        return tuple(sorted(found, key=lambda node: self._order[node.path]))

    def _paths(self, places: list[_Place], above: soup.Path, told: list[str | None]) -> dict[_Place, soup.Path]:
        """Those of places in the order of the file, below another path.

        An object is called as a slicer has `told`, else by its own name, else by its number.
        """
        paths = {}
        for number, (place, name) in enumerate(zip(places, told, strict=True)):
            found = self._model(place.member).objects.get(place.object)
            own = (name or "").strip() or (found.name.strip() if found else "") or f"object {place.object}"
            path = paths[place] = self._names.below(above, own)
            self._order.setdefault(path, (*self._order[above], number))
        return paths

    def _placed(
        self, place: _Place, parent: NDArray[np.float64], within: tuple[tuple[str, str], ...], path: soup.Path
    ) -> Iterator[soup.Piece]:
        """An object that has a path, `within` which others."""
        key = (place.member, place.object)
        found = self._model(place.member).objects.get(place.object)
        if found is None:
            return  # a component of nothing
        if key in within:
            raise FileProblem("malformed", "has an object that is put together of itself; export it again.")
        points, faces = self._mesh(place.object, found)
        matrix = parent @ place.matrix
        self._budget.take(max(len(points), _LEAST), len(faces))
        if len(faces):
            mirrored = bool(soup.mirrors(matrix))
            yield soup.Piece(soup.moved(points, matrix), faces, mirrored=mirrored, paths=[path])
        left_out = set() if self._whole else self._told.parts
        shown = [part for part in found.components if (place.object, part.object) not in left_out]
        told = [self._told.names.get((place.object, part.object)) for part in shown]
        paths = self._paths(shown, path, told)
        for component in _in_order(found.components):
            if component in paths:
                yield from self._placed(component, matrix, (*within, key), paths[component])

    def _mesh(self, name: str, found: _Object) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """(v, 3) points and (f, 3) faces of an object, without those that are left out."""
        points = np.frombuffer(found.vertices).reshape(-1, 3)
        faces = in_range(np.frombuffer(found.triangles, np.int64).reshape(-1, 3), len(points))
        if self._whole or name not in self._told.triangles:
            return points, faces
        used, faces = np.unique(self._told.without(name, faces), return_inverse=True)
        return points[used], faces.reshape(-1, 3)

    def _model(self, member: str) -> _Model:
        if member not in self._models:
            try:
                self._models[member] = _Model(member, self._archive)
            except KeyError as error:
                if member in self._archive.namelist():
                    raise
                raise FileProblem("missing-part", f"needs {member!r}, which is not in it; export it again.") from error
        return self._models[member]


def _archive(data: bytes) -> zipfile.ZipFile:
    """Raises FileProblem: no zip archive, or one whose members do not fit into the limit."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except Exception as error:
        raise not_a("a whole 3MF archive") from error
    if sum(info.file_size for info in archive.infolist()) > MAX_BYTES:
        raise FileProblem("too-large", "unpacks to more than is read; simplify it.")
    return archive


def _in_order(places: list[_Place]) -> list[_Place]:
    """Those of one object together, the first first, and the others from the last.

    An order that is as good as any; the points that are drawn from a file depend on it, so it must stay.
    """
    together: dict[tuple[str, str], list[_Place]] = {}
    for place in places:
        together.setdefault((place.member, place.object), []).append(place)
    ordered = [place for group in together.values() for place in group]
    return ordered[:1] + ordered[:0:-1]


def _matrix(transform: str | None) -> NDArray[np.float64]:
    """(4, 4) of the twelve numbers of a file, which are the columns of three rows."""
    matrix = np.eye(4)
    if transform is not None:
        matrix[:3] = np.array(transform.split(), np.float64).reshape(4, 3).T
    return matrix


def _refuse(*_: object) -> None:
    raise FileProblem("malformed", "has a document type, which 3MF forbids; export it again.")
