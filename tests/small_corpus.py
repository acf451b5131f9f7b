"""Files for tests: boxes of any size, pictures, tones, and one file for every way in which a file can be bad."""

from __future__ import annotations

import json
import struct
from pathlib import Path

CORNERS = [(x, y, z) for x in (0, 1) for y in (0, 1) for z in (0, 1)]
FACES = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]


def write_box(path: Path, size: tuple[float, float, float]) -> Path:
    """A box as .obj or .off, its folder made if missing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    corners = [tuple(c * s for c, s in zip(corner, size, strict=True)) for corner in CORNERS]
    lines = [" ".join(map(str, corner)) for corner in corners]
    if path.suffix == ".obj":
        text = [f"v {line}" for line in lines] + [f"f {' '.join(str(i + 1) for i in face)}" for face in FACES]
    else:
        text = ["OFF", "8 6 0", *lines, *(f"4 {' '.join(map(str, face))}" for face in FACES)]
    path.write_text("\n".join(text) + "\n")
    return path


def write_boxes(folder: Path, count: int, suffix: str = ".off") -> list[Path]:
    """`count` boxes of different proportions, called box-000 and so on."""
    return [write_box(folder / f"box-{n:03}{suffix}", (1, 1 + n / 7, 1 + (n % 5) / 3)) for n in range(count)]


def write_painted(path: Path, material: str = "palette.mtl") -> Path:
    """A box as .obj, of the material "paint" in the file `material` beside it, which is not written."""
    write_box(path, (1, 2, 3))
    path.write_text(f"mtllib {material}\nusemtl paint\n{path.read_text()}")
    return path


def write_paint(path: Path, color: tuple[float, float, float]) -> Path:
    """A file of one material, "paint"."""
    path.write_text(f"newmtl paint\nKd {' '.join(map(str, color))}\n")
    return path


def write_gltf(folder: Path, height: float, buffer: str = "t.bin") -> None:
    """A triangle, t.gltf, whose corners lie in a file of their own."""
    import numpy as np

    points = np.array([[0, 0, 0], [1, 0, 0], [0, height, 0]], np.float32)
    (folder / buffer).write_bytes(points.tobytes())
    document = {
        "asset": {"version": "2.0"},
        "buffers": [{"uri": buffer, "byteLength": 36}],
        "bufferViews": [{"buffer": 0, "byteLength": 36}],
        "accessors": [{"bufferView": 0, "componentType": 5126, "count": 3, "type": "VEC3"}],
        "meshes": [{"primitives": [{"attributes": {"POSITION": 0}}]}],
        "nodes": [{"mesh": 0}],
        "scenes": [{"nodes": [0]}],
        "scene": 0,
    }
    (folder / "t.gltf").write_text(json.dumps(document))


def write_picture(path: Path, color: tuple[int, int, int], size: tuple[int, int] = (40, 30)) -> Path:
    """A picture of one colour, its folder made if missing."""
    from PIL import Image

    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", size, color).save(path)
    return path


def write_tone(path: Path, hertz: float, seconds: float = 0.5, rate: int = 22_050) -> Path:
    """A tone on two channels, its folder made if missing."""
    import numpy as np
    import soundfile

    path.parent.mkdir(parents=True, exist_ok=True)
    wave = 0.5 * np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate)
    soundfile.write(path, np.stack([wave, wave], axis=1), rate)
    return path


BAD = {
    "empty.obj": b"",
    "prose.obj": b"Dear diary, this is no mesh.\n",
    "prose.stl": b"Dear diary, this is no mesh.\n",
    "noise.glb": bytes(range(256)) * 4,
    "truncated.glb": struct.pack("<4sII", b"glTF", 2, 5000) + b"\0\0\1\0JSON{",
    "huge-header.stl": b"\0" * 80 + struct.pack("<I", 2**32 - 1) + b"\0" * 50,
    "huge-header.ply": b"ply\nformat binary_little_endian 1.0\nelement vertex 4000000000\n"
    b"property float x\nproperty float y\nproperty float z\nend_header\n\0\0\0\0",
    "huge-header.npy": b"\x93NUMPY\x01\x00v\x00"
    + b"{'descr': '<f4', 'fortran_order': False, 'shape': (4000000000, 3), }".ljust(117)
    + b"\n",
    "nan.off": b"OFF\n3 1 0\nnan nan nan\nnan 0 0\n0 nan 0\n3 0 1 2\n",
    "one-point.off": b"OFF\n3 1 0\n1 1 1\n1 1 1\n1 1 1\n3 0 1 2\n",
    "no-such-vertex.off": b"OFF\n3 1 0\n0 0 0\n1 0 0\n0 1 0\n3 0 1 9\n",
    "cut.off": b"OFF\n8 6 0\n0 0 0\n1 0",
}
"""Name -> bytes of files that must be listed as failed, and stop nothing."""


def write_bad(folder: Path) -> list[str]:
    """All of BAD; returns their names."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in BAD.items():
        (folder / name).write_bytes(data)
    return sorted(BAD)
