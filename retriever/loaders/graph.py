"""What the nodes of a trimesh.Scene are called, from the scene's top to each mesh."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

from retriever.loaders.objects import MOST_NAMES

DEEPEST = 64
"""Names of a path; what is deeper is of the last node that has one."""

Steps = tuple[str, ...]
"""A path, as `Node.path`."""


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


def paths(scene: Any, called: Mapping[str, str]) -> list[Steps]:
    """The path of each of ``scene.graph.nodes_geometry``; all empty where they are too much together.

    Several primitives of one mesh are nodes of their own to trimesh; they have the path of the one node that they are.

    Args:
        scene: a trimesh.Scene.
        called: what its nodes are called, as `labels`; those of a scene of another kind by themselves.
    """
    graph = scene.graph
    names = _Names(graph.transforms.parents, called, {graph.base_frame: ()})
    found = []
    for frame in graph.nodes_geometry:
        parent = names.parents.get(frame)
        mesh = scene.geometry[graph.transforms.node_data[frame]["geometry"]]
        found.append(names.path(parent if _is_primitive(frame, parent, mesh, called) else frame))
        if names.left < 0:
            return [()] * len(graph.nodes_geometry)
    return found


def _is_primitive(frame: Hashable, parent: Hashable, mesh: Any, called: Mapping[str, str]) -> bool:
    """Whether a node is one of several that trimesh makes of one, under this, with random letters at their ends."""
    several = getattr(mesh, "metadata", {}).get("from_gltf_primitive")
    return bool(several) and frame not in called and str(frame).startswith(f"{parent}_")


class _Names:
    def __init__(
        self, parents: Mapping[Hashable, Hashable], called: Mapping[str, str], known: dict[Hashable, Steps]
    ) -> None:
        self.parents, self.left = parents, MOST_NAMES
        self._called, self._paths = called, known
        self._taken: dict[Hashable, dict[str, int]] = {}

    def path(self, frame: Hashable) -> Steps:
        """That of a node; one without a name is called as the node above it, or by its number."""
        chain = [frame]
        while chain[-1] not in self._paths:
            self._paths[chain[-1]] = ()  # no circle is walked twice
            chain.append(self.parents.get(chain[-1]))
        for parent, child in zip(chain[:0:-1], chain[-2::-1], strict=True):
            above = self._paths.get(parent, ())
            if self.left < 0 or len(above) >= DEEPEST:
                self._paths[child] = above
                continue
            name = self._called.get(str(child), "" if self._called else str(child)) or (above[-1:] or (str(child),))[0]
            self._paths[child] = (*above, unlike(name, self._taken.setdefault(parent, {})))
            self.left -= len(above) + 1
        return self._paths[frame]


def unlike(name: str, taken: dict[str, int]) -> str:
    """A name, or that with a number where it is among those of siblings.

    Args:
        name: wanted.
        taken: names -> the last number that was tried with each; it grows.
    """
    free, number = name, taken.get(name, 0) + 1
    if number > 1:
        free = f"{name} ({number})"
        while free in taken:
            number += 1
            free = f"{name} ({number})"
    taken[name] = number
    taken.setdefault(free, 1)
    return free
