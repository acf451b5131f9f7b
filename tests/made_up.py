"""Made-up weights that anyone can regenerate: every tensor from its own key, so that goldens need no checkpoint.

The recipe is that of the reference runs whose outputs lie in ``tests/data/published``: a generator seeded by the CRC-32
of the key, and a scale by the kind of tensor.
"""

from __future__ import annotations

import math
import zlib

import numpy as np
import torch
from torch import nn

_KEPT = ("logit_scale", "log_logit_scale", "mask", "num_batches_tracked")
_EMBEDDINGS = ("pos_embed", "cls_token", "cls_pos", "bias_k", "bias_v")


def made_up(key: str, shape: tuple[int, ...]) -> torch.Tensor | None:
    """The tensor of that key and shape; None for one that keeps what its module's constructor made."""
    last = key.rpartition(".")[2]
    if last in _KEPT:
        return None
    generator = np.random.Generator(np.random.PCG64(zlib.crc32(key.encode())))
    n = generator.standard_normal(shape, dtype=np.float32)
    if last == "running_mean":
        values = np.float32(0.05) * n
    elif last == "running_var":
        values = np.float32(0.5) + np.float32(0.5) * np.abs(n)
    elif last in _EMBEDDINGS or key.endswith("token_embedding.weight"):
        values = np.float32(0.3) * n
    elif len(shape) == 1:
        values = np.float32(1) + np.float32(0.1) * n if last == "weight" else np.float32(0.02) * n
    else:
        values = n * np.float32(1.5 / math.sqrt(math.prod(shape[1:])))
    return torch.from_numpy(values)


def fill(module: nn.Module, prefix: str = "") -> nn.Module:
    """The module with made-up weights, as if its keys began with `prefix`, ready to be asked."""
    state = module.state_dict()
    made = {key: made_up(prefix + key, tuple(value.shape)) for key, value in state.items()}
    module.load_state_dict({key: state[key] if value is None else value for key, value in made.items()}, strict=True)
    return module.eval()
