"""What the nodes of a trimesh.Scene are called, from the scene's top to each mesh."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

from retriever.loaders.soup import Names, Path


def labels(nodes: Sequence[tuple[Any, str]]) -> dict[str, str]:
    """What trimesh calls each node of a glTF file -> what it is called there; empty for those without a name.

    Args:
        nodes: the name of each as `gltf.names` gives it, and its label.
    """
    from trimesh.util import unique_name

    found: dict[str, str] = {}
    counts: dict[str | None, int] = {}
    for name, label in nodes:
        found[unique_name(name, found, counts=counts)] = label
    return found


def paths(scene: Any, called: Mapping[str, str]) -> list[Path]:
    """The path of each of ``scene.graph.nodes_geometry``; the last of those is the first in a glTF file.

    Several primitives of one mesh are nodes of their own to trimesh; they have the path of the one node that they are.

    Args:
        scene: a trimesh.Scene.
        called: what its nodes are called, as `labels`; those of a scene of another kind by themselves.
    """
    graph = scene.graph
    tree = _Tree(graph.transforms.parents, called, {graph.base_frame: ()})
    found = []
    for frame in reversed(graph.nodes_geometry):  # of a file, trimesh takes what hangs on a node from the last on
        parent = tree.parents.get(frame)
        mesh = scene.geometry[graph.transforms.node_data[frame]["geometry"]]
        found.append(tree.path(parent if _is_primitive(frame, parent, mesh, called) else frame))
    return found[::-1]


def _is_primitive(frame: Hashable, parent: Hashable, mesh: Any, called: Mapping[str, str]) -> bool:
    """Whether a node is one of several that trimesh makes of one, under this, with random letters at their ends."""
    several = getattr(mesh, "metadata", {}).get("from_gltf_primitive")
    return bool(several) and frame not in called and str(frame).startswith(f"{parent}_")


class _Tree:
    def __init__(
        self, parents: Mapping[Hashable, Hashable], called: Mapping[str, str], known: dict[Hashable, Path]
    ) -> None:
        self.parents = parents
        self._called, self._paths, self._names = called, known, Names()

    def path(self, frame: Hashable) -> Path:
        """That of a node; one without a name is called as the node above it, or by its number."""
        chain = [frame]
        while chain[-1] not in self._paths:
            self._paths[chain[-1]] = ()  # no circle is walked twice
            chain.append(self.parents.get(chain[-1]))
        for parent, child in zip(chain[:0:-1], chain[-2::-1], strict=True):
            above = self._paths.get(parent, ())
            own = self._called.get(str(child), "" if self._called else str(child)).strip()
            self._paths[child] = self._names.below(above, own or (above[-1] if above else str(child)))
        return self._paths[frame]
