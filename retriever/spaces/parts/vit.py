"""The pre-norm transformer that CLIP and its relatives share, and how they see pictures.

Attention is that of torch's MultiheadAttention, its names of weights included (``in_proj_weight``, ``out_proj.weight``,
...), so that published weights fit as they are. No weight is ever copied: a tower may lie in a mapped file.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - the name everybody uses

from retriever.types import Payload, Picture

MEAN = (0.48145466, 0.4578275, 0.40821073)
"""Of CLIP's training pictures, RGB in 0..1."""
STD = (0.26862954, 0.26130258, 0.27577711)
"""Likewise, the standard deviation."""


@dataclass(frozen=True)
class Names:
    """What a family of checkpoints calls the parts of a block.

    Attributes:
        before_attention: the norm there.
        before_mlp: the norm there.
        widen: the first linear layer of ``mlp``.
        narrow: the second.
    """

    before_attention: str
    before_mlp: str
    widen: str
    narrow: str


IMAGEBIND = Names("norm_1", "norm_2", "fc1", "fc2")
OPENCLIP = Names("ln_1", "ln_2", "c_fc", "c_proj")


def quick_gelu(x: Tensor) -> Tensor:
    """The sigmoid approximation of GELU, which OpenAI's own CLIP models were trained with."""
    return x * torch.sigmoid(1.702 * x)


class Block(nn.Module):
    """One pre-norm transformer layer: ``attn``, ``mlp``, and two norms called as in `names`.

    Args:
        width: of a token.
        heads: of the attention.
        names: of the parts.
        eps: of the norms.
        hidden: width inside the MLP; four times that of a token where it is left out.
        activation: of the MLP.
        bias_kv: whether every token also attends to one learned key and value.
    """

    def __init__(
        self,
        width: int,
        heads: int,
        *,
        names: Names,
        eps: float,
        hidden: int | None = None,
        activation: Callable[[Tensor], Tensor] = F.gelu,
        bias_kv: bool = False,
    ) -> None:
        super().__init__()
        self.names = names
        self.activation = activation
        self.attn = Attention(width, heads, bias_kv=bias_kv)
        self.add_module(names.before_attention, nn.LayerNorm(width, eps=eps))
        hidden = hidden or 4 * width
        self.mlp = nn.ModuleDict({names.widen: nn.Linear(width, hidden), names.narrow: nn.Linear(hidden, width)})
        self.add_module(names.before_mlp, nn.LayerNorm(width, eps=eps))

    def forward(self, x: Tensor, *, causal: bool = False) -> Tensor:
        """(b, t, width) tokens -> the same, mixed; a token sees none after itself where `causal`."""
        x = x + self.attn(self.get_submodule(self.names.before_attention)(x), causal=causal)
        hidden = self.mlp[self.names.widen](self.get_submodule(self.names.before_mlp)(x))
        return x + self.mlp[self.names.narrow](self.activation(hidden))


class Attention(nn.Module):
    """Attention of tokens to each other, its three projections fused; names of weights as in MultiheadAttention."""

    def __init__(self, width: int, heads: int, *, bias_kv: bool = False) -> None:
        super().__init__()
        self.heads = heads
        self.in_proj_weight = nn.Parameter(nn.init.xavier_uniform_(torch.empty(3 * width, width)))
        self.in_proj_bias = nn.Parameter(torch.zeros(3 * width))
        self.out_proj = nn.Linear(width, width)
        self.bias_k = nn.Parameter(torch.zeros(1, 1, width)) if bias_kv else None
        self.bias_v = nn.Parameter(torch.zeros(1, 1, width)) if bias_kv else None

    def forward(self, x: Tensor, *, causal: bool = False) -> Tensor:
        """(b, t, width) -> (b, t, width)."""
        b = len(x)
        query, key, value = F.linear(x, self.in_proj_weight, self.in_proj_bias).chunk(3, dim=-1)
        if self.bias_k is not None and self.bias_v is not None:
            key = torch.cat([key, self.bias_k.to(key.dtype).expand(b, -1, -1)], dim=1)
            value = torch.cat([value, self.bias_v.to(value.dtype).expand(b, -1, -1)], dim=1)
        query, key, value = (part.unflatten(-1, (self.heads, -1)).transpose(1, 2) for part in (query, key, value))
        mixed = F.scaled_dot_product_attention(query, key, value, is_causal=causal)
        out: Tensor = self.out_proj(mixed.transpose(1, 2).flatten(2))
        return out


def normalised(payloads: Sequence[Payload], device: str) -> Tensor:
    """`Picture` payloads of one size, already cropped, as (n, 3, side, side) float32 with CLIP's mean and deviation."""
    pixels = np.stack([payload.pixels for payload in payloads if isinstance(payload, Picture)])
    pictures = torch.from_numpy(pixels).to(device).permute(0, 3, 1, 2).float() / 255
    mean, std = (torch.tensor(of, device=device).view(3, 1, 1) for of in (MEAN, STD))
    return (pictures - mean) / std
