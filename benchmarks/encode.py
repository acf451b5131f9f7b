"""Encoders: items a second by tower and batch, what sampling costs, and the memory of a text query.

Published weights are gigabytes that nobody else may hand out, so a space that is not here is measured under made-up
weights of the same sizes: speed and memory do not depend on their values.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

import numpy as np
import torch

from benchmarks.cold import ASK, made_up_index
from benchmarks.harness import fresh
from indexer.published import add
from retriever import spaces
from retriever.devices import torch_device
from retriever.spaces import Space, folders, home, openshape, uni3d
from retriever.spaces.catalogue import PUBLISHED
from retriever.spaces.minilm import model_folder
from retriever.spaces.parts import i2pmae, pointbert
from retriever.spaces.published import Published
from retriever.types import Modality, Payload, Picture, PointCloud, ShapeInput, Surface, Text, Waveform

_SAMPLING = (
    *((module, "neighborhoods") for module in (i2pmae, pointbert, uni3d)),
    *((openshape, name) for name in ("farthest_points", "within")),
)
"""Where published towers choose centres and neighbours."""
_SIDE = 2048
"""Of the matrices whose product is the reference."""
_TEXT = "a photo of a chair with four legs, number {}"


def rows(name: str, batches: Sequence[int], rounds: int, device: str) -> list[dict[str, Any]]:
    """Items a second of every tower and batch, as medians, beside a matrix product of the same run.

    The last column is the share of that product's speed, in floating-point operations a second, that the tower reaches:
    it compares towers and machines, which items a second do not.
    """
    space, at = spaces.get(name, device=device), torch_device(device)
    square = torch.randn(_SIDE, _SIDE, device=at)
    measured = []
    for modality in (each for each in Modality if each in space.modalities):
        encoder, payloads = space.encoder(modality), _payloads(space, modality, max(batches))
        operations = _operations(encoder, payloads[:1])
        for batch in batches:
            some = payloads[:batch]
            seconds, product = _medians([partial(encoder.encode, some), partial(torch.mm, square, square)], rounds, at)
            measured.append(
                {
                    "tower": str(modality),
                    "device": at,
                    "batch": batch,
                    "items/s": batch / seconds,
                    # of a tower that numpy runs, operations cannot be counted
                    "GFLOP an item": operations / 1e9 or None,
                    "x matmul": operations * batch / seconds / (2 * _SIDE**3 / product) or None,
                }
            )
    return measured


def sampling_rows(name: str, batch: int, rounds: int, device: str) -> list[dict[str, Any]]:
    """What choosing centres and neighbours costs of a published 3D tower, at one batch; nothing of other towers."""
    space, at = spaces.get(name, device=device), torch_device(device)
    if Modality.SHAPE not in space.modalities:
        return []
    encoder, clouds = space.encoder(Modality.SHAPE), _payloads(space, Modality.SHAPE, batch)
    with _timed_sampling(at) as spent:
        whole = _medians([partial(encoder.encode, clouds)], rounds, at)[0]
    if not spent:
        return []
    part = sum(spent) / (rounds + 1)
    return [
        {"step": "3D tower", "batch": batch, "ms a cloud": whole / batch * 1e3, "share": 1.0},
        {"step": "centres and neighbours", "batch": batch, "ms a cloud": part / batch * 1e3, "share": part / whole},
    ]


@contextmanager
def _timed_sampling(device: str) -> Iterator[list[float]]:
    """Collects the seconds of every call that chooses centres or neighbours, in published towers."""
    spent: list[float] = []

    def timed(function: Callable[..., Any]) -> Callable[..., Any]:
        def run(*arguments: Any, **options: Any) -> Any:
            _wait(device)
            started = time.perf_counter()
            found = function(*arguments, **options)
            _wait(device)
            spent.append(time.perf_counter() - started)
            return found

        return run

    with ExitStack() as patches:
        for module, name in _SAMPLING:
            patches.enter_context(patch.object(module, name, timed(getattr(module, name))))
        yield spent


def memory_rows(name: str, rounds: int) -> list[dict[str, Any]]:
    """Peak memory of a text query over a small index, in a fresh process, beside the weights of its text tower."""
    weights = _text_weights(name).stat().st_size / 1e6
    with TemporaryDirectory() as folder:
        index = Path(folder) / "index"
        made_up_index(index, 1_000, name)
        runs = [fresh(["-c", ASK, "query", "--text", "a chair", "--index", str(index)]) for _ in range(rounds)]
    torch_alone = fresh(["-c", "import torch"])
    peak = median(run.megabytes for run in runs)
    return [
        {"process": "import torch", "MB": torch_alone.megabytes, "x text tower": torch_alone.megabytes / weights},
        {"process": f"query --text, {name}", "MB": peak, "x text tower": peak / weights},
    ]


def _text_weights(name: str) -> Path:
    if name in spaces.shipped():
        return model_folder() / "model.safetensors"
    return home.folder(name) / str(folders.read(home.folder(name))["towers"][Modality.TEXT]["file"])


@contextmanager
def present(name: str, seed: int = 0) -> Iterator[str]:
    """Makes sure that the space can be opened; yields where its weights are from."""
    if name in spaces.names() or name not in PUBLISHED:
        yield "its own weights"
        return
    before = os.environ.get(home.ENVIRONMENT)
    with TemporaryDirectory() as folder:
        os.environ[home.ENVIRONMENT] = folder
        try:
            make_up(PUBLISHED[name], Path(folder) / name, seed)
            yield "made-up weights"
        finally:
            del os.environ[home.ENVIRONMENT]
            if before is not None:
                os.environ[home.ENVIRONMENT] = before


def make_up(published: Published, folder: Path, seed: int = 0) -> None:
    """Writes a space of the right keys, shapes and sizes, whose weights mean nothing."""
    folder.mkdir(parents=True)
    generator, towers = torch.Generator().manual_seed(seed), {}
    for modality, part in published.parts.items():
        state = folders.unfilled(part.architecture, modality, part.config).state_dict()
        made = {key: _made(key, like, generator) for key, like in state.items()}
        towers[modality] = add.put(folder, published, modality, made, "made up")
    add.write_card(folder, published, towers)


def _made(key: str, like: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """Values that keep activations finite: norms of 1, matrices that keep lengths."""
    if not like.is_floating_point():
        return torch.zeros(like.shape, dtype=like.dtype)
    if key.endswith("mask"):
        return torch.full(like.shape, -torch.inf).triu_(1)
    if like.ndim < 2:
        return torch.full(like.shape, float(key.endswith(("weight", "running_var"))))
    return torch.randn(like.shape, generator=generator) / max(1, like[0].numel()) ** 0.5


def _payloads(space: Space, modality: Modality, count: int) -> list[Payload]:
    rng, inputs = np.random.default_rng(0), space.identity.inputs
    if modality is Modality.TEXT:
        return [Text(_TEXT.format(number)) for number in range(count)]
    if modality is Modality.IMAGE:
        assert inputs.image
        side = inputs.image.side
        return [Picture(rng.integers(0, 256, (side, side, 3), np.uint8)) for _ in range(count)]
    if modality is Modality.AUDIO:
        assert inputs.audio
        length = int(inputs.audio.rate * inputs.audio.seconds) * max(1, inputs.audio.clips)
        return [Waveform(rng.uniform(-1, 1, length).astype(np.float32)) for _ in range(count)]
    return [_ball(rng, inputs.shape) for _ in range(count)]


def _ball(rng: np.random.Generator, shape: ShapeInput) -> PointCloud:
    cloud = PointCloud(_on_a_sphere(rng, shape.points))
    if not shape.surface:
        return cloud
    points = _on_a_sphere(rng, shape.surface)
    return replace(cloud, surface=Surface(points, normals=points))


def _on_a_sphere(rng: np.random.Generator, points: int) -> np.ndarray:
    cloud = rng.standard_normal((points, 3))
    return (cloud / np.linalg.norm(cloud, axis=1, keepdims=True)).astype(np.float32)


def _operations(encoder: Any, payloads: Sequence[Payload]) -> int:
    """Floating-point operations of one item, as torch counts them; 0 where none are torch's."""
    from torch.utils.flop_counter import FlopCounterMode

    with FlopCounterMode(display=False) as counter:
        encoder.encode(payloads)
    return int(counter.get_total_flops())


def _wait(device: str) -> None:
    if device != "cpu":
        torch.cuda.synchronize()


def _medians(runs: Sequence[Callable[[], Any]], rounds: int, device: str) -> list[float]:
    """Median seconds of each, called in turn `rounds` times after one round that is not counted."""
    seconds: list[list[float]] = [[] for _ in runs]
    for number in range(rounds + 1):
        for run, taken in zip(runs, seconds, strict=True):
            started = time.perf_counter()
            run()
            _wait(device)
            if number:
                taken.append(time.perf_counter() - started)
    return [median(taken) for taken in seconds]
