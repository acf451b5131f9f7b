"""How the points of a map push each other apart: every pair of them, by convolution on a grid.

Each point is spread over the nine nodes around it (quadratic interpolation), the kernels are applied to all nodes at
once by a fast Fourier transform, and read back at the points: Linderman et al., Nature Methods 16, 2019. So no pair is
left to chance, and there is nothing to seed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from torch import Tensor

STEP = 0.6
"""Between nodes; a point's push falls to a half at a distance of 1."""

_LEAST, _MOST = 32, 1024
"""Nodes along an edge."""

_MARGIN = 4


class Repulsion:
    """The pushes among points, for one layout; keeps the kernels of the grid that it used last."""

    def __init__(self) -> None:
        self._grid: tuple[int, float] = (0, 0.0)
        self._kernels: Tensor | None = None

    def __call__(self, places: NDArray[np.float64]) -> NDArray[np.float64]:
        """(n, 2) the push on each of (n, 2) places by all others, as t-SNE's gradient has it: a share of all."""
        import torch

        low = places.min(axis=0)
        size, step = self._fitted(float((places.max(axis=0) - low).max()))
        kernels = self._kernels_of(size, step)
        nodes, shares = _spread((places - low) / step + 1.5, size)
        moved = places - low
        charges = np.stack(
            [
                np.bincount(nodes.ravel(), (shares * each).ravel(), size * size)
                for each in (1, moved[:, :1], moved[:, 1:])
            ]
        )
        # In memory of torch's, which lies as its transforms have it: elsewhere their last bits could be others.
        waves = torch.fft.rfft2(torch.from_numpy(charges).to(torch.float32).view(3, size, size), s=(2 * size,) * 2)
        waves = torch.cat([waves[:1] * kernels[0], waves * kernels[1]])
        field = torch.fft.irfft2(waves, s=(2 * size,) * 2)[:, :size, :size].reshape(4, -1).numpy()
        near, pushed, first, second = np.einsum("fnk,nk->fn", field[:, nodes], shares)
        total = float((near - _to_itself(shares, step)).sum())
        total = max(total, len(places) / 1e6)  # of points that are all far from each other hardly anything is left
        return np.asarray((moved * pushed[:, None] - np.stack([first, second], axis=1)) / total)

    def _fitted(self, span: float) -> tuple[int, float]:
        """Nodes along an edge and the step between them; of a small map the finest grid, of a huge one a coarser."""
        size = _LEAST
        while size < span / STEP + _MARGIN and size < _MOST:
            size = size * 3 // 2 if size & (size - 1) == 0 else size // 3 * 4
        return size, max(STEP, span / (size - _MARGIN))

    def _kernels_of(self, size: int, step: float) -> Tensor:
        """(2, ...) transforms of 1 / (1 + distance^2) and of its square."""
        import torch

        if self._kernels is None or self._grid != (size, step):
            away = np.arange(2 * size)
            squares = (np.minimum(away, 2 * size - away) * step) ** 2
            kernel = 1 / (1 + squares[:, None] + squares)
            both = np.stack([kernel, kernel * kernel]).astype(np.float32)
            self._grid, self._kernels = (size, step), torch.fft.rfft2(torch.from_numpy(both))
        return self._kernels


def _to_itself(shares: NDArray[np.float64], step: float) -> NDArray[np.float64]:
    """(n,) what the grid gives of each point's own charge; of pushes it gives none."""
    nodes = step * np.stack(np.divmod(np.arange(9), 3), axis=1)
    kernel = 1 / (1 + ((nodes[:, None] - nodes) ** 2).sum(axis=2))
    return np.einsum("nk,nk->n", shares @ kernel, shares)


def _spread(at: NDArray[np.float64], size: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """(n, 9) the nodes around each place, which is given in steps, and what share of it each of them takes."""
    middle = np.floor(at + 0.5)
    off = at - middle
    along = np.stack([off * (off - 1) / 2, 1 - off * off, off * (off + 1) / 2], axis=2)
    around = middle.astype(np.int64)[:, :, None] + np.arange(-1, 2)
    nodes = around[:, 0, :, None] * size + around[:, 1, None, :]
    shares = along[:, 0, :, None] * along[:, 1, None, :]
    return nodes.reshape(-1, 9), shares.reshape(-1, 9)
