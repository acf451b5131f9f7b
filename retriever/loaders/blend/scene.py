"""Which objects the scene of a file of Blender shows, and where: collections, what is hidden, instances."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np

from retriever.errors import FileProblem
from retriever.loaders import soup
from retriever.loaders.blend.names import Paths
from retriever.loaders.blend.places import Matrix, Places
from retriever.loaders.blend.records import File, Record

_MESH = 1
_KINDS = {
    0: "empties",
    _MESH: "meshes that are hidden or have no faces",
    2: "curves",
    3: "surfaces",
    4: "texts",
    5: "metaballs",
} | {
    10: "lights",
    11: "cameras",
    25: "armatures",
}
"""Objects by type, as one tells of them where no mesh is shown."""
_HIDDEN = 1 << 0 | 1 << 2  # of an object: in viewports, in renders
_OF_COLLECTION = 1 << 0 | 1 << 3  # the same
_OF_LAYER, _EXCLUDED = 1 << 7, 1 << 4
_BY_EYE = 1 << 8
_INSTANCES = 1 << 8
_SOLID = 3
"""Of the ways in which an object is drawn, the first with surfaces; before are its bounds, and wires."""
_MOST = 2_000_000
"""Objects, each as often as it is shown: collections within collections multiply."""


class Scene:
    """What one sees of a file: the view layer that was open when it was saved.

    Args:
        file: the file.

    Raises:
        FileProblem: "empty" for a file without a scene.
    """

    def __init__(self, file: File) -> None:
        scene = _active(file)
        if scene is None:
            raise FileProblem("empty", "holds no scene; add its objects to one, or export them as GLB.")
        self.places = Places()
        self._paths = Paths()
        self._file, self._scene, self._visits = file, scene, 0

    def meshes(self) -> Iterator[tuple[Record, Matrix, soup.Path]]:
        """Objects that are meshes and are shown, each as often as it is, with their places and paths.

        Raises:
            FileProblem: "too-large" for more than are followed.
        """
        shown = _in_layers(self._layer()) if self._scene.has("view_layers") else _in_scene(self._scene)
        for item in shown:
            if not _flag(item) & _HIDDEN:
                yield from self._with_instances(item, np.eye(4), (), ())

    def _layer(self) -> Record:
        held = next(self._file.all(b"GLOB"), None)
        chosen = 0 if held is None else held.number_of("cur_view_layer")
        layers = list(self._scene.each("view_layers"))
        if not layers:
            raise FileProblem("empty", "holds a scene without a view layer; save it again.")
        addresses = self._file.blocks.address
        return next((each for each in layers if addresses[each.number] == chosen), layers[0])

    def _with_instances(
        self, item: Record, outer: Matrix, within: tuple[int, ...], above: soup.Path
    ) -> Iterator[tuple[Record, Matrix, soup.Path]]:
        """An object, and what is in the collection that it stands for; `within` which ones, as none holds itself."""
        self._visits += 1
        if self._visits > _MOST:
            raise FileProblem("too-large", "shows more objects than are read; split it.")
        place = outer @ self.places.of(item)
        if item.number_of("type") == _MESH and item.number_of("dt", _SOLID) >= _SOLID:
            yield item, place, self._paths.of(item, above)
        group = item.to("dup_group") if item.number_of("transflag") & _INSTANCES else None
        if group is None or group.number in within or not group.has("gobject"):
            return
        start, path = np.eye(4), self._paths.of(item, above)
        start[:3, 3] = -group.array("dupli_ofs")
        for each in _in_collection(group):
            yield from self._with_instances(each, place @ start, (*within, group.number), path)

    def told(self) -> str:
        """What there is instead of a mesh that is shown, for the user."""
        counts = Counter(_KINDS.get(item.number_of("type"), "other objects") for item in self._file.all(b"OB"))
        counts["things of other files"] = sum(code == b"ID" for code in self._file.blocks.code)
        return ", ".join(f"{count} {kind}" for kind, count in (+counts).items()) or "no objects"


def _active(file: File) -> Record | None:
    held = next(file.all(b"GLOB"), None)
    chosen = None if held is None else held.to("curscene")
    if chosen is not None and chosen.kind.name == "Scene":
        return chosen
    return next(file.all(b"SC"), None)


def _flag(item: Record) -> int:
    return int(item.number_of("restrictflag"))


def _object(holder: Record, name: str) -> Iterator[Record]:
    """The object that a list's member is about, if it is in this file."""
    found = holder.to(name)
    if found is not None and found.kind.name == "Object":
        yield found


def _in_layers(layer: Record) -> Iterator[Record]:
    """Objects of the collections that a view layer shows, each once."""
    eye = {base.number_of("object") for base in layer.each("object_bases") if base.number_of("flag") & _BY_EYE}
    address = layer.file.blocks.address
    waiting, seen, entered = list(layer.each("layer_collections")), set(), set()
    while waiting:
        at = waiting.pop(0)
        flag, group = at.number_of("flag"), at.to("collection")
        if at.number in entered or group is None or not group.has("gobject"):
            continue
        entered.add(at.number)
        if group.number_of("flag") & _OF_COLLECTION or flag & _OF_LAYER:
            continue
        waiting += at.each("layer_collections")
        for row in group.each("gobject") if not flag & _EXCLUDED else ():
            for item in _object(row, "ob"):
                if item.number not in seen and address[item.number] not in eye:
                    seen.add(item.number)
                    yield item


def _in_scene(scene: Record) -> Iterator[Record]:
    """Objects on the layers that a scene shows, as Blender had it before 2.80."""
    for base in scene.each("base"):
        if base.number_of("lay") & scene.number_of("lay"):
            yield from _object(base, "object")


def _in_collection(group: Record) -> Iterator[Record]:
    """Objects of a collection, and of those within, that are not hidden; each once."""
    waiting, seen, entered = [group], set(), set()
    while waiting:
        at = waiting.pop(0)
        if at.number in entered or (at.number != group.number and at.number_of("flag") & _OF_COLLECTION):
            continue
        entered.add(at.number)
        for row in at.each("children"):
            child = row.to("collection")
            if child is not None and child.has("gobject"):
                waiting.append(child)
        for row in at.each("gobject"):
            for item in _object(row, "ob"):
                if item.number not in seen and not _flag(item) & _HIDDEN:
                    seen.add(item.number)
                    yield item
