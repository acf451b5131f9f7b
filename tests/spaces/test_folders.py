"""Folders of published towers: opened one tower at a time, in the wanted precision, and damage said in a sentence."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import small_published
import small_space
import torch

from retriever.errors import SpaceError, UsageError
from retriever.spaces import folders
from retriever.types import Modality


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_published.write(small_published.FAMILIES[1], tmp_path_factory.mktemp("spaces") / "small")


@pytest.fixture
def copy(made: Path, tmp_path: Path) -> Path:
    for file in made.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    return tmp_path


def clouds(count: int) -> list[np.ndarray]:
    return list(np.random.default_rng(0).standard_normal((count, 200, 3)))


@pytest.mark.parametrize("precision", ["bfloat16", "float32", ""])
def test_half_precision_is_near_and_unit(made: Path, precision: str, monkeypatch: pytest.MonkeyPatch) -> None:
    exact = folders.open_space(made).encode(shapes=clouds(4), texts=["a chair", "a table"])
    monkeypatch.setenv(folders.PRECISION, precision)
    made_again = folders.open_space(made).encode(shapes=clouds(4), texts=["a chair", "a table"])
    assert made_again.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(made_again, axis=1), 1, atol=1e-5)
    cosine = (exact * made_again).sum(axis=1)
    assert cosine.min() > 0.999
    assert np.array_equal(exact, made_again) == (precision != "bfloat16")


def test_an_unknown_precision_is_said(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(folders.PRECISION, "float8")
    with pytest.raises(UsageError, match=r"RETRIEVER_PRECISION is 'float8'; set it to one of float32, bfloat16"):
        folders.open_space(made).encode(texts="a chair")


def test_only_the_tower_that_is_needed_has_to_be_there(copy: Path) -> None:
    next(copy.glob("image-*")).unlink()
    next(copy.glob("shape-*")).write_bytes(b"damaged")
    space = folders.open_space(copy)
    assert space.encode(texts="a chair").shape == (1, 32)
    with pytest.raises(SpaceError, match=r"image-\w+\.safetensors of the image tower are missing.*add its weights"):
        space.encoder(Modality.IMAGE)
    with pytest.raises(SpaceError, match=r"shape-\w+\.safetensors of the shape tower cannot be used"):
        space.encoder(Modality.SHAPE)


@pytest.mark.parametrize("own", [False, True])
def test_a_gpu_without_memory_is_not_taken_for_damaged_weights(
    made: Path, own: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")

    at = small_space.write_space(tmp_path / "own", Modality.SHAPE) if own else made
    monkeypatch.setattr("retriever.devices.torch_device", {"cuda": "cuda"}.get)
    monkeypatch.setattr(torch.nn.Module, "to", full)
    with pytest.raises(SpaceError, match=r"too little memory left for the shape tower: close other programs"):
        folders.open_space(at, device="cuda").encoder(Modality.SHAPE)


@pytest.mark.parametrize(
    "change",
    [
        lambda tower: tower | {"architecture": "of tomorrow"},
        lambda tower: tower | {"architecture": ["openshape"]},
        lambda tower: {key: value for key, value in tower.items() if key != "config"},
    ],
)
def test_a_description_of_another_version_is_said(copy: Path, change: Callable[[dict], dict]) -> None:
    card = json.loads((copy / folders.CARD).read_text())
    card["towers"]["shape"] = change(card["towers"]["shape"])
    (copy / folders.CARD).write_text(json.dumps(card))
    with pytest.raises(SpaceError, match=r"space\.json does not describe a space that this version knows.*upgrade"):
        folders.open_space(copy)


@pytest.mark.parametrize("config", [{"variant": "of tomorrow"}, {"variant": "vitg14-rgb", "sides": 7}])
def test_sizes_of_another_version_are_said(copy: Path, config: dict[str, object]) -> None:
    card = json.loads((copy / folders.CARD).read_text())
    card["towers"]["shape"]["config"] = config
    (copy / folders.CARD).write_text(json.dumps(card))
    with pytest.raises(SpaceError, match=r"of tomorrow|cannot be used"):
        folders.open_space(copy).encoder(Modality.SHAPE)


def test_a_tower_without_its_memory_knows_its_keys() -> None:
    module = folders.unfilled("uni3d", Modality.SHAPE, {"variant": "g"})
    assert sum(value.numel() for value in module.parameters()) > 1e9
    assert {value.device.type for value in module.state_dict().values()} == {"meta"}
