"""Sailing boats and tall ships."""

from __future__ import annotations

import numpy as np

from indexer.parametric.forms import DARK, chance, rod, shape, vary
from indexer.parametric.kinds import Shape, kind
from indexer.parametric.materials import paint, wood
from indexer.parametric.solids import box, rounded_box, sheet
from indexer.parametric.surface import Solid, array, merge
from indexer.parametric.vehicles.water import painted, ship_hull

FAMILY = "vehicles"
CANVAS = (0.93, 0.91, 0.84)


def sail(
    a: tuple[float, float, float], b: tuple[float, float, float], c: tuple[float, float, float], belly: float
) -> Solid:
    """A triangular sail a (tack), b (clew), c (head), bellied towards +x by a share of its foot."""
    corners, t = np.array([a, b, c]), np.linspace(0, 1, 7)
    foot = corners[0] + t[:, None] * (corners[1] - corners[0])
    rise = np.linspace(0, 0.98, 7)
    grid = foot[None] * (1 - rise)[:, None, None] + corners[2] * rise[:, None, None]
    bulge = np.sin(np.pi * t)[None, :] * np.sin(np.pi * (0.15 + 0.8 * rise))[:, None] * (1 - rise[:, None])
    grid[:, :, 0] += bulge * belly * np.linalg.norm(corners[1] - corners[0])
    return sheet(grid, 0.03).paint(CANVAS)


def square_sail(w: float, h: float, belly: float) -> Solid:
    """A four-cornered sail about x = 0, its head at y = h, bellied towards +z."""
    u, v = np.meshgrid(np.linspace(-1, 1, 7), np.linspace(0, 1, 5))
    bow = belly * w * np.cos(u * np.pi / 2) * np.sin(np.pi * (0.1 + 0.8 * v))
    grid = np.stack([u * w / 2 * (1 - 0.1 * v), v * h, bow], axis=2)
    return sheet(grid, 0.04).paint(CANVAS)


@kind("sailboat", ("sailing boat", "yacht", "boat", "watercraft"), FAMILY)
def sailboat(rng: np.random.Generator) -> Shape:
    """A yacht or catamaran with a mainsail and usually a foresail."""
    length, cat, jib = rng.uniform(6, 14), chance(rng, 0.2), chance(rng, 0.8)
    half, w, depth = length / 2, length * rng.uniform(0.26, 0.33), length * 0.11
    colour, mast_h, z = (
        paint(rng, "white", "blue", "red", "green", "black"),
        length * rng.uniform(1.0, 1.35),
        0.08 * length,
    )
    single = painted(ship_hull(length, w * (0.4 if cat else 1.0), depth, 0.35, 0.6, colour.shade(0.7)), colour.rgb)
    hulls = (
        single.move(x=w * 0.6).both("x")
        if cat
        else merge(single, box(0.06 * w, depth * 1.2, 0.2 * length, (1, 1.3)).move(0, -depth, 0).paint(DARK))
    )
    solids = [
        hulls,
        rounded_box(w * (1.3 if cat else 0.55), depth * 0.55, length * 0.36, 0.1)
        .move(0, depth * 0.9, -0.02 * length)
        .paint((0.9, 0.88, 0.84)),
    ]
    solids += [rod((0, depth, z), (0, depth + mast_h, z), 0.011 * length, 0.006 * length).paint(DARK)]
    boom = depth + 0.1 * length
    solids += [rod((0, boom, z), (0.0, boom, -half * 0.85), 0.007 * length).paint(DARK)]
    solids.append(
        sail((0, boom + 0.05, z - 0.05), (0, boom + 0.05, -half * 0.82), (0, depth + mast_h * 0.97, z - 0.05), 0.16)
    )
    if jib:
        solids.append(
            sail(
                (0, depth * 1.5, half * 0.95),
                (0, depth * 1.4, z - 0.1 * length),
                (0, depth + mast_h * 0.85, z + 0.05),
                0.18,
            )
        )
    name = "catamaran" if cat else "sailing yacht"
    sails = "a mainsail and a jib" if jib else "a single sail"
    return shape(
        solids,
        (f"a {name}", f"a {name} with one mast and {sails}", f"a {colour.name} sailboat with {sails}"),
        masts=1,
        sails=1 + jib,
    )


@kind("sailing ship", ("tall ship", "pirate ship", "galleon", "ship", "watercraft"), FAMILY)
def sailing_ship(rng: np.random.Generator) -> Shape:
    """A wooden square-rigged ship with two or three masts."""
    length, masts, timber = rng.uniform(22, 45), int(rng.integers(2, 4)), wood(rng)
    w, depth, half = length * 0.25, length * 0.14, length / 2
    solids = [painted(ship_hull(length, w, depth, 0.3, 0.7, timber.shade(0.6)), timber.rgb)]
    solids.append(
        box(w * 0.72, depth * 0.55, length * 0.2, (1, 0.95))
        .move(0, depth * 0.95, -half * 0.78)
        .paint(timber.shade(0.85))
    )
    solids.append(
        box(w * 0.45, depth * 0.3, length * 0.12, 0.9).move(0, depth * 1.1, half * 0.7).paint(timber.shade(0.85))
    )
    solids.append(rod((0, depth * 1.3, half * 0.85), (0, depth * 1.9, half * 1.4), 0.008 * length).paint(DARK))
    for i, z in enumerate(np.linspace(0.28, -0.3, masts) * length):
        tall = length * (0.72 if i == masts - 2 or masts == 2 else 0.6) * vary(rng, 0.06)
        solids.append(rod((0, depth, z), (0, depth + tall, z), 0.012 * length, 0.006 * length).paint(timber.shade(0.6)))
        for share, high in ((0.22, 0.34), (0.58, 0.22), (0.82, 0.13)):
            width = w * (2.0 - 1.2 * share)
            solids.append(square_sail(width, tall * high, 0.14).move(0, depth + tall * share, z + 0.012 * length))
            y = depth + tall * (share + high)
            solids.append(rod((-width / 2, y, z), (width / 2, y, z), 0.005 * length, sides=6).paint(timber.shade(0.6)))
    solids.append(
        sail(
            (0, depth * 1.8, half * 1.3),
            (0, depth * 1.5, 0.32 * length),
            (0, depth + 0.45 * length, 0.29 * length),
            0.1,
        )
    )
    ports = [(w * 0.46, depth * 0.6, z) for z in np.linspace(-0.3, 0.15, 6) * length]
    solids.append(array(box(w * 0.06, depth * 0.12, depth * 0.14), ports).both("x").paint(DARK))
    rig = "two-masted" if masts == 2 else "three-masted"
    captions = ("a wooden sailing ship", f"a {rig} tall ship with square sails", "a pirate ship with billowing sails")
    return shape(solids, captions, masts=masts)
