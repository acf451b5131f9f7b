"""Texts and pictures of CLIP (Radford et al. 2021, arXiv 2103.00020), in the models that 3D towers were bound to.

| variant            | weights                              | dim  |
|--------------------|--------------------------------------|------|
| ViT-B-32-quickgelu | OpenAI                               | 512  |
| ViT-L-14-quickgelu | OpenAI                               | 768  |
| ViT-H-14           | OpenCLIP, laion2b_s32b_b79k          | 1024 |
| ViT-bigG-14        | OpenCLIP, laion2b_s39b_b160k         | 1280 |
| EVA02-E-14-plus    | OpenCLIP, laion2b_s9b_b144k          | 1024 |

Files are those of OpenCLIP on Hugging Face (``open_clip_model.safetensors``, ``open_clip_pytorch_model.bin``); what
OpenAI itself published is a program with weights in it, which is not read. Names, sizes and outputs under made-up
weights were compared with the package open_clip_torch 3.3.0.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - the name everybody uses

from retriever.errors import SpaceError
from retriever.spaces.base import Encoder
from retriever.spaces.parts.bpe import CONTEXT, END
from retriever.spaces.parts.encoders import PictureEncoder, TextEncoder
from retriever.spaces.parts.eva import EPS as EVA_EPS
from retriever.spaces.parts.eva import EvaBlock
from retriever.spaces.parts.variants import chosen
from retriever.spaces.parts.vit import OPENCLIP, Block, quick_gelu
from retriever.types import Modality

ACTIVATIONS: Mapping[str, Callable[[Tensor], Tensor]] = {"gelu": F.gelu, "quick-gelu": quick_gelu}
_EPS = 1e-5
_WORDS = END + 1


def _text(dim: int, width: int, heads: int, layers: int, activation: str = "gelu") -> dict[str, Any]:
    return {"dim": dim, "width": width, "heads": heads, "layers": layers, "activation": activation}


def _picture(
    dim: int, width: int, heads: int, layers: int, *, patch: int = 14, hidden: int = 0, activation: str = "gelu"
) -> dict[str, Any]:
    sizes = _text(dim, width, heads, layers, activation)
    return {**sizes, "patch": patch, "side": 224, "hidden": hidden or 4 * width}


VARIANTS: Mapping[str, Mapping[Modality, Mapping[str, Any]]] = {
    "ViT-B-32-quickgelu": {
        Modality.TEXT: _text(512, 512, 8, 12, "quick-gelu"),
        Modality.IMAGE: _picture(512, 768, 12, 12, patch=32, activation="quick-gelu"),
    },
    "ViT-L-14-quickgelu": {
        Modality.TEXT: _text(768, 768, 12, 12, "quick-gelu"),
        Modality.IMAGE: _picture(768, 1024, 16, 24, activation="quick-gelu"),
    },
    "ViT-H-14": {
        Modality.TEXT: _text(1024, 1024, 16, 24),
        Modality.IMAGE: _picture(1024, 1280, 16, 32),
    },
    "ViT-bigG-14": {
        Modality.TEXT: _text(1280, 1280, 20, 32),
        Modality.IMAGE: _picture(1280, 1664, 16, 48, hidden=8192),
    },
    "EVA02-E-14-plus": {
        Modality.TEXT: _text(1024, 1280, 20, 32),
        Modality.IMAGE: {
            "family": "eva",
            "dim": 1024,
            "width": 1792,
            "heads": 16,
            "layers": 64,
            "patch": 14,
            "side": 224,
            "hidden": 15360,
        },
    },
}
"""Sizes as published, by OpenCLIP's names: those of `TextTower`, and of `PictureTower` or, where ``family`` says so, of
`EvaPictureTower`."""


def tower(modality: Modality, config: Mapping[str, Any]) -> TextTower | PictureTower | EvaPictureTower:
    """The unfilled tower of a modality.

    Args:
        modality: text or image.
        config: ``variant``, one of `VARIANTS`; whatever else it has takes the place of a size of the variant.

    Raises:
        SpaceError: another modality, or an unknown variant.
        TypeError: a size that the tower does not know.
    """
    if modality not in (Modality.TEXT, Modality.IMAGE):
        raise SpaceError(f"OpenCLIP has no {modality} tower; take that of a space that is bound to one of its models.")
    sizes = chosen("OpenCLIP", {name: towers[modality] for name, towers in VARIANTS.items()}, config)
    if modality is Modality.TEXT:
        return TextTower(**sizes)
    if sizes.pop("family", "vit") == "eva":
        return EvaPictureTower(**sizes)
    return PictureTower(**sizes)


def encoder(modality: Modality, tower: nn.Module, device: str) -> Encoder:
    """The filled tower of a modality as its encoder; pictures are to be squares of 224 pixels, already cropped."""
    return (TextEncoder if modality is Modality.TEXT else PictureEncoder)(tower, device)


class TextTower(nn.Module):
    """Texts; the names of its weights are those of the published checkpoints.

    Args:
        dim: of a vector.
        width: of a token.
        heads: of each block.
        layers: transformer blocks.
        activation: one of `ACTIVATIONS`.
        words: of the vocabulary; the last one ends a text.
    """

    def __init__(self, *, dim: int, width: int, heads: int, layers: int, activation: str, words: int = _WORDS) -> None:
        super().__init__()
        self.token_embedding = nn.Embedding(words, width)
        self.positional_embedding = nn.Parameter(torch.zeros(CONTEXT, width))
        self.transformer = _Transformer(width, heads, layers, 4 * width, activation)
        self.ln_final = nn.LayerNorm(width, eps=_EPS)
        self.text_projection = nn.Parameter(torch.zeros(width, dim))

    def forward(self, ids: Tensor) -> Tensor:
        """(b, t) int64, the id that ends a text the largest of each row -> (b, dim), not of unit length."""
        x = self.transformer(self.token_embedding(ids) + self.positional_embedding[: ids.shape[1]], causal=True)
        last = x[torch.arange(len(x), device=x.device), ids.argmax(dim=-1)]
        vectors: Tensor = self.ln_final(last) @ self.text_projection
        return vectors


class PictureTower(nn.Module):
    """Pictures; the names of its weights are those of the published checkpoints, after ``visual.``.

    Args:
        dim: of a vector.
        width: of a token.
        heads: of each block.
        layers: transformer blocks.
        activation: one of `ACTIVATIONS`.
        patch: edge length of what becomes a token, in pixels.
        side: edge length of a picture, in pixels.
        hidden: width inside the MLP of a block.
    """

    def __init__(
        self,
        *,
        dim: int,
        width: int,
        heads: int,
        layers: int,
        activation: str,
        patch: int,
        side: int,
        hidden: int,
    ) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, width, patch, patch, bias=False)
        self.class_embedding = nn.Parameter(torch.zeros(width))
        self.positional_embedding = nn.Parameter(torch.zeros(1 + (side // patch) ** 2, width))
        self.ln_pre = nn.LayerNorm(width, eps=_EPS)
        self.transformer = _Transformer(width, heads, layers, hidden, activation)
        self.ln_post = nn.LayerNorm(width, eps=_EPS)
        self.proj = nn.Parameter(torch.zeros(width, dim))

    def forward(self, pictures: Tensor) -> Tensor:
        """(b, 3, side, side), normalised -> (b, dim), not of unit length."""
        patches = self.conv1(pictures).flatten(2).mT
        x = torch.cat([self.class_embedding.expand(len(patches), 1, -1), patches], dim=1) + self.positional_embedding
        vectors: Tensor = self.ln_post(self.transformer(self.ln_pre(x))[:, 0]) @ self.proj
        return vectors


class EvaPictureTower(nn.Module):
    """Pictures of EVA02-CLIP-E; the names of its weights are those of the published file, after ``visual.trunk.``.

    Args:
        dim: of a vector.
        width: of a token.
        heads: of each block.
        layers: transformer blocks.
        patch: edge length of what becomes a token, in pixels.
        side: edge length of a picture, in pixels.
        hidden: width inside the MLP of a block.
    """

    def __init__(self, *, dim: int, width: int, heads: int, layers: int, patch: int, side: int, hidden: int) -> None:
        super().__init__()
        self.patch_embed = nn.ModuleDict({"proj": nn.Conv2d(3, width, patch, patch)})
        self.cls_token = nn.Parameter(torch.zeros(1, 1, width))
        self.pos_embed = nn.Parameter(torch.zeros(1, 1 + (side // patch) ** 2, width))
        self.blocks = nn.ModuleList(EvaBlock(width, heads, hidden, norm_after=True) for _ in range(layers))
        self.norm = nn.LayerNorm(width, eps=EVA_EPS)
        self.head = nn.Linear(width, dim)

    def forward(self, pictures: Tensor) -> Tensor:
        """(b, 3, side, side), normalised -> (b, dim), not of unit length."""
        patches = self.patch_embed["proj"](pictures).flatten(2).mT
        x = torch.cat([self.cls_token.expand(len(patches), -1, -1), patches], dim=1) + self.pos_embed
        for block in self.blocks:
            x = block(x)
        vectors: Tensor = self.head(self.norm(x[:, 0]))
        return vectors


class _Transformer(nn.Module):
    def __init__(self, width: int, heads: int, layers: int, hidden: int, activation: str) -> None:
        super().__init__()
        act = ACTIVATIONS[activation]
        self.resblocks = nn.ModuleList(
            Block(width, heads, names=OPENCLIP, eps=_EPS, hidden=hidden, activation=act) for _ in range(layers)
        )

    def forward(self, x: Tensor, *, causal: bool = False) -> Tensor:
        for block in self.resblocks:
            x = block(x, causal=causal)
        return x
