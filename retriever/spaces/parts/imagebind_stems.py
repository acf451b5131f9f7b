"""What turns each sense of ImageBind into tokens; the names of weights are those of the published checkpoint.

Stems are called by the sense's own form of input, a batch of single clips; `retriever.spaces.imagebind` lists these.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - the name everybody uses

_PATCH = 14
_WORDS, _CONTEXT = 49_408, 77
_IMU_CHANNELS, _IMU_STEPS, _IMU_WINDOW = 6, 2_000, 8


class VisionStem(nn.Module):
    """Pictures or clips of two frames, in squares of 14 pixels."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.cls_token = nn.Parameter(torch.zeros(1, 1, width))
        kernel = (2, _PATCH, _PATCH)
        patches = nn.Conv3d(3, width, kernel, stride=kernel, bias=False)
        self.rgbt_stem = nn.ModuleDict({"proj": nn.Sequential(nn.Identity(), patches)})
        self.pos_embedding_helper = _Positions(16 * 16, width)

    def forward(self, x: Tensor) -> Tensor:
        """(b, 3, 224, 224) pictures or (b, 3, 2, 224, 224) clips -> (b, 257, width)."""
        weight = self.get_parameter("rgbt_stem.proj.1.weight")
        if x.ndim == 4:  # a still picture is both frames, so that their weights add up
            patches = F.conv2d(x, weight.sum(dim=2), stride=_PATCH)
        else:
            patches = F.conv3d(x, weight, stride=weight.shape[2:])
        return self.pos_embedding_helper(_led(self.cls_token, patches.flatten(2).transpose(1, 2)))


class PlaneStem(nn.Module):
    """One-channel planes (spectrograms, depth, heat) in squares of 16 pixels.

    Args:
        name: of the projection and its norm in the checkpoint.
        width: of a token.
        stride: pixels from one square to the next.
        squares: in a plane.
    """

    def __init__(self, name: str, width: int, *, stride: int, squares: int) -> None:
        super().__init__()
        self._name = name
        self.cls_token = nn.Parameter(torch.zeros(1, 1, width))
        self.add_module(name, _Stem(nn.Conv2d(1, width, 16, stride=stride, bias=False), width))
        self.pos_embedding_helper = _Positions(squares, width)

    def forward(self, x: Tensor) -> Tensor:
        """(b, 1, h, w) -> (b, 1 + squares, width)."""
        return self.pos_embedding_helper(_led(self.cls_token, self.get_submodule(self._name)(x)))


class TextStem(nn.Module):
    """Token ids of CLIP."""

    mask: Tensor

    def __init__(self, width: int) -> None:
        super().__init__()
        self.pos_embed = nn.Parameter(torch.zeros(1, _CONTEXT, width))
        self.token_embedding = nn.Embedding.from_pretrained(torch.zeros(_WORDS, width), freeze=False)
        # The checkpoint holds the causal mask; it is the same for all, and attention makes its own.
        # By numpy, since torch's triu on the meta device imports 70 MB of modules, for seconds.
        self.register_buffer("mask", torch.tensor(np.triu(np.full((_CONTEXT, _CONTEXT), -np.inf, np.float32), 1)))

    def forward(self, ids: Tensor) -> Tensor:
        """(b, t) int64, t at most 77 -> (b, t, width)."""
        tokens: Tensor = self.token_embedding(ids) + self.pos_embed[:, : ids.shape[1]]
        return tokens


class ImuStem(nn.Module):
    """Accelerometer and gyroscope, in windows of 8 steps."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.pos_embed = nn.Parameter(torch.zeros(1, 1 + _IMU_STEPS // _IMU_WINDOW, width))
        self.cls_token = nn.Parameter(torch.zeros(1, 1, width))
        self.imu_stem = _Stem(nn.Linear(_IMU_CHANNELS * _IMU_WINDOW, width, bias=False), width)

    def forward(self, x: Tensor) -> Tensor:
        """(b, 6, 2000) -> (b, 251, width)."""
        windows = x.unflatten(-1, (-1, _IMU_WINDOW)).transpose(1, 2).flatten(2)
        return _led(self.cls_token, self.imu_stem(windows)) + self.pos_embed


class _Stem(nn.Module):
    """A projection and the norm after it."""

    def __init__(self, proj: nn.Module, width: int) -> None:
        super().__init__()
        self.proj = proj
        self.norm_layer = nn.LayerNorm(width)

    def forward(self, x: Tensor) -> Tensor:
        """What the projection takes -> (b, n, width) tokens; squares of a plane are taken row by row."""
        tokens = self.proj(x)
        tokens = tokens.flatten(2).transpose(1, 2) if tokens.ndim == 4 else tokens
        normed: Tensor = self.norm_layer(tokens)
        return normed


class _Positions(nn.Module):
    """What is added to every token for its place."""

    def __init__(self, places: int, width: int) -> None:
        super().__init__()
        self.pos_embed = nn.Parameter(torch.zeros(1, 1 + places, width))

    def forward(self, tokens: Tensor) -> Tensor:
        return tokens + self.pos_embed


def _led(cls_token: Tensor, tokens: Tensor) -> Tensor:
    """The tokens of each item behind the class token."""
    return torch.cat([cls_token.to(tokens.dtype).expand(len(tokens), -1, -1), tokens], dim=1)
