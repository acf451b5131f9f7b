"""Plants in pots, and cacti."""

from __future__ import annotations

import numpy as np

from indexer.parametric.forms import chance, hull, limb, pick, rod, shape
from indexer.parametric.kinds import Shape, count, kind
from indexer.parametric.materials import paint
from indexer.parametric.nature.leafage import any_potted
from indexer.parametric.nature.trees import BARK, blob, green, leaf
from indexer.parametric.solids import ball, cylinder, lathe
from indexer.parametric.surface import Points, Solid, merge, ring

FAMILY = "plants"


def pot(rng: np.random.Generator, r: float) -> tuple[Solid, float, str]:
    """A flower pot with soil; the soil's height and the colour's name."""
    style, h = pick(rng, "tapered", "round", "square"), r * rng.uniform(1.4, 2.2)
    colour = paint(rng, "orange", "brown", "white", "grey", "blue", "black")
    profile = {
        "tapered": [
            (0.68 * r, 0),
            (0.95 * r, 0.8 * h),
            (1.08 * r, 0.8 * h),
            (1.08 * r, h),
            (0.95 * r, h),
            (0.9 * r, 0.88 * h),
        ],
        "round": [
            (0.6 * r, 0),
            (1.1 * r, 0.35 * h),
            (1.1 * r, 0.65 * h),
            (0.85 * r, h),
            (0.75 * r, h),
            (0.75 * r, 0.88 * h),
        ],
        "square": [(1.15 * r, 0), (1.25 * r, h), (1.1 * r, h), (1.08 * r, 0.88 * h)],
    }[style]
    vessel = lathe(profile, 4 if style == "square" else 22).paint(colour.rgb)
    soil = cylinder(0.8 * r, 0.03 * h, 4 if style == "square" else 16).move(y=0.86 * h).paint((0.22, 0.15, 0.1))
    return merge(vessel, soil), 0.88 * h, colour.name


@kind("potted plant", ("house plant", "plant in a pot", "indoor plant", "plant"), FAMILY)
def potted_plant(rng: np.random.Generator) -> Shape:
    """A pot with a rosette, broad leaves on stalks, a little tree, a succulent, a snake plant or a fern."""
    if chance(rng, 0.65):
        return any_potted(rng)
    style, r = (
        pick(
            rng,
            "broad leaves on stalks",
            "drooping leaves",
            "upright sword leaves",
            "a small round tree",
            "a succulent rosette",
            "feathery fronds",
        ),
        rng.uniform(0.1, 0.22),
    )
    vessel, y, name = pot(rng, r)
    rgb, solids, n = green(rng), [vessel], int(rng.integers(7, 16))
    if style == "a small round tree":
        tall = r * rng.uniform(3, 6)
        solids += [
            rod((0, y, 0), (0, y + tall, 0), 0.1 * r).paint(BARK),
            blob(rng, r * rng.uniform(1.3, 1.9), 14).move(y=y + tall).paint(rgb),
        ]
    elif style == "upright sword leaves":
        blade = leaf(r * rng.uniform(3.5, 5.5), r * 0.55, 0.05, 0.2)
        solids += [
            blade.scale(float(k)).turn("z", float(t)).turn("y", float(a)).move(y=y).paint(rgb)
            for k, t, a in zip(rng.uniform(0.6, 1, n), rng.uniform(62, 86, n), rng.uniform(0, 360, n), strict=True)
        ]
    elif style == "broad leaves on stalks":
        for a, out, up in zip(
            rng.uniform(0, 360, n), rng.uniform(0.5, 1.6, n) * r, rng.uniform(1.5, 5, n) * r, strict=True
        ):
            stalk = limb(
                [(0, y, 0, 0.05 * r), (out * 0.4, y + up * 0.6, 0, 0.045 * r), (out, y + up, 0, 0.03 * r)], 5, 2
            )
            blade = leaf(r * 1.5, r * 1.1, 0.45, 0.15).move(out, y + up, 0)
            solids.append(merge(stalk, blade).turn("y", float(a)).paint(rgb))
    elif style == "a succulent rosette":
        thick = (
            hull([(0, 0.12, -0.06, 0.06), (0.5, 0.3, -0.1, 0.12), (1.0, 0.04, -0.02, 0.04)], 8, smooth=2)
            .scale(r * 1.2)
            .turn("y", 90)
        )
        solids += [
            ring(thick.scale(k).turn("z", t), 9, start=t).move(y=y).paint(rgb)
            for k, t in ((1, 12), (0.85, 35), (0.6, 60))
        ]
    else:
        lobes = 9 if style == "feathery fronds" else 0
        frond = leaf(r * rng.uniform(2.5, 4), r * (0.8 if lobes else 0.3), rng.uniform(0.4, 0.9), 0.15, lobes)
        solids += [
            ring(frond.turn("z", 38), n).move(y=y).paint(rgb),
            ring(frond.scale(0.8).turn("z", 60), n // 2, start=11).move(y=y).paint(np.multiply(rgb, 1.15)),
        ]
    return shape(
        solids, ("a potted plant", f"a potted plant with {style}", f"a house plant in a {name} pot"), style=style
    )


@kind("cactus", ("succulent", "desert plant", "plant"), FAMILY)
def cactus(rng: np.random.Generator) -> Shape:
    """A ribbed column with arms, a barrel or a prickly pear; in the ground or a pot."""
    style, rgb = pick(rng, "column with arms", "barrel", "prickly pear"), (0.22, 0.45, 0.2)
    h = rng.uniform(0.3, 3.0)

    def ribbed(solid: Solid, x: float = 0.0) -> Solid:
        def rib(p: Points) -> Points:
            angle = np.arctan2(p[:, 2], p[:, 0] - x)
            return (p - (x, 0, 0)) * np.column_stack(
                [1 + 0.09 * np.cos(angle * 10), np.ones(len(p)), 1 + 0.09 * np.cos(angle * 10)]
            ) + (x, 0, 0)

        return solid.warp(rib)

    arms = 0
    if style == "column with arms":
        r, arms = h * rng.uniform(0.07, 0.1), int(rng.integers(1, 5))
        solids = [ribbed(limb([(0, 0, 0, r), (0, h * 0.5, 0, r * 1.05), (0, h, 0, r * 0.85)], 40))]
        for i in range(arms):
            y, reach, up = h * rng.uniform(0.3, 0.6), r * rng.uniform(2.4, 3.4), h * rng.uniform(0.2, 0.38)
            keys = [
                (0.5 * r, y, 0, 0.6 * r),
                (reach * 0.8, y + 0.02 * h, 0, 0.62 * r),
                (reach, y + 0.12 * h, 0, 0.66 * r),
                (reach, y + up, 0, 0.55 * r),
            ]
            solids.append(limb(keys, 12).turn("y", i * 360 / arms + rng.uniform(-25, 25)))
    elif style == "barrel":
        r = h * rng.uniform(0.4, 0.55)
        solids = [
            ribbed(ball(r, h / 2, r, 40)).move(y=h / 2),
            ring(ball(0.09 * r, sides=6), 8, 0.2 * r).move(y=h * 0.98).paint((0.9, 0.4, 0.5)),
        ]
    else:
        pads, solids = [(0.0, 0.22, 0.0, 0.0)], []
        for _ in range(int(rng.integers(4, 8))):
            x, y, z, _ = pads[int(rng.integers(len(pads)))]
            turn = rng.uniform(-45, 45)
            pads.append(
                (
                    x - np.sin(np.radians(turn)) * 0.34,
                    y + np.cos(np.radians(turn)) * 0.36,
                    z + rng.uniform(-0.06, 0.06),
                    turn,
                )
            )
        solids = [ball(0.17, 0.23, 0.05, 12).turn("z", a).move(x, y, z).scale(h) for x, y, z, a in pads]
    solids = [part if part.colors[0, 0] == np.float32(0.9) else part.paint(rgb) for part in solids]
    potted = chance(rng, 0.4)
    if potted:
        vessel, y, _ = pot(rng, max(0.16 * h, 0.05) * (3.0 if style == "barrel" else 1.5))
        solids = [vessel, *[part.move(y=y * 0.97) for part in solids]]
    place = " in a pot" * potted
    words = f"a saguaro cactus with {count(arms, 'arm')}{place}" if arms else f"a {style} cactus{place}"
    return shape(solids, ("a cactus", words, f"a green cactus{place}"), style=style)
