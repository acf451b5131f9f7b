"""Towers that expect captions: of sounds, and of pictures."""

from __future__ import annotations

import pytest
import torch
from safetensors.torch import load_model, save_file
from torch.nn.functional import normalize

from retriever.spaces.audio_tower import AudioTower, AudioTowerConfig
from retriever.spaces.bridge import Expectation
from retriever.spaces.image_tower import ImageTower, ImageTowerConfig

DIM = 384
SOUNDS = AudioTowerConfig(channels=(4, 8, 8), depth=(0, 1, 0), width=16)
PICTURES = ImageTowerConfig(side=32, stem=8, widths=(8, 16), depths=(1, 2), gated=1)


def heard():
    return torch.randn(2, 16_000, generator=torch.Generator().manual_seed(1))


def seen():
    return torch.randint(0, 256, (2, 32, 32, 3), generator=torch.Generator().manual_seed(1))


TOWERS = pytest.mark.parametrize(
    ("make", "material"),
    [(lambda: AudioTower(SOUNDS), heard), (lambda: ImageTower(PICTURES), seen)],
    ids=["sounds", "pictures"],
)
KINDS = pytest.mark.parametrize(
    "kind", [{"own": 0.3}, {"own": 2.0, "hesitant": True}], ids=["of sounds", "of pictures"]
)


def expecting(make, captions):
    tower = make().eval()
    tower.expectation.expect(normalize(captions, dim=-1))
    return tower


@KINDS
def test_what_is_expected_lies_nearer_to_the_likeliest_caption_than_the_vector_does(kind):
    torch.manual_seed(0)
    expectation = Expectation(DIM, **kind).eval()
    expectation.expect(normalize(torch.randn(6, DIM), dim=-1))
    vectors = expectation.captions[:2] + 0.5 * normalize(torch.randn(2, DIM), dim=-1)
    bridged = normalize(vectors, dim=-1)
    found = expectation(7 * vectors, bridged)
    torch.testing.assert_close(found.norm(dim=-1), torch.ones(2))
    directions = (expectation.captions - expectation.captions.mean(dim=0))[:2]
    own, expected = ((each * directions).sum(dim=-1) for each in (bridged, found))
    assert (expected > own).all()
    torch.testing.assert_close(found[1:], expectation(vectors[1:], bridged[1:]))  # whatever else is in the batch


def moved(kind, vector):
    """How far the vector is brought by what is expected among four captions at right angles."""
    expectation = Expectation(4, **kind).eval()
    expectation.expect(torch.eye(4))
    aside = torch.tensor([[0.1, -0.3, 0.5, 0.8]])
    return float((expectation(vector[None], normalize(aside, dim=-1)) - normalize(aside, dim=-1)).norm())


def test_one_that_hesitates_stays_where_it_is_if_two_captions_are_as_likely():
    sure, torn = torch.tensor([1.0, 0, 0, 0]), torch.tensor([1.0, 1.0, 0.98, 0.97])
    hesitant, bold = {"own": 1.0, "hesitant": True}, {"own": 1.0}
    assert moved(hesitant, torn) < 0.6 * moved(hesitant, sure)
    assert moved(bold, torn) > 0.9 * moved(bold, sure)


@TOWERS
def test_nothing_is_expected_in_training_or_where_there_are_no_captions(make, material):
    plain = make().eval()
    expecting_too = expecting(make, torch.randn(4, DIM))
    expected = {f"expectation.{name}": value for name, value in expecting_too.expectation.state_dict().items()}
    expecting_too.load_state_dict({**plain.state_dict(), **expected})
    assert not torch.equal(plain(material()), expecting_too(material()))
    vectors = torch.randn(2, DIM)
    assert expecting_too.expectation.train()(vectors, vectors) is vectors
    assert plain.expectation(vectors, vectors) is vectors


@KINDS
def test_captions_that_stand_for_other_places_bring_a_vector_there(kind):
    torch.manual_seed(0)
    captions, places = normalize(torch.randn(6, DIM), dim=-1), normalize(torch.randn(6, DIM), dim=-1)
    expectation = Expectation(DIM, **kind).eval()
    vectors = captions[:2] + 0.5 * normalize(torch.randn(2, DIM), dim=-1)
    bridged = normalize(vectors, dim=-1)
    expectation.expect(captions)
    before = expectation(vectors, bridged)
    expectation.expect(captions, places)
    nearer = (expectation(vectors, bridged) * places[:2]).sum(dim=-1) - (before * places[:2]).sum(dim=-1)
    assert (nearer > 0.2).all()


@TOWERS
def test_captions_travel_with_the_weights_and_older_weights_have_none(make, material, tmp_path):
    tower = expecting(make, torch.randn(5, DIM))
    state = {name: value.half() if value.is_floating_point() else value for name, value in tower.state_dict().items()}
    state = {name: value.contiguous() for name, value in state.items()}
    tower.expectation.expect(tower.expectation.captions, -tower.expectation.captions)
    state["expectation.places"] = -state["expectation.captions"]
    save_file({n: v for n, v in state.items() if n != "expectation.places"}, str(tmp_path / "unplaced.safetensors"))
    save_file({n: v for n, v in state.items() if "expectation" not in n}, str(tmp_path / "old.safetensors"))
    save_file(state, str(tmp_path / "new.safetensors"))
    again = make()
    load_model(again, tmp_path / "new.safetensors")
    assert again.expectation.captions.dtype == torch.float32
    torch.testing.assert_close(again.expectation.captions, tower.expectation.captions, atol=1e-3, rtol=0)
    torch.testing.assert_close(again.expectation.places, -again.expectation.captions)
    load_model(again, tmp_path / "unplaced.safetensors")
    torch.testing.assert_close(again.expectation.places, again.expectation.captions)
    load_model(again, tmp_path / "old.safetensors")
    assert not len(again.expectation.captions) and not len(again.expectation.places)


@TOWERS
def test_more_captions_are_expected_only_where_some_are(make, material):
    more = torch.eye(DIM)[:3]
    tower, plain = expecting(make, torch.randn(4, DIM)), make()
    for each in (tower, plain):
        each.expectation.widen(more)
    torch.testing.assert_close(tower.expectation.captions[4:], more)
    torch.testing.assert_close(tower.expectation.places[4:], more)
    assert not len(plain.expectation.captions)
