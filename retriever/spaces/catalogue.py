"""Spaces of published checkpoints: what they are made of, their licences, where their files are and what these hold.

Nothing here is downloaded or shipped: `retriever spaces add` turns files that the user has into a folder of towers, and
`retriever spaces pull` fetches them first where there is a plain address. Sizes, names and addresses are those of the
publications (Point-Bind, arXiv 2309.00615; ImageBind, arXiv 2305.05665; OpenShape, arXiv 2305.10764; Uni3D, arXiv
2310.06773; ULIP-2, arXiv 2305.08275).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from retriever.types import AudioInput, ImageInput, Modality, ShapeInput


@dataclass(frozen=True)
class Layout:
    """How a published file names the tensors of one tower.

    Attributes:
        wrapper: key of the file under which the tensors are; "" where they are the file itself.
        prefix: of every tensor of the tower.
        renamed: start of a key of the tower -> what the file has in its place.
        absent: scalars of the tower that the file lacks, with their value: they serve training only.
    """

    wrapper: str = ""
    prefix: str = ""
    renamed: Mapping[str, str] = field(default_factory=dict)
    absent: Mapping[str, float] = field(default_factory=dict)

    def key(self, key: str) -> str:
        """The file's name of a tensor of the tower."""
        for start, other in self.renamed.items():
            if key.startswith(start):
                return self.prefix + other + key.removeprefix(start)
        return self.prefix + key


@dataclass(frozen=True)
class Part:
    """One tower of a published space.

    Attributes:
        architecture: one of `retriever.spaces.folders.ARCHITECTURES`.
        config: for it.
        license: of the weights, as a phrase.
        layouts: of the files that may hold it.
        gigabytes: of its weights in float32.
    """

    architecture: str
    config: Mapping[str, Any]
    license: str
    layouts: tuple[Layout, ...]
    gigabytes: float


@dataclass(frozen=True)
class Download:
    """A file that a plain address gives.

    Attributes:
        url: of the file.
        bytes: its size, where it is known.
        sha256: its digest, where its publishers state one.
    """

    url: str
    bytes: int | None = None
    sha256: str | None = None

    @property
    def file(self) -> str:
        """What it is called."""
        return self.url.rpartition("/")[2]


@dataclass(frozen=True)
class Published:
    """A space of published checkpoints.

    Attributes:
        name: for ``--space``.
        about: what it is, as a phrase.
        dim: length of its vectors.
        parts: its towers.
        shape: how shapes are sampled for it; None where it has no such tower.
        image: how pictures are fitted.
        audio: how sounds are cut.
        where: where its files are, as a sentence for people.
        commercial: whether its licences permit commercial use: "yes", or "no".
        downloads: those that have a plain address, enough for all towers together; empty where there is none.
        unused: regular expression of keys that its files hold beside its towers.
        confirmed: whether outputs were compared with those of the authors' own code (under made-up weights).
    """

    name: str
    about: str
    dim: int
    parts: Mapping[Modality, Part]
    where: str
    commercial: str = "no"
    shape: ShapeInput | None = None
    image: ImageInput | None = None
    audio: AudioInput | None = None
    downloads: tuple[Download, ...] = ()
    unused: str = r"$^"
    confirmed: bool = False

    @property
    def license(self) -> str:
        """Of all towers together, as one line."""
        lines: dict[str, list[str]] = {}
        for modality, part in self.parts.items():
            lines.setdefault(part.license, []).append(str(modality))
        return "; ".join(f"{', '.join(of)}: {license}" for license, of in lines.items())


_NC = "CC BY-NC 4.0, no commercial use (ImageBind)"
_POINT_NC = "no commercial use, as the ImageBind weights in the same file (code MIT)"
_SIDE = ImageInput(side=224, fit="crop")
_CLIPS = AudioInput(rate=16_000, seconds=2.0, clips=3)

_BOUND = (Layout(), Layout(prefix="bind."))
_IMAGEBIND = {
    Modality.IMAGE: Part("imagebind", {}, _NC, _BOUND, 2.53),
    Modality.AUDIO: Part("imagebind", {}, _NC, _BOUND, 0.34),
    Modality.TEXT: Part("imagebind", {}, _NC, _BOUND, 1.42),
}
_OTHER_SENSES = r"(bind\.)?modality_[a-z]+\.(depth|thermal|imu)\."
_POINTS = r"logit_scale$|pc_projection$|point_encoder\.|point_trunk\.|(bind\.)?modality_[a-z]+[._]point\."

_MERGED = Layout(
    renamed={
        "point_encoder.": "point_trunk.point_encoder.",
        "pc_projection": "point_trunk.pc_projection",
        "bind.modality_head_point.": "modality_heads.point.",
        "bind.modality_postprocessor_point.": "modality_postprocessors.point.",
    },
    absent={"logit_scale": math.log(1 / 0.07)},
)
_DRIVE = "https://drive.google.com/file/d/"

IMAGEBIND = Published(
    name="imagebind",
    about="ImageBind-huge: pictures, sounds and texts; no shapes",
    dim=1024,
    parts=_IMAGEBIND,
    where="It is the file imagebind_huge.pth (4.8 GB) of facebookresearch/ImageBind.",
    image=_SIDE,
    audio=_CLIPS,
    downloads=(Download("https://dl.fbaipublicfiles.com/imagebind/imagebind_huge.pth"),),
    unused=rf"({_OTHER_SENSES})|({_POINTS})",
    confirmed=True,
)
POINT_BIND = Published(
    name="point-bind",
    about="Point-Bind with its I2P-MAE encoder, on ImageBind-huge",
    dim=1024,
    parts={Modality.SHAPE: Part("point-bind", {"trunk": "i2p-mae"}, _POINT_NC, (Layout(),), 0.054)} | _IMAGEBIND,
    where=(
        f"It is the file pointbind_i2pmae.pt (4.9 GB) at {_DRIVE}1V9y3h9EPlPN_HzU7zeeZ6xBOcvU-Xj6h, "
        "which a browser has to fetch."
    ),
    shape=ShapeInput(points=8192, up="y"),
    image=_SIDE,
    audio=_CLIPS,
    unused=_OTHER_SENSES,
    confirmed=True,
)
POINT_BIND_BERT = replace(
    POINT_BIND,
    name="point-bind-bert",
    about="Point-Bind with its Point-BERT encoder, on ImageBind-huge",
    parts={Modality.SHAPE: Part("point-bind", {"trunk": "point-bert"}, _POINT_NC, (Layout(), _MERGED), 0.091)}
    | _IMAGEBIND,
    where=(
        "It is the file imagebind_w3D.pth (4.9 GB) of ZiyuG/ImageBind_w3D on Hugging Face, or pointbind_pointbert.pt "
        f"at {_DRIVE}1BILH_aAGYuZOxvom8V9-n2fYW7nLGcai."
    ),
    downloads=(
        Download(
            "https://huggingface.co/ZiyuG/ImageBind_w3D/resolve/e9206a10f118b0790c730264e7b3aa5c324c35cb/"
            "imagebind_w3D.pth"
        ),
    ),
)

PUBLISHED = {space.name: space for space in (POINT_BIND, POINT_BIND_BERT, IMAGEBIND)}
"""By name."""
