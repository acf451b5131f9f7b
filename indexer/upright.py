"""Which axis of a corpus' files points up, where their format leaves it open: some of them are looked at.

Nothing in an OBJ or an OFF file says it, and files of one format below one root mostly come out of one program. The
network that stands shapes upright (`retriever.spaces.pose`) is often wrong about a single one that lies, and hardly
ever about a dozen together. What it says of some files is taken for evidence of how many stand which way: its outputs,
adjusted to the shares that explain them best (Saerens et al. 2002, "Adjusting the outputs of a classifier to new a
priori probabilities", Neural Computation 14:1). Files are read with the other axis up where most of them stand so
beyond doubt, and not where they lie anyhow, or half of them this way and half that; they are looked at until it is
clear, as in a sequential test (Wald 1945, Annals of Mathematical Statistics 16:2).
"""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from indexer.loading import Loader, Request, workers_for
from indexer.pipeline import Job
from indexer.plan_changes import Indexed
from indexer.progress import Progress
from retriever import loaders, spaces
from retriever.loaders.sampling import to_y
from retriever.spaces.shape_tower import ShapeEncoder
from retriever.types import Inputs, Loaded, Modality, PointCloud, ShapeInput
from retriever.wording import counted

STEP, MOST = 8, 48
"""Files of a group that are looked at before it is asked whether it is clear, and in all."""
CLEAR = 1.5
"""Log of the likelihood ratio, of what explains the files best to what is best with half of them on the other axis."""
FEW = 8
"""Files of a group that are worth a look: of fewer it never becomes clear."""
LEAST = 8
"""Rows of the index that speak for those to come."""

_DIRECTIONS = np.array([(0, 1, 0), (0, -1, 0), (0, 0, 1), (0, 0, -1), (1, 0, 0), (-1, 0, 0)], np.float64)
_SHOWN = np.array([0.42, *[0.049] * 5, 0.335])
"""Shares of the network's training with up near each of these, the usual one first, and near none (see
`indexer.align.shapes.poses`): it expects as many, and what a file says is what it says beyond that."""
_DOUBT = 0.02
_ROUNDS = 60

Group = tuple[str, str]
"""Name of a root and a suffix, in lower case: files that stand alike."""

Sized = tuple[Path, int]
"""A file and its bytes."""


@dataclass(frozen=True)
class Turned:
    """A group whose files stand on another axis than is usual.

    Attributes:
        root: short name of their corpus root.
        suffix: of their format.
        up: the axis.
        usual: that of the format.
        files: of the group in this run.
        looked_at: how many of them told.
    """

    root: str
    suffix: str
    up: str
    usual: str
    files: int
    looked_at: int

    def told(self, where: str = "") -> str:
        """In a sentence without an end; `where` the files lie follows their number."""
        return (
            f"{counted(self.files, f'{self.suffix} file')}{where} read with {self.up} up, as a look at "
            f"{self.looked_at} of them says; --up {self.usual} reads them with {self.usual} up"
        )


def earlier(root: str, rows: Iterable[Indexed]) -> dict[Group, str]:
    """The axes of groups that the index has enough rows of, whoever said so: later files stand as they do.

    Args:
        root: name of the corpus root.
        rows: of that root, which stay.
    """
    axes: dict[Group, Counter[str]] = {}
    for row in rows:
        if row.up in ("y", "z") and loaders.usual_up(suffix := _suffix(row.path)):
            axes.setdefault((root, suffix), Counter())[row.up] += 1
    return {group: counted.most_common(1)[0][0] for group, counted in axes.items() if counted.total() >= LEAST}


def unseen(root: str, rows: Iterable[Indexed], known: Mapping[Group, str]) -> list[Indexed]:
    """Rows that "auto" read with their format's usual axis, in groups whose axis is not known: they were too few.

    Args:
        root: name of the corpus root.
        rows: of that root, which stay.
        known: axes of groups, as `earlier` has them.
    """
    return [
        row
        for row in rows
        if row.up is not None
        and row.stamp.endswith(":auto")
        and row.up == loaders.usual_up(suffix := _suffix(row.path))
        and (root, suffix) not in known
    ]


def turned(
    jobs: Sequence[Job], kept: Sequence[Job], known: Mapping[Group, str], workers: int | None, progress: Progress
) -> list[Turned]:
    """The groups of some files that stand on another axis than is usual.

    Args:
        jobs: files to embed.
        kept: files that have a vector, of the usual axis: looked at where there are `jobs` of their group.
        known: axes of groups that are not to be looked at, as `earlier` has them.
        workers: processes that read, as for `indexer.pipeline.encode`.
        progress: told of the files that are looked at.
    """
    groups: dict[Group, list[Sized]] = {}
    for job in jobs:
        group = group_of(job)
        is_open = job.file.modality is Modality.SHAPE and loaders.usual_up(group[1])
        if is_open and group not in known:
            groups.setdefault(group, []).append((job.path, job.file.bytes))
    for job in kept:
        if group_of(job) in groups:
            groups[group_of(job)].append((job.path, job.file.bytes))
    return look(groups, workers, progress)


def stood(jobs: Iterable[Job], axes: Mapping[Group, str]) -> list[Job]:
    """Jobs with the axis of their group, where it has one in `axes`."""
    return [replace(job, usual=axes[group_of(job)]) if group_of(job) in axes else job for job in jobs]


def look(groups: Mapping[Group, Sequence[Sized]], workers: int | None, progress: Progress) -> list[Turned]:
    """The groups whose files stand on another axis than their format's usual one.

    Args:
        groups: files of formats that leave it open, with their sizes: the larger half is not looked at.
        workers: processes that read, as for `indexer.pipeline.encode`.
        progress: told of the files that are looked at.
    """
    looks = [_Look(group, files) for group, files in groups.items() if len(files) >= FEW]
    tower = spaces.get(spaces.DEFAULT).encoder(Modality.SHAPE) if looks else None
    if not isinstance(tower, ShapeEncoder):
        return []
    with Loader(workers_for(len(looks) * STEP, workers), len(looks) * STEP) as loader:
        while waiting := [each for each in looks if each.goes_on]:
            _look(waiting, tower, loader, progress)
    return [each.turned for each in looks if each.verdict]


def group_of(job: Job) -> Group:
    """That of a file."""
    return job.root, _suffix(job.file.path)


def _suffix(path: str) -> str:
    return path[path.rfind(".") :].lower()  # of a million paths: several times as fast as pathlib


class _Look:
    """A group that is looked at: its files in the order in which they are, and what they said so far."""

    def __init__(self, group: Group, files: Sequence[Sized]) -> None:
        self.group = group
        self.count = len(files)
        smaller = sorted(files, key=_by_size)[: max(MOST, len(files) // 2)]  # sooner read
        order = np.random.default_rng(0).permutation(len(smaller))[:MOST]
        self.left = [smaller[place][0] for place in order]
        self.usual = loaders.usual_up(group[1]) or "y"
        self.other = "z" if self.usual == "y" else "y"
        self.chances = np.zeros((0, len(_DIRECTIONS)))
        self.verdict: bool | None = None

    @property
    def goes_on(self) -> bool:
        return bool(self.left) and self.verdict is None

    def tell(self, chances: NDArray[np.floating]) -> None:
        """What the network says of further files, read with the usual axis turned to y."""
        self.chances = np.concatenate([self.chances, chances])
        lies = to_y(self.usual) @ np.eye(3)["xyz".index(self.other)]  # where the other axis has come to
        self.verdict = stands_on(self.chances, int(np.argmax(_DIRECTIONS @ lies)))

    @property
    def turned(self) -> Turned:
        return Turned(*self.group, self.other, self.usual, self.count, len(self.chances))


def _by_size(file: Sized) -> tuple[int, int]:
    """Those of one size, as the clouds of a stack are, in an order that mixes their folders."""
    return file[1], zlib.crc32(file[0].name.encode(errors="replace"))


def _look(groups: Sequence[_Look], tower: ShapeEncoder, loader: Loader, progress: Progress) -> None:
    """At the next files of some groups."""
    inputs = Inputs(ShapeInput(points=spaces.get(spaces.DEFAULT).identity.shape.points))
    asked = [(each, path) for each in groups for path in each.left[:STEP]]
    clouds: dict[Group, list[PointCloud]] = {}
    requests = (Request(path, inputs, usual=each.usual) for each, path in asked)
    for done, ((each, _), outcome) in enumerate(zip(asked, loader.outcomes(requests), strict=True), start=1):
        cloud = outcome.payload if isinstance(outcome, Loaded) and outcome.facts.get("up") == each.usual else None
        if isinstance(cloud, PointCloud):  # and no file that cannot be read, or says itself which axis it is
            clouds.setdefault(each.group, []).append(cloud)
        progress("look", done, len(asked))
    for each in groups:
        del each.left[:STEP]
        if some := clouds.get(each.group):
            each.tell(tower.up_chances(some, _DIRECTIONS))


def stands_on(chances: NDArray[np.floating], direction: int) -> bool | None:
    """Whether more than half of some files stand on one of the six directions; None where it is not clear.

    Args:
        chances: (n, 6) what the network gives each direction of a file.
        direction: place of the one that is asked for.
    """
    elsewhere = np.clip(1 - chances.sum(axis=1, keepdims=True), 0, 1)
    likelihood = (np.concatenate([chances, elsewhere], axis=1) + _DOUBT) / _SHOWN
    best, shares = _explained(likelihood)
    half, _ = _explained(likelihood, direction)
    return bool(shares[direction] > 0.5) if best - half >= CLEAR else None


def _explained(likelihood: NDArray[np.floating], half: int | None = None) -> tuple[float, NDArray[np.floating]]:
    """The log likelihood of n files, and the (7,) shares of ways to stand that make it largest, by EM.

    Args:
        likelihood: (n, 7) of each file, would it stand so.
        half: a way that a half of them stand by order.
    """
    shares = np.full(likelihood.shape[1], 1 / likelihood.shape[1])
    for _ in range(_ROUNDS):
        belong = likelihood * shares
        shares = (belong / belong.sum(axis=1, keepdims=True)).mean(axis=0)
        if half is not None:
            others = np.delete(shares, half)
            shares = np.insert(0.5 * others / others.sum(), half, 0.5)
    return float(np.log(likelihood @ shares).sum()), shares
