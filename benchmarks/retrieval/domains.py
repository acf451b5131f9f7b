"""The same shapes as other sources give them: scans, sparse and noisy clouds, any pose, things standing around.

A domain is a way for clouds to differ from clean samples of a whole mesh, in severities. What is random about a cloud
comes from a generator that is seeded by the domain and the cloud's place, not by the severity: a cloud keeps its
camera's direction and its neighbours while the rest gets worse. Clouds are (n, 3) float32, y up, mean 0, in the unit
sphere; lengths are in its radii.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from benchmarks.retrieval.scans import Cloud, Lidar, Rng, Sensor, seen

Others = Sequence[Cloud]
Worsen = Callable[[Cloud, Rng, Others], Cloud]
Turn = NDArray[np.float64]

NEAR = 1.1
"""Radii from the middle within which things around are kept: a crop of a scene, a tenth wider than the shape."""
_GAP = 0.03
_MERGED, _ONE, _STEEP, _LOW = 30.0, 20.0, 70.0, 10.0  # degrees above the horizon


@dataclass(frozen=True)
class Severity:
    """One step of a domain.

    Attributes:
        label: what is done, in units.
        worsen: (cloud, generator, the other clouds) -> the cloud as this domain has it.
    """

    label: str
    worsen: Worsen


@dataclass(frozen=True)
class Domain:
    """A way to differ from clean samples.

    Attributes:
        name: as tables and figures say it.
        severities: from the mildest, called 1, on.
    """

    name: str
    severities: tuple[Severity, ...]

    def clouds(self, severity: int, clouds: Sequence[Cloud], places: Sequence[int], seed: int = 0) -> list[Cloud]:
        """All clouds at a severity from 1 on; `places` are theirs, which seed what is random about each."""
        worsen = self.severities[severity - 1].worsen
        key, every = crc32(self.name.encode()), list(clouds)
        return [
            worsen(cloud, np.random.default_rng((seed, key, place)), every[:i] + every[i + 1 :])
            for i, (cloud, place) in enumerate(zip(every, places, strict=True))
        ]


def as_is(cloud: Cloud, rng: Rng, others: Others) -> Cloud:
    """Unchanged."""
    return cloud


def depth_views(cloud: Cloud, rng: Rng, others: Others, *, cameras: int = 1, sensor: Sensor) -> Cloud:
    """What depth cameras all around see together, the first of them in a random direction; each point once."""
    first = rng.uniform(0, 360)
    views = [
        Sensor(first + 360 * number / cameras, sensor.elevation, sensor.distance, sensor.field)
        for number in range(cameras)
    ]
    return cloud[np.unique(np.concatenate([seen(cloud, view) for view in views]))]


def lidar(cloud: Cloud, rng: Rng, others: Others, *, distance: float) -> Cloud:
    """One turn of a LiDAR in a random direction, somewhat above."""
    return Lidar().scan(cloud, rng, Sensor(rng.uniform(0, 360), _LOW, distance))


def thinned(cloud: Cloud, rng: Rng, others: Others, *, points: int) -> Cloud:
    """So many of the points, or all where there are fewer; fewer points are some of those that more are."""
    return cloud[rng.permutation(len(cloud))[:points]]


def turned(cloud: Cloud, rng: Rng, others: Others, *, turn: Callable[[Rng], Turn]) -> Cloud:
    """Turned about the middle."""
    return (cloud @ turn(rng).T).astype(np.float32)


def noisy(cloud: Cloud, rng: Rng, others: Others, *, sigma: float) -> Cloud:
    """With normal noise of deviation `sigma` on every coordinate."""
    return (cloud + sigma * rng.standard_normal(cloud.shape)).astype(np.float32)


def cluttered(cloud: Cloud, rng: Rng, others: Others, *, share: float) -> Cloud:
    """With a part of the floor and pieces of two other shapes beside it, which together are `share` of the points.

    The others stand on the same floor, turned about the vertical, a finger's breadth away; of them and of the floor
    only what is within `NEAR` of the middle is kept. Half of the foreign points are floor, or all where no other is
    that near.
    """
    floor = float(cloud[:, 1].min())
    foreign = round(len(cloud) * share / (1 - share))
    pieces = _pieces(cloud, rng, others)
    of_pieces = foreign // 2 if len(pieces) else 0
    way, out = rng.uniform(0, 2 * np.pi, foreign - of_pieces), np.sqrt(rng.uniform(0, 1, foreign - of_pieces))
    reach = np.sqrt(NEAR**2 - floor**2)
    ground = np.stack([reach * out * np.cos(way), np.full(len(way), floor), reach * out * np.sin(way)], axis=1)
    if of_pieces:
        ground = np.concatenate([ground, rng.choice(pieces, of_pieces, replace=of_pieces > len(pieces))])
    return np.concatenate([cloud, ground]).astype(np.float32)


def _pieces(cloud: Cloud, rng: Rng, others: Others) -> NDArray[np.float64]:
    """(m, 3) what is near of two other shapes, each pushed against the cloud from a side of its own."""
    found = [np.zeros((0, 3))]
    for number in rng.permutation(len(others))[:2]:
        other = others[number] @ upright(rng).T
        way = rng.uniform(0, 2 * np.pi)
        toward = np.array([np.cos(way), 0.0, np.sin(way)])
        away = (cloud @ toward).max() - (other @ toward).min() + _GAP
        other = other + away * toward
        other[:, 1] += cloud[:, 1].min() - other[:, 1].min()
        found.append(other[np.linalg.norm(other, axis=1) <= NEAR])
    return np.concatenate(found)


def upright(rng: Rng) -> Turn:
    """(3, 3) a turn about the vertical by any angle."""
    return _about(np.array([0.0, 1.0, 0.0]), rng.uniform(0, 2 * np.pi))


def tilted(rng: Rng, *, most: float = 30.0) -> Turn:
    """(3, 3) a turn about the vertical, then a tilt of up to `most` degrees to any side."""
    yaw, side = upright(rng), rng.uniform(0, 2 * np.pi)
    return _about(np.array([np.cos(side), 0.0, np.sin(side)]), np.radians(rng.uniform(0, most))) @ yaw


def anyhow(rng: Rng) -> Turn:
    """(3, 3) a rotation, all of them being as likely: a random quaternion (Shoemake, 1992)."""
    w, *axis = rng.standard_normal(4)
    length = float(np.linalg.norm(axis))
    return _about(np.array(axis) / length, 2 * np.arctan2(length, w))


def _about(axis: NDArray[np.float64], angle: float) -> Turn:
    """(3, 3) a rotation about a unit axis (Rodrigues)."""
    x, y, z = axis
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    return np.asarray(np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * cross @ cross)


CLEAN = Domain("clean", (Severity("as they are", as_is),))
"""The reference."""

DOMAINS = (
    Domain(
        "depth camera",
        (
            Severity("3 cameras, 30° up", partial(depth_views, cameras=3, sensor=Sensor(0, _MERGED))),
            Severity("1 camera, 20° up", partial(depth_views, sensor=Sensor(0, _ONE))),
            Severity("1 camera, 70° up, 1.5 radii away", partial(depth_views, sensor=Sensor(0, _STEEP, 1.5))),
        ),
    ),
    Domain("LiDAR", tuple(Severity(f"{far} radii away", partial(lidar, distance=far)) for far in (4, 8, 16))),
    Domain(
        "few points",
        tuple(Severity(f"{count} points", partial(thinned, points=count)) for count in (1024, 512, 256, 128, 64)),
    ),
    Domain(
        "pose",
        (
            Severity("about the vertical", partial(turned, turn=upright)),
            Severity("tilted by up to 30°", partial(turned, turn=tilted)),
            Severity("any rotation", partial(turned, turn=anyhow)),
        ),
    ),
    Domain(
        "clutter",
        tuple(Severity(f"{share:.0%} foreign points", partial(cluttered, share=share)) for share in (0.1, 0.25, 0.5)),
    ),
    Domain(
        "noise",
        tuple(Severity(f"{sigma:.0%} of the radius", partial(noisy, sigma=sigma)) for sigma in (0.01, 0.02, 0.05)),
    ),
)
