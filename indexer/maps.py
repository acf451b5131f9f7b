"""Pictures that are the maps of a material, by their names: ``oak_Normal.png`` beside ``oak_Roughness.png``."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from retriever import loaders
from retriever.types import Modality

_NAMES = (
    r"albedo|albedotransparency|basecolou?r|base_colou?r|diff|diffuse",
    r"normal|normals|normal_?map|normal_?(?:gl|dx|opengl|directx)|nor|nor_?(?:gl|dx)|nrm",
    r"rough|roughness|gloss|glossiness|smoothness",
    r"metal|metallic|metalness|metallicsmoothness",
    r"spec|specular",
    r"ao|ambient_?occlusion|occlusion|mixed_ao",
    r"height|heightmap|disp|displacement|bump",
    r"arm|orm|occlusionroughnessmetallic|maskmap",
    r"opacity|emissive|emission",
)
"""Of the kinds of maps, as Substance, Blender, Unity, Unreal and the libraries of materials write them."""
_MAP = re.compile(
    rf"(?P<of>|.*?_)(?:{'|'.join(f'(?P<kind{number}>{names})' for number, names in enumerate(_NAMES))})"
    r"(?:_(?:\d+|\d+k|jpg|png))*"
)
_SHORT = re.compile(
    r"(?P<of>t_.+_)(?:(?P<kind0>d|bc|c)|(?P<kind1>n)|(?P<kind2>r)|(?P<kind3>m)|(?P<kind5>ao)|(?P<kind6>h)|"
    r"(?P<kind7>orm|ord|rma|mra)|(?P<kind8>e))"
)
"""Unreal's letters, behind the T_ that it has textures begin with."""


def of_materials(names: Iterable[str]) -> set[str]:
    """Of one folder's files the pictures whose names say that they are two or more kinds of maps of one thing."""
    kinds: dict[str, dict[str, str]] = defaultdict(dict)
    for name in names:
        if loaders.modality_of(Path(name)) is Modality.IMAGE:
            stem = re.sub(r"[\W_]+", "_", PurePosixPath(name).stem.lower())
            if match := _MAP.fullmatch(stem) or _SHORT.fullmatch(stem):
                kinds[match["of"]][name] = str(match.lastgroup)
    return {name for maps in kinds.values() if len(set(maps.values())) > 1 for name in maps}
