"""glTF files: what their JSON claims is checked, and what trimesh does not read is written as what it reads."""

from __future__ import annotations

import codecs
import json
import struct
from typing import Any, NamedTuple

from retriever.errors import FileProblem
from retriever.loaders.files import MAX_BYTES, MAX_VERTICES
from retriever.loaders.gltf.glb import BINARY, JSON
from retriever.loaders.gltf.plain import is_plain, rewritten
from retriever.loaders.gltf.source import Source, row_bytes
from retriever.loaders.numeric import not_a, truncated
from retriever.loaders.objects import says_nothing
from retriever.loaders.parts import Parts


class Checked(NamedTuple):
    """A file that trimesh reads, what kind it is, "glb" or "gltf", and what its nodes are called, as `names`."""

    data: bytes
    kind: str
    names: list[tuple[Any, str]]


def checked_glb(data: bytes, parts: Parts) -> Checked:
    """A GLB file that trimesh reads: the chunks' lengths are checked, and what their JSON counts.

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
    data = data if plain else rewritten(Source(tree, _binary(data, 20 + chunk), parts))
    return Checked(data, "glb", names(tree))


def checked_gltf(data: bytes, parts: Parts) -> Checked:
    """As `checked_glb`, of the JSON alone; its buffers lie elsewhere."""
    data = data.removeprefix(codecs.BOM_UTF8)
    tree, plain = _understood(data, MAX_BYTES)
    if plain:
        return Checked(data, "gltf", names(tree))
    return Checked(rewritten(Source(tree, None, parts)), "glb", names(tree))


def names(tree: dict[str, Any]) -> list[tuple[Any, str]]:
    """Of each node the name that trimesh goes by, and what it is called: its name, or that of its mesh if it says more.

    Nothing where a document does not hold what it should.
    """
    meshes = tree.get("meshes", ())
    found = []
    try:
        for number, node in enumerate(tree.get("nodes", ())):
            of_mesh = meshes[node["mesh"]].get("name") if "mesh" in node else None
            label = next((each for each in (node.get("name"), of_mesh) if each and not says_nothing(each)), None)
            found.append((node.get("name", str(number)), label or node.get("name") or of_mesh or ""))
    except Exception:  # what is wrong is for trimesh to say: it may look at less
        return []
    return found


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
