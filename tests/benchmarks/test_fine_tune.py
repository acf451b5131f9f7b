"""Fine-tuning is measured on what was not trained on, before and after, and keeps the space only where asked to."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from retrieval_data import write_clouds
from small_space import write_space

from benchmarks import fine_tune
from indexer.align.own.tuning import Tuning
from retriever import spaces
from retriever.errors import RetrieverError
from retriever.spaces import home
from retriever.types import Modality


@settings(deadline=None)
@given(st.lists(st.integers(0, 3), min_size=1, max_size=60), st.sampled_from([0.1, 0.25, 0.5]), st.integers(0, 5))
def test_every_class_gives_its_share(labels, test, seed):
    labels = np.array(labels)
    chosen = fine_tune.split(labels, test, seed)
    for label in np.unique(labels):
        members, count = (labels == label).sum(), chosen[labels == label].sum()
        assert count == (min(max(round(test * members), 1), members - 1))
    np.testing.assert_array_equal(chosen, fine_tune.split(labels, test, seed))


def test_rows_of_before_and_after_are_told_apart():
    before = {"measure": "top-1", "subset": "all", "value": 0.1, "low": 0.0, "high": 0.2, "queries": 5, "chance": 0.3}
    (row,) = fine_tune.compared([before], [before | {"value": 0.6, "low": 0.5, "high": 0.7}])
    assert (row["before"], row["low before"], row["after"], row["high after"]) == (0.1, 0.0, 0.6, 0.7)


def test_a_space_is_measured_before_and_after_on_the_part_that_it_has_not_seen(tmp_path, monkeypatch):
    monkeypatch.setenv(home.ENVIRONMENT, str(tmp_path / "spaces"))
    write_space(tmp_path / "spaces" / "small", Modality.SHAPE)
    write_clouds(tmp_path / "shapes69", each=12, points=128)
    tuning = Tuning(steps=60, batch=16, rate=4e-3, half=False, device="cpu", holdout=0)
    outcome = fine_tune.measure(tmp_path, "small", "kept", tuning)
    rows = {(row["measure"], row["subset"]): row for row in outcome.rows}
    assert outcome.trained == 27 and rows["top-1", "all"]["queries"] == 9
    assert rows["3D->3D mAP", "all"]["after"] > rows["3D->3D mAP", "all"]["chance"]
    assert rows["top-1", "all"]["after"] > 0.6 > rows["top-1", "all"]["before"]  # chance is 1/3
    assert "kept" in spaces.names()
    with pytest.raises(RetrieverError, match="kept"):
        fine_tune.measure(tmp_path, "small", "kept", tuning)


def test_a_folder_without_clouds_is_said(tmp_path, monkeypatch):
    monkeypatch.setenv(home.ENVIRONMENT, str(tmp_path / "spaces"))
    write_space(tmp_path / "spaces" / "small", Modality.SHAPE)
    with pytest.raises(RetrieverError, match=r"points\.npy"):
        fine_tune.measure(tmp_path, "small", None, Tuning(holdout=0))
