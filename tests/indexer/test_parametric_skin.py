"""One skin over bones: closed, near the bones' own surface, hollow where it should be; and what is built on it."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from indexer.parametric import generate
from indexer.parametric.nature.leafage import scattered
from indexer.parametric.people.stances import STANCES, Build, joints
from indexer.parametric.skin import chain, skin
from indexer.parametric.solids import box

BALL = [[0, 0, 0, 1, 0, 0, 0, 1]]


def edges_pair_up(solid):
    """Whether every directed edge has exactly one opposite."""
    edges = np.concatenate([solid.faces[:, [0, 1]], solid.faces[:, [1, 2]], solid.faces[:, [2, 0]]])
    there, back = edges @ (len(solid.vertices), 1), edges @ (1, len(solid.vertices))
    return len(np.unique(there)) == len(there) and np.array_equal(np.sort(there), np.sort(back))


def test_a_bone_without_length_is_a_ball():
    ball = skin(BALL, 0.0, 40)
    assert ball.volume == pytest.approx(4 / 3 * np.pi, rel=0.03)
    assert np.linalg.norm(ball.vertices, axis=1) == pytest.approx(1.0, abs=0.03)


def test_a_hollow_is_carved_out_and_leaves_a_shell():
    shell = skin(BALL, 0.0, 40, [[0, 0, 0, 0.7, 0, 0, 0, 0.7]])
    assert edges_pair_up(shell)
    assert shell.volume == pytest.approx(4 / 3 * np.pi * (1 - 0.343), rel=0.06)


@pytest.mark.parametrize(
    ("bones", "hollows", "says"),
    [([[0, 0, 0, 0, 1, 0, 0, 0]], None, "radius above 0"), (BALL, [[0, 0, 0, 1.5, 0, 0, 0, 1.5]], "leave nothing")],
)
def test_what_leaves_no_skin_is_an_error_that_says_why(bones, hollows, says):
    with pytest.raises(ValueError, match=says):
        skin(bones, 0.1, 20, hollows)


def test_bones_apart_flow_together_only_with_a_wide_blend():
    pair = [[-1.1, 0, 0, 1, -1.1, 0, 0, 1], [1.1, 0, 0, 1, 1.1, 0, 0, 1]]
    assert skin(pair, 0.4, 40).volume > 1.1 * skin(pair, 0.01, 40).volume


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(*[st.floats(-1, 1)] * 3, st.floats(0.05, 0.5)), min_size=2, max_size=6), st.floats(0, 0.3))
@example([(0, 0, 1, 0.0625), (0, 0, -0.75, 0.0625)], 0.125)  # so thin that no point of the grid lies in it
def test_any_skin_is_closed_wound_outward_and_holds_its_bones(keys, blend):
    made = skin(chain(keys), blend, 20)
    assert edges_pair_up(made)
    assert made.volume > 0
    low, high = made.vertices.min(axis=0), made.vertices.max(axis=0)
    centres, radii = np.array(keys)[:, :3], np.array(keys)[:, 3:]
    cell = ((centres + radii).max(axis=0) - (centres - radii).min(axis=0)).max() / 20
    thick = centres[radii[:, 0] > 1.8 * cell]  # ends that hold a whole cell of the grid; of thinner ones tips are lost
    assert (thick >= low - 1e-6).all() and (thick <= high + 1e-6).all()


def test_slivers_are_merged_and_what_is_left_lies_on_the_bones():
    ball = skin(BALL, 0.0, 40)
    edges = ball.vertices[ball.faces] - ball.vertices[np.roll(ball.faces, 1, axis=1)]
    lengths = np.linalg.norm(edges, axis=2)
    # The grid cuts four times as many, of all lengths.
    assert len(ball.faces) < 3 * 4 * np.pi / (2 / 40) ** 2
    assert np.percentile(lengths, 5) > 0.4 * 2 / 40


@pytest.mark.parametrize("radius", [0.06, 0.1])
def test_a_neck_of_few_cells_stays_one_piece(radius):
    """Two balls joined by a rod: as many vertices less edges plus faces as a single closed surface has."""
    made = skin(chain([(-1, 0, 0, 0.5), (-0.6, 0, 0, radius), (0.6, 0.1, 0, radius), (1, 0, 0, 0.5)]), 0.0, 40)
    assert edges_pair_up(made)
    assert len(np.unique(made.faces)) - len(made.faces) // 2 == 2


def test_scattered_copies_keep_their_volume():
    leaves = scattered(box(1, 0.1, 2), np.zeros((50, 3)), np.random.default_rng(0))
    assert edges_pair_up(leaves)
    assert 50 * 0.2 * 0.6**3 < leaves.volume < 50 * 0.2 * 1.2**3


@pytest.mark.parametrize("stance", STANCES, ids=lambda stance: stance.words)
def test_bones_keep_their_length_in_every_stance(stance):
    at = joints(stance, Build(1.8), np.random.default_rng(1))
    for side in "rl":
        upper = np.linalg.norm(at[f"elbow {side}"] - at[f"shoulder {side}"])
        thigh = np.linalg.norm(at[f"knee {side}"] - at[f"hip {side}"])
        assert upper == pytest.approx(1.8 * 0.33 * 0.53)
        assert thigh == pytest.approx(1.8 * 0.5 * 0.48)


def test_people_and_animals_come_in_many_styles_and_poses():
    assert len({generate("human figure", seed).parts["pose"] for seed in range(40)}) >= 12
    assert len({generate("dog", seed).parts["pose"] for seed in range(40)}) >= 6
    assert len({generate("hand", seed).parts["gesture"] for seed in range(40)}) >= 9
    assert len({generate("sofa", seed).parts["style"] for seed in range(40)}) >= 5
