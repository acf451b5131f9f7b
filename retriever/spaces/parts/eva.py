"""Transformer blocks of the EVA models (Fang et al. 2023, arXiv 2303.11331), without a code of positions.

Names of weights are those of timm, in which Uni3D's towers and the pictures of EVA02-CLIP-E were published. There are
three kinds of MLP, and attention with its projections in one matrix or in three; keys never have a bias.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - the name everybody uses

EPS = 1e-6
"""Of every norm."""


class EvaBlock(nn.Module):
    """One layer.

    Args:
        width: of a token.
        heads: of the attention.
        hidden: width inside the MLP.
        mlp: one of `MLPS`.
        split: whether queries, keys and values have a matrix each.
        norm_after: whether norms follow attention and MLP, rather than precede them.
    """

    def __init__(
        self, width: int, heads: int, hidden: int, *, mlp: str = "plain", split: bool = False, norm_after: bool = False
    ) -> None:
        super().__init__()
        self.norm_after = norm_after
        self.norm1 = nn.LayerNorm(width, eps=EPS)
        self.attn = (_SplitAttention if split else _FusedAttention)(width, heads)
        self.norm2 = nn.LayerNorm(width, eps=EPS)
        self.mlp = MLPS[mlp](width, hidden)

    def forward(self, x: Tensor) -> Tensor:
        """(b, t, width) tokens -> the same, mixed."""
        if self.norm_after:
            x = x + self.norm1(self.attn(x))
            return x + self.norm2(self.mlp(x))
        x = x + self.attn(self.norm1(x))
        return x + self.mlp(self.norm2(x))


class _FusedAttention(nn.Module):
    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.q_bias = nn.Parameter(torch.zeros(width))
        self.v_bias = nn.Parameter(torch.zeros(width))
        self.qkv = nn.Linear(width, 3 * width, bias=False)
        self.proj = nn.Linear(width, width)

    def forward(self, x: Tensor) -> Tensor:
        bias = torch.cat([self.q_bias, torch.zeros_like(self.q_bias), self.v_bias])
        query, key, value = F.linear(x, self.qkv.weight, bias).chunk(3, dim=-1)
        out: Tensor = self.proj(_attended(query, key, value, self.heads))
        return out


class _SplitAttention(nn.Module):
    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.q_proj = nn.Linear(width, width)
        self.k_proj = nn.Linear(width, width, bias=False)
        self.v_proj = nn.Linear(width, width)
        self.proj = nn.Linear(width, width)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.proj(_attended(self.q_proj(x), self.k_proj(x), self.v_proj(x), self.heads))
        return out


def _attended(query: Tensor, key: Tensor, value: Tensor, heads: int) -> Tensor:
    query, key, value = (part.unflatten(-1, (heads, -1)).transpose(1, 2) for part in (query, key, value))
    return F.scaled_dot_product_attention(query, key, value).transpose(1, 2).flatten(2)


class _Plain(nn.Module):
    def __init__(self, width: int, hidden: int) -> None:
        super().__init__()
        self.fc1 = nn.Linear(width, hidden)
        self.fc2 = nn.Linear(hidden, width)

    def forward(self, x: Tensor) -> Tensor:
        moved: Tensor = self.fc2(F.gelu(self.fc1(x)))
        return moved


class _Gated(nn.Module):
    """The first half of what the first layer gives opens and closes the second."""

    def __init__(self, width: int, hidden: int) -> None:
        super().__init__()
        self.fc1 = nn.Linear(width, 2 * hidden)
        self.fc2 = nn.Linear(hidden, width)

    def forward(self, x: Tensor) -> Tensor:
        gate, values = self.fc1(x).chunk(2, dim=-1)
        moved: Tensor = self.fc2(F.silu(gate) * values)
        return moved


class _GatedNormed(nn.Module):
    def __init__(self, width: int, hidden: int) -> None:
        super().__init__()
        self.fc1_g = nn.Linear(width, hidden)
        self.fc1_x = nn.Linear(width, hidden)
        self.norm = nn.LayerNorm(hidden, eps=EPS)
        self.fc2 = nn.Linear(hidden, width)

    def forward(self, x: Tensor) -> Tensor:
        moved: Tensor = self.fc2(self.norm(F.silu(self.fc1_g(x)) * self.fc1_x(x)))
        return moved


MLPS: dict[str, type[_Plain] | type[_Gated] | type[_GatedNormed]] = {
    "plain": _Plain,
    "gated": _Gated,
    "gated-normed": _GatedNormed,
}
"""GELU between two layers; SwiGLU in one matrix; SwiGLU in two, normed."""
