"""The image tower: unit vectors of pictures, whatever else is in the batch."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from retriever.spaces.image_tower import ImageEncoder, ImageTower, ImageTowerConfig
from retriever.types import Picture

SMALL = ImageTowerConfig(side=32, stem=8, widths=(8, 16), depths=(1, 2), gated=1)


@pytest.fixture(scope="module")
def tower() -> ImageTower:
    torch.manual_seed(0)
    tower = ImageTower(SMALL)
    for _ in range(3):  # running statistics that are not the initial ones
        tower(torch.randint(0, 256, (8, 32, 32, 3), dtype=torch.uint8))
    return tower.eval()


@pytest.fixture(scope="module")
def encoder(tower: ImageTower, tmp_path_factory: pytest.TempPathFactory) -> ImageEncoder:
    path = tmp_path_factory.mktemp("tower") / "tower.safetensors"
    state = {name: value.half() if value.is_floating_point() else value for name, value in tower.state_dict().items()}
    save_file({name: value.contiguous() for name, value in state.items()}, str(path))
    return ImageEncoder(path, SMALL)


def pictures(count: int, seed: int = 0) -> list[Picture]:
    rng = np.random.default_rng(seed)
    return [Picture(rng.integers(0, 256, (32, 32, 3), dtype=np.uint8)) for _ in range(count)]


def test_vectors_are_float32_of_unit_length(encoder: ImageEncoder) -> None:
    vectors = encoder.encode(pictures(19))
    assert vectors.shape == (19, 384)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_a_vector_does_not_depend_on_its_neighbours(encoder: ImageEncoder) -> None:
    several = pictures(20)
    together = encoder.encode(several)
    alone = np.concatenate([encoder.encode([picture]) for picture in several])
    assert np.allclose(together, alone, atol=1e-5)
    assert not np.allclose(together[0], together[1], atol=1e-3)


def test_weights_of_half_precision_are_close_to_the_tower(tower: ImageTower, encoder: ImageEncoder) -> None:
    some = pictures(4)
    with torch.inference_mode():
        exact = tower(torch.from_numpy(np.stack([picture.pixels for picture in some]))).numpy()
    assert np.allclose(encoder.encode(some), exact, atol=5e-3)


def test_bytes_and_floats_are_the_same_picture(tower: ImageTower) -> None:
    pixels = torch.from_numpy(np.stack([picture.pixels for picture in pictures(2)]))
    with torch.inference_mode():
        assert torch.equal(tower(pixels), tower(pixels.float()))


@pytest.mark.parametrize("side", [32, 36, 50, 96])
def test_pictures_of_any_side_pass(tower: ImageTower, side: int) -> None:
    with torch.inference_mode():
        assert tower(torch.full((1, side, side, 3), 255, dtype=torch.uint8)).isfinite().all()


def test_weights_of_another_size_are_refused(encoder: ImageEncoder, tower: ImageTower, tmp_path: Path) -> None:
    path = tmp_path / "tower.safetensors"
    save_file({name: value.contiguous() for name, value in tower.state_dict().items()}, str(path))
    with pytest.raises(RuntimeError, match="size mismatch"):
        ImageEncoder(path, ImageTowerConfig(side=32, stem=8, widths=(8, 24), depths=(1, 2), gated=1))


def test_the_shipped_size_stays_small() -> None:
    tower = ImageTower(ImageTowerConfig())
    assert sum(parameter.numel() for parameter in tower.parameters()) < 6_000_000
