"""Makes the small real files of this folder: one chair in every 3D format, each in the format's own axes.

Run ``python tests/data/make.py`` after a change here; the files are committed, so that the tests read given bytes.
"""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import trimesh
from PIL import Image

HERE = Path(__file__).parent / "chairs"
BLUE, RED = (51, 102, 204), (204, 51, 51)
# (centre, size, colour) of boxes in y-up metres: a seat, a back, and four legs.
BOXES = [
    ((0.0, 0.45, 0.0), (0.5, 0.06, 0.4), BLUE),
    ((0.0, 0.78, -0.18), (0.5, 0.6, 0.04), RED),
    *(((x, 0.21, z), (0.05, 0.42, 0.05), BLUE) for x in (-0.2, 0.2) for z in (-0.15, 0.15)),
]
CUBE = trimesh.creation.box()
TO_Z_UP = np.array([[1, 0, 0], [0, 0, -1], [0, 1, 0]], float)


def triangles() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Vertices (48, 3), faces (72, 3) and face colours (72, 3) uint8."""
    vertices = np.concatenate([np.asarray(CUBE.vertices) * size + centre for centre, size, _ in BOXES])
    faces = np.concatenate([np.asarray(CUBE.faces) + 8 * i for i in range(len(BOXES))])
    return vertices, faces, np.repeat([color for *_, color in BOXES], 12, axis=0).astype(np.uint8)


def scene(materials: bool) -> trimesh.Scene:
    """Unit cubes placed by nodes below a node that moves and turns them all."""
    made = trimesh.Scene()
    turn = trimesh.transformations.rotation_matrix(np.pi / 2, (0, 1, 0))
    made.graph.update(frame_from="world", frame_to="chair", matrix=turn)
    for i, (centre, size, color) in enumerate(BOXES):
        box = CUBE.copy()
        if materials:
            material = trimesh.visual.material.PBRMaterial(baseColorFactor=(*color, 255))
            box.visual = trimesh.visual.TextureVisuals(material=material)
        else:
            box.visual.vertex_colors = (*color, 255)
        place = np.diag((*size, 1.0))
        place[:3, 3] = centre
        back = np.linalg.inv(turn) @ place
        made.add_geometry(box, node_name=f"box{i}", parent_node_name="chair", transform=back)
    return made


def textured() -> trimesh.Trimesh:
    """Both colours in one picture, left and right, embedded in the file."""
    vertices, faces, colors = triangles()
    picture = Image.new("RGB", (8, 4), BLUE)
    picture.paste(RED, (4, 0, 8, 4))
    u = np.where((colors == RED).all(axis=1), 0.75, 0.25)[:, None].repeat(3, 1).reshape(-1)
    mesh = trimesh.Trimesh(vertices[faces].reshape(-1, 3), np.arange(faces.size).reshape(-1, 3), process=False)
    material = trimesh.visual.material.PBRMaterial(baseColorTexture=picture)
    mesh.visual = trimesh.visual.TextureVisuals(uv=np.stack([u, np.full_like(u, 0.5)], 1), material=material)
    return mesh


def obj() -> str:
    """Quads and triangles mixed, with materials."""
    lines = ["mtllib chair.mtl"]
    for i, (centre, size, color) in enumerate(BOXES):
        lines += [f"v {x:.4f} {y:.4f} {z:.4f}" for x, y, z in np.asarray(CUBE.vertices) * size + centre]
        lines += ["usemtl red" if color == RED else "usemtl blue"]
        lines += ["f " + " ".join(str(v + 1 + 8 * i) for v in face) for face in CUBE.faces]
    return "\n".join(lines) + "\n"


def mixed_ply() -> bytes:
    """Big-endian, quads beside triangles, colours after the list: what trimesh does not read."""
    quads = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4)]
    last = [(1, 5, 7), (1, 7, 3)]
    rows = []
    for i, (*_, color) in enumerate(BOXES):
        for polygon in [*quads, *last]:
            corners = [v + 8 * i for v in polygon]
            rows.append(struct.pack(f">B{len(corners)}i3B", len(corners), *corners, *color))
    corners = np.array([(x, y, z) for x in (-0.5, 0.5) for y in (-0.5, 0.5) for z in (-0.5, 0.5)])
    vertices = np.concatenate([corners * size + centre for centre, size, _ in BOXES])
    header = (
        f"ply\nformat binary_big_endian 1.0\nelement vertex {len(vertices)}\nproperty float x\nproperty float y\n"
        f"property float z\nelement face {len(rows)}\nproperty list uchar int vertex_indices\nproperty uchar red\n"
        "property uchar green\nproperty uchar blue\nend_header\n"
    )
    return header.encode() + vertices.astype(">f4").tobytes() + b"".join(rows)


def cloud(count: int = 1500) -> tuple[np.ndarray, np.ndarray]:
    """Points (n, 3) float32 and colours (n, 3) uint8 on the chair."""
    vertices, faces, colors = triangles()
    mesh = trimesh.Trimesh(vertices, faces, process=False)
    points, chosen = trimesh.sample.sample_surface(mesh, count, seed=1)
    return np.asarray(points, np.float32), colors[chosen]


def pcd_header(count: int, encoding: str) -> str:
    return (
        "# .PCD v0.7 - Point Cloud Data file format\nVERSION 0.7\nFIELDS x y z rgb\nSIZE 4 4 4 4\nTYPE F F F U\n"
        f"COUNT 1 1 1 1\nWIDTH {count}\nHEIGHT 1\nVIEWPOINT 0 0 0 1 0 0 0\nPOINTS {count}\nDATA {encoding}\n"
    )


def write_meshes() -> None:
    vertices, faces, colors = triangles()
    rgba = np.concatenate([colors, np.full((len(colors), 1), 255, np.uint8)], axis=1)
    mesh = trimesh.Trimesh(vertices, faces, face_colors=rgba, process=False)
    upright = trimesh.Trimesh(vertices @ TO_Z_UP.T, faces, process=False)
    scene(materials=True).export(HERE / "chair.glb")
    textured().export(HERE / "chair_textured.glb")
    for name, data in trimesh.exchange.gltf.export_gltf(scene(materials=False), merge_buffers=True).items():
        text = data.replace(b"gltf_buffer.bin", b"chair.bin") if name.endswith(".gltf") else data
        (HERE / f"chair{Path(name).suffix}").write_bytes(text)
    (HERE / "chair.obj").write_text(obj())
    materials = [f"newmtl {n}\nKd {r / 255} {g / 255} {b / 255}" for n, (r, g, b) in (("blue", BLUE), ("red", RED))]
    (HERE / "chair.mtl").write_text("\n".join(materials) + "\n")
    mesh.export(HERE / "chair.ply")
    mesh.export(HERE / "chair_ascii.ply", encoding="ascii")
    (HERE / "chair_mixed.ply").write_bytes(mixed_ply())
    upright.export(HERE / "chair.stl")
    upright.export(HERE / "chair_ascii.stl", file_type="stl_ascii")
    mesh.export(HERE / "chair.off")
    upright.export(HERE / "chair.3mf")
    plain = trimesh.Trimesh(vertices, faces, process=False)
    (HERE / "chair.dae").write_bytes(plain.export(file_type="dae"))
    tagged = upright.export(file_type="dae").replace(b"Y_UP", b"Z_UP")
    (HERE / "chair_z_up.dae").write_bytes(tagged)


def write_clouds() -> None:
    points, colors = cloud()
    rows = [" ".join(f"{v:.5f}" for v in p) for p in points.tolist()]
    colored = [f"{p} {r} {g} {b}" for p, (r, g, b) in zip(rows, colors.tolist(), strict=True)]
    (HERE / "chair.xyz").write_text("\n".join(rows) + "\n")
    (HERE / "chair_colored.xyz").write_text("\n".join(colored).replace(" ", ",") + "\n")
    (HERE / "chair.pts").write_text(f"{len(rows)}\n" + "\n".join(rows) + "\n")
    intensity = [f"{p} -1000 {r} {g} {b}" for p, (r, g, b) in zip(rows, colors.tolist(), strict=True)]
    (HERE / "chair_no_count.pts").write_text("\n".join(intensity) + "\n")
    packed = (colors.astype(np.uint32) << np.array([16, 8, 0], np.uint32)).sum(axis=1).astype(np.uint32)
    ascii_rows = "\n".join(f"{p} {c}" for p, c in zip(rows, packed.tolist(), strict=True))
    (HERE / "chair_ascii.pcd").write_text(pcd_header(len(rows), "ascii") + ascii_rows + "\n")
    binary = np.zeros(len(rows), [("p", "<f4", 3), ("c", "<u4")])
    binary["p"], binary["c"] = points, packed
    (HERE / "chair_binary.pcd").write_bytes(pcd_header(len(rows), "binary").encode() + binary.tobytes())
    np.save(HERE / "chair.npy", points)
    np.save(HERE / "chair_colored.npy", np.concatenate([points, colors / 255], axis=1).astype(np.float32))
    np.savez_compressed(HERE / "chair.npz", points=points, label=np.array(3))


if __name__ == "__main__":
    HERE.mkdir(exist_ok=True)
    write_meshes()
    write_clouds()
