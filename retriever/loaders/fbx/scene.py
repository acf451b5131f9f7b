"""Objects of an FBX file: which hang on which, where they stand, and which of them are seen."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retriever.loaders import soup
from retriever.loaders.fbx.tree import Node

Matrix = NDArray[np.float64]
Id = int | str
"""A number; in version 6, the name with its class."""

_TOP: Id = 0
"""What is no object; all models hang on it."""
_HULL = re.compile(r"U(?:CX|BX|SP|CP)_")
"""How the names of collision hulls begin in game engines."""
_LEVEL = re.compile(r"(.+?)[_. ]?LOD[_ ]?(\d{1,9})(?:\.\d+)?$", re.IGNORECASE)
_ORDERS = ("XYZ", "XZY", "YZX", "YXZ", "ZXY", "ZYX")
"""Of the axes that are turned about, by the number in the file; the first is turned about first."""
_COMPONENTWISE, _WITHOUT_PARENT = 0, 2
"""Ways in which scales are inherited, beside plain multiplication."""


@dataclass(frozen=True)
class Place:
    """Where a model stands.

    Attributes:
        world: (4, 4) of the model's axes.
        turn: (3, 3) what of it are rotations.
        scale: (3, 3) the model's own.
        seen: whether it is.
        opens: whether what hangs on it may be.
        parent: the model that it hangs on, or the top.
    """

    world: Matrix
    turn: Matrix
    scale: Matrix
    seen: bool = True
    opens: bool = True
    parent: Id = _TOP


class Scene:
    """All objects of a file.

    Args:
        records: those at the top of the file.
    """

    def __init__(self, records: Iterable[Node]) -> None:
        tops = {record.name: record for record in records}
        empty = Node("")
        self.objects: dict[Id, Node] = {}
        for node in tops.get("Objects", empty).children:
            if node.values and isinstance(node.values[0], int | str) and node.values[0] != _TOP:
                self.objects.setdefault(node.values[0], node)
        self._below: dict[tuple[Id, str], list[tuple[Id, Node, str]]] = defaultdict(list)
        self._above: dict[Id, list[Id]] = defaultdict(list)
        for source, target, to in dict.fromkeys(_links(tops.get("Connections", empty))):
            hung = self.objects.get(source)
            if hung is not None:
                self._below[target, hung.name].append((source, hung, to))
                self._above[source].append(target)
        self._defaults = dict(_templates(tops.get("Definitions", empty)))
        # In Blender, children of what is hidden are seen; it marks each object.
        creator = tops.get("FBXHeaderExtension", empty).text("Creator")
        self._hides_children = not creator.startswith("Blender")
        self.places = dict(self._placed())

    def below(self, id_: Id, kind: str) -> list[tuple[Id, Node, str]]:
        """The objects of a kind that hang on another, with the property of it that they hang on."""
        return self._below.get((id_, kind), [])

    def properties(self, node: Node) -> dict[str, list[Any]]:
        """Name -> values, those of the file's templates among them."""
        return {**self._defaults.get(node.name, {}), **_properties(node)}

    def seen(self) -> list[Id]:
        """The models with a mesh that are seen: not hidden, no collision hulls, the finest levels; else all."""
        shown = [id_ for id_ in self.objects if id_ in self.places and self.meshes(id_)]
        names = {id_: _name(self.objects[id_]) for id_ in shown}
        shown = [id_ for id_ in shown if self.places[id_].seen] or shown
        shown = [id_ for id_ in shown if not _HULL.match(names[id_])] or shown
        finest: dict[tuple[Id, str], int] = {}
        levels = self._levels()
        levels = {id_: levels[id_] for id_ in shown}
        for of in levels.values():
            finest.update({key: min(level, finest.get(key, level)) for key, level in of.items()})
        return [id_ for id_ in shown if all(level == finest[key] for key, level in levels[id_].items())]

    def meshes(self, id_: Id) -> list[tuple[Id, Node]]:
        """The meshes of a model; in version 6 the model is one itself."""
        if self.objects[id_].first("Vertices"):
            return [(id_, self.objects[id_])]
        return [(mesh, node) for mesh, node, _ in self.below(id_, "Geometry") if node.first("Vertices")]

    def paths(self, models: Iterable[Id]) -> dict[Id, soup.Path]:
        """The names from the outermost model to each of some."""
        chains: dict[Id, tuple[tuple[Id, str], ...]] = {_TOP: ()}
        for id_, place in self.places.items():  # parents before children
            chains[id_] = (*chains[place.parent], (id_, _name(self.objects[id_])))[: soup.DEEPEST]
        names = soup.Names()
        return {id_: names.along(chains[id_]) for id_ in models}

    def geometric(self, id_: Id) -> Matrix:
        """(4, 4) from a mesh to its model, which the model's children know nothing of."""
        found = self.properties(self.objects[id_])
        turn = _turned(three(found, "GeometricRotation"))
        return _affine(turn * three(found, "GeometricScaling", 1), three(found, "GeometricTranslation"))

    def _levels(self) -> dict[Id, dict[tuple[Id, str], int]]:
        """The levels of detail that the names of each model and of those that it hangs on say, of its siblings."""
        found: dict[Id, dict[tuple[Id, str], int]] = {_TOP: {}}
        for id_, place in self.places.items():  # parents before children
            level = _LEVEL.match(_name(self.objects[id_]))
            above = found[place.parent]
            found[id_] = {**above, (place.parent, level[1]): int(level[2])} if level else above
        return found

    def _placed(self) -> Iterator[tuple[Id, Place]]:
        """Parents before children; a model that hangs on several is placed once."""
        known = {id_: True for id_, node in self.objects.items() if node.name == "Model"}
        hidden = self._on_hidden_layers()
        tops = [id_ for id_ in known if not any(above in known for above in self._above.get(id_, ()))]
        rest: list[tuple[Id, Id, Place, bool]] = [(id_, _TOP, _ROOT, True) for id_ in tops]
        while rest:
            id_, above, parent, finest = rest.pop()
            if not known.pop(id_, False):
                continue
            place = replace(self._place(id_, parent, finest and id_ not in hidden), parent=above)
            yield id_, place
            children = [child for child, _, _ in self.below(id_, "Model")]
            lod = self.objects[id_].values[-1] == "LodGroup"
            rest += [(child, id_, place, finest and not (lod and child != children[0])) for child in children]

    def _place(self, id_: Id, parent: Place, shown: bool) -> Place:
        found = self.properties(self.objects[id_])
        turn, scale, local = _local(found)
        linear = _inherited(int(number(found, "InheritType", 1)), parent, turn, scale)
        visible = number(found, "Visibility", 1) > 0
        if self._hides_children and number(found, "Visibility Inheritance", 1):
            visible = visible and parent.opens
        world, opens = _affine(linear, (parent.world @ local)[:3, 3]), shown and visible
        return Place(world, parent.turn @ turn, scale, opens and number(found, "Show", 1) > 0, opens)

    def _on_hidden_layers(self) -> set[Id]:
        layers = [id_ for id_, node in self.objects.items() if node.name == "CollectionExclusive"]
        return {
            model
            for layer in layers
            if not number(self.properties(self.objects[layer]), "Show", 1)
            for model, _, _ in self.below(layer, "Model")
        }


_ROOT = Place(np.eye(4), np.eye(3), np.eye(3))


def _links(connections: Node) -> Iterator[tuple[Id, Id, str]]:
    """What hangs on what, and on which property of it."""
    for link in connections.children:
        ends = link.values[1:3]
        if len(ends) == 2 and all(isinstance(end, int | str) for end in ends):
            yield ends[0], ends[1], "".join(map(str, link.values[3:4]))


def _name(node: Node) -> str:
    """Binary files have the class behind the name, others before it."""
    name = next((value for value in node.values if isinstance(value, str)), "")
    return name.partition("\0")[0].rpartition("::")[2]


def _properties(node: Node) -> dict[str, list[Any]]:
    for block, first in (("Properties70", 4), ("Properties60", 3)):
        found = node.first(block)
        if found is not None:
            return {p.values[0]: p.values[first:] for p in found.children if p.values and isinstance(p.values[0], str)}
    return {}


def _templates(definitions: Node) -> Iterator[tuple[str, dict[str, list[Any]]]]:
    for kind in definitions.all("ObjectType"):
        template = kind.first("PropertyTemplate")
        if template is not None and kind.values:
            yield str(kind.values[0]), _properties(template)


def number(found: dict[str, list[Any]], name: str, default: float) -> float:
    """The first number of a property; the default where it has none."""
    values = found.get(name)
    return float(values[0]) if values and isinstance(values[0], int | float) else default


def three(found: dict[str, list[Any]], name: str, default: float = 0) -> Matrix:
    """(3,) of a property; the default where it has none."""
    values = found.get(name, ())[:3]
    if len(values) != 3 or not all(isinstance(value, int | float) for value in values):
        return np.full(3, float(default))
    return np.array(values, np.float64)


def number_of(node: Node, name: str, default: float) -> float:
    """As `number`, of an object's own properties."""
    return number(_properties(node), name, default)


def _affine(linear: Matrix, offset: Matrix) -> Matrix:
    """(4, 4) of a (3, 3) and a (3,)."""
    out = np.eye(4)
    out[:3, :3], out[:3, 3] = linear, offset
    return out


def _turned(degrees: Matrix, order: int = 0) -> Matrix:
    """(3, 3) of angles about x, y and z."""
    (cx, cy, cz), (sx, sy, sz) = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    about = {
        "X": np.array([[1, 0, 0], [0, cx, -sx], [0, sx, cx]]),
        "Y": np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]]),
        "Z": np.array([[cz, -sz, 0], [sz, cz, 0], [0, 0, 1]]),
    }
    first, second, third = (about[axis] for axis in _ORDERS[order if 0 <= order < len(_ORDERS) else 0])
    return third @ second @ first


def _local(found: dict[str, list[Any]]) -> tuple[Matrix, Matrix, Matrix]:
    """Turn (3, 3), scale (3, 3) and all of a model's own transform (4, 4), with its pivots and offsets."""
    turn = _turned(three(found, "Lcl Rotation"))
    if number(found, "RotationActive", 1):
        turn = _turned(three(found, "Lcl Rotation"), int(number(found, "RotationOrder", 0)))
        before, after = _turned(three(found, "PreRotation")), _turned(three(found, "PostRotation"))
        turn = before @ turn @ after.T
    scale = np.diag(three(found, "Lcl Scaling", 1))
    pivot, at = three(found, "ScalingPivot"), three(found, "RotationPivot")
    offset = pivot - scale @ pivot + three(found, "ScalingOffset") - at
    offset = turn @ offset + at + three(found, "RotationOffset") + three(found, "Lcl Translation")
    return turn, scale, _affine(turn @ scale, offset)


def _inherited(kind: int, parent: Place, turn: Matrix, scale: Matrix) -> Matrix:
    """(3, 3) in the world, by how the model takes over its parent's scale."""
    scaled = parent.turn.T @ parent.world[:3, :3]
    if kind == _COMPONENTWISE:
        return parent.turn @ turn @ scaled @ scale
    if kind == _WITHOUT_PARENT and np.linalg.det(parent.scale):
        return parent.turn @ turn @ scaled @ np.linalg.inv(parent.scale) @ scale
    return parent.world[:3, :3] @ turn @ scale
