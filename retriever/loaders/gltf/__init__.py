"""glTF files: what their JSON claims is checked, and what trimesh does not read is written as what it reads."""

from __future__ import annotations

import codecs
import json
import struct
from typing import Any

from retriever.errors import FileProblem
from retriever.loaders.files import MAX_BYTES, MAX_VERTICES
from retriever.loaders.gltf.glb import BINARY, JSON
from retriever.loaders.gltf.plain import is_plain, rewritten
from retriever.loaders.gltf.source import Source, row_bytes
from retriever.loaders.numeric import not_a, truncated
from retriever.loaders.parts import Parts


def checked_glb(data: bytes, parts: Parts) -> tuple[bytes, str]:
    """A GLB file that trimesh reads, and its kind: the chunks' lengths are checked, and what their JSON counts.

    Raises:
        FileProblem: "malformed", "truncated", "unsupported" or "too-large"; whatever else damaged data bring about.
    """
    if data[:4] != b"glTF" or len(data) < 20:
        raise not_a("a GLB file")
    version, length, chunk, kind = struct.unpack_from("<IIII", data, 4)
    if version != 2:
        raise FileProblem("unsupported", f"is glTF {version}; convert it to glTF 2.")
    if length > len(data) or 20 + chunk > len(data):
        raise truncated(f"{max(length, chunk)} bytes")
    if kind != JSON:
        raise not_a("a GLB file")
    tree, plain = _understood(data[20 : 20 + chunk], len(data))
    return (data, "glb") if plain else (rewritten(Source(tree, _binary(data, 20 + chunk), parts)), "glb")


def checked_gltf(data: bytes, parts: Parts) -> tuple[bytes, str]:
    """As `checked_glb`, of the JSON alone; its buffers lie elsewhere."""
    data = data.removeprefix(codecs.BOM_UTF8)
    tree, plain = _understood(data, MAX_BYTES)
    return (data, "gltf") if plain else (rewritten(Source(tree, None, parts)), "glb")


def _binary(data: bytes, at: int) -> bytes | None:
    """The first binary chunk from there on."""
    while at + 8 <= len(data):
        length, kind = struct.unpack_from("<II", data, at)
        if kind == BINARY:
            return data[at + 8 : at + 8 + length]
        at += 8 + length
    return None


def _understood(text: bytes, size: int) -> tuple[dict[str, Any], bool]:
    """The JSON, and whether trimesh reads it; then what its accessors count must fit into `size` bytes and memory."""
    tree = _tree(text)
    try:
        plain = is_plain(tree)
        accessors = tree.get("accessors", ())
        counts = [accessor["count"] for accessor in accessors]
        made_up = sum(each["count"] for each in accessors if "bufferView" not in each)  # zeros
        unpacked = sum(each["count"] * row_bytes(each) for each in accessors if "bufferView" in each)
        views = [view["byteLength"] for view in tree.get("bufferViews", ())]
    except Exception as error:
        raise _not_understood() from error
    if plain and any(not isinstance(number, int) or not 0 <= number <= size for number in counts + views):
        raise truncated("more data than its size can hold")
    if plain and (made_up > MAX_VERTICES or max(unpacked, sum(views)) > MAX_BYTES):
        raise FileProblem("too-large", "has more vertices than are read; simplify it.")
    return tree, plain


def _tree(text: bytes) -> dict[str, Any]:
    try:
        tree: dict[str, Any] = json.loads(text)
        version = str(tree.get("asset", {}).get("version", 2))
    except Exception as error:
        raise _not_understood() from error
    if version.startswith("1."):
        raise FileProblem("unsupported", "is glTF 1; convert it to glTF 2.")
    return tree


def _not_understood() -> FileProblem:
    return not_a("a glTF file that can be understood")
