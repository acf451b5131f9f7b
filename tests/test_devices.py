"""Devices: which names there are, what becomes of them, and that a space is the same on all."""

import numpy as np
import pytest

from retriever import spaces
from retriever.ann import gpu as gpus
from retriever.devices import DEVICES, torch_device, usable
from retriever.errors import UsageError
from retriever.types import Modality


@pytest.fixture
def gpu(monkeypatch):
    """Says how many GPUs torch sees, and on which of them it can compute; returns what was tried."""
    import torch

    ones, tried = torch.ones, []

    def see(count, working=(0,)):
        torch_device.cache_clear()
        usable.cache_clear()

        def on_cpu(*size, device=None, **more):
            if device is not None:
                tried.append(device)
                if int(device.removeprefix("cuda:")) not in working:
                    raise RuntimeError("CUDA error: no kernel image is available\nCompile with `TORCH_USE_CUDA_DSA`.")
            return ones(*size, **more)

        monkeypatch.setattr(torch, "ones", on_cpu)
        monkeypatch.setattr(torch.cuda, "is_available", lambda: count > 0)
        monkeypatch.setattr(torch.cuda, "device_count", lambda: count)
        monkeypatch.setattr(torch.cuda, "current_device", lambda: 0)
        return tried

    yield see
    torch_device.cache_clear()
    usable.cache_clear()


def test_auto_takes_a_gpu_where_there_is_one(gpu, caplog):
    gpu(1)
    assert [torch_device(name) for name in DEVICES] == ["cuda", "cpu", "cuda"]
    gpu(0)
    assert [torch_device(name) for name in ("auto", "cpu")] == ["cpu", "cpu"]
    assert not caplog.records


@pytest.mark.parametrize("name", ["auto", "cuda"])
def test_a_gpu_that_torch_cannot_compute_on_is_said_once_and_left_out(gpu, caplog, monkeypatch, name):
    monkeypatch.setattr(gpus, "driver", lambda: True)
    monkeypatch.setattr(gpus, "faiss_gpus", lambda: 0)
    tried = gpu(1, working=())
    assert torch_device(name) == torch_device(name) == "cpu"
    assert gpus.present() == gpus.present() == gpus.NONE
    assert tried == ["cuda:0"]
    (said,) = caplog.messages
    assert "cuda:0 cannot be used (CUDA error: no kernel image is available) and is left out" in said
    assert "build of torch for this card" in said and "device cpu" in said


def test_of_several_gpus_those_that_work_are_used(gpu, monkeypatch):
    import torch

    monkeypatch.setattr(gpus, "driver", lambda: True)
    monkeypatch.setattr(gpus, "faiss_gpus", lambda: 0)
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda device: (int(device[-1]), 10))
    tried = gpu(3, working=(1, 2))
    assert gpus.torch_devices() == ["cuda:1", "cuda:2"]
    assert gpus.present() == gpus.Gpus(0, 2, (1, 2))
    assert torch_device("auto") == torch_device("cuda") == "cuda:1"
    assert tried == ["cuda:0", "cuda:1", "cuda:2"]


def test_nothing_is_tried_where_there_is_no_gpu(gpu):
    tried = gpu(0)
    assert gpus.torch_devices() == [] and torch_device("auto") == "cpu"
    assert tried == []


def test_cuda_without_a_gpu_is_said_once(gpu, caplog):
    gpu(0)
    assert torch_device("cuda") == torch_device("cuda") == "cpu"
    assert len(caplog.messages) == 1 and "using the CPU instead" in caplog.text


def test_unknown_device():
    for ask in (torch_device, lambda name: spaces.get(device=name)):
        with pytest.raises(UsageError, match="device=gpu: there is no such device"):
            ask("gpu")


def test_a_space_does_not_depend_on_its_device(gpu):
    gpu(0)
    cloud = np.random.default_rng(0).standard_normal((2000, 3))
    there, here = spaces.get(device="cuda"), spaces.get()
    assert there.identity == here.identity
    np.testing.assert_array_equal(there.encode(shapes=[cloud]), here.encode(shapes=[cloud]))
    assert there.encoder(Modality.SHAPE).batch == here.encoder(Modality.SHAPE).batch
