"""Pictures beside the shapes that they show."""

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file, save_file

from indexer.align import captions
from indexer.align.loop import Alignment, Recipe
from indexer.align.objective import companion_loss
from indexer.align.pictures import pack
from indexer.align.pictures.companions import Companions, embedded, kept_companions, sampled
from indexer.align.pictures.examples import PictureExamples
from indexer.align.pictures.sources import renders
from indexer.align.shapes.sources import parametric_shapes
from retriever.spaces.image_tower import ImageTower
from retriever.spaces.mini import folder, open_space
from retriever.spaces.minilm import MiniLM
from retriever.types import Modality
from tests.small_space import IMAGE

KINDS = ("bottle", "chair")


@pytest.fixture(scope="module")
def pictures(tmp_path_factory):
    made = renders(parametric_shapes(8, 0, KINDS), 2, "parametric", (0,))
    return pack.write(made, tmp_path_factory.mktemp("pack"))


@pytest.fixture(scope="module")
def beside(pictures):
    space = open_space()
    return Companions.of(
        pictures,
        *embedded(sampled(parametric_shapes(8, 0, KINDS), space.identity.shape), space.encoder(Modality.SHAPE)),
    )


def test_every_render_for_training_is_beside_its_shape_and_no_other_picture_is(pictures, beside):
    assert ((beside.shows >= 0) == ~pictures.held_out).all()
    for place in range(len(beside.vectors)):
        assert len({pictures.groups[i] for i in np.flatnonzero(beside.shows == place)}) == 1
    np.testing.assert_allclose(np.linalg.norm(beside.vectors, axis=1), 1, rtol=1e-5)


def test_draws_tell_which_shape_each_picture_shows(pictures, beside):
    examples = PictureExamples(pictures, 32, mixture={"parametric": 1.0}, shows=beside.shows)
    drawn = examples.draw(np.random.default_rng(0), 40)
    for caption, place in zip(drawn.captions, drawn.companions, strict=True):
        said = {phrase for i in np.flatnonzero(beside.shows == place) for phrase in pictures.captions[i]}
        assert examples.phrases[caption] in said
    assert len(set(drawn.companions)) > 5


def test_companions_are_kept_until_the_tower_is_another(tmp_path):
    made = renders(parametric_shapes(1, 17, KINDS), 1, "parametric", (0,))
    pictures = pack.write(made, tmp_path / "pack")
    weights, kept = tmp_path / "tower.safetensors", tmp_path / "companions.npz"
    weights.write_bytes((folder() / "shape.safetensors").read_bytes())

    def ask():
        return kept_companions(pictures, [], 1, 0, weights, "cpu", 1, kept)

    first, written = ask(), kept.stat().st_mtime_ns
    again = ask()
    assert kept.stat().st_mtime_ns == written
    np.testing.assert_array_equal(first.vectors, again.vectors)
    assert len(first.vectors) == len(set(first.shows) - {-1}) == 2
    state = load_file(weights)
    state["projection.weight"] = state["projection.weight"][::-1].copy()
    save_file(state, weights)
    assert not np.allclose(ask().vectors, first.vectors, atol=1e-2)


def test_a_step_learns_from_captions_and_from_companions(pictures, beside, tmp_path):
    examples = PictureExamples(pictures, 32, mixture={"parametric": 1.0}, shows=beside.shows)
    vectors = captions.label_vectors(examples.phrases, MiniLM())
    run = Alignment(examples, vectors, ImageTower(IMAGE), Recipe(batch=16, half=False), tmp_path, beside.vectors)
    drawn = examples.draw(np.random.default_rng(0), 16)
    with torch.no_grad():
        both = run.loss(drawn, np.random.default_rng(1))
        words = run.loss(drawn._replace(companions=None), np.random.default_rng(1))
        every = torch.from_numpy(beside.vectors)
        shapes = companion_loss(run.outputs(drawn), every[drawn.companions], every, run.recipe.scale)
    assert shapes > 0.1
    torch.testing.assert_close(both, words + shapes, rtol=1e-3, atol=1e-3)


def test_the_loss_between_two_modalities_is_least_where_they_agree():
    vectors = torch.nn.functional.normalize(torch.randn(12, 16, generator=torch.Generator().manual_seed(0)), dim=-1)
    agreed = companion_loss(vectors, vectors, vectors, 30.0)
    assert abs(agreed.item()) < 1e-4
    assert companion_loss(vectors.roll(1, 0), vectors, vectors, 30.0) > 1
