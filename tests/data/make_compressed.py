"""Makes the compressed glTF files among the small real files, by the programs that people make them with.

It runs gltfpack 1.3 and @gltf-transform/cli 4.5 of npm, whose folder is its argument, on chair.glb and on
chair_textured.glb: Draco; meshopt as EXT and as KHR, the positions as integers and as fractions; and the chair with its
four legs as instances of one mesh. The avatar chair.vrm is chair.glb with what makes it one.
"""

from __future__ import annotations

import json
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

import trimesh
from make import BLUE, BOXES, CUBE, HERE, RED


def run(program: str, *options: str | Path) -> None:
    subprocess.run([Path(sys.argv[1]) / "node_modules/.bin" / program, *map(str, options)], check=True)


def avatar(data: bytes) -> bytes:
    size = struct.unpack_from("<I", data, 12)[0]
    tree = json.loads(data[20 : 20 + size])
    tree |= {"extensionsUsed": ["VRMC_vrm"], "extensions": {"VRMC_vrm": {"specVersion": "1.0"}}}
    text = json.dumps(tree, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 4)
    rest = data[20 + size :]
    return struct.pack("<4sIIII", b"glTF", 2, 20 + len(text) + len(rest), len(text), 0x4E4F534A) + text + rest


def of_one_mesh_a_color(path: Path) -> None:
    """The chair of make.py from two meshes, one of them placed by five nodes."""
    made = trimesh.Scene()
    for color, name in ((BLUE, "blue"), (RED, "red")):
        box = CUBE.copy()
        material = trimesh.visual.material.PBRMaterial(baseColorFactor=(*color, 255))
        box.visual = trimesh.visual.TextureVisuals(material=material)
        made.geometry[name] = box
    for number, (centre, size, color) in enumerate(BOXES):
        place = trimesh.transformations.translation_matrix(centre)
        place[:3, :3] *= size
        made.graph.update(
            frame_to=f"box{number}", matrix=place, geometry="red" if color == RED else "blue", frame_from="world"
        )
    made.export(path)


if __name__ == "__main__":
    (HERE / "chair.vrm").write_bytes(avatar((HERE / "chair.glb").read_bytes()))
    run("gltf-transform", "draco", HERE / "chair.glb", HERE / "chair_draco.glb")
    run("gltf-transform", "draco", HERE / "chair_textured.glb", HERE / "chair_textured_draco.glb")
    run("gltf-transform", "meshopt", HERE / "chair_textured.glb", HERE / "chair_meshopt.glb")
    run("gltfpack", "-cc", "-ce", "khr", "-kn", "-i", HERE / "chair.glb", "-o", HERE / "chair_meshopt_khr.glb")
    with tempfile.TemporaryDirectory() as folder:
        of_one_mesh_a_color(Path(folder, "a.glb"))
        run("gltf-transform", "instance", "--min", "2", Path(folder, "a.glb"), Path(folder, "b.glb"))
        run("gltf-transform", "meshopt", "--level", "medium", Path(folder, "b.glb"), HERE / "chair_instanced.glb")
