"""Devices by the names that users give them."""

from __future__ import annotations

import logging
import os
from functools import cache

from retriever.errors import UsageError

log = logging.getLogger(__name__)

DEVICES = ("auto", "cpu", "cuda")

_RAN_OUT = ("out of memory", "ALLOC_FAILED", "memory allocation error", "std::bad_alloc")
"""What torch and CUDA, cuBLAS, and faiss with cuVS say."""


def check_device(name: str) -> None:
    """Raise UsageError for a name that is none of DEVICES."""
    if name not in DEVICES:
        raise UsageError(f"--device {name}: there is no such device; take one of {', '.join(DEVICES)}.")


@cache
def torch_device(name: str) -> str:
    """What torch computes on for one of DEVICES, "cpu" or the first GPU that works; asked for in vain, it costs a line.

    Imports torch, except for "cpu"; call it before torch is imported elsewhere.
    """
    check_device(name)
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # spinning OpenMP threads starve every other process
    if name == "cpu":
        return name
    import torch

    if torch.cuda.is_available():
        number = next(filter(usable, range(torch.cuda.device_count())), None)
        return "cpu" if number is None else f"cuda:{number}" if number else "cuda"
    if name == "cuda":
        log.warning("No GPU that torch can use was found (is a CUDA build of torch installed?): using the CPU instead.")
    return "cpu"


@cache
def usable(gpu: int) -> bool:
    """Whether torch can compute on a GPU that it sees; tried once in a process, and said where it cannot.

    It cannot where it has no kernels for the card, or where another process has the card to itself.

    Args:
        gpu: its number.
    """
    import torch

    try:
        torch.ones(8, device=f"cuda:{gpu}").topk(2)[0].cpu()
    except RuntimeError as error:
        if out_of_memory(error):
            log.warning("The memory of the GPU cuda:%d is taken by other programs: end these, and begin again.", gpu)
            return False
        log.warning(
            "The GPU cuda:%d cannot be used (%s) and is left out: install a build of torch for this card, end the "
            "programs that occupy it, or name others in $CUDA_VISIBLE_DEVICES. The device cpu looks for none.",
            gpu,
            str(error).partition("\n")[0],
        )
        return False
    return True


def out_of_memory(error: Exception) -> bool:
    """Whether torch, cuBLAS or faiss says so that the memory of a GPU, or pinned memory for it, ran out."""
    return type(error).__name__ == "OutOfMemoryError" or any(words in str(error) for words in _RAN_OUT)
