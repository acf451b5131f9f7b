"""Blender files as others would have written them: on other computers, before 2.80, or damaged."""

from __future__ import annotations

import struct
from math import prod

import numpy as np

from retriever.loaders.blend.blocks import Blocks, blocks_of
from retriever.loaders.blend.dna import Dna, Struct
from retriever.loaders.blend.layers import CORNERS, FACES, Layers
from retriever.loaders.blend.records import File, Record

_UNTYPED = {"bNodeSocketValueRGBA"}
"""What was written without its type before Blender 3."""


def places(data: bytes) -> np.ndarray:
    """Numbers of the bytes that are looked at: heads of blocks, and what objects, meshes and materials hold."""
    blocks, looked_at = blocks_of(data), (b"OB", b"ME", b"SC", b"GR", b"MA", b"IM", b"AR", b"DNA1")
    starts = np.array(blocks.start)
    bodies = [
        np.arange(start, start + size)
        for start, size, section in zip(blocks.start, blocks.size, blocks.section, strict=True)
        if blocks.code[section] in looked_at
    ]
    return np.concatenate([(starts[:, None] - np.arange(1, 25)).ravel(), *bodies])


def changed(data: bytes, code: bytes, name: str, value: int) -> bytes:
    """With another number in a field of all IDs of a code, or of all structs of a name."""
    file, out = File(data), bytearray(data)
    for number, kind in enumerate(file.blocks.struct):
        if code in (file.blocks.code[number], file.dna.structs[kind].name.encode()):
            _put(file.record(number), name, value, out)
    return bytes(out)


def put_elsewhere(data: bytes, name: str, place: tuple[float, float, float], size: float) -> bytes:
    """With an object, of no parent, at another place and as many times as large."""
    file, out = File(data), bytearray(data)
    (item,) = (each for each in file.all(b"OB") if each.name == name)
    for field, values in (("loc", place), ("size", (size,) * 3)):
        struct.pack_into("<3f", out, _at(item, field), *values)
    return bytes(out)


def before_280(data: bytes) -> bytes:
    """A scene that lists its objects itself, on layers, of which it shows the first; hidden ones are on the second."""
    file, out = File(data), bytearray(data)
    (scene,) = file.all(b"SC")
    (layer,) = scene.each("view_layers")
    _copy(layer, "object_bases", scene, "base", out)
    _put(scene, "lay", 1, out)
    for base in layer.each("object_bases"):
        item = base.to("object")
        _put(base, "lay", 2 if item is None or item.name.startswith("hidden") else 1, out)
    return bytes(out).replace(b"\0view_layers\0", b"\0of_the_past\0")


def before_263(data: bytes) -> bytes:
    """Quads that are no polygons; of a file whose meshes have nothing else."""
    file = File(data)
    (mesh,) = file.all(b"ME")
    quads = Layers(mesh).need(CORNERS, "int", ".corner_vert").reshape(-1, 4)
    slots = Layers(mesh).need(FACES, "int", "material_index")
    quads = np.where(quads[:, 3:] == 0, np.roll(quads, 1, axis=1), quads)  # the last of a quad is not vertex 0
    kind = file.dna.by_name["MFace"]
    rows = b"".join(
        struct.pack("<4IhbB", *quad, slot, 0, 0) for quad, slot in zip(quads.tolist(), slots.tolist(), strict=True)
    )
    out = bytearray(data)
    for name, value in {"totpoly": 0, "totface": len(quads), "mface": 4096}.items():
        _put(mesh, name, value, out)
    end = mesh.file.blocks.start[mesh.number] + mesh.file.blocks.size[mesh.number]
    head = struct.pack("<4siQii", b"DATA", len(rows), 4096, file.dna.structs.index(kind), len(quads))
    return bytes(out[:end]) + head + rows + bytes(out[end:])


def _at(record: Record, name: str) -> int:
    return record.file.blocks.start[record.number] + record.kind.fields[name].offset


def _put(record: Record, name: str, value: int, out: bytearray) -> None:
    struct.pack_into("<" + record.kind.fields[name].format, out, _at(record, name), value)


def _copy(of: Record, name: str, to: Record, other: str, out: bytearray) -> None:
    """A list from one struct to another."""
    out[_at(to, other) : _at(to, other) + 16] = out[_at(of, name) : _at(of, name) + 16]


def rewritten(data: bytes, order: str, pointer: int) -> bytes:
    """A file of 8-byte pointers and small numbers first, in another order or with pointers of another size.

    Its structs must be typed, as they are up to Blender 3; of arrays without a type only those of pointers are.
    """
    blocks = blocks_of(data)
    dna = Dna(blocks)
    short = {address: 16 * (number + 1) for number, address in enumerate(dict.fromkeys(blocks.address))} | {0: 0}
    writer = _Writer(dna, order, pointer, short)
    head = struct.Struct(order + ("4siQii" if pointer == 8 else "4siIii"))
    out = b"BLENDER" + (b"-" if pointer == 8 else b"_") + (b"v" if order == "<" else b"V") + b"279"
    for number, code in enumerate(blocks.code):
        body = writer.dna(blocks, number) if code == b"DNA1" else writer.block(blocks, number)
        address = short[blocks.address[number]]
        kind = blocks.struct[number] if dna.structs[blocks.struct[number]].name not in _UNTYPED else 0
        out += head.pack(code.ljust(4, b"\0"), len(body), address, kind, blocks.count[number]) + body
    return out + head.pack(b"ENDB", 0, 0, 0, 0)


class _Writer:
    def __init__(self, dna: Dna, order: str, pointer: int, short: dict[int, int]) -> None:
        self._dna, self._order, self._pointer, self._short = dna, order, pointer, short
        self._mark = order + ("Q" if pointer == 8 else "I")

    def block(self, blocks: Blocks, number: int) -> bytes:
        data, kind = bytes(blocks.bytes_of(number)), self._dna.structs[blocks.struct[number]]
        if blocks.struct[number] == 0 or kind.size * blocks.count[number] != len(data):
            values = np.frombuffer(data, "<u8").tolist() if len(data) % 8 == 0 else [-1]
            if all(value in self._short for value in values):
                return b"".join(self._address(value) for value in values)
            return data
        return b"".join(self._struct(kind, data, at) for at in range(0, len(data), kind.size))

    def _address(self, value: int) -> bytes:
        return struct.pack(self._mark, self._short.get(value, 0))

    def _struct(self, kind: Struct, data: bytes, start: int) -> bytes:
        out = b""
        for field in kind.fields.values():
            at, count = start + field.offset, prod(field.shape)
            if field.format == "Q" and field.kind != "uint64_t":
                out += b"".join(map(self._address, struct.unpack_from(f"<{count}Q", data, at)))
            elif field.format:
                out += struct.pack(
                    f"{self._order}{count}{field.format}", *struct.unpack_from(f"<{count}{field.format}", data, at)
                )
            else:
                inner = self._dna.by_name.get(field.kind)
                size = inner.size if inner else 0
                out += b"".join(self._struct(inner, data, at + size * n) for n in range(count)) if inner else b""
        return out

    def dna(self, blocks: Blocks, number: int) -> bytes:
        """The description, with the sizes that the structs then have."""
        data, out, at = bytes(blocks.bytes_of(number)), b"SDNA", 4
        types: list[str] = []
        for mark in (b"NAME", b"TYPE"):
            count = struct.unpack_from("<I", data, at + 4)[0]
            words = data[at + 8 :].split(b"\0", count)[:count]
            types = [word.decode() for word in words]
            text = b"\0".join(words) + b"\0"
            at += 8 + len(text)
            at, text = -(-at // 4) * 4, text + b"\0" * (-(len(text)) % 4)
            out += mark + struct.pack(self._order + "I", count) + text
        lengths = list(struct.unpack_from(f"<{len(types)}H", data, at + 4))
        for place, name in enumerate(types):
            if name in self._dna.by_name:
                kind = self._dna.by_name[name]
                lengths[place] = len(self._struct(kind, bytes(kind.size), 0))
        out += b"TLEN" + struct.pack(f"{self._order}{len(types)}H", *lengths) + b"\0\0" * (len(types) % 2)
        at = -(-(at + 4 + 2 * len(types)) // 4) * 4
        rest = data[at + 8 :]
        count = struct.unpack_from("<I", data, at + 4)[0]
        shorts = struct.unpack_from(f"<{len(rest) // 2}H", rest)
        return out + b"STRC" + struct.pack(f"{self._order}I{len(shorts)}H", count, *shorts)


def hung_on(data: bytes, name: str, other: str) -> bytes:
    """With an object that has another as its parent, or itself."""
    file, out = File(data), bytearray(data)
    items = {each.name: each for each in file.all(b"OB")}
    struct.pack_into("<Q", out, _at(items[name], "parent"), file.blocks.address[items[other].number])
    return bytes(out)


def called(data: bytes, name: str, other: bytes) -> bytes:
    """With an object of another name."""
    file, out = File(data), bytearray(data)
    (item,) = (each for each in file.all(b"OB") if each.name == name)
    at = _at(item, "id") + item.part("id").kind.fields["name"].offset + 2
    out[at : at + len(other) + 1] = other + b"\0"
    return bytes(out)
