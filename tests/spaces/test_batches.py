"""Batches that are worked on side by side: in order, without gradients, and nobody else's threads are touched."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import numpy as np
import pytest
import torch

from retriever import spaces
from retriever.spaces.batches import MOST, at_once, side_by_side
from retriever.types import Modality, Picture, PointCloud, Waveform


@pytest.fixture(params=[1, 3])
def threads(request: pytest.FixtureRequest) -> Iterator[int]:
    before = torch.get_num_threads()
    torch.set_num_threads(request.param)
    yield request.param
    torch.set_num_threads(before)


def test_batches_come_in_order_whatever_they_take(threads: int) -> None:
    def work(batch: list[int]) -> tuple[list[int], bool, int]:
        torch.ones(2_000_000 if batch[0] % 2 else 10).sum()
        return batch, torch.is_inference_mode_enabled(), torch.get_num_threads()

    done = side_by_side(work, list(range(50)), 8, "cpu")
    assert [batch for batch, *_ in done] == [list(range(50))[at : at + 8] for at in range(0, 50, 8)]
    assert {free for _, free, _ in done} == {True}
    assert {cores for *_, cores in done} == {1}, "each is on one core"
    assert torch.get_num_threads() == threads
    seen: list[int] = []
    fresh = threading.Thread(target=lambda: seen.append(torch.get_num_threads()))
    fresh.start()
    fresh.join()
    assert seen == [threads], "a thread that begins later has what it would have had"


def test_one_batch_is_done_here_and_half_precision_is_kept(threads: int) -> None:
    here = threading.get_ident()
    assert side_by_side(lambda batch: threading.get_ident(), [1, 2, 3], 8, "cpu") == [here]
    with torch.autocast("cpu", torch.bfloat16):
        products = side_by_side(lambda batch: torch.ones(2, 2) @ torch.ones(2, 2), [1, 2, 3, 4], 1, "cpu")
    assert {each.dtype for each in products} == {torch.bfloat16}
    assert side_by_side(lambda batch: threading.get_ident(), [1, 2], 1, "cuda") == [here, here]


def test_an_error_of_one_batch_is_raised(threads: int) -> None:
    with pytest.raises(ZeroDivisionError):
        side_by_side(lambda batch: 1 // batch[0], [3, 2, 1, 0], 1, "cpu")
    assert torch.get_num_threads() == threads


def test_the_number_of_batches_is_bounded() -> None:
    before = torch.get_num_threads()
    torch.set_num_threads(4 * MOST)
    try:
        assert at_once("cpu") == MOST and at_once("cuda") == 1
    finally:
        torch.set_num_threads(before)


@pytest.mark.parametrize("modality", [Modality.SHAPE, Modality.IMAGE, Modality.AUDIO])
def test_what_is_encoded_together_is_as_one_by_one(modality: Modality, threads: int) -> None:
    random = np.random.default_rng(0)
    payloads = {
        Modality.SHAPE: lambda: PointCloud(random.normal(size=(1024, 3)).astype(np.float32), None),
        Modality.IMAGE: lambda: Picture(random.integers(0, 256, (96, 96, 3), dtype=np.uint8)),
        Modality.AUDIO: lambda: Waveform(random.normal(size=16_000).astype(np.float32)),
    }
    some = [payloads[modality]() for _ in range(35)]
    encoder = spaces.get("mini").encoder(modality)
    together = encoder.encode(some)
    np.testing.assert_allclose(together, np.concatenate([encoder.encode([each]) for each in some]), atol=1e-5)
