"""Machines come in many builds: what every build of a thing has in common, and that the builds do differ."""

import numpy as np
import pytest

from indexer.parametric import generate
from indexer.parametric.materials import paint
from indexer.parametric.vehicles.cars import CARS, plan_of
from indexer.parametric.vehicles.coachwork import interior, one_shell, panels, road_wheel


@pytest.mark.parametrize("style", CARS)
def test_every_body_style_can_be_a_shell_or_panels_within_its_measures(style):
    rng = np.random.default_rng(1)
    plan, colour = plan_of(style, rng), paint(rng)
    for made in (one_shell(plan), *panels(plan, colour, panes=True), *interior(plan, rng, colour)):
        assert np.isfinite(made.vertices).all() and made.volume > 0
        assert np.abs(made.vertices[:, 2]).max() < plan.length * 0.55
        assert np.abs(made.vertices[:, 0]).max() < plan.width * 0.6
        assert made.vertices[:, 1].max() < plan.height * 1.15


def test_a_road_wheel_of_any_build_is_round_about_the_x_axis():
    for seed in range(12):
        x, y, z = road_wheel(np.random.default_rng(seed), 0.35, 0.2).size
        assert y == pytest.approx(0.7, rel=0.15) and z == pytest.approx(0.7, rel=0.15)
        assert x < 0.4


@pytest.mark.parametrize(
    ("kind", "builds"), [("car", 6), ("fighter jet", 5), ("truck", 5), ("tank", 4), ("warship", 4)]
)
def test_a_kind_comes_in_many_styles(kind, builds):
    assert len({generate(kind, seed).parts["style"] for seed in range(24)}) >= builds


@pytest.mark.parametrize(
    "kind", ["truck", "military truck", "locomotive", "tugboat", "yacht", "ferry", "howitzer", "rifle"]
)
def test_long_machines_lie_along_z(kind):
    for seed in range(6):
        x, _, z = generate(kind, seed).solid.size
        assert z > x
