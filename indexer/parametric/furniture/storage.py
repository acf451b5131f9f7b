"""Cupboards, chests of drawers and wardrobes."""

from __future__ import annotations

from indexer.parametric.furniture.shelves import carcass, foot
from indexer.parametric.kinds import Shape, an, count, kind
from indexer.parametric.materials import GLASS, RGB, either, metal, paint
from indexer.parametric.parts import Rng, chance, four_legs, frame, knob, made, pick, pull, slats, span
from indexer.parametric.solids import Solid, array, box, merge


def front(rng: Rng, w: float, h: float, style: str, rgb: RGB) -> Solid:
    """A door leaf on y = 0 facing +z: "plain", "panelled", "glazed" or "louvred"."""
    leaf = box(w, h, 0.02).paint(rgb)
    bar = min(w, h) * 0.16
    if style == "panelled":
        return merge(leaf, frame(w, h, bar, 0.016).move(z=0.012).paint(rgb))
    if style == "glazed":
        pane = box(w - bar, h - bar, 0.008).move(y=bar / 2).paint(GLASS)
        return merge(frame(w, h, bar, 0.024).paint(rgb), pane)
    if style == "louvred":
        number = max(int(h / 0.07), 3)
        slat = box(w - 2 * bar, 0.05, 0.01).turn("x", -30)
        return merge(
            frame(w, h, bar, 0.026).paint(rgb), slats(number, (0, bar, 0), (0, h - bar - 0.05, 0), slat).paint(rgb)
        )
    return leaf


@kind("cabinet", also=("cupboard",), family="furniture")
def cabinet(rng: Rng) -> Shape:
    """A cupboard with doors, or a filing cabinet."""
    return pick(rng, _doors_cabinet, _doors_cabinet, _filing, _sideboard)(rng)


def _doors_cabinet(rng: Rng) -> Shape:
    w, h, d = span(rng, 0.5, 1.1), span(rng, 0.7, 1.9), span(rng, 0.32, 0.5)
    material, doors = either(rng, "wood", "wood", "paint"), 1 if w < 0.6 else 2
    style = pick(rng, "plain", "panelled", "glazed", "louvred")
    base, low = foot(rng, w, d)
    leaf = w / doors
    door = merge(
        front(rng, leaf * 0.97, h * 0.97, style, material.shade(1.12)), knob(0.016).move(leaf * 0.4, h * 0.5, 0.02)
    )
    leaves = door.move(-leaf / 2 if doors == 2 else 0)
    body = carcass(w, h, d, 0.02) if style == "glazed" else box(w, h, d)
    shelf = slats(3, (0, h * 0.25, 0), (0, h * 0.75, 0), box(w * 0.95, 0.02, d * 0.8))
    parts = [merge(body, base.move(y=-low), shelf).paint(material.rgb)]
    parts.append((leaves.both("x") if doors == 2 else leaves).move(y=h * 0.015, z=d / 2 + 0.01))
    if chance(rng, 0.4):
        parts.append(box(w + 0.05, 0.03, d + 0.04).move(y=h, z=0.01).paint(material.rgb))
    return made(
        "cabinet",
        merge(*parts),
        f"{an(material.made_of)} cabinet",
        f"{an(material.name)} cupboard with {count(doors, 'door')}",
        f"{an(style)} {'tall' if h > 1.3 else 'low'} cabinet{' with glass doors' if style == 'glazed' else ''}",
        style="glass cabinet" if style == "glazed" else "cupboard",
        material=material.name,
        doors=doors,
    )


def _filing(rng: Rng) -> Shape:
    number, w, d = int(rng.integers(2, 6)), span(rng, 0.38, 0.48), span(rng, 0.5, 0.7)
    each, color = 0.32, paint(rng, "grey", "black", "white", "beige", "green")
    face = box(w * 0.94, each * 0.92, 0.02).move(y=each * 0.04).paint(color.shade(1.15))
    label = frame(0.09, 0.05, 0.006, 0.01).move(y=each * 0.68, z=0.014)
    drawer = merge(face, label, pull(rng, 0.13, "bar").move(y=each * 0.5, z=0.01)).move(z=d / 2)
    body = box(w, each * number, d).paint(color.rgb)
    return made(
        "cabinet",
        merge(body, array(drawer, [(0, i * each, 0) for i in range(number)])),
        "a filing cabinet",
        f"{an(color.name)} metal filing cabinet",
        f"an office filing cabinet with {count(number, 'drawer')}",
        style="filing cabinet",
        material=color.name,
        drawers=number,
    )


def _sideboard(rng: Rng) -> Shape:
    w, h, d, material = (
        span(rng, 1.2, 2.0),
        span(rng, 0.5, 0.75),
        span(rng, 0.38, 0.5),
        either(rng, "wood", "wood", "paint"),
    )
    bays, legs_h = int(rng.integers(2, 5)), span(rng, 0.1, 0.22)
    legs, leg_style = four_legs(rng, w * 0.92, d * 0.9, legs_h, 0.04)
    bay = w / bays
    parts = [merge(box(w, h, d).move(y=legs_h), legs).paint(material.rgb)]
    for i in range(bays):
        x = (i - (bays - 1) / 2) * bay
        if chance(rng, 0.5):
            leaf = merge(
                front(rng, bay * 0.95, h * 0.92, "plain", material.shade(1.12)),
                knob(0.014).move(bay * 0.38, h * 0.6, 0.01),
            )
            parts.append(leaf.move(x, legs_h + h * 0.04, d / 2))
        else:
            drawer = merge(
                box(bay * 0.95, h * 0.28, 0.02).paint(material.shade(1.12)), pull(rng, 0.1).move(y=h * 0.14, z=0.01)
            )
            parts.append(slats(3, (x, legs_h + h * 0.04, d / 2), (x, legs_h + h * 0.68, d / 2), drawer))
    return made(
        "cabinet",
        merge(*parts),
        "a sideboard",
        f"a long low {material.name} sideboard",
        f"a sideboard with {leg_style} legs, doors and drawers",
        style="sideboard",
        material=material.name,
    )


@kind("dresser", also=("chest of drawers",), family="furniture")
def dresser(rng: Rng) -> Shape:
    """A chest of drawers."""
    w, h, d = span(rng, 0.5, 1.3), span(rng, 0.6, 1.3), span(rng, 0.4, 0.52)
    material, columns = either(rng, "wood", "wood", "paint"), 2 if w > 0.9 else 1
    rows, contrast = max(int(h / span(rng, 0.18, 0.28)), 2), pick(rng, 1.15, 0.85)
    base, low = foot(rng, w, d)
    cell_w, cell_h = (w - 0.04) / columns, (h - 0.04) / rows
    grip = pull(rng, min(0.14, cell_w * 0.3)).paint(metal(rng).rgb)
    grips = grip if cell_w < 0.55 else grip.move(cell_w * 0.25).both("x")
    drawer = merge(
        box(cell_w - 0.015, cell_h - 0.015, 0.02).paint(material.shade(contrast)), grips.move(y=cell_h / 2, z=0.01)
    )
    cells = [((i - (columns - 1) / 2) * cell_w, 0.025 + j * cell_h, d / 2) for i in range(columns) for j in range(rows)]
    parts = [
        merge(box(w, h, d), base.move(y=-low), box(w + 0.04, 0.025, d + 0.04).move(y=h)).paint(material.rgb),
        array(drawer, cells),
    ]
    glass = chance(rng, 0.2)
    if glass:
        stand = frame(w * 0.7, 0.6, 0.04, 0.03).paint(material.rgb)
        pane = box(w * 0.66, 0.56, 0.012).move(y=0.02).paint(GLASS)
        parts.append(merge(stand, pane).move(y=h + 0.02, z=-d / 2 + 0.05))
    return made(
        "dresser",
        merge(*parts),
        f"{an(material.made_of)} chest of drawers",
        f"{an(material.name)} dresser{' with a mirror' if glass else ''}",
        f"a chest with {count(rows * columns, 'drawer')}",
        style="dressing table" if glass else "chest of drawers",
        material=material.name,
        drawers=rows * columns,
    )


@kind("wardrobe", also=("closet",), family="furniture")
def wardrobe(rng: Rng) -> Shape:
    """A tall cupboard for clothes."""
    doors, h, d = int(rng.integers(1, 5)), span(rng, 1.8, 2.3), span(rng, 0.5, 0.65)
    leaf, material, low_drawers = span(rng, 0.42, 0.6), either(rng, "wood", "wood", "paint"), chance(rng, 0.4)
    w, style, bottom = (
        leaf * doors,
        pick(rng, "plain", "panelled", "louvred", "panelled"),
        0.32 if low_drawers else 0.03,
    )
    base, low = foot(rng, w, d)
    door = front(rng, leaf * 0.97, h - bottom - 0.03, style, material.shade(1.12))
    grip = (
        pull(rng, 0.14, pick(rng, "knob", "bar")).turn("z", 90).move(leaf * 0.38, h * 0.45, 0.012).paint(metal(rng).rgb)
    )
    door = merge(door, grip)
    parts = [merge(box(w, h, d), base.move(y=-low)).paint(material.rgb)]
    for i in range(doors):
        parts.append(
            (door if i % 2 == 0 else door.mirror("x")).move((i - (doors - 1) / 2) * leaf, bottom, d / 2 + 0.01)
        )
    if low_drawers:
        drawer = merge(box(leaf * 0.96, 0.26, 0.02).paint(material.shade(1.1)), pull(rng, 0.12).move(y=0.13, z=0.01))
        parts.append(array(drawer, [((i - (doors - 1) / 2) * leaf, 0.03, d / 2 + 0.01) for i in range(doors)]))
    if chance(rng, 0.35):
        parts.append(
            box(w + 0.1, 0.08, d + 0.08, taper=0.93).turn("x", 180).move(y=h + 0.08).paint(material.shade(0.9))
        )
    return made(
        "wardrobe",
        merge(*parts),
        f"{an(material.made_of)} wardrobe",
        f"a tall {material.name} closet for clothes",
        f"a wardrobe with {count(doors, f'{style} door')}{' and drawers below' if low_drawers else ''}",
        style="wardrobe",
        material=material.name,
        doors=doors,
    )
