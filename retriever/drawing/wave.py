"""A sound as a picture: its waveform."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

COLOR = (74, 134, 207)
"""A blue that shows on light and on dark."""

HEIGHT = 0.5
"""Of the picture's side, that the loudest bar takes."""


def bars(samples: NDArray[np.float32], side: int) -> NDArray[np.uint8]:
    """A waveform on nothing: rounded bars, the louder the longer.

    Args:
        samples: (n,) one channel.
        side: edge length in pixels.

    Returns:
        (side, side, 4) uint8, the first row at the top. The same arguments give the same picture.
    """
    step = max(4, side // 50)
    count = side // step - 1
    peaks = _peaks(samples, count)
    left = (side - count * step) // 2
    x, y = np.meshgrid(np.arange(side) + 0.5, np.arange(side) + 0.5 - side / 2)
    bar = np.floor((x - left) / step).astype(np.int64)
    inside = (bar >= 0) & (bar < count)
    radius = 0.3 * step
    reach = np.maximum(peaks * side * HEIGHT / 2 - radius, 0)[np.clip(bar, 0, count - 1)]
    # how far a pixel is from the line in the middle of its bar; within the radius it is covered
    across, along = x - left - (bar + 0.5) * step, np.maximum(np.abs(y) - reach, 0)
    cover = np.clip(radius + 0.5 - np.hypot(across, along), 0, 1) * inside
    out = np.empty((side, side, 4), np.uint8)
    out[:, :, :3], out[:, :, 3] = COLOR, np.round(cover * 255)
    return out


def _peaks(samples: NDArray[np.float32], count: int) -> NDArray[np.float64]:
    """(count,) loudness of as many parts of the sound, the loudest 1: halfway from their power to their peak."""
    ends = np.linspace(0, len(samples), count + 1).astype(np.int64)
    starts = np.minimum(ends[:-1], len(samples) - 1)
    peak = np.maximum.reduceat(np.abs(samples.astype(np.float64)), starts)
    power = np.add.reduceat(samples.astype(np.float64) ** 2, starts) / np.maximum(np.diff(ends), 1)
    level = np.sqrt(peak * np.sqrt(power))
    return np.asarray(level / max(float(level.max()), 1e-12))
