"""What a cosine means: percentiles, confidences, and lists over several modalities."""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from indexer.calibration import background
from retriever.files import whole_file
from retriever.query.calibrate import ASSUMED, FILE, Calibration, Latest, Match, calibration_error
from retriever.spaces.base import ShapeInput, SpaceIdentity

SPACE = SpaceIdentity("toy", 8, "ab", ShapeInput())
NEAR, FAR = (np.random.default_rng(seed).normal(mean, 0.1, 50_000) for seed, mean in ((0, 0.6), (1, 0.0)))
CALIBRATION = Calibration(
    "toy", "ab", (("000001", 10),), 10, {"text>text": background(NEAR), "text>shape": background(FAR)}, {}
)
cosines = arrays(np.float64, st.integers(1, 30), elements=st.floats(-1, 1))
samples = arrays(np.float64, st.integers(1, 400), elements=st.floats(-1, 1))
ROUNDING = 1e-12
below_copies = arrays(np.float64, st.integers(1, 400), elements=st.floats(-1, 0.9))


@given(samples, cosines)
def test_percentiles_rise_with_scores_and_stay_shares(sample: np.ndarray, scores: np.ndarray):
    known = replace(CALIBRATION, backgrounds={"text>shape": background(sample)})
    for found in (known.percentile("text>shape", np.sort(scores)), known.confidence("text>shape", np.sort(scores))):
        assert ((found >= 0) & (found <= 1)).all() and (np.diff(found) >= -ROUNDING).all()


def test_a_percentile_is_the_share_of_the_background_below():
    asked = np.linspace(-0.3, 0.3, 25)
    shares = np.searchsorted(np.sort(FAR), asked) / len(FAR)
    np.testing.assert_allclose(CALIBRATION.percentile("text>shape", asked), shares, atol=0.005)


def test_the_best_of_a_million_still_differ():
    best = CALIBRATION.percentile("text>shape", [0.45, 0.5, 0.55, 0.6])
    assert (np.diff(best) > 0).all() and best[0] > 0.9999 and best[-1] < 1


@given(below_copies, st.sampled_from(["image>image", "audio>audio", "text>text"]), cosines)
def test_a_copy_is_sure_however_little_was_measured(sample: np.ndarray, pair: str, scores: np.ndarray):
    known = replace(CALIBRATION, backgrounds={pair: background(np.append(sample, np.ones(len(sample) // 3)))})
    copy, others = known.confidence(pair, 1 - 1e-7), known.confidence(pair, np.sort(scores))
    assert copy > 0.99 and (np.diff(others) >= -ROUNDING).all() and (others <= copy + 1e-9).all()
    assert known.confidence(pair, -1.0) < 0.1


@pytest.mark.parametrize("share", [0.1, 0.3])
def test_true_matches_among_the_samples_do_not_make_near_copies_unsure(share: float):
    random = np.random.default_rng(2)
    among = np.where(random.random(4_000) < share, 0.93, random.normal(0, 0.15, 4_000))
    known = replace(CALIBRATION, backgrounds={"image>image": background(among), "text>image": background(among)})
    assert known.confidence("image>image", 0.93) > 0.5 > 0.2 > known.confidence("text>image", 0.93)
    assert known.confidence("image>image", 0.4) < 0.1


def test_where_samples_are_many_they_tell_what_is_rare():
    same = replace(CALIBRATION, backgrounds={"text>text": background(FAR), "image>text": background(FAR)})
    scores = np.linspace(-0.5, 0.6, 23)
    np.testing.assert_allclose(same.fair("text>text", scores), same.fair("image>text", scores))


def test_fair_ranks_as_the_confidence_does_and_never_saturates():
    scores = np.linspace(-1, 1, 101)
    fair, confident = CALIBRATION.fair("text>shape", scores), CALIBRATION.confidence("text>shape", scores)
    assert (np.diff(fair) > 0).all()
    np.testing.assert_allclose(confident, 1 / (1 + np.exp(-fair)))


def test_a_mixed_list_does_not_begin_with_all_of_one_modality():
    scores = np.array([0.75, 0.65, 0.6, 0.3, 0.2, 0.0])
    pairs = ["text>text"] * 3 + ["text>shape"] * 3
    order = np.argsort(-CALIBRATION.fair(pairs, scores)).tolist()
    assert order[:4] == [3, 4, 0, 1]  # 3, 2, 1.5 and 0.5 deviations above what is usual
    assert CALIBRATION.fair([], np.zeros(0)).shape == (0,)


def test_equal_backgrounds_have_equal_percentiles_whatever_their_scale():
    standing = CALIBRATION.percentile("text>text", 0.6 + 0.15), CALIBRATION.percentile("text>shape", 0.15)
    assert standing[0] == pytest.approx(float(standing[1]), abs=0.01)


def test_a_pair_that_was_not_measured_goes_by_another_against_the_same_items():
    for pair in ("image>shape", "sum>shape"):
        assert CALIBRATION.percentile(pair, 0.2) == CALIBRATION.percentile("text>shape", 0.2)
    assert 0 <= CALIBRATION.percentile("audio>image", 0.2) <= 1


def test_pairs_without_labels_take_the_mean_of_those_with_the_same_items():
    labelled = replace(CALIBRATION, matches={"shape>shape": Match(2, -4, 9), "text>text": Match(9, -9, 9)})
    odds = np.log(CALIBRATION.percentile("text>shape", 0.1) / (1 - CALIBRATION.percentile("text>shape", 0.1)))
    assert labelled.fair("text>shape", 0.1) == pytest.approx(2 * odds - 4)
    assert CALIBRATION.fair("text>shape", 0.1) == pytest.approx(ASSUMED.slope * odds + ASSUMED.intercept)


def test_it_is_the_same_when_read_again(tmp_path: Path):
    whole = replace(CALIBRATION, matches={"text>shape": Match(1.5, -6.25, 40)})
    (tmp_path / FILE).write_text(whole.to_json())
    assert Calibration.read(tmp_path, SPACE) == whole


def test_there_is_none_without_a_file_and_for_another_space(tmp_path: Path):
    assert Calibration.read(tmp_path, SPACE) is None
    (tmp_path / FILE).write_text(CALIBRATION.to_json())
    assert Calibration.read(tmp_path, replace(SPACE, weights="cd")) is None


def test_the_latest_is_read_again_only_where_its_file_is_another(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    latest = Latest(tmp_path, SPACE)
    assert latest.now() is None
    with whole_file(tmp_path / FILE) as file:
        file.write(CALIBRATION.to_json().encode())
    first = latest.now()
    assert first == CALIBRATION and latest.now() is first
    later = replace(CALIBRATION, rows=11)
    with whole_file(tmp_path / FILE) as file:
        file.write(later.to_json().encode())
    assert latest.now() == later
    with whole_file(tmp_path / FILE) as file:
        file.write(b"damaged")
    assert latest.now() is latest.now() is None
    assert caplog.text.count("cannot be used") == 1
    (tmp_path / FILE).unlink()
    assert latest.now() is None


@pytest.mark.parametrize(
    "text",
    [
        *("", "{}", "[]", "null", '{"format": 99}'),
        CALIBRATION.to_json().replace('"bound": ', '"bound": -'),
        replace(CALIBRATION, backgrounds={}).to_json(),
        CALIBRATION.to_json().replace('"rows": 10', '"rows": 1e999'),
        "[" * 100_000,
    ],
)
def test_damage_is_said_and_done_without(text: str, tmp_path: Path, caplog: pytest.LogCaptureFixture):
    (tmp_path / FILE).write_text(text)
    with caplog.at_level(logging.WARNING):
        assert Calibration.read(tmp_path, SPACE) is None
    assert f"{tmp_path / FILE} cannot be used" in caplog.text and "`retriever optimize`" in caplog.text


def test_the_calibration_error_is_the_gap_between_said_and_held():
    assert calibration_error([0.8] * 10, [True] * 8 + [False] * 2) == pytest.approx(0)
    assert calibration_error([0.9] * 10, [False] * 10) == pytest.approx(0.9)
    assert calibration_error([0.05, 0.95], [True, True]) == pytest.approx((0.95 + 0.05) / 2)
    assert calibration_error([], []) == 0
