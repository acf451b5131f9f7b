"""Which backend searches an index: a pure function of its size and the machine, testable without building anything."""

from __future__ import annotations

from dataclasses import dataclass

from retriever.devices import check_device

GPU_PAYS = 200_000
"""Rows from which a copy of the vectors in a GPU is taken to pay; a guess, not measured on one."""


@dataclass(frozen=True)
class Recipe:
    """How an index is searched.

    Attributes:
        backend: "exact" (numpy over memory-mapped files) or "faiss-flat".
        reason: one sentence for people.
        bytes: what the backend keeps in memory beside the files, 0 where it reads them in place.
    """

    backend: str
    reason: str
    bytes: int


def plan(rows: int, dim: int, *, device: str = "auto", gpus: int = 0) -> Recipe:
    """The backend for `rows` vectors of length `dim`.

    Every choice searches exactly: an approximate index would have to show first what recall it keeps on cross-modal
    queries.

    Args:
        rows: deleted ones included.
        dim: length of a vector.
        device: one of `retriever.devices.DEVICES`.
        gpus: how many faiss can use.

    Raises:
        UsageError: an unknown device.
    """
    check_device(device)
    size = f"{rows:,} vectors of length {dim} ({rows * dim * 4 / 2**20:,.0f} MiB)"
    if device != "cpu" and gpus and (device == "cuda" or rows >= GPU_PAYS):
        return Recipe(
            "faiss-flat", f"{size} are searched exactly on the GPU, from a copy in its memory.", rows * dim * 4
        )
    if device == "cuda":
        cause = "no GPU that faiss can use was found (it needs faiss-gpu, the extra gpu), so "
    elif gpus and device == "auto":
        cause = f"below {GPU_PAYS:,} rows a GPU does not pay, so "
    else:
        cause = ""
    reason = f"{cause}{size} are searched exactly on the CPU, read in place without loading or building anything."
    return Recipe("exact", reason[0].upper() + reason[1:], 0)
