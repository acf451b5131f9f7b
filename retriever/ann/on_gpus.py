"""Opening an exact search on the GPUs there are, by the library that `gpu.place` chooses."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace

from retriever.ann.base import NearestNeighbours
from retriever.ann.cpu import CpuExact
from retriever.ann.faiss_flat import FaissFlat
from retriever.ann.gpu import place, present, torch_devices
from retriever.ann.shards import TorchShards
from retriever.ann.torch_exact import TorchExact
from retriever.types import Vectors

log = logging.getLogger(__name__)


def on_gpus(blocks: Sequence[Vectors], dim: int, memory: int | None = None) -> NearestNeighbours:
    """An exact search on the GPUs there are, by the library that can; where none can, on the CPU, after one line.

    Args:
        blocks: (n_i, d) float32 unit vectors; rows are numbered through all blocks.
        dim: d.
        memory: bytes that it may keep in the CPU's memory beside the blocks.
    """
    gpus, rows = present(), sum(map(len, blocks))
    placed = place(rows, dim, gpus)
    if placed and placed.library == "faiss":
        try:
            return FaissFlat(blocks, dim, device="cuda")
        except MemoryError as error:
            log.info("%s", error)
            placed = place(rows, dim, replace(gpus, faiss=0))
    if placed:
        devices = torch_devices()
        return TorchShards(blocks, dim, devices) if len(devices) > 1 else TorchExact(blocks, dim, device=devices[0])
    log.warning(
        "No GPU that faiss or torch can use for this index was found (it needs the extra gpu, or a CUDA build of "
        "torch): searching on the CPU instead."
    )
    return CpuExact(blocks, dim, memory)
