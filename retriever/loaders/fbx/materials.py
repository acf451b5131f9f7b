"""Materials of FBX files: the diffuse colour or picture of each, as materials of OBJ files are."""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath

import numpy as np
from numpy.typing import NDArray

from retriever.loaders import mtl, skins
from retriever.loaders.colors import opened
from retriever.loaders.fbx.scene import Id, Scene, number, three
from retriever.loaders.fbx.tree import Node
from retriever.loaders.parts import MissingPartError, Parts

_DIFFUSE = re.compile(
    r"(?:.*\|)?(?:diffuse_?(?:color|texture)?|base_?color|tex_color)(?:_?map)?(?:\|.*)?", re.IGNORECASE
)
"""What a picture hangs on: of the classic materials, of Maya's, 3ds Max's and Arnold's physical ones."""
_COLORS = ("DiffuseColor", "Diffuse", "Maya|baseColor", "Maya|base_color", "3dsMax|Parameters|base_color")

Pixels = NDArray[np.uint8]


class Palette:
    """The materials of a file, each looked up once.

    Args:
        scene: of the file.
        path: of the file; its pictures may lie near it.
        textures: decode them; without, they are white.
    """

    def __init__(self, scene: Scene, path: Path, textures: bool) -> None:
        self._scene = scene
        self._parts = Parts(path)
        self._folders = ("", f"{path.stem}.fbm/", "textures/")
        self._known: dict[Id, tuple[mtl.Material, str]] = {}
        self._textures = textures
        self._pixels: dict[Id, Pixels | None] = {}

    def users(self, model: Id, material: NDArray[np.int64]) -> tuple[list[mtl.User], str]:
        """The materials of a model with the faces (f,) that use them, and the name of the pictures' coordinates.

        Args:
            model: whose.
            material: (f,) which of them each face has.
        """
        found = [self._material(id_, node) for id_, node, _ in self._scene.below(model, "Material")]
        if loose := self._picture(model, every=True):  # version 6 hangs pictures on models
            found = [
                (one, name)
                if one.pixels is not None
                else (mtl.Material(self._parts, one.color, pixels=loose[0]), loose[1])
                for one, name in found or [(mtl.Material(self._parts), "")]
            ]
        users = [(one, material == slot) for slot, (one, _) in enumerate(found)]
        return users, next((uv_set for one, uv_set in found if one.pixels is not None), "")

    def _material(self, id_: Id, node: Node) -> tuple[mtl.Material, str]:
        if id_ not in self._known:
            pixels, uv_set = self._picture(id_) or (None, "")
            self._known[id_] = mtl.Material(self._parts, self._color(node), pixels=pixels), uv_set
        return self._known[id_]

    def _color(self, node: Node) -> tuple[float, float, float] | None:
        found = self._scene.properties(node)
        name = next((name for name in _COLORS if name in found), None)
        if name is None:
            return None
        factor = number(found, "DiffuseFactor", 1) if name == "DiffuseColor" else 1
        red, green, blue = np.nan_to_num(three(found, name) * factor).clip(0, 1).tolist()
        return red, green, blue

    def _picture(self, id_: Id, every: bool = False) -> tuple[Pixels, str] | None:
        """The picture on the diffuse colour of a material, and the name of its coordinates."""
        hung = [*self._scene.below(id_, "Texture"), *self._layers(id_)]
        for texture, node, to in hung:
            if every or _DIFFUSE.fullmatch(to):
                if texture not in self._pixels:
                    self._pixels[texture] = self._seen(self._content(texture, node))
                pixels = self._pixels[texture]
                if pixels is not None:
                    named = self._scene.properties(node).get("UVSet")
                    return pixels, str(named[0]) if named else ""
        return None

    def _layers(self, id_: Id) -> list[tuple[Id, Node, str]]:
        """The pictures of layered ones, as if they hung there themselves."""
        return [
            (texture, node, to)
            for layered, _, to in self._scene.below(id_, "LayeredTexture")
            for texture, node, _ in self._scene.below(layered, "Texture")
        ]

    def _seen(self, content: bytes | None) -> Pixels | None:
        """A picture, shrunk: a scene may have very many of them, and each on very many meshes."""
        image = opened(content) if content else None
        if image is None or self._textures:
            return None if image is None else skins.pixels_of(image)
        return np.full((1, 1, 3), 255, np.uint8)

    def _content(self, texture: Id, node: Node) -> bytes | None:
        """The bytes of a picture: held by the file, or near it."""
        videos = [video for _, video, _ in self._scene.below(texture, "Video")]
        for video in videos:
            if content := video.data("Content"):
                return content
        names = [one.text(key) for one in (node, *videos) for key in ("RelativeFilename", "FileName", "Filename")]
        for name in dict.fromkeys(filter(None, (name.replace("\\", "/").strip() for name in names))):
            for folder in self._folders:
                try:
                    return self._parts.get(folder + PurePosixPath(name).name if folder else name)
                except MissingPartError:
                    continue
        return None
