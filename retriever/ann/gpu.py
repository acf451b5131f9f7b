"""Which library searches on GPUs, and in which form it keeps the vectors there: choices that are tested without one.

What follows from them was run on one GPU; parts over several GPUs have only been run on the CPU in their place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from retriever.ann.precision import FLOAT16, FLOAT32, Format
from retriever.ann.wheels import driver, load
from retriever.devices import usable
from retriever.errors import MissingDependency

RESERVE = 2 * 2**30
"""Bytes of each GPU's memory left to faiss's scratch space (1.5 GiB), to products, and to other programs."""


@dataclass(frozen=True)
class Storage:
    """How faiss keeps the vectors.

    Attributes:
        shards: parts of equal size, one a GPU; each query is put to all.
        half: in float16, so that more rows are fetched and scored again from the float32 files.
    """

    shards: int = 1
    half: bool = False


def storages(rows: int, dim: int, gpus: int, free: Sequence[int] = ()) -> tuple[Storage, ...]:
    """Ways for faiss to keep `rows` vectors of length `dim` in GPUs, the most precise first; none where none fits.

    Args:
        rows: of the index.
        dim: of a vector.
        gpus: that faiss can use; all are.
        free: bytes that each of them has left; empty where they are not known, and all ways are to be tried.
    """
    if not gpus:
        return ()
    shards = max(1, min(gpus, rows))
    room = min(free) - RESERVE if free else None
    entries = -(-rows // shards) * dim
    return tuple(
        Storage(shards, half=format is FLOAT16)
        for format in (FLOAT32, FLOAT16)
        if room is None or entries * format.bytes <= room
    )


def fits(rows: int, dim: int, free: int) -> bool:
    """Whether a float16 copy of all vectors fits in a GPU that has `free` bytes left; if not, they are streamed."""
    return rows * dim * FLOAT16.bytes + RESERVE <= free


@dataclass(frozen=True)
class Gpus:
    """The GPUs of a machine.

    Attributes:
        faiss: how many faiss can use.
        torch: how many torch can use.
        free: bytes that each of torch's has left; empty where they are not known.
    """

    faiss: int = 0
    torch: int = 0
    free: tuple[int, ...] = ()


NONE = Gpus()


@dataclass(frozen=True)
class Placed:
    """What searches an index on GPUs, and from where.

    Attributes:
        library: "faiss" or "torch".
        gpus: that search, each an equal part of the rows.
        format: of the vectors there.
        resident: whether these stay in the GPUs' memory; if not, every batch of queries brings them there, in tiles.
    """

    library: str
    gpus: int
    format: Format
    resident: bool


def place(rows: int, dim: int, gpus: Gpus) -> Placed | None:
    """The way to search `rows` vectors of length `dim` on these GPUs; None where there is none.

    On one GPU that holds all vectors torch answered sooner than faiss, even before it had `Picks`: one query six
    times, a thousand 1.4 times (`python -m benchmarks ann --table gpu`). Several are left to faiss if the vectors fit.
    """
    if gpus.faiss > 1 or not gpus.torch:
        ways = storages(rows, dim, gpus.faiss, gpus.free if gpus.faiss == gpus.torch else ())
        if ways:
            return Placed("faiss", ways[0].shards, FLOAT16 if ways[0].half else FLOAT32, True)
    if not gpus.torch:
        return None
    resident = not gpus.free or fits(-(-rows // gpus.torch), dim, min(gpus.free))
    return Placed("torch", gpus.torch, FLOAT16, resident)


def faiss_gpus() -> int:
    """GPUs that the installed faiss can use; 0 for faiss-cpu, and where there is none."""
    try:
        faiss = load()
    except MissingDependency:
        return 0
    return int(faiss.get_num_gpus()) if hasattr(faiss, "StandardGpuResources") else 0


def torch_gpus() -> int:
    """GPUs that the installed torch can use. Imports torch."""
    return len(torch_devices())


def torch_devices() -> list[str]:
    """Names of the GPUs that the installed torch can use. Imports torch."""
    import torch

    seen = torch.cuda.device_count() if torch.cuda.is_available() else 0
    return [f"cuda:{number}" for number in range(seen) if usable(number)]


def free_bytes(gpus: int) -> tuple[int, ...]:
    """Bytes that each GPU has left, as torch tells it; () where torch cannot use as many. Imports torch."""
    devices = torch_devices() if gpus else []
    return tuple(map(free_on, devices)) if len(devices) == gpus else ()


def free_on(gpu: str) -> int:
    """Bytes that a GPU has left, by torch's name; 0 where not even that can be asked. Imports torch."""
    import torch

    try:
        return int(torch.cuda.mem_get_info(gpu)[0])
    except RuntimeError:
        return 0


def present() -> Gpus:
    """The GPUs of this machine; neither library is imported where no GPU's driver is installed."""
    if not driver():
        return NONE
    torch = torch_gpus()
    return Gpus(faiss_gpus(), torch, free_bytes(torch))
