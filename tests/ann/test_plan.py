"""The plan is a pure function, so every choice can be tested without a GPU or ten million vectors."""

from __future__ import annotations

import pytest

from retriever.ann.plan import GPU_PAYS, plan
from retriever.errors import UsageError

MILLION = 1_000_000


@pytest.mark.parametrize(
    ("rows", "device", "gpus", "backend"),
    [
        (0, "auto", 0, "exact"),
        (1000, "auto", 1, "exact"),
        (GPU_PAYS - 1, "auto", 1, "exact"),
        (GPU_PAYS, "auto", 1, "faiss-flat"),
        (GPU_PAYS, "auto", 0, "exact"),
        (1000, "cuda", 1, "faiss-flat"),
        (1000, "cuda", 0, "exact"),
        (10 * MILLION, "cpu", 8, "exact"),
    ],
)
def test_backend(rows, device, gpus, backend):
    assert plan(rows, 384, device=device, gpus=gpus).backend == backend


def test_bytes_are_those_kept_beside_the_files():
    assert plan(MILLION, 384).bytes == 0
    assert plan(MILLION, 384, device="cuda", gpus=1).bytes == MILLION * 384 * 4


@pytest.mark.parametrize(
    ("recipe", "words"),
    [
        (plan(1000, 384), ["1,000 vectors", "CPU"]),
        (plan(1000, 384, device="cuda"), ["No GPU", "faiss-gpu", "CPU"]),
        (plan(1000, 384, gpus=1), ["200,000", "GPU does not pay"]),
        (plan(MILLION, 384, gpus=1), ["1,000,000 vectors", "on the GPU"]),
    ],
    ids=["cpu", "cuda missing", "too small", "gpu"],
)
def test_reason_is_one_sentence_that_says_why(recipe, words):
    assert all(word in recipe.reason for word in words)
    assert recipe.reason.endswith(".")
    assert recipe.reason[0].isupper() or recipe.reason[0].isdigit()


def test_unknown_device_is_named():
    with pytest.raises(UsageError, match=r"--device tpu.*auto, cpu, cuda"):
        plan(10, 10, device="tpu")
