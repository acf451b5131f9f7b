"""What sensors see of a cloud: a depth camera, and a spinning LiDAR.

Clouds are (n, 3), y up, mean 0, in the unit sphere; lengths are in its radii. A cloud has no surface, so what hides
what is settled in cells of the view that hold about `_PER_CELL` points: the denser the cloud, the finer the scan. What
is thinner than a cell, as a sheet of metal, is seen from both sides.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Cloud = NDArray[np.float32]
Rng = np.random.Generator
Rows = NDArray[np.int64]

FEWEST = 8
"""Points that every scan leaves, however little the sensor sees: an encoder must be given something."""
_PER_CELL = 7
_BEHIND, _AROUND = 1.6, 5.0
"""Sides of a cell that a point may lie behind the foremost one, of its cell and of the cells around that, and still be
seen: slanted surfaces do, up to about 60 degrees. Without the cells around, what is behind would show through those
that happen to be empty.
"""


@dataclass(frozen=True)
class Sensor:
    """Where a sensor stands; it looks at the middle of the cloud.

    Attributes:
        yaw: degrees about the y axis; 0 is in front, at +z.
        elevation: degrees above the horizon, within -90..90 and neither of them.
        distance: from the middle, above 1.
        field: of view in degrees, from one edge to the other.
    """

    yaw: float
    elevation: float
    distance: float = 3.0
    field: float = 60.0

    @property
    def place(self) -> NDArray[np.float64]:
        """(3,) where it is."""
        yaw, up = np.radians((self.yaw, self.elevation))
        return self.distance * np.array([np.sin(yaw) * np.cos(up), np.sin(up), np.cos(yaw) * np.cos(up)])

    def frame(self, cloud: Cloud) -> NDArray[np.float64]:
        """(n, 3) points to its right, above its axis, and how far ahead."""
        ahead = -self.place / self.distance
        right = np.cross(ahead, (0.0, 1.0, 0.0))
        right /= np.linalg.norm(right)
        axes = np.stack([right, np.cross(right, ahead), ahead])
        return np.asarray((cloud - self.place) @ axes.T)


def cells(points: int) -> float:
    """Cells along two radii that a cloud of so many points fills well."""
    return float(np.sqrt(points / _PER_CELL))


def seen(cloud: Cloud, sensor: Sensor) -> Rows:
    """Ascending rows of the points that are in view and not behind others; at least `FEWEST` of them."""
    x, y, ahead = sensor.frame(cloud).T
    side = 2 / cells(len(cloud))
    cell = np.floor(np.stack([x, y]) / ahead * sensor.distance / side).astype(np.int64)
    column, row = cell - cell.min(axis=1, keepdims=True) + 1
    front = np.full((column.max() + 2, row.max() + 2), np.inf)
    np.minimum.at(front, (column, row), ahead)
    around = np.min([front[column + i, row + j] for i in (-1, 0, 1) for j in (-1, 0, 1)], axis=0)
    uncovered = (ahead <= front[column, row] + _BEHIND * side) & (ahead <= around + _AROUND * side)
    edge = np.tan(np.radians(sensor.field / 2)) * ahead
    visible = uncovered & (np.abs(x) <= edge) & (np.abs(y) <= edge)
    if visible.sum() < FEWEST:
        visible[np.argsort(ahead, kind="stable")[:FEWEST]] = True
    return np.flatnonzero(visible)


@dataclass(frozen=True)
class Lidar:
    """A spinning LiDAR: one return for each beam.

    Attributes:
        rings: degrees between its scan lines, which are cones about the vertical.
        steps: degrees between the beams of a line.
        noise: standard deviation along the beam, as a share of the range.
        lost: share of the returns that is lost, for each radius of distance.
    """

    rings: float = 0.8
    steps: float = 0.4
    noise: float = 0.002
    lost: float = 0.0125

    def scan(self, cloud: Cloud, rng: Rng, sensor: Sensor) -> Cloud:
        """(m, 3) returns, in the frame of the cloud.

        A beam returns from where the point next to it is, if that is as close as points of this cloud lie.
        """
        front = cloud[seen(cloud, sensor)] - sensor.place
        reach = np.linalg.norm(front, axis=1)
        spacing, phase = np.radians((self.rings, self.steps)), rng.random(2)
        angles = self._angles(front, sensor)
        beams = np.round(angles / spacing + phase)
        aimed = (beams - phase) * spacing
        off = np.linalg.norm(angles - aimed, axis=1)
        nearest = np.argsort(off, kind="stable")
        hit = nearest[np.unique(beams[nearest], axis=0, return_index=True)[1]]
        hit = hit[off[hit] <= 1 / cells(len(cloud)) / sensor.distance]
        hit = hit[rng.random(len(hit)) >= self.lost * sensor.distance]
        if len(hit) < FEWEST:
            hit = nearest[:FEWEST]
        ranges = reach[hit] * (1 + rng.normal(0, self.noise, len(hit)))
        up, aside = aimed[hit].T
        yaw = np.radians(sensor.yaw + 180) + aside
        beam = np.stack([np.sin(yaw) * np.cos(up), np.sin(up), np.cos(yaw) * np.cos(up)], axis=1)
        return (sensor.place + ranges[:, None] * beam).astype(np.float32)

    @staticmethod
    def _angles(offsets: NDArray[np.float64], sensor: Sensor) -> NDArray[np.float64]:
        """(n, 2) radians above the horizon, and aside of the way to the middle."""
        x, y, z = offsets.T
        ahead = np.radians(sensor.yaw + 180)
        aside = np.arctan2(x * np.cos(ahead) - z * np.sin(ahead), x * np.sin(ahead) + z * np.cos(ahead))
        return np.stack([np.arctan2(y, np.hypot(x, z)), aside], axis=1)
