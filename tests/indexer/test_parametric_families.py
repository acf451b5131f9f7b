"""The shared forms behind vehicles, animals, people, buildings and gear, and what the families promise."""

from collections import Counter

import numpy as np
import pytest

from indexer.parametric import forms, generate
from indexer.parametric.kinds import kinds
from indexer.parametric.surface import Solid

PATH = [(0, 0, 0, 0.2), (0, 1, 0.3, 0.15), (0.2, 1.6, 0.2, 0.05)]
STATIONS = [(-2, 0.3, 0, 1), (0, 0.8, -0.2, 1.2), (2, 0.1, 0.2, 0.5)]
MADE = {
    "hull": forms.hull(STATIONS),
    "smooth boxy hull": forms.hull(STATIONS, 16, 5.0, smooth=3),
    "hull with a power a station": forms.hull([(*row, 2 + i) for i, row in enumerate(STATIONS)]),
    "limb": forms.limb(PATH),
    "rod": forms.rod((0, 0, 0), (1, 2, 3), 0.1, 0.05),
    "upright rod": forms.rod((0, 0, 0), (0, -2, 0), 0.1),
    "beam": forms.beam((0, 0, 0), (1, 2, 3), 0.1),
    "disc wheel": forms.wheel(0.4, 0.2),
    "spoked wheel": forms.wheel(0.4, 0.2, "spoked"),
    "bare wheel": forms.wheel(0.4, 0.2, "bare"),
    "propeller": forms.propeller(1.0, 3),
}


def edges_pair_up(solid: Solid) -> bool:
    """Whether every directed edge has exactly one opposite."""
    faces = solid.faces
    edges = Counter(map(tuple, np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]])))
    return all(number == 1 and edges[b, a] == 1 for (a, b), number in edges.items())


@pytest.mark.parametrize("name", MADE)
def test_forms_are_watertight_and_wound_outward(name):
    assert edges_pair_up(MADE[name])
    assert MADE[name].volume > 0


def test_a_rod_and_a_beam_have_the_volume_of_their_sections():
    length = np.sqrt(14)
    assert forms.rod((0, 0, 0), (1, 2, 3), 0.1, sides=64).volume == pytest.approx(np.pi * 0.01 * length, rel=0.01)
    assert forms.beam((0, 0, 0), (1, 2, 3), 0.1).volume == pytest.approx(0.01 * length)


def test_flow_passes_through_its_keys():
    curve = forms.flow(PATH, 4)
    assert len(curve) == 9
    assert curve[::4] == pytest.approx(np.array(PATH))


def test_wheels_turn_about_the_x_axis_and_touch_the_ground():
    for style in ("disc", "spoked", "bare"):
        x, y, z = forms.wheel(0.4, 0.2, style, sides=64).size
        assert (y, z) == pytest.approx((0.8, 0.8), rel=0.01)
        assert x < 0.25
    placed = forms.axles(forms.wheel(0.4, 0.2), 1.5, [-1.0, 1.0], 0.4)
    assert len(placed) == 4
    assert min(part.vertices[:, 1].min() for part in placed) == pytest.approx(0, abs=1e-6)


def test_tint_and_fill_paint_only_what_they_should():
    ball = forms.hull(STATIONS)
    half = forms.tint(ball, (1, 0, 0), lambda at, normals: at[:, 2] > 0)
    red = (half.colors == (1, 0, 0)).all(axis=1)
    assert 0 < red.sum() < len(red)
    full = forms.fill(half, (0, 0, 1))
    assert (full.colors[red] == (1, 0, 0)).all()
    assert (full.colors[~red] == (0, 0, 1)).all()


def test_captions_get_the_right_article():
    made = forms.shape([forms.hull(STATIONS)], ("a orange ant", "a one-storey house", "a ufo", "a 8-wheeler", "a car"))
    assert made.captions == ("an orange ant", "a one-storey house", "a ufo", "an 8-wheeler", "a car")


@pytest.mark.parametrize(
    "kind", ["car", "bus", "truck", "train", "airliner", "cargo ship", "crocodile", "pig", "fish", "tank"]
)
def test_what_moves_is_longest_along_z(kind):
    """The nose or bow points to +z, so length lies along z; wings may be wider, ships and trains may not."""
    for seed in range(4):
        x, y, z = generate(kind, seed).solid.size
        assert z > (0.5 * x if kind == "airliner" else x) and z > y


@pytest.mark.parametrize("kind", ["human figure", "skyscraper", "lighthouse", "penguin", "conifer", "sword", "violin"])
def test_what_stands_is_taller_than_deep(kind):
    for seed in range(4):
        _, y, z = generate(kind, seed).solid.size
        assert y > z


def test_counts_in_parts_are_counts_in_captions():
    for seed in range(8):
        shape = generate("gear wheel", seed)
        assert f"{shape.parts['teeth']} teeth" in " ".join(shape.captions)
        bicycle = generate("bicycle", seed)
        assert bicycle.parts["wheels"] == 2
        assert generate("spider", seed).parts["legs"] == 8


def test_one_maker_serves_several_kinds_each_with_its_own_styles():
    assert {generate("guitar", seed).parts["style"] for seed in range(12)} == {
        "acoustic guitar",
        "electric guitar",
        "bass guitar",
    }
    assert {generate("banjo", seed).parts["style"] for seed in range(3)} == {"banjo"}
    assert "banjo" not in kinds()["guitar"].also
