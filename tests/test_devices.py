"""Devices: which names there are, what becomes of them, and that a space is the same on all."""

import numpy as np
import pytest

from retriever import spaces
from retriever.devices import DEVICES, torch_device
from retriever.errors import UsageError
from retriever.types import Modality


@pytest.fixture
def gpu(monkeypatch):
    """Says whether torch sees a GPU."""
    import torch

    torch_device.cache_clear()
    yield lambda there: monkeypatch.setattr(torch.cuda, "is_available", lambda: there)
    torch_device.cache_clear()


def test_auto_takes_a_gpu_where_there_is_one(gpu, caplog):
    gpu(True)
    assert [torch_device(name) for name in DEVICES] == ["cuda", "cpu", "cuda"]
    torch_device.cache_clear()
    gpu(False)
    assert [torch_device(name) for name in ("auto", "cpu")] == ["cpu", "cpu"]
    assert not caplog.records


def test_cuda_without_a_gpu_is_said_once(gpu, caplog):
    gpu(False)
    assert torch_device("cuda") == torch_device("cuda") == "cpu"
    assert len(caplog.messages) == 1 and "using the CPU instead" in caplog.text


def test_unknown_device():
    for ask in (torch_device, lambda name: spaces.get(device=name)):
        with pytest.raises(UsageError, match="device=gpu: there is no such device"):
            ask("gpu")


def test_a_space_does_not_depend_on_its_device(gpu):
    gpu(False)
    cloud = np.random.default_rng(0).standard_normal((2000, 3))
    there, here = spaces.get(device="cuda"), spaces.get()
    assert there.identity == here.identity
    np.testing.assert_array_equal(there.encode(shapes=[cloud]), here.encode(shapes=[cloud]))
    assert there.encoder(Modality.SHAPE).batch == here.encoder(Modality.SHAPE).batch
