"""Aeroplanes: airliners, fighters, biplanes, propeller planes and gliders."""

from __future__ import annotations

import numpy as np

from indexer.parametric.forms import DARK, axles, chance, hull, pick, propeller, rod, shape, tint, wheel
from indexer.parametric.kinds import Shape, count, kind
from indexer.parametric.materials import GLASS, Material, paint
from indexer.parametric.solids import ball, lathe, wing
from indexer.parametric.surface import Solid, merge

FAMILY = "vehicles"
PLANE = ("airplane", "aeroplane", "aircraft")


def wings(root: float, tip: float, span: float, sweep: float, dihedral: float = 0.0, thickness: float = 0.11) -> Solid:
    """Both wings; `span` is one side's."""
    return wing(root, tip, span, sweep, thickness, dihedral).both("x")


def fin(root: float, tip: float, height: float, sweep: float) -> Solid:
    """An upright tail fin on y = 0, the leading edge towards +z."""
    return wing(root, tip, height, sweep, 0.09).turn("z", 90)


def nacelle(r: float, length: float) -> Solid:
    """A jet engine along z, its intake towards +z."""
    profile = [(r * 0.45, -length / 2), (r * 0.7, -length * 0.4), (r, 0.0), (r, length * 0.35), (r * 0.9, length / 2)]
    return lathe([*profile, (r * 0.75, length * 0.47), (r * 0.7, length * 0.2)], 16).turn("x", 90)


def leg(top: float, r: float, width: float) -> Solid:
    """Landing gear: a strut from y = top down to a wheel that touches y = 0."""
    return merge(rod((0, r, 0), (0, top, 0), r * 0.22).paint(DARK), wheel(r, width, "bare", sides=14).move(y=r))


def jet_fuselage(length: float, r: float) -> Solid:
    """A round airliner fuselage about y = 0, its nose at +z, the tail swept up."""
    half = length / 2
    nose = [(half, 0.06, -0.42, -0.3), (half - 0.35 * r, 0.42, -0.75, 0.12), (half - 1.2 * r, 0.8, -0.95, 0.62)]
    body = [(half - 2.6 * r, 1.0, -1.0, 1.0), (-half * 0.42, 1.0, -1.0, 1.0), (-half * 0.7, 0.72, -0.42, 0.97)]
    keys = np.array(nose + body + [(-half * 0.9, 0.32, 0.18, 0.86), (-half, 0.08, 0.5, 0.72)])
    keys[:, 1:] *= r
    return hull(keys, 20, smooth=2)


def band_windows(fuselage: Solid, half: float, r: float) -> Solid:
    """Cabin windows as a dark band, and the cockpit's panes."""
    return tint(
        fuselage,
        DARK,
        lambda at, _: (
            ((np.abs(at[:, 1] - 0.3 * r) < 0.16 * r) & (np.abs(at[:, 2]) < half * 0.66))
            | ((at[:, 1] > 0.05 * r) & (at[:, 2] > half - 1.5 * r) & (at[:, 2] < half - 0.5 * r))
        ),
    )


@kind("airliner", ("passenger plane", "jet airliner", *PLANE), FAMILY)
def airliner(rng: np.random.Generator) -> Shape:
    """A passenger jet with two to four engines under the wings or at the tail."""
    length, r = rng.uniform(30, 68), rng.uniform(1.7, 3.1)
    length = float(np.clip(length, 11 * r, 24 * r))
    half, span = length / 2, length * rng.uniform(0.42, 0.52)
    sweep, root = span * rng.uniform(0.4, 0.65), length * rng.uniform(0.17, 0.22)
    style = pick(rng, "two engines under swept wings", "four engines under swept wings", "two engines at the tail")
    tail_t = style.endswith("tail")
    body, trim = paint(rng, "white", "grey", "white", "blue"), paint(rng, "red", "blue", "green", "orange", "yellow")
    main = wings(root, root * 0.28, span, sweep, span * 0.1).move(y=-0.55 * r, z=half * 0.05)
    tail_h = length * rng.uniform(0.13, 0.17)
    plane_y = tail_h * 0.95 + 0.7 * r if tail_t else 0.5 * r
    tail = wings(length * 0.1, length * 0.045, span * 0.36, sweep * 0.34, span * 0.02)
    tail = tail.move(y=plane_y, z=-half * (0.98 if tail_t else 0.86))
    upright = fin(length * 0.15, length * 0.06, tail_h, tail_h * 0.75).move(y=0.75 * r, z=-half * 0.76).paint(trim.rgb)
    solids = [band_windows(jet_fuselage(length, r).paint(body.rgb), half, r), main.paint(body.shade(0.9)), upright]
    solids.append(tail.paint(body.shade(0.9)))
    solids += _engines(style, r, half, span, sweep, trim)
    gear = chance(rng)
    if gear:
        solids += _airliner_gear(r, half)
    return shape(
        solids,
        (
            "an airplane",
            f"a jet airliner with {style}",
            f"a {body.name} passenger jet with {style} and a {trim.name} tail",
        ),
        engines=4 if "four" in style else 2,
        length=length,
        gear=int(gear),
    )


def _engines(style: str, r: float, half: float, span: float, sweep: float, trim: Material) -> list[Solid]:
    pod = nacelle(r * 0.5, r * 1.7).paint(trim.shade(0.8))
    if style.endswith("tail"):
        return [pod.move(x=r * 1.4, y=r * 0.5, z=-half * 0.62).both("x")]
    shares = (0.32, 0.58) if "four" in style else (0.34,)
    places = [(span * s, -0.55 * r + span * 0.1 * s - 0.7 * r, half * 0.05 - sweep * s + half * 0.13) for s in shares]
    return [pod.move(*place).both("x") for place in places]


def _airliner_gear(r: float, half: float) -> list[Solid]:
    one = leg(r * 1.4, r * 0.3, r * 0.25)
    return [one.move(y=-2.1 * r, z=half * 0.74), *axles(one, r * 1.9, [-half * 0.08, -half * 0.08 - 0.7 * r], -2.1 * r)]


def _light_fuselage(length: float, r: float, tail: float = 0.25) -> Solid:
    half = length / 2
    keys = [(half, 0.55, -0.55, 0.5), (half * 0.92, 0.85, -0.85, 0.75), (half * 0.55, 1, -1, 1), (0.0, 1, -1, 1)]
    keys += [(-half * 0.5, 0.6, -0.45, 0.72), (-half, tail * 0.4, 0.1, 0.1 + tail)]
    return hull(np.array(keys) * (1, r, r, r), 16, 2.8, smooth=3)


def _light_tail(length: float, span: float, r: float) -> Solid:
    half = length / 2
    flat = wings(length * 0.13, length * 0.09, span * 0.32, length * 0.03).move(y=0.2 * r, z=-half * 0.92)
    return merge(flat, fin(length * 0.16, length * 0.09, length * 0.17, length * 0.07).move(y=0.2 * r, z=-half * 0.88))


@kind("biplane", PLANE, FAMILY)
def biplane(rng: np.random.Generator) -> Shape:
    """Two (sometimes three) stacked wings joined by struts, a propeller at the nose."""
    length, decks = rng.uniform(6, 9), 3 if chance(rng, 0.2) else 2
    half, r, span, chord = (
        length / 2,
        length * rng.uniform(0.055, 0.075),
        length * rng.uniform(0.55, 0.72),
        length * 0.18,
    )
    body, trim = paint(rng), paint(rng)
    gap, stagger, front = chord * rng.uniform(0.9, 1.2), rng.uniform(0, 0.4) * chord, half * 0.5
    heights = [-0.6 * r + gap * level * (2 / decks if decks == 3 else 1) for level in range(decks)]
    solids = [_light_fuselage(length, r, 0.35).paint(body.rgb), _light_tail(length, span, r).paint(trim.rgb)]
    for level, y in enumerate(heights):
        deck = wings(chord, chord * 0.9, span, 0.0, 0.03 * span, 0.08)
        solids.append(deck.move(y=y, z=front - stagger * (1 - level)).paint(trim.rgb))
    for x in (0.14, 0.72):
        for dz in (-0.3, 0.3):
            low, high = (
                (span * x, heights[0], front + dz * chord - stagger),
                (span * x, heights[-1] + 0.02 * span, front + dz * chord),
            )
            solids.append(rod(low, high, 0.02 * length / 6, sides=6).both("x").paint(DARK))
    gear_r = length * 0.045
    wheels = leg(r * 1.2, gear_r, gear_r * 0.4).move(y=-r - gear_r * 2 - 0.3 * r, z=front)
    solids += axles(wheels, r * 2.6, [0.0], 0.0)
    solids.append(propeller(length * 0.17).move(z=half + 0.05 * r))
    name = "triplane" if decks == 3 else "biplane"
    return shape(
        solids,
        (
            "an old airplane",
            f"a {name} with a propeller",
            f"a {body.name} {name} with {trim.name} wings, struts and a propeller",
        ),
        wings=decks,
        span=2 * span,
    )


@kind("propeller plane", ("propeller aircraft", "light aircraft", *PLANE), FAMILY)
def propeller_plane(rng: np.random.Generator) -> Shape:
    """A monoplane: high or low wing, one nose propeller or two on the wings."""
    length = rng.uniform(6.5, 13)
    half, r, span = length / 2, length * rng.uniform(0.07, 0.09), length * rng.uniform(0.6, 0.75)
    high, twin = chance(rng), chance(rng, 0.35)
    body, trim, chord = paint(rng), paint(rng), length * rng.uniform(0.16, 0.22)
    y, z, dihedral = (1.0 * r if high else -0.6 * r), half * 0.32, span * (0.02 if high else 0.09)
    solids = [_light_fuselage(length, r).paint(body.rgb), _light_tail(length, span, r).paint(trim.rgb)]
    solids.append(
        wings(chord, chord * rng.uniform(0.5, 1.0), span, chord * 0.1, dihedral).move(y=y, z=z).paint(body.shade(0.9))
    )
    solids.append(ball(0.78 * r, 0.75 * r, 2.6 * r, 14).move(y=0.75 * r, z=half * 0.3).paint(GLASS))
    blades = int(rng.integers(2, 5))
    screw = propeller(length * 0.13, blades)
    if twin:
        pod = nacelle(r * 0.45, chord * 1.5).paint(trim.rgb)
        place = (span * 0.3, y + dihedral * 0.3, z + chord * 0.45)
        solids.append(merge(pod, screw.move(z=chord * 0.75)).move(*place).both("x"))
    else:
        solids.append(screw.move(z=half))
    if high and not twin:
        solids.append(rod((r, -0.6 * r, z), (span * 0.45, y, z), 0.05 * r, sides=6).both("x").paint(DARK))
    if chance(rng, 0.7):
        one = leg(r * 1.1, r * 0.3, r * 0.2)
        solids += [*axles(one, r * 2.4, [z - 0.2 * chord], -1.9 * r), one.move(y=-1.9 * r, z=half * 0.8)]
    words = f"{'high' if high else 'low'} wings and {'two engines' if twin else 'one propeller'}"
    return shape(
        solids,
        (
            "a small airplane",
            f"a propeller plane with {words}",
            f"a {body.name} light aircraft with {words}, {count(blades, 'blade')} each",
        ),
        engines=1 + twin,
        span=2 * span,
    )


@kind("glider", ("sailplane", *PLANE), FAMILY)
def glider(rng: np.random.Generator) -> Shape:
    """A slim fuselage, very long narrow wings and a T or cross tail."""
    length = rng.uniform(6, 8.5)
    half, r, span = length / 2, length * rng.uniform(0.045, 0.055), length * rng.uniform(1.05, 1.5)
    body = paint(rng, "white", "white", "red", "yellow", "blue")
    keys = [
        (half, 0.12, -0.25, 0.05),
        (half * 0.85, 0.7, -0.85, 0.55),
        (half * 0.5, 1, -1.1, 1.1),
        (0.1 * half, 0.7, -0.6, 0.75),
    ]
    keys += [(-half * 0.4, 0.28, -0.1, 0.4), (-half, 0.14, 0.05, 0.35)]
    solids = [hull(np.array(keys) * (1, r, r, r), 16, smooth=4).paint(body.rgb)]
    solids.append(ball(0.75 * r, 0.72 * r, 2.7 * r, 14).move(y=0.5 * r, z=half * 0.58).paint(GLASS))
    chord = length * rng.uniform(0.1, 0.13)
    solids.append(
        wings(chord, chord * 0.4, span, chord * 0.2, span * 0.05).move(y=0.7 * r, z=half * 0.2).paint(body.rgb)
    )
    height, t_tail = length * 0.17, chance(rng, 0.7)
    solids.append(
        fin(length * 0.13, length * 0.09, height, length * 0.04).move(y=0.2 * r, z=-half * 0.92).paint(body.rgb)
    )
    level = 0.2 * r + (height if t_tail else 0.0)
    solids.append(
        wings(length * 0.09, length * 0.05, length * 0.2, 0.02 * length).move(y=level, z=-half * 0.97).paint(body.rgb)
    )
    tail = "t-tail" if t_tail else "low tail"
    return shape(
        solids,
        ("a glider", f"a glider with long narrow wings and a {tail}", f"a {body.name} sailplane without an engine"),
        span=2 * span,
    )
