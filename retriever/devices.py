"""Devices by the names that users give them."""

from __future__ import annotations

import logging
import os
from functools import cache

from retriever.errors import UsageError

log = logging.getLogger(__name__)

DEVICES = ("auto", "cpu", "cuda")


def check_device(name: str) -> None:
    """Raise UsageError for a name that is none of DEVICES."""
    if name not in DEVICES:
        raise UsageError(f"--device {name}: there is no such device; take one of {', '.join(DEVICES)}.")


@cache
def torch_device(name: str) -> str:
    """The device that torch computes on, "cpu" or "cuda", for one of DEVICES; asked for in vain, a GPU costs one line.

    Imports torch, except for "cpu"; call it before torch is imported elsewhere.
    """
    check_device(name)
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # spinning OpenMP threads starve every other process
    if name == "cpu":
        return name
    import torch

    if torch.cuda.is_available():
        return "cuda"
    if name == "cuda":
        log.warning("No GPU that torch can use was found (is a CUDA build of torch installed?): using the CPU instead.")
    return "cpu"
