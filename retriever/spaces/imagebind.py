"""The towers of ImageBind (Girdhar et al. 2023, arXiv 2305.05665): six senses in one space.

The engine asks the towers for pictures, sounds and texts; those for depth, heat and motion are here for whoever has
such data. Each is a module of its own, so that a query reads the weights of one sense.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - the name everybody uses

from retriever.errors import SpaceError
from retriever.spaces.base import Encoder
from retriever.spaces.parts.encoders import PictureEncoder, TextEncoder, TowerEncoder
from retriever.spaces.parts.imagebind_stems import ImuStem, PlaneStem, TextStem, VisionStem
from retriever.spaces.parts.kaldi import mel_clips
from retriever.spaces.parts.vit import IMAGEBIND, Block
from retriever.types import Modality, Payload, Waveform

DIM = 1024
CLIPS = 3
"""That a `Waveform` holds, one after another."""
_EPS = 1e-6
_LARGEST_SCALE = 100.0


@dataclass(frozen=True)
class _Sense:
    """One tower as published.

    Attributes:
        stem: makes the tokens, given their width.
        width: of a token.
        blocks: of the trunk.
        heads: of each block.
        head: index of the linear layer of the head; the norm is at 0, and what lies between has no weights.
        scale: of the authors' output vectors; None where they are of unit length.
        bias_kv: whether each token also attends to a learned one.
    """

    stem: Callable[[int], nn.Module]
    width: int
    blocks: int
    heads: int
    head: int = 2
    scale: float | None = None
    bias_kv: bool = True


_SENSES = {
    "vision": _Sense(VisionStem, 1280, 32, 16, bias_kv=False),
    "text": _Sense(TextStem, 1024, 24, 16, head=1, scale=1 / 0.07, bias_kv=False),
    "audio": _Sense(partial(PlaneStem, "rgbt_stem", stride=10, squares=12 * 19), 768, 12, 12, scale=20.0),
    "depth": _Sense(partial(PlaneStem, "depth_stem", stride=16, squares=14 * 14), 384, 12, 8, scale=5.0),
    "thermal": _Sense(partial(PlaneStem, "rgbt_stem", stride=16, squares=14 * 14), 768, 12, 12, scale=10.0),
    "imu": _Sense(ImuStem, 512, 6, 8, head=3, scale=5.0),
}
SENSES = tuple(_SENSES)
"""By ImageBind's own names."""

_OF_MODALITY = {Modality.IMAGE: "vision", Modality.TEXT: "text", Modality.AUDIO: "audio"}


def tower(modality: Modality, config: Mapping[str, Any]) -> SenseTower:
    """The unfilled tower for a modality of the engine.

    Args:
        modality: image, text or audio.
        config: ``blocks``, transformer layers of the trunk; as published where it is left out.

    Raises:
        SpaceError: ImageBind has no shapes.
        TypeError: a size that the tower does not know.
    """
    if modality not in _OF_MODALITY:
        raise SpaceError(f"ImageBind has no {modality} tower; take that of Point-Bind, which is bound to its space.")
    return sense_tower(_OF_MODALITY[modality], **config)


def sense_tower(sense: str, *, blocks: int | None = None) -> SenseTower:
    """The unfilled tower for one of `SENSES`.

    Raises:
        SpaceError: it is none of them.
    """
    if sense not in _SENSES:
        raise SpaceError(f"ImageBind has no sense {sense!r}; take one of {', '.join(_SENSES)}.")
    return SenseTower(sense, _SENSES[sense].blocks if blocks is None else blocks)


def encoder(modality: Modality, tower: nn.Module, device: str) -> Encoder:
    """The filled tower for a modality of the engine as its encoder.

    Pictures are to be squares of 224 pixels, already cropped; a sound is `CLIPS` clips of equal length at 16 kHz, of
    2 s or less, one after another.
    """
    return _ENCODERS[modality](tower, device)


class SenseTower(nn.Module):
    """One sense: stem, trunk, head; the names of its weights are those of the published checkpoint.

    A batch x is, of vision, (n, 3, 224, 224) pictures or (n, 3, 2, 224, 224) clips of two frames; of text, (n, t) ids,
    the end-of-text id the largest of each row; of audio, (n, 1, 128, 204) spectrograms; of depth and thermal,
    (n, 1, 224, 224); of imu, (n, 6, 2000).
    """

    def __init__(self, sense: str, blocks: int) -> None:
        super().__init__()
        published = _SENSES[sense]
        self.sense = sense
        width = published.width
        self.modality_preprocessors = nn.ModuleDict({sense: published.stem(width)})
        self.modality_trunks = nn.ModuleDict({sense: _Trunk(published, blocks, norm=sense == "vision")})
        between = [nn.Identity()] * (published.head - 1)
        head = nn.Sequential(nn.LayerNorm(width, eps=_EPS), *between, nn.Linear(width, DIM, bias=False))
        self.modality_heads = nn.ModuleDict({sense: nn.ModuleDict({"proj": head}) if sense == "text" else head})
        scale = [] if published.scale is None else [nn.Identity(), _Scale(published.scale, learned=sense == "text")]
        self.modality_postprocessors = nn.ModuleDict({sense: nn.Sequential(*scale)})

    def forward(self, x: Tensor) -> Tensor:
        """(n, ...) -> (n, dim) unit vectors."""
        return F.normalize(self.projected(x), dim=-1)

    def final(self, unit: Tensor, clips: int = 1) -> Tensor:
        """The authors' own output, not of unit length: scaled by sense, and then averaged over clips.

        Args:
            unit: (n, dim) from `forward`.
            clips: how many rows in turn belong to one item.

        Returns:
            (n / clips, dim).
        """
        scaled: Tensor = self.modality_postprocessors[self.sense](unit)
        return scaled.unflatten(0, (-1, clips)).mean(dim=1)

    def tokens(self, x: Tensor) -> Tensor:
        """(n, t, width): what the trunk is given."""
        tokens: Tensor = self.modality_preprocessors[self.sense](x)
        return tokens

    def features(self, x: Tensor) -> Tensor:
        """(n, width): the trunk's class token; of texts, the token that ends them."""
        tokens = self.modality_trunks[self.sense](self.tokens(x), causal=self.sense == "text")
        if self.sense == "text":
            return tokens[torch.arange(len(x), device=x.device), x.argmax(dim=-1)]
        return tokens[:, 0]

    def projected(self, x: Tensor) -> Tensor:
        """(n, dim): the head's output."""
        head = self.modality_heads[self.sense]
        projected: Tensor = (head["proj"] if isinstance(head, nn.ModuleDict) else head)(self.features(x))
        return projected.float()


class _Trunk(nn.Module):
    def __init__(self, sense: _Sense, blocks: int, *, norm: bool) -> None:
        super().__init__()
        self.pre_transformer_layer = nn.Sequential(*([nn.LayerNorm(sense.width, eps=_EPS)] if norm else []))
        self.blocks = nn.ModuleList(
            Block(sense.width, sense.heads, names=IMAGEBIND, eps=_EPS, bias_kv=sense.bias_kv) for _ in range(blocks)
        )

    def forward(self, x: Tensor, *, causal: bool) -> Tensor:
        x = self.pre_transformer_layer(x)
        for block in self.blocks:
            x = block(x, causal=causal)
        return x


class _Scale(nn.Module):
    """What the authors multiply unit vectors by: of texts learned, of other senses fixed."""

    log_logit_scale: Tensor

    def __init__(self, scale: float, *, learned: bool) -> None:
        super().__init__()
        log_scale = torch.tensor(math.log(scale))
        if learned:
            self.log_logit_scale = nn.Parameter(log_scale)
        else:
            self.register_buffer("log_logit_scale", log_scale)

    def forward(self, unit: Tensor) -> Tensor:
        return unit * self.log_logit_scale.exp().clip(max=_LARGEST_SCALE)


class _ClipsEncoder(TowerEncoder):
    """Of `Waveform` payloads: of each, the mean direction of its clips."""

    modality = Modality.AUDIO
    batch = 8

    def vectors(self, payloads: Sequence[Payload]) -> Tensor:
        """As `TowerEncoder.vectors`."""
        waves = [payload.samples.reshape(CLIPS, -1) for payload in payloads if isinstance(payload, Waveform)]
        mels = torch.cat([mel_clips(torch.from_numpy(wave)) for wave in waves])
        found: Tensor = self.tower(mels.to(self.device))
        return found.unflatten(0, (-1, CLIPS)).mean(dim=1)


_ENCODERS: dict[Modality, type[TowerEncoder]] = {
    Modality.IMAGE: PictureEncoder,
    Modality.AUDIO: _ClipsEncoder,
    Modality.TEXT: TextEncoder,
}
