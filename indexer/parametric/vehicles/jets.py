"""Combat jets of all wing plans, and stealth aircraft."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from indexer.parametric.forms import ALLOY, DARK, axles, chance, hull, pick, shape, vary
from indexer.parametric.kinds import Shape, kind
from indexer.parametric.materials import GLASS, paint
from indexer.parametric.solids import ball, box, lathe, prism, wing
from indexer.parametric.surface import Solid, merge
from indexer.parametric.vehicles.air import FAMILY, PLANE, fin, leg, wings


@dataclass(frozen=True)
class Jet:
    """Shares of the length, but `r`, the fuselage's radius in metres at 1 m length.

    Attributes:
        wing: span of one side, root chord, tip chord, sweep, place along z (of the half length).
        tail: the same for the tailplane; empty for none.
        fin: root, tip, height, sweep.
        fins: one in the middle or two.
        cant: of twin fins, degrees outward.
        intake: "nose", "sides", "chin" or "none".
        power: of the fuselage's sections, low for blended ones.
    """

    wing: tuple[float, float, float, float, float]
    tail: tuple[float, float, float, float, float] | tuple[()]
    fin: tuple[float, float, float, float]
    fins: int = 1
    cant: float = 0.0
    intake: str = "sides"
    r: float = 0.052
    power: float = 2.6


JETS: dict[str, Jet] = {
    "delta-wing": Jet((0.29, 0.52, 0.03, 0.23, -0.2), (), (0.24, 0.07, 0.15, 0.14)),
    "cropped-delta": Jet(
        (0.31, 0.36, 0.08, 0.13, -0.1), (0.17, 0.16, 0.06, 0.09, -0.8), (0.2, 0.07, 0.16, 0.13), 1, 0, "chin"
    ),
    "swept-wing": Jet(
        (0.4, 0.2, 0.11, 0.28, 0.0), (0.17, 0.11, 0.06, 0.1, -0.85), (0.18, 0.08, 0.18, 0.12), 1, 0, "nose", 0.06, 2.1
    ),
    "twin-tail": Jet(
        (0.33, 0.32, 0.09, 0.15, -0.15),
        (0.2, 0.18, 0.07, 0.1, -0.85),
        (0.19, 0.08, 0.16, 0.09),
        2,
        4,
        "sides",
        0.055,
        3.4,
    ),
    "canted-tail": Jet(
        (0.32, 0.38, 0.09, 0.15, -0.1),
        (0.19, 0.19, 0.05, 0.1, -0.85),
        (0.22, 0.09, 0.14, 0.12),
        2,
        27,
        "sides",
        0.056,
        2.0,
    ),
    "swing-wing": Jet(
        (0.48, 0.15, 0.07, 0.14, -0.05),
        (0.2, 0.16, 0.06, 0.12, -0.9),
        (0.2, 0.08, 0.14, 0.11),
        2,
        3,
        "sides",
        0.052,
        3.0,
    ),
    "forward-swept": Jet((0.36, 0.22, 0.1, -0.12, -0.3), (0.14, 0.12, 0.05, -0.04, 0.35), (0.2, 0.08, 0.15, 0.1)),
    "straight-wing": Jet(
        (0.5, 0.16, 0.1, 0.01, 0.0), (0.2, 0.1, 0.08, 0.01, -0.9), (0.12, 0.08, 0.12, 0.02), 1, 0, "sides", 0.05, 2.2
    ),
    "canard": Jet(
        (0.32, 0.48, 0.05, 0.2, -0.25), (0.14, 0.12, 0.04, 0.08, 0.42), (0.22, 0.07, 0.16, 0.13), 1, 0, "chin"
    ),
}


def _fuselage(rng: np.random.Generator, plan: Jet, length: float) -> Solid:
    half, r = length / 2, plan.r * length * vary(rng)
    blunt = plan.intake == "nose"
    tip = [(half * 0.92, 0.55, -0.55, 0.5), (half * 0.7, 0.85, -0.8, 0.75)] if blunt else [
        (half, 0.03, -0.06, 0.04), (half * 0.75, 0.5, -0.5, 0.45)
    ]  # fmt: skip
    wide = rng.uniform(1.0, 1.6) if plan.intake == "sides" else rng.uniform(0.9, 1.1)
    rest = [(half * 0.45, 0.85, -0.75, 0.85), (0.1 * half, wide, -0.85, 0.95), (-0.5 * half, wide, -0.8, 0.8)]
    rows = np.array([*tip, *rest, (-0.9 * half, 0.8 * wide, -0.55, 0.6)]) * (1, r, r, r)
    return hull(rows, 18, plan.power * vary(rng), smooth=3)


def _flying(plan: tuple[float, ...], length: float, thickness: float, rng: np.random.Generator) -> Solid:
    span, root, tip, sweep, at = plan
    k = length * vary(rng, 0.1)
    return wings(root * k, tip * k, span * k, sweep * k, rng.uniform(-0.04, 0.05) * span * k, thickness).move(
        z=at * length / 2
    )


def _intakes(plan: Jet, length: float) -> list[Solid]:
    r, half = plan.r * length, length / 2
    if plan.intake == "nose":
        return [
            lathe([(r * 0.62, 0), (r * 0.5, 0.3 * r), (0.0, 0.7 * r)], 14)
            .turn("x", -90)
            .move(z=half * 0.94)
            .paint(DARK)
        ]
    if plan.intake == "chin":
        return [box(r * 1.3, r * 0.7, half * 0.5, (0.9, 0.8)).move(0, -1.35 * r, half * 0.2).paint(DARK)]
    if plan.intake == "sides":
        return [box(r * 0.6, r * 1.1, half * 0.6, (0.9, 0.8)).move(r * 1.15, -0.6 * r, half * 0.1).both("x")]
    return []


def _stores(rng: np.random.Generator, plan: Jet, length: float) -> list[Solid]:
    """Missiles, bombs or tanks under the wings, on pylons or at the tips."""
    span, r, at = plan.wing[0] * length, plan.r * length, plan.wing[4] * length / 2
    size = r * rng.uniform(0.12, 0.4)
    body = lathe([(0, -size * 6), (size, -size * 4), (size, size * 4), (0, size * 7)], 10).turn("x", 90)
    cross = merge(*[box(size * 4, size * 0.1, size * 1.5).turn("z", a).move(z=-size * 4) for a in (0, 90)])
    missile = merge(body, cross)
    shares = (0.35, 0.6, 0.8)[: int(rng.integers(1, 4))]
    drop = -size * rng.uniform(1.2, 2.5)
    solids = [missile.move(s * span, drop, at - plan.wing[3] * length * s).both("x") for s in shares]
    if chance(rng, 0.4):
        solids.append(missile.move(span, 0, at - plan.wing[3] * length).both("x"))
    return [merge(*solids).paint(ALLOY if chance(rng) else DARK)]


def _tail_end(rng: np.random.Generator, plan: Jet, length: float) -> Solid:
    """One nozzle or two, hollow at the end."""
    r, half = plan.r * length, length / 2
    profile = [
        (0.5 * r, 0),
        (0.62 * r, 0.12 * half),
        (0.5 * r, 0.26 * half),
        (0.42 * r, 0.26 * half),
        (0.4 * r, 0.1 * half),
    ]
    one = lathe(profile, 14).turn("x", -90).move(z=-half * 0.82).paint(DARK)
    return one.move(x=0.6 * r).both("x") if plan.fins == 2 or chance(rng, 0.2) else one.scale(1.3, 1.3, 1)


@kind("fighter jet", ("jet fighter", "military aircraft", *PLANE), FAMILY)
def fighter_jet(rng: np.random.Generator) -> Shape:
    """A combat jet of one of the plans of `JETS`, with or without stores, gear and stand."""
    style, length = pick(rng, *JETS), rng.uniform(12, 21)
    plan, half = JETS[style], length / 2
    body, r = paint(rng, "grey", "grey", "green", "beige", "blue", "black", "white"), plan.r * length
    fuselage = _fuselage(rng, plan, length)
    flat = rng.uniform(0.02, 0.08)
    main = _flying(plan.wing, length, flat, rng).move(y=rng.uniform(-0.4, 0.5) * r)
    solids = [
        fuselage.paint(body.rgb),
        main.paint(body.shade(0.92)),
        *_intakes(plan, length),
        _tail_end(rng, plan, length),
    ]
    if plan.tail:
        solids.append(_flying(plan.tail, length, flat, rng).move(y=rng.uniform(-0.1, 0.4) * r).paint(body.shade(0.9)))
    root, tip, high, sweep = (share * length * vary(rng) for share in plan.fin)
    upright = fin(root, tip, high, sweep).move(y=0.4 * r, z=-0.68 * half)
    twin = upright.turn("z", -plan.cant).move(x=rng.uniform(0.8, 1.5) * r).both("x")
    solids.append((upright if plan.fins == 1 else twin).paint(body.shade(0.85)))
    if chance(rng, 0.85):
        solids.append(
            ball(0.5 * r, 0.62 * r, rng.uniform(1.4, 2.8) * r, 14).move(y=0.72 * r, z=half * 0.45).paint(GLASS)
        )
    armed, gear = chance(rng, 0.5), chance(rng, 0.35)
    if armed:
        solids += _stores(rng, plan, length)
    if gear:
        one = leg(r * 1.2, r * 0.35, r * 0.25)
        solids += [one.move(y=-2.0 * r, z=half * 0.5), *axles(one, r * 2.2, [-half * 0.15], -2.0 * r)]
    if plan.intake == "sides" and chance(rng, 0.4):
        solids.append(
            prism([(0, 0), (0.8 * r, -half * 0.5), (0, -half * 0.5)], 0.1 * r)
            .turn("x", 90)
            .move(0.9 * r, 0, half * 0.5)
            .both("x")
        )
    fins = "twin tail fins" if plan.fins == 2 else "one tail fin"
    return shape(
        solids,
        (
            "an airplane",
            f"a {style.replace('-', ' ')} fighter jet" if "wing" in style else f"a fighter jet with {fins}",
            f"a {body.name} military jet with {fins}{', armed with missiles' * armed}",
        ),
        style=style,
        fins=plan.fins,
        gear=int(gear),
    )


@kind("stealth aircraft", ("stealth bomber", "military aircraft", *PLANE), FAMILY)
def stealth(rng: np.random.Generator) -> Shape:
    """A flying wing without a tail, or a faceted arrow with a v-tail."""
    length, colour = rng.uniform(14, 24), paint(rng, "black", "black", "grey")
    if chance(rng, 0.6):
        span = length * rng.uniform(0.9, 1.3)
        main = wings(length * 0.6, length * 0.14, span, span * 0.55, thickness=0.1)
        hump = hull(
            [(length * 0.3, 0.3, -0.2, 0.2), (length * 0.05, 1.6, -0.8, 1.3), (-length * 0.28, 0.8, -0.2, 0.3)],
            14,
            smooth=4,
        )
        engines = (
            hull([(length * 0.1, 0.9, 0, 0.7), (-length * 0.25, 0.8, 0, 0.3)], 10, 4).move(x=span * 0.13).both("x")
        )
        solids, words = [merge(main, hump, engines).paint(colour.rgb)], "a flying wing without a tail"
    else:
        half = length / 2
        keys = [
            (half, 0.05, 0, 0.05),
            (half * 0.3, 1.4, 0, 1.6),
            (-half * 0.1, 2.4, 0, 1.3),
            (-half * 0.8, 2.6, 0.2, 0.5),
        ]
        main = wings(length * 0.4, length * 0.1, length * 0.34, length * 0.34, thickness=0.05).move(
            0.6, 0.2, -half * 0.1
        )
        tail = (
            wing(length * 0.16, length * 0.07, length * 0.2, length * 0.16, 0.06)
            .turn("z", 50)
            .move(0.2, 0.4, -half * 0.75)
            .both("x")
        )
        solids = [merge(hull(keys, 8, 1.1), main, tail).paint(colour.rgb)]
        words = "a faceted stealth jet with a v-tail"
    return shape(solids, ("an airplane", f"a {colour.name} stealth aircraft", words), length=length)
