"""What a USD stage shows: every prim with geometry, and where it stands, as often as it does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retriever.errors import FileProblem
from retriever.loaders.files import MAX_VERTICES
from retriever.loaders.soup import Names, Path
from retriever.loaders.usd.stage import library

Matrices = NDArray[np.float64]
"""(n, 4, 4), for rows: a point is multiplied from the left."""

_DEEPEST = 8
"""Point instancers within one another."""
_MOST = 2_000_000
"""Prims with geometry, each instance of USD's own counted; these are walked one by one."""
_MOST_NODES, _MOST_NAMES = 100_000, 1_000_000
"""Paths of what is seen, and the names in them; a stage of more has none."""
_MOST_COPIES = 64
"""Copies of a point instancer that have a path of their own; the others have the instancer's."""

Run = tuple[Path, int]
"""A path, as `Node.path`, and of how many places it is, one after the other."""


@dataclass(frozen=True)
class Placed:
    """A prim with geometry.

    Attributes:
        prim: of instances, the first one's.
        points: (v, 3) where a skeleton moves it, else None for the prim's own.
        places: where it stands in the world.
        runs: what it is called there; nothing where that is not told.
    """

    prim: Any
    points: NDArray[np.float64] | None
    places: Matrices
    runs: Sequence[Run] = ()


@dataclass
class Walk:
    """Walks a stage.

    Args:
        stage: a `pxr.Usd.Stage`.
        time: a `pxr.Usd.TimeCode`.
    """

    stage: Any
    time: Any
    walked: int = 0
    told: int = 0
    names: int = 0
    posed: dict[Any, tuple[Any, NDArray[np.float64]]] = field(default_factory=dict)
    """Path of a skinned mesh -> the skeleton that it moves with, and its points there."""

    def __post_init__(self) -> None:
        pxr = library()
        self.cache = pxr.UsdGeom.XformCache(self.time)
        self.predicate = pxr.Usd.TraverseInstanceProxies(pxr.Usd.PrimDefaultPredicate)
        self.skeletons = pxr.UsdSkel.Cache()

    def all(self) -> list[Placed]:
        """What is seen: not the invisible, not guides and proxies; equal instances are one.

        Raises:
            FileProblem: "too-large".
        """
        found: dict[Any, list[Placed]] = {}
        for placed in self._below(self.stage.GetPseudoRoot(), None, ()):
            found.setdefault(_kind(placed.prim), []).append(placed)
        return [self._together(same) for same in found.values()]

    def _together(self, same: list[Placed]) -> Placed:
        places = same[0].places if len(same) == 1 else np.concatenate([placed.places for placed in same])
        runs = [run for placed in same for run in placed.runs] if self._tells else ()
        return Placed(same[0].prim, same[0].points, places, runs)

    def _below(self, top: Any, base: Any, within: tuple[Any, ...]) -> Iterator[Placed]:
        """What is seen at and below the prim `top`, placed relative to `base`, or in the world where that is None."""
        geom, purpose = library().UsdGeom, library().UsdGeom.Imageable.PurposeInfo()
        pending = [(top, purpose)]
        while pending:
            prim, purpose = pending.pop()
            imageable = geom.Imageable(prim)
            if imageable:
                if imageable.GetVisibilityAttr().Get(self.time) == geom.Tokens.invisible:
                    continue
                purpose = imageable.ComputePurposeInfo(purpose)
            if prim.IsA(geom.PointInstancer):
                yield from self._instances(geom.PointInstancer(prim), top, base, within)
                continue
            if prim.IsA(library().UsdSkel.Root):
                self._pose(prim)
            if prim.IsA(geom.Gprim) and purpose.purpose in (geom.Tokens.default_, geom.Tokens.render):
                yield self._placed(prim, top, base)
            pending += [(child, purpose) for child in reversed(prim.GetFilteredChildren(self.predicate))]

    def _placed(self, prim: Any, top: Any, base: Any) -> Placed:
        self.walked += 1
        if self.walked > _MOST:
            raise FileProblem("too-large", "has more meshes than are read; simplify it.")
        skeleton, points = self.posed.get(prim.GetPath(), (prim, None))
        runs = self._counted((_names(prim, top), 1) for _ in range(1))
        return Placed(prim, points, self._place(skeleton, base)[None], runs)

    @property
    def _tells(self) -> bool:
        """Whether there are not too many names."""
        return self.told <= _MOST_NODES and self.names <= _MOST_NAMES

    def _counted(self, runs: Iterator[Run]) -> list[Run]:
        """Those that are told."""
        if not self._tells:
            return []
        told = list(islice(runs, _MOST_NODES + 1))
        self.told += len(told)
        self.names += sum(len(path) for path, _ in told)
        return told

    def _place(self, prim: Any, base: Any) -> NDArray[np.float64]:
        """(4, 4) of a prim, relative to an ancestor or in the world."""
        if base is None:
            return np.array(self.cache.GetLocalToWorldTransform(prim))
        return np.array(self.cache.ComputeRelativeTransform(prim, base)[0])

    def _instances(self, instancer: Any, top: Any, base: Any, within: tuple[Any, ...]) -> Iterator[Placed]:
        """All that a point instancer shows; none shows itself."""
        kinds = np.asarray(instancer.GetProtoIndicesAttr().Get(self.time) or (), np.int64)
        shown = instancer.ComputeMaskAtTime(self.time)
        kinds = kinds[np.asarray(shown, bool)] if shown else kinds
        places = np.array(
            instancer.ComputeInstanceTransformsAtTime(
                self.time, self.time, instancer.IncludeProtoXform, instancer.ApplyMask
            )
        )
        if not len(kinds) or len(places) != len(kinds) or len(within) >= _DEEPEST:
            return
        places = places @ self._place(instancer.GetPrim(), base)
        path, names = _names(instancer.GetPrim(), top), Names()
        for number, target in enumerate(instancer.GetPrototypesRel().GetForwardedTargets()):
            here, prototype = places[kinds == number], self.stage.GetPrimAtPath(target)
            if not len(here) or not prototype or target in within:
                continue
            copies = [names.below((), str(prototype.GetName())) for _ in here[:_MOST_COPIES]]
            for placed in self._below(prototype, prototype, (*within, target)):
                if len(here) * len(placed.places) > MAX_VERTICES:
                    raise FileProblem("too-large", "has more instances than are read; simplify it.")
                each = (placed.places[:, None] @ here[None]).reshape(-1, 4, 4)
                runs = self._counted(_repeated(placed.runs, path, copies, len(here)))
                yield Placed(placed.prim, placed.points, each, runs)

    def _pose(self, root: Any) -> None:
        """Note the points of the meshes below a skeleton's root, as they are at the time."""
        skel = library().UsdSkel
        self.skeletons.Populate(skel.Root(root), self.predicate)
        for binding in self.skeletons.ComputeSkelBindings(skel.Root(root), self.predicate):
            query = self.skeletons.GetSkelQuery(binding.GetSkeleton())
            bones = query.ComputeSkinningTransforms(self.time) if query else None
            for target in binding.GetSkinningTargets() if bones else ():
                mesh = library().UsdGeom.PointBased(target.GetPrim())
                points = mesh.GetPointsAttr().Get(self.time) if mesh and target.HasJointInfluences() else None
                if points and target.ComputeSkinnedPoints(bones, points, self.time):
                    self.posed[mesh.GetPath()] = (query.GetPrim(), np.asarray(points, np.float64))


def _names(prim: Any, top: Any) -> Path:
    """The names from a prim above to this one."""
    return tuple(str(prim.GetPath()).split("/")[1:][top.GetPath().pathElementCount :])


def _repeated(runs: Sequence[Run], path: Path, copies: list[Path], count: int) -> Iterator[Run]:
    """The runs of what a point instancer at a path shows `count` times, some of these called; each place by itself."""
    for inner, places in runs:
        for _ in range(places):
            yield from (((*path, *copy, *inner), 1) for copy in copies)
            if count > len(copies):
                yield path, count - len(copies)


def _kind(prim: Any) -> tuple[Any, ...]:
    """What instances must have in common to look the same: a colour or a material may come from above one of them."""
    if not prim.IsInstanceProxy():
        return (prim.GetPath(),)
    pxr = library()
    color = pxr.UsdGeom.PrimvarsAPI(prim).FindPrimvarWithInheritance("displayColor")
    place = color.GetAttr().GetPrim()
    own = not place or place.IsInstanceProxy()
    material = pxr.UsdShade.MaterialBindingAPI(prim).ComputeBoundMaterial()[0]
    if material and material.GetPrim().IsInstanceProxy():
        material = material.GetPrim().GetPrimInPrototype()
    return prim.GetPrimInPrototype().GetPath(), None if own else place.GetPath(), material and material.GetPath()
