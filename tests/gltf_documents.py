"""glTF files made in tests, piece by piece."""

from __future__ import annotations

import io
import json
import struct
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from retriever import loaders
from retriever.types import Geometry

SQUARE = np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]], np.float32)
UV = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float32)
FACES = np.array([[0, 1, 2], [0, 2, 3]], np.uint16)
KINDS = {"int8": 5120, "uint8": 5121, "int16": 5122, "uint16": 5123, "uint32": 5125, "float32": 5126}


class Document:
    """A glTF file of one square, made piece by piece."""

    def __init__(self) -> None:
        self.binary = b""
        self.tree: dict[str, Any] = {
            "asset": {"version": "2.0"},
            "scenes": [{"nodes": [0]}],
            "nodes": [{"mesh": 0}],
            "bufferViews": [],
            "accessors": [],
        }
        attributes = {"POSITION": self.array(SQUARE), "TEXCOORD_0": self.array(UV)}
        self.primitive: dict[str, Any] = {"attributes": attributes, "indices": self.array(FACES.reshape(-1, 1))}
        self.tree["meshes"] = [{"primitives": [self.primitive]}]

    def view(self, data: bytes) -> int:
        self.tree["bufferViews"].append({"buffer": 0, "byteOffset": len(self.binary), "byteLength": len(data)})
        self.binary += data + bytes(-len(data) % 4)
        return len(self.tree["bufferViews"]) - 1

    def array(self, rows: np.ndarray, **more: object) -> int:
        kind = {"componentType": KINDS[str(rows.dtype)], "type": ("SCALAR", "VEC2", "VEC3", "VEC4")[rows.shape[1] - 1]}
        self.tree["accessors"].append({"bufferView": self.view(rows.tobytes()), "count": len(rows), **kind, **more})
        return len(self.tree["accessors"]) - 1

    def four_colors(self, **info: object) -> None:
        """A picture of red, green, blue and white quarters."""
        picture, file = Image.new("RGB", (2, 2)), io.BytesIO()
        picture.putdata([(255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)])
        picture.save(file, "png")
        self.tree["images"] = [{"bufferView": self.view(file.getvalue()), "mimeType": "image/png"}]
        self.tree["textures"] = [{"source": 0}]
        self.tree["materials"] = [{"pbrMetallicRoughness": {"baseColorTexture": {"index": 0, **info}}}]
        self.primitive["material"] = 0

    def written(self, folder: Path) -> Path:
        self.tree["buffers"] = [{"byteLength": len(self.binary)}, *self.tree.get("buffers", [])[1:]]
        (folder / "a.glb").write_bytes(packed(self.tree, self.binary))
        return folder / "a.glb"

    def read(self, folder: Path) -> Geometry:
        return loaders.load_geometry(self.written(folder))


def packed(tree: object, binary: bytes) -> bytes:
    text = json.dumps(tree).encode()
    text += b" " * (-len(text) % 4)
    head = struct.pack("<4sIIII", b"glTF", 2, 28 + len(text) + len(binary), len(text), 0x4E4F534A)
    return head + text + struct.pack("<II", len(binary), 0x004E4942) + binary
