"""PLY: ASCII and binary of both byte orders, any polygons, strips, colours of faces, vertices or textures.

Read here because trimesh takes all polygons of a binary file to have the corner count of the first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from retriever.errors import FileProblem
from retriever.loaders import mtl, ply_rows, polygons, splats
from retriever.loaders.colors import RGB, mean_of_corners, scaled
from retriever.loaders.numeric import NO_FACES, in_range, indices, not_a, truncated
from retriever.loaders.parts import Parts
from retriever.loaders.ply_rows import Columns, Element, Lists, Property
from retriever.types import Geometry
from retriever.wording import counted

_TYPES = {
    **dict.fromkeys(("char", "int8"), "i1"),
    **dict.fromkeys(("uchar", "uint8"), "u1"),
    **dict.fromkeys(("short", "int16"), "i2"),
    **dict.fromkeys(("ushort", "uint16"), "u2"),
    **dict.fromkeys(("int", "int32"), "i4"),
    **dict.fromkeys(("uint", "uint32"), "u4"),
    **dict.fromkeys(("float", "float32"), "f4"),
    **dict.fromkeys(("double", "float64"), "f8"),
    **{"float16": "f2", "int64": "i8", "uint64": "u8"},
}
_END = re.compile(rb"(?m)^[ \t]*end_header[ \t]*(?:\r\n|\r|\n|$)")
_UV = (("s", "t"), ("u", "v"), ("texture_u", "texture_v"))


@dataclass
class Header:
    """What stands before the rows.

    Attributes:
        order: "<" or ">" for binary rows, "" for ASCII.
        elements: in the order of their rows.
        textures: names of pictures, which comments give.
        up: the axis that points up, where a comment of ours says so.
        size: of the header, in bytes.
    """

    order: str = ""
    elements: list[Element] = field(default_factory=list)
    textures: list[str] = field(default_factory=list)
    up: str | None = None
    size: int = 0


def read_ply(data: bytes, path: Path, *, textures: bool = True) -> Geometry:
    """The vertices, and the faces where there are any; of gaussians those that are seen.

    Raises:
        FileProblem: "malformed", "truncated" or "empty".
    """
    header = _header(data)
    try:
        tables = ply_rows.read(data, header.size, bool(header.order), header.elements)
        vertex, face = tables.get("vertex", {}), tables.get("face", {})
        if gaussians := splats.of_ply(vertex, tables.get("chunk", {})):
            return gaussians
        if not {"x", "y", "z"} <= vertex.keys():
            raise FileProblem("empty", "holds no vertices; export it again.")
        vertices = np.stack([np.asarray(vertex[axis], np.float64) for axis in "xyz"], axis=1)
        if (lists := _corners(face)) is not None and len(lists.sizes):
            faces, polygon = polygons.faces(lists.sizes, indices(lists.items), vertices)
        elif (lists := _corners(tables.get("tristrips", {}))) is not None:
            faces, face = in_range(_unrolled(lists), len(vertices)), {}
            polygon = np.arange(len(faces))
        else:
            faces = NO_FACES
        if not len(faces):
            return Geometry(vertices, NO_FACES, _rgb(vertex), up=header.up)
        colors = _face_colors(faces, polygon, vertex, face, header, path, textures)
        return Geometry(vertices, faces, colors, up=header.up)
    except (KeyError, TypeError, ValueError) as error:
        raise not_a("a PLY file that can be understood") from error


def _header(data: bytes) -> Header:
    """Raises a FileProblem where it makes no sense, or counts more rows than the file can hold."""
    end = _END.search(data[: 1 << 20])
    if data[:16].lstrip()[:3].lower() != b"ply" or end is None:
        raise not_a("a whole PLY file")
    header = Header(size=end.end())
    try:
        for words in (line.split() for line in data[: end.start()].decode("latin-1").splitlines()):
            _add_line(header, words)
    except (ValueError, KeyError, IndexError) as error:
        raise not_a("a PLY file that can be understood") from error
    left = len(data) - header.size + 1  # the last line of an ASCII file may lack its end
    for element in header.elements:
        left -= element.count * element.smallest(ascii_rows=not header.order)
        if left < 0:
            raise truncated(counted(element.count, f"{element.name} row"))
    return header


def _add_line(header: Header, words: list[str]) -> None:
    match words:
        case ["format", name, *_]:
            header.order = {"ascii": "", "binary_little_endian": "<", "binary_big_endian": ">"}[name.lower()]
        case ["comment", "TextureFile", *name]:
            header.textures.append(" ".join(name))
        case ["comment", "up_axis", ("x" | "y" | "-y" | "z") as axis]:
            header.up = axis
        case ["element", name, count]:
            header.elements.append(Element(name, int(count)))
            if int(count) < 0:
                raise ValueError(count)
        case ["property", "list", count, kind, name]:
            counts = np.dtype(header.order + _TYPES[count])
            header.elements[-1].properties.append(Property(name, np.dtype(header.order + _TYPES[kind]), counts))
        case ["property", kind, name]:
            header.elements[-1].properties.append(Property(name, np.dtype(header.order + _TYPES[kind])))


def _corners(columns: Columns) -> Lists | None:
    lists = next((columns[name] for name in ("vertex_indices", "vertex_index") if name in columns), None)
    return lists if isinstance(lists, Lists) else None


def _unrolled(strips: Lists) -> NDArray[np.int64]:
    """(f, 3) of strips, of which a list may hold several, with a negative number between them."""
    corners = np.insert(indices(strips.items), np.cumsum(strips.sizes), -1)
    place, gap = np.arange(len(corners)), corners < 0
    inside = place - np.maximum.accumulate(np.where(gap, place, -1)) - 1
    first = np.flatnonzero(inside[2:] >= 2)
    faces = corners[first[:, None] + np.arange(3)]
    odd = inside[first] % 2 == 1
    faces[odd] = faces[odd][:, [1, 0, 2]]  # every second triangle lies the other way round in its strip
    return faces


def _face_colors(
    faces: NDArray[np.int64],
    polygon: NDArray[np.int64],
    vertex: Columns,
    face: Columns,
    header: Header,
    path: Path,
    textures: bool,
) -> RGB | None:
    """(f, 3): of the faces, else of the vertices, else of the textures (white where these are not to be decoded)."""
    own = _rgb(face)
    if own is not None:
        return own[polygon]
    own = _rgb(vertex)
    if own is not None:
        return mean_of_corners(own, faces)
    uv = _texture_coordinates(faces, vertex, face)
    if uv is None:
        return None
    numbers = face.get("texnumber") if len(header.textures) > 1 else None
    number = indices(numbers)[polygon] if isinstance(numbers, np.ndarray) else np.zeros(len(faces), np.int64)
    return mtl.face_colors(_users(header.textures, number, Parts(path)), len(faces), uv, textures)


def _users(names: list[str], number: NDArray[np.int64], parts: Parts) -> Iterator[mtl.User]:
    """Each picture that is there and used, and (f,) by which faces, of (f,) the number of each face's picture."""
    for each in np.unique(number).tolist():
        if 0 <= each < len(names):
            yield mtl.Material(parts, picture=names[each]), number == each


def _rgb(columns: Columns) -> RGB | None:
    """(n, 3) in 0..1 of red, green, blue: integers that span their type, floats of 0..1, or either of 0..255.

    A greatest of up to 2 is none of 0..255: floats may go a little beyond 1, and such bytes would be black anyway.
    """
    for prefix in ("", "diffuse_"):
        channels = [columns.get(prefix + name) for name in ("red", "green", "blue")]
        if all(isinstance(channel, np.ndarray) and channel.ndim == 1 for channel in channels):
            colors = np.stack(channels, axis=1)  # type: ignore[arg-type]
            in_bytes = colors.dtype.itemsize > 1 and 2 < np.nan_to_num(colors).max(initial=0) <= 255
            return scaled(colors / 255 if in_bytes else colors)
    return None


def _texture_coordinates(faces: NDArray[np.int64], vertex: Columns, face: Columns) -> NDArray[np.float64] | None:
    """(f, 3, 2) of a property pair of the vertices, or of a list texcoord of triangles."""
    for pair in _UV:
        if set(pair) <= vertex.keys():
            return np.stack([np.asarray(vertex[name], np.float64) for name in pair], axis=1)[faces]
    corners = face.get("texcoord")
    if isinstance(corners, Lists) and len(corners.sizes) == len(faces) and (corners.sizes == 6).all():
        return corners.items.reshape(-1, 3, 2).astype(np.float64)
    return None
