"""Spaces of the user's own: where they lie, what they may be called, and what is said when one is not there."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import small_space
from hypothesis import given, settings
from hypothesis import strategies as st

import retriever
from indexer import build
from retriever import spaces
from retriever.errors import SpaceError, UsageError
from retriever.spaces import home, overview
from retriever.types import Modality


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(home.ENVIRONMENT, str(tmp_path / "spaces"))
    return tmp_path / "spaces"


def test_the_folder_is_that_of_the_environment_or_of_the_xdg_rules(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv(home.ENVIRONMENT, raising=False)
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    assert home.home() == tmp_path / ".local/share/retriever/spaces"
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    assert home.home() == tmp_path / "data/retriever/spaces"
    monkeypatch.setenv(home.ENVIRONMENT, "~/mine")
    assert home.home() == tmp_path / "mine"


def test_a_space_in_the_folder_is_found_by_the_name_of_its_folder(own):
    assert "tiny" not in spaces.names()
    small_space.write_space(own / "tiny", Modality.SHAPE)
    (own / "half").mkdir()
    assert spaces.names()[-1] == "tiny" and "half" not in spaces.names()
    shutil.copytree(own / "tiny", own / "copy")
    assert spaces.get("copy").identity.name == "copy"
    assert spaces.get("copy").identity.weights == spaces.get("tiny").identity.weights
    assert spaces.folder("copy") == own / "copy"
    assert "random shape weights" in spaces.get("copy").license


def test_a_space_that_was_trained_again_is_opened_again(own):
    small_space.write_space(own / "tiny", Modality.SHAPE)
    before = spaces.get("tiny")
    assert spaces.get("tiny") is before
    small_space.write_space(own / "tiny", Modality.SHAPE, seed=1)
    assert spaces.get("tiny").identity.weights != before.identity.weights


def test_no_space_of_the_user_stands_in_for_a_shipped_one(own):
    small_space.write_space(own / "mini", Modality.SHAPE)
    assert spaces.names().count("mini") == 1
    assert spaces.folder("mini") != own / "mini"


def test_an_index_of_a_space_that_is_gone_says_where_it_was_looked_for(own, tmp_path):
    small_space.write_space(own / "tiny", Modality.SHAPE)
    small_space.write_shapes(tmp_path / "shapes", 1)
    build.index(tmp_path / "shapes", tmp_path / "index", space="tiny", workers=0)
    assert len(retriever.open(tmp_path / "index").search(text="a chair", k=2)) == 2
    shutil.rmtree(own / "tiny")
    with pytest.raises(SpaceError, match=rf"'tiny'.*{own}.*bring its folder back"):
        retriever.open(tmp_path / "index").search(text="a chair")


@pytest.mark.parametrize("damage", ["{", "[]", '{"towers": 3}', "{}"])
def test_a_damaged_description_is_named(own, damage):
    small_space.write_space(own / "tiny", Modality.SHAPE)
    (own / "tiny" / home.CARD).write_text(damage)
    with pytest.raises(SpaceError, match=r"tiny/space\.json"):
        spaces.get("tiny")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"towers": {"shape": {"file": 5}}}, "file of the shape tower is no text"),
        ({"towers": {"shape": 5}}, "the shape tower is no object"),
        ({"towers": {"shape": {"sha256": None}}}, "sha256 of the shape tower is no text"),
        ({"towers": {"shape": {"license": ["none"]}}}, "license of the shape tower is no text"),
        ({"towers": {"shape": {"architecture": {}}}}, "architecture of the shape tower is no text"),
        ({"towers": {"shape": {"config": [1]}}}, "config of the shape tower is no object"),
        ({"license": 5}, "license is no text"),
        ({"name": None}, "name is no text"),
        ({"dim": "384"}, "dim is no whole number"),
        ({"dim": 0}, "dim is no whole number"),
        ({"dim": True}, "dim is no whole number"),
        ({"shape_input": [1024]}, "shape_input is no object"),
        ({"shape_input": {"points": "many"}}, "points of shape_input is 'many'"),
        ({"shape_input": {"points": -1}}, "points of shape_input is -1"),
        ({"shape_input": {"up": 1}}, "up of shape_input is 1"),
        ({"shape_input": {"color": "grey"}}, "color of shape_input is 'grey'"),
        ({"image_input": {"side": 96.5}}, "side of image_input is 96.5"),
        ({"audio_input": {"seconds": None}}, "seconds of audio_input is None"),
    ],
)
def test_a_description_with_something_of_a_wrong_type_is_a_damaged_row_of_the_table(own, change, said):
    small_space.write_space(own / "sound", Modality.AUDIO)
    small_space.write_space(own / "tiny", Modality.SHAPE)
    card = json.loads((own / "tiny" / home.CARD).read_text())
    (own / "tiny" / home.CARD).write_text(json.dumps(card | change))
    told = {each.name: each for each in overview.all_spaces()}
    assert (told["tiny"].here, told["sound"].here) == ("damaged", "yours")
    assert said in told["tiny"].how and "tiny/space.json" in told["tiny"].how


def test_missing_weights_are_named(own):
    small_space.write_space(own / "tiny", Modality.SHAPE)
    (own / "tiny" / "shape.safetensors").unlink()
    with pytest.raises(SpaceError, match=r"tiny/shape\.safetensors.*make it again"):
        spaces.get("tiny")


@settings(deadline=None)
@given(st.text(max_size=80))
def test_a_name_never_leads_out_of_the_folder(name):
    try:
        folder = home.folder(name)
    except UsageError as error:
        assert "letters" in str(error)
    else:
        assert folder.parent == home.home() and not name.startswith(".")


def test_a_space_without_a_3d_tower_reads_pictures(own):
    at = small_space.write_space(own / "eyes", Modality.IMAGE)
    assert json.loads((at / home.CARD).read_text())["towers"].keys() == {"image", "text"}
    space = spaces.get("eyes")
    assert space.modalities == {Modality.IMAGE, Modality.TEXT}
    vector = space.encode(images=[np.zeros((40, 30, 3), np.uint8)])
    np.testing.assert_allclose(np.linalg.norm(vector), 1, atol=1e-5)
