"""Checks of the files that trimesh reads, before it allocates anything for what their headers claim."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from typing import Any

from retriever.errors import FileProblem
from retriever.loaders.files import MAX_BYTES, MAX_VERTICES
from retriever.loaders.numeric import not_a, truncated

_COMPRESSED = ("KHR_draco_mesh_compression", "EXT_meshopt_compression", "KHR_meshopt_compression")


def _glb(data: bytes) -> bytes:
    """GLB: the chunks' lengths, and what their JSON counts."""
    if data[:4] != b"glTF" or len(data) < 20:
        raise not_a("a GLB file")
    version, length, chunk, kind = struct.unpack_from("<IIII", data, 4)
    if version != 2:
        raise FileProblem("unsupported", f"is glTF {version}; convert it to glTF 2.")
    if length > len(data) or 20 + chunk > len(data):
        raise truncated(f"{max(length, chunk)} bytes")
    if kind != 0x4E4F534A:
        raise not_a("a GLB file")
    _gltf_counts(data[20 : 20 + chunk], len(data))
    return data


def _gltf(data: bytes) -> bytes:
    """GLTF: what its JSON counts; its buffers lie elsewhere."""
    _gltf_counts(data, MAX_BYTES)
    return data


def _gltf_counts(text: bytes, size: int) -> None:
    """Compressed geometry is refused; the accessors' counts must fit into `size` bytes."""
    try:
        tree: Any = json.loads(text)
        used = tree.get("extensionsRequired", ())
        counts = [accessor["count"] for accessor in tree.get("accessors", ())]
        made_up = sum(each["count"] for each in tree.get("accessors", ()) if "bufferView" not in each)  # zeros
        views = [view["byteLength"] for view in tree.get("bufferViews", ())]
    except Exception as error:
        raise not_a("a glTF file that can be understood") from error
    for name in _COMPRESSED:
        if name in used:
            raise FileProblem("unsupported", f"is compressed with {name}; export it without.")
    if any(not isinstance(number, int) or not 0 <= number <= size for number in counts + views):
        raise truncated("more data than its size can hold")
    if made_up > MAX_VERTICES:
        raise FileProblem("too-large", "has more vertices than are read; simplify it.")


def _dae(data: bytes) -> bytes:
    """DAE: XML with its root."""
    if b"COLLADA" not in data[: 1 << 16]:
        raise not_a("a DAE file")
    return data


CHECKS: dict[str, Callable[[bytes], bytes]] = {
    ".glb": _glb,
    ".gltf": _gltf,
    ".dae": _dae,
}
