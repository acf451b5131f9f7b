"""What cosines are usual in a space, measured on things made by rule, and as it ships."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from indexer.align.backgrounds import measured, write
from retriever import spaces
from retriever.errors import SpaceError
from retriever.spaces import Space, folders
from retriever.spaces.mini import folder

KINDS = {"shapes": ["chair", "guitar", "car", "teapot"], "sounds": ["dog", "engine", "rain", "siren"]}
PAIRS = {f"{left}>{right}" for left in ("text", "shape", "image", "audio", "sum") for right in spaces.get().modalities}


@pytest.fixture(scope="module")
def mini() -> Space:
    return spaces.get("mini")


@pytest.mark.parametrize("name", spaces.shipped())
def test_the_shipped_spaces_know_every_pair_for_the_weights_that_they_have(name: str):
    assert set(spaces.get(name).backgrounds) == PAIRS


def test_what_ships_is_what_is_measured_on_other_things(mini: Space):
    for pair, found in measured(mini, **KINDS, seed=1).items():
        if pair.startswith("text>"):  # a few kinds say little of the others
            middle = float(np.median(found.cosines))
            assert abs(mini.backgrounds[pair].log_odds(middle)) < 1.5, pair


def test_no_item_is_of_the_kind_that_asks(mini: Space):
    found = measured(mini, **KINDS)
    assert set(found) == PAIRS
    assert all(found[pair].cosines[-1] < 0.95 for pair in ("shape>shape", "image>image", "audio>audio"))


def test_a_folder_has_those_of_its_own_weights(mini: Space, tmp_path: Path):
    found = measured(mini, **KINDS)
    write(mini, found, tmp_path / folders.BACKGROUNDS)
    card = (folder() / folders.CARD).read_text()
    (tmp_path / folders.CARD).write_text(card)
    assert folders.open_space(tmp_path).backgrounds == found
    digest = json.loads(card)["towers"]["shape"]["sha256"]
    (tmp_path / folders.CARD).write_text(card.replace(digest, "0" * 64))  # as after a training
    assert folders.open_space(tmp_path).backgrounds == {}


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"weights": "WEIGHTS", "backgrounds": {"text>shape": {}}}'])
def test_damage_is_said(text: str, mini: Space, tmp_path: Path):
    (tmp_path / folders.CARD).write_text((folder() / folders.CARD).read_text())
    (tmp_path / folders.BACKGROUNDS).write_text(text.replace("WEIGHTS", mini.identity.weights))
    space = folders.open_space(tmp_path)
    with pytest.raises(SpaceError, match=r"backgrounds\.json cannot be used .*bring back the folder"):
        _ = space.backgrounds
