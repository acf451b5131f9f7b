"""Floating-point formats that vectors are shortlisted in, and how far a product in one can be from the exact cosine.

Nothing here imports torch or faiss: the bounds and the choices are arithmetic, and are tested without a GPU.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from retriever.types import Vectors

DRIFT = 2.0**-10
"""How far the length of a stored "unit" vector may be from 1."""


@dataclass(frozen=True)
class Format:
    """A format of a vector's entries, with p bits of significand; its sums are kept in float32.

    Attributes:
        name: as torch and numpy call it.
        bytes: of one entry.
        roundoff: 2^-p, the largest relative error of rounding to nearest.
        smallest: the largest absolute error of rounding an entry that is too small for full precision.
        addition: the largest relative error of one addition in a sum: 2^-24 rounds to nearest; the units that multiply
            matrices cut off instead (Fasi et al., PeerJ CS 2021), which is taken as four times as much.
    """

    name: str
    bytes: int
    roundoff: float
    smallest: float
    addition: float

    def error(self, residuals: NDArray[np.float64], dim: int) -> NDArray[np.float64]:
        """How far, at most, the product of rounded vectors is from the cosine that `settle` gives.

        Let q^ and v^ be the rounded vectors, and x the computed product. As |v^ - v| <= u |v| + s sqrt(d) for the
        roundoff u and the smallest error s, Cauchy and Schwarz bound the part of rounding by

            |q v - q^ v^| <= |q - q^| |v| + |q^| |v - v^| <= r |v| + (|q| + r) (u |v| + s sqrt(d)),  r = |q - q^|.

        r is known, as there are few queries. Products of two entries of half precision are exact in float32, those of
        float32 are off by no more than one addition is, and the sum of d terms in any order is off by at most d
        additions of |q^| |v^|. What is added for the unit vectors' lengths, and for `settle` rounding to float32, is
        4 float32 roundoffs.

        Args:
            residuals: (q,) lengths of what rounding took from each query, r.
            dim: d, fewer than 2^20.
        """
        long = 1 + DRIFT
        lost = self.roundoff * long + self.smallest * dim**0.5
        exact = residuals * long + (long + residuals) * lost
        added = dim * self.addition * 1.01 * (long + residuals) * (long + lost)
        bound: NDArray[np.float64] = exact + added + 2.0**-22
        return bound


FLOAT32 = Format("float32", 4, 2.0**-24, 2.0**-126, 2.0**-22)
BFLOAT16 = Format("bfloat16", 2, 2.0**-8, 2.0**-126, 2.0**-22)
FLOAT16 = Format("float16", 2, 2.0**-11, 2.0**-25, 2.0**-22)
FORMATS = {format.name: format for format in (FLOAT32, BFLOAT16, FLOAT16)}


def lengths(vectors: Vectors) -> NDArray[np.float64]:
    """(n,) Euclidean lengths, summed in float64."""
    return np.sqrt((vectors.astype(np.float64) ** 2).sum(axis=1))


NUMPY_NS = 0.0125
"""Per query, row and dimension, by `ExactSearch`: 100 queries x 200,000 x 384 on two cores."""
TORCH_NS = {BFLOAT16: 0.004, FLOAT32: 0.009}
"""The same by `TorchExact`, on CPUs that `cpu_format` names the format for."""
IMPORT_S = 1.5
"""Importing torch in a process that has not."""
FEW, FEW_IN_PLACE = 16, 64
"""Queries from which `TorchExact` is quicker, torch being loaded, where it keeps a copy in a short format, and where it
reads all rows, or converts them, every time: few queries are all memory traffic."""
KEPT = 2**28
"""Bytes up to which `TorchExact` keeps a copy of all vectors in its format on the CPU: 350,000 of 384 dimensions."""


def cpu_format(cpuinfo: Path = Path("/proc/cpuinfo")) -> Format | None:
    """The format in which torch multiplies on this CPU sooner than numpy multiplies float32; None where there is none.

    AMD's processors with AVX-512 BF16 and Intel's with AMX multiply bfloat16 several times as fast as float32. Intel's
    with AVX-512 alone took twice as long for it, but MKL, which torch brings, three quarters of numpy's time for
    float32. It is asked before torch is imported, so of Linux; elsewhere, and of other processors, the answer is None.
    """
    try:
        known = set(cpuinfo.read_text(encoding="utf-8", errors="replace").split())
    except OSError:
        return None
    if "amx_bf16" in known or {"AuthenticAMD", "avx512_bf16"} <= known:
        return BFLOAT16
    return FLOAT32 if {"GenuineIntel", "avx512f"} <= known else None


def pays(queries: int, rows: int, dim: int, loaded: bool, format: Format | None, copied: bool = True) -> bool:
    """Whether a batch is searched sooner by `TorchExact` on the CPU than by `ExactSearch`.

    Args:
        queries: in the batch.
        rows: that may be returned.
        dim: of a vector.
        loaded: whether torch is imported already (``"torch" in sys.modules``); if not, its import has to be earned.
        format: `cpu_format`.
        copied: whether `TorchExact` keeps a copy of all vectors.
    """
    if format is None or queries < (FEW if copied else FEW_IN_PLACE):
        return False
    return loaded or queries * rows * dim * (NUMPY_NS - TORCH_NS[format]) * 1e-9 > IMPORT_S


def kept(format: Format, rows: int, dim: int, memory: int | None = None) -> bool:
    """Whether `TorchExact` keeps a copy of so many vectors on the CPU; float32 it takes as they are.

    Args:
        format: of the copy.
        rows: of vectors.
        dim: of a vector.
        memory: bytes that it may take; None: `KEPT`.
    """
    return format != FLOAT32 and rows * dim * format.bytes <= min(KEPT, KEPT if memory is None else memory)
