"""The targets of an ablation are what they are said to be, and every variant is trained and measured."""

import numpy as np
import pytest
import torch
from retrieval_data import KINDS, write_data
from small_space import SHAPE, write_space

from benchmarks.ablation import run, targets
from benchmarks.ablation.objectives import OBJECTIVES
from benchmarks.ablation.variants import VARIANTS, Variant
from benchmarks.retrieval.material import Material
from indexer.align.loop import Drawn, Recipe
from indexer.align.shapes.examples import PARAMETRIC
from indexer.align.shapes.sources import LabelledShape
from retriever.errors import RetrieverError
from retriever.spaces.mini import open_space
from retriever.types import Geometry, Modality

EYE = np.eye(4, dtype=np.float32)


class Captions:
    """Draws the captions 0, 1, 2 in turn."""

    def __init__(self):
        self.phrases = ["mug", "car", "dog"]

    def draw(self, rng, count):
        return Drawn((torch.zeros(count, 1),), np.arange(count) % 3)

    def validate(self, tower, phrase_vectors):
        return {"phrases": float(len(phrase_vectors))}


def test_every_caption_is_replaced_in_turn_by_what_else_stands_for_it():
    others = {"image": {"mug": EYE[0], "car": EYE[1], "cup": EYE[2]}, "audio": {"car": EYE[3]}}
    bound = targets.BoundExamples(Captions(), others)
    assert bound.phrases == ["mug", "car", "dog", "image of mug", "image of car", "audio of car"]
    np.testing.assert_array_equal(bound.vectors(EYE[:3]), np.concatenate([EYE[:3], EYE[[0, 1, 3]]]))
    drawn = bound.draw(np.random.default_rng(0), 6000)
    shares = np.bincount(drawn.captions, minlength=6) / 2000
    np.testing.assert_allclose(shares, [1 / 2, 1 / 3, 1, 1 / 2, 1 / 3, 1 / 3], atol=0.04)
    assert bound.validate(torch.nn.Identity(), torch.zeros(6, 4)) == {"phrases": 3.0}


def test_without_text_a_caption_is_left_only_where_nothing_else_stands_for_it():
    bound = targets.BoundExamples(Captions(), {"image": {"mug": EYE[0]}}, text=0.0)
    drawn = bound.draw(np.random.default_rng(0), 300)
    assert np.bincount(drawn.captions).tolist() == [0, 100, 100, 100]


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return write_data(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def space(tmp_path_factory):
    return write_space(tmp_path_factory.mktemp("spaces") / "small", Modality.SHAPE, Modality.IMAGE, Modality.AUDIO)


def test_a_target_is_the_mean_over_what_is_called_so(data, space):
    material = Material(data, open_space(space))
    corners = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]], float)
    solid = Geometry(corners, np.array([[0, 2, 1], [0, 1, 3], [0, 3, 2], [1, 2, 3]]))
    shapes = [LabelledShape(solid, ("mug", "cup"), "", ""), LabelledShape(solid, ("mug",), "", "")]
    found = targets.of_pictures(material, shapes)
    first, second = material.encode("pictures of training shapes", images=[])
    np.testing.assert_allclose(found["cup"], first, atol=1e-6)
    mean = first + second
    np.testing.assert_allclose(found["mug"], mean / np.linalg.norm(mean), atol=1e-6)


def test_sounds_for_training_stand_for_their_captions(data, space):
    found = targets.of_sounds(Material(data, open_space(space)))
    assert {"airplane", "cow"} <= set(found)
    for vector in found.values():
        assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)


def test_variants_are_trained_and_measured_like_a_space(data, space, tmp_path):
    budget = run.Budget(steps=6, batch=8, per_kind=2, kinds=tuple(KINDS.values()))
    ablation = run.Ablation(data, space, budget, tmp_path)
    chosen = [VARIANTS[0], *VARIANTS[4:7], *VARIANTS[9:]]
    found = list(ablation.rows(chosen))
    assert [variant for variant, _ in found] == chosen
    table = run.table(found)
    assert len({tuple(row) for row in table}) == 1 and set(table[0]) > set(run.MEASURES.values())
    assert ablation.config == SHAPE
    assert set(ablation.made.sources) == {PARAMETRIC} and PARAMETRIC not in ablation.named.sources
    again = run.Ablation(data, space, budget, tmp_path)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("tower.safetensors")}
    assert run.table(list(again.rows(VARIANTS[:1]))) == table[:1]
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("tower.safetensors")} == before


def aligned(objective, folder):
    """Three captions of two hub vectors, the first two the same, and a tower that gives what it is asked for."""
    hub = EYE[[0, 0, 1]]
    recipe = Recipe(batch=3, contrast=3, half=False, among=0.0)
    return OBJECTIVES[objective](Captions(), hub, Told(), recipe, folder)


class Told(torch.nn.Module):
    """Gives unit vectors that are parameters."""

    def __init__(self):
        super().__init__()
        self.vectors = torch.nn.Parameter(torch.from_numpy(EYE[:3]))

    def forward(self, _):
        return torch.nn.functional.normalize(self.vectors, dim=-1)


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_each_objective_is_least_where_vectors_are_their_captions(objective, tmp_path):
    alignment = aligned(objective, tmp_path)
    drawn, losses = Captions().draw(None, 3), {}
    for name, rows in (("right", [0, 0, 1]), ("wrong", [1, 1, 0])):
        alignment.tower.vectors.data = torch.from_numpy(EYE[rows])
        losses[name] = alignment.loss(drawn, np.random.default_rng(0)).item()
    assert losses["right"] < losses["wrong"]
    if objective == "one positive":
        assert losses["right"] > 0.5, "equal captions count as wrong ones"
    else:
        assert losses["right"] == pytest.approx(0, abs=1e-3)


def test_a_learnt_temperature_is_learnt(tmp_path):
    alignment = aligned("learnt temperature", tmp_path)
    before = alignment.log_scale.item()
    alignment.tower.vectors.data = torch.from_numpy(EYE[[0, 1, 2]])
    for _ in range(3):
        alignment._one_step()
    assert alignment.log_scale.item() != before


def test_a_variant_without_its_tower_is_left_out_and_a_folder_without_meshes_is_said(data, tmp_path):
    space = write_space(tmp_path / "bare", Modality.SHAPE)
    budget = run.Budget(steps=1, batch=4, per_kind=1, kinds=("mug",))
    asked = Variant("deaf", bound=("audio",))
    assert list(run.Ablation(data, space, budget, tmp_path / "work").rows([asked])) == []
    with pytest.raises(RetrieverError, match="shapes_named"):
        run.Ablation(tmp_path, space, budget, tmp_path / "work")
