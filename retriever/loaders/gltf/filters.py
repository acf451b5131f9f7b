"""What is done to the attributes of EXT_meshopt_compression and KHR_meshopt_compression after they are unpacked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Filter = Callable[[Bytes], NDArray[Any]]
"""(n, stride) bytes of elements -> the same number of bytes, in whatever type."""


def _octahedral(data: Bytes) -> NDArray[Any]:
    """Unit vectors on an octahedron, 8 or 16 bits each; a fourth number passes."""
    given = data.view(f"<i{data.shape[1] // 4}")
    whole = given.astype(np.float32)
    x, y = (whole[:, axis] / whole[:, 2] for axis in (0, 1))
    z = 1 - np.abs(x) - np.abs(y)
    below = np.minimum(z, 0)
    vectors = np.stack([x - np.copysign(below, x), y - np.copysign(below, y), z], axis=1)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    made = given.copy()
    made[:, :3] = _rounded(vectors * np.iinfo(given.dtype).max)
    return made


def _quaternion(data: Bytes) -> NDArray[Any]:
    """Unit quaternions without their largest number, which is the one that the last two bits name."""
    given = data.view("<i2")
    three = given[:, :3] / (given[:, 3:] | 3).astype(np.float32) * np.float32(np.sqrt(0.5))
    fourth = np.sqrt(np.maximum(0, 1 - (three**2).sum(axis=1, keepdims=True)))
    made, largest = np.empty_like(given), (given[:, 3:] & 3).astype(np.int64)
    turned = (largest + (1, 2, 3, 0)) % 4
    np.put_along_axis(made, turned, _rounded(np.hstack([three, fourth]) * 32767).astype(np.int16), axis=1)
    return made


def _exponential(data: Bytes) -> NDArray[Any]:
    """Floats of 24 bits and an exponent."""
    given = data.view("<i4")
    return np.ldexp((given << 8 >> 8).astype(np.float32), given >> 24)


def _color(data: Bytes) -> NDArray[Any]:
    """Luma, two chromas and alpha; the highest bit of alpha says how many bits all have."""
    size = data.shape[1] // 4
    signed, unsigned = data.view(f"<i{size}").astype(np.int64), data.view(f"<u{size}").astype(np.int64)
    luma, orange, green, alpha = unsigned[:, 0], signed[:, 1], signed[:, 2], unsigned[:, 3]
    most = (1 << np.frexp(alpha)[1].astype(np.int64)) - 1
    alpha = alpha & most >> 1
    alpha = alpha << 1 | alpha & 1
    colors = np.stack([luma + orange - green, luma + green, luma - orange - green, alpha], axis=1)
    return _rounded(colors * (((1 << 8 * size) - 1) / np.maximum(most, 1)[:, None])).astype(f"<u{size}")


def _rounded(numbers: NDArray[Any]) -> NDArray[Any]:
    """To the nearest whole number, halves away from zero."""
    return np.trunc(numbers + np.copysign(0.5, numbers))


FILTERS: dict[str, Filter] = {
    "NONE": lambda data: data,
    "OCTAHEDRAL": _octahedral,
    "QUATERNION": _quaternion,
    "EXPONENTIAL": _exponential,
    "COLOR": _color,
}
