"""Published spaces: what they are made of, their licences, where their files are and how these name what they hold.

Nothing here is downloaded or shipped: `retriever spaces add` turns files that the user has into a folder of towers, and
`retriever spaces pull` fetches them first where there is a plain address. Sizes, names and addresses are those of the
publications (Point-Bind, arXiv 2309.00615; ImageBind, arXiv 2305.05665; OpenShape, arXiv 2305.10764; Uni3D, arXiv
2310.06773; ULIP-2, arXiv 2305.08275).
"""

from __future__ import annotations

import math
from dataclasses import replace

from retriever.spaces.published import Download, Layout, Part, Published
from retriever.types import AudioInput, ImageInput, Modality, ShapeInput

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

_HUB = "https://huggingface.co"
_COLORED = ShapeInput(points=10_000, up="y", color=0.4)
_UNUSED = r"(module\.)?logit_scale$"


def _clip(variant: str, license: str, gigabytes: tuple[float, float], *, eva: bool = False) -> dict[Modality, Part]:
    """Texts and pictures of a model of OpenCLIP, which are in one file."""
    text, image = ("text.", "visual.trunk.") if eva else ("", "visual.")
    return {
        Modality.TEXT: Part("openclip", {"variant": variant}, license, (Layout(prefix=text),), gigabytes[0]),
        Modality.IMAGE: Part("openclip", {"variant": variant}, license, (Layout(prefix=image),), gigabytes[1]),
    }


def _hub_file(repository: str, file: str, sha256: str | None = None) -> Download:
    return Download(f"{_HUB}/{repository}/resolve/main/{file}", sha256=sha256)


_OPENAI = "MIT (OpenAI CLIP)"
_LAION = "MIT (OpenCLIP, LAION-2B)"
_CLIP_B = _clip("ViT-B-32-quickgelu", _OPENAI, (0.25, 0.35))
_CLIP_L = _clip("ViT-L-14-quickgelu", _OPENAI, (0.49, 1.22))
_CLIP_G = _clip("ViT-bigG-14", _LAION, (2.78, 7.38))
_EVA = _clip("EVA02-E-14-plus", _LAION, (2.78, 17.4), eva=True)
_WEIGHTS = "open_clip_model.safetensors"
_CLIP_B_FILE = _hub_file("timm/vit_base_patch32_clip_224.openai", _WEIGHTS)
_CLIP_L_FILE = _hub_file("timm/vit_large_patch14_clip_224.openai", _WEIGHTS)
_CLIP_G_FILE = _hub_file("laion/CLIP-ViT-bigG-14-laion2B-39B-b160k", _WEIGHTS)
_EVA_FILE = _hub_file("timm/eva02_enormous_patch14_plus_clip_224.laion2b_s9b_b144k", _WEIGHTS)


def _openshape(
    variant: str,
    layout: Layout,
    clip: dict[Modality, Part],
    clip_file: Download,
    *,
    dim: int,
    gigabytes: float,
    up: str = "y",
    sha256: str | None = None,
) -> Published:
    repository = f"OpenShape/openshape-pointbert-{variant}"
    license = "Apache-2.0 code, weights without a statement" if variant.startswith("vitg") else "MIT (OpenShape)"
    return Published(
        name=f"openshape-{variant.removesuffix('-rgb')}",
        about=f"OpenShape PointBERT {variant}, in the space of {clip[Modality.TEXT].config['variant']}",
        dim=dim,
        parts={Modality.SHAPE: Part("openshape", {"variant": variant}, license, (layout,), gigabytes)} | clip,
        where=f"They are model.pt of {repository} and {clip_file.file} of {clip_file.repository}, on Hugging Face.",
        commercial="no statement" if variant.startswith("vitg") else "yes",
        shape=replace(_COLORED, up=up),
        image=_SIDE,
        downloads=(_hub_file(repository, "model.pt", sha256), clip_file),
        unused=_UNUSED,
    )


_PLAIN = Layout(prefix="pc_encoder.")
OPENSHAPE = (
    _openshape("vitb32-rgb", _PLAIN, _CLIP_B, _CLIP_B_FILE, dim=512, gigabytes=0.101),
    _openshape("vitl14-rgb", _PLAIN, _CLIP_L, _CLIP_L_FILE, dim=768, gigabytes=0.103),
    _openshape(
        "vitg14-rgb",
        Layout("state_dict", "module."),
        _CLIP_G,
        _CLIP_G_FILE,
        dim=1280,
        gigabytes=0.129,
        up="z",
        sha256="34949c162aca01b6fd3147ed7ccf34b448a34bdebc4a857605ea62412ad54fb9",
    ),
)


def _uni3d(size: str, gigabytes: float) -> Published:
    layouts = tuple(Layout("module", prefix) for prefix in ("point_encoder.", "module.point_encoder."))
    return Published(
        name=f"uni3d-{size}",
        about=f"Uni3D-{size}, in the space of EVA02-E-14-plus",
        dim=1024,
        parts={Modality.SHAPE: Part("uni3d", {"variant": size}, "MIT (Uni3D)", layouts, gigabytes)} | _EVA,
        where=(
            f"They are modelzoo/uni3d-{size}/model.pt of BAAI/Uni3D and {_EVA_FILE.file} of {_EVA_FILE.repository}, on "
            "Hugging Face."
        ),
        commercial="yes",
        shape=_COLORED,
        image=_SIDE,
        downloads=(_hub_file("BAAI/Uni3D", f"modelzoo/uni3d-{size}/model.pt"), _EVA_FILE),
        unused=rf"{_UNUSED}|(module\.)?point_encoder\.visual\.(cls_token$|pos_embed$|patch_embed\.|head\.|rope\.)",
    )


UNI3D = tuple(
    _uni3d(size, gigabytes) for size, gigabytes in (("ti", 0.026), ("s", 0.091), ("b", 0.35), ("l", 1.22), ("g", 4.05))
)
ULIP2 = Published(
    name="ulip2",
    about="ULIP-2 PointBERT with colours, in the space of ViT-bigG-14",
    dim=1280,
    parts={
        Modality.SHAPE: Part(
            "ulip",
            {"variant": "ulip2"},
            "BSD-3-Clause code, weights without a statement",
            tuple(Layout(wrapper, prefix) for wrapper in ("state_dict", "") for prefix in ("module.", "")),
            0.134,
        )
    }
    | _CLIP_G,
    where=(
        "They are ULIP-2-PointBERT-10k-colored-pc-pretrained.pt of the data set SFXX/ulip and "
        f"{_CLIP_G_FILE.file} of {_CLIP_G_FILE.repository}, on Hugging Face."
    ),
    commercial="no statement",
    shape=_COLORED,
    image=_SIDE,
    unused=rf"{_UNUSED}|(module\.)?open_clip_model\.",
)

PUBLISHED = {space.name: space for space in (POINT_BIND, POINT_BIND_BERT, IMAGEBIND, *OPENSHAPE, *UNI3D, ULIP2)}
"""By name."""
