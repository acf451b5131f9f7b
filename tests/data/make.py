"""Makes the small real files of this folder: one chair in every 3D format, each in the format's own axes.

Run ``python tests/data/make.py`` after a change here, which takes laspy; the files are committed, so that the tests
read given bytes.
"""

from __future__ import annotations

import gzip
import struct
from datetime import date
from pathlib import Path

import laspy
import numpy as np
import pyarrow as pa
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
DC = 0.28209479177387814
"""The spherical harmonic of degree 0, which colours of splats are multiples of."""
Y_DOWN = (1, -1, -1)
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
    (HERE / "chair.asc").write_text("\n".join(colored) + "\n")
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


def gaussians() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Points (n, 3) y up, coefficients f_dc (n, 3) and opacities (n,): the chair, and 60 faint floaters about it."""
    points, colors = cloud()
    floaters = np.random.default_rng(2).normal(size=(60, 3)) * 4
    colors = np.concatenate([colors / 255, np.ones((60, 3))])
    opacity = np.repeat([0.9, 0.04], [len(points), 60])
    return np.concatenate([points, floaters]), (colors - 0.5) / DC, opacity


def splat_ply(points: np.ndarray, coefficients: np.ndarray, opacity: np.ndarray) -> bytes:
    """As trainers write it, y down."""
    names = ["x", "y", "z", *(f"f_dc_{i}" for i in range(3)), "opacity", *(f"scale_{i}" for i in range(3))]
    names += [f"rot_{i}" for i in range(4)]
    ones = np.ones((len(points), 1))
    logit = np.log(opacity / (1 - opacity))[:, None]
    rows = np.hstack(
        [points * Y_DOWN, coefficients, logit, np.log(0.01) * ones.repeat(3, 1), ones, 0 * ones.repeat(3, 1)]
    )
    header = [f"element vertex {len(rows)}", *(f"property float {name}" for name in names)]
    return ply_header(header) + rows.astype("<f4").tobytes()


def ply_header(lines: list[str]) -> bytes:
    return "\n".join(["ply", "format binary_little_endian 1.0", *lines, "end_header", ""]).encode()


def packed_ply(points: np.ndarray, coefficients: np.ndarray, opacity: np.ndarray) -> bytes:
    """As SuperSplat compresses it, y down: 256 gaussians share their bounds."""
    chunks, rows = [], []
    colors = 0.5 + DC * coefficients
    for start in range(0, len(points), 256):
        here = slice(start, start + 256)
        place, rgb = points[here] * Y_DOWN, colors[here]
        bounds = [place.min(0), place.max(0), np.full(3, -5.0), np.full(3, -4.0), rgb.min(0), rgb.max(0)]
        chunks.append(np.concatenate(bounds))
        share = [
            (value - low) / np.maximum(high - low, 1e-9)
            for value, low, high in ((place, *bounds[:2]), (rgb, *bounds[4:]))
        ]
        x, y, z = np.round(share[0] * (2047, 1023, 2047)).astype(np.uint32).T
        r, g, b = np.round(share[1] * 255).astype(np.uint32).T
        a = np.round(opacity[here] * 255).astype(np.uint32)
        rows.append(np.stack([x << 21 | y << 11 | z, 0 * x, 0 * x, r << 24 | g << 16 | b << 8 | a], axis=1))
    bounds = [f"{end}_{of}{axis}" for of in ("", "scale_") for end in ("min", "max") for axis in "xyz"]
    bounds += [f"{end}_{channel}" for end in ("min", "max") for channel in "rgb"]
    packed = [f"packed_{name}" for name in ("position", "rotation", "scale", "color")]
    header = [f"element chunk {len(chunks)}", *(f"property float {name}" for name in bounds)]
    header += [f"element vertex {len(points)}", *(f"property uint {name}" for name in packed)]
    return ply_header(header) + np.array(chunks, "<f4").tobytes() + np.concatenate(rows).astype("<u4").tobytes()


def spz(points: np.ndarray, coefficients: np.ndarray, opacity: np.ndarray, version: int) -> bytes:
    """As Niantic packs it, y up: places with 12 bits behind the point, no spherical harmonics."""
    count = len(points)
    fixed = np.round(points * 4096).astype("<i4")
    streams = [
        np.ascontiguousarray(fixed).view(np.uint8).reshape(-1, 4)[:, :3].tobytes(),
        np.round(opacity * 255).astype(np.uint8).tobytes(),
        np.round((0.5 + 0.15 * coefficients) * 255).clip(0, 255).astype(np.uint8).tobytes(),
        np.full((count, 3), 86, np.uint8).tobytes(),
        np.full((count, 3 if version == 2 else 4), 127, np.uint8).tobytes(),
    ]
    head = struct.pack("<4sIIBBBB", b"NGSP", version, count, 0, 12, 0, len(streams) if version == 4 else 0)
    if version < 4:
        return gzip.compress(head + b"".join(streams), mtime=0)
    packed = [pa.compress(stream, "zstd", asbytes=True) for stream in streams]
    table = b"".join(struct.pack("<QQ", len(each), len(stream)) for each, stream in zip(packed, streams, strict=True))
    return head + struct.pack("<I12x", 32) + table + b"".join(packed)


def write_splats() -> None:
    of = points, coefficients, opacity = gaussians()
    (HERE / "chair_splat.ply").write_bytes(splat_ply(*of))
    (HERE / "chair_packed.ply").write_bytes(packed_ply(*of))
    rows = np.zeros(len(points), [("p", "<f4", 3), ("s", "<f4", 3), ("c", "u1", 4), ("r", "u1", 4)])
    rows["p"], rows["s"], rows["r"] = points * Y_DOWN, 0.01, (255, 128, 128, 128)
    rows["c"][:, :3], rows["c"][:, 3] = np.round((0.5 + DC * coefficients) * 255), np.round(opacity * 255)
    (HERE / "chair.splat").write_bytes(rows.tobytes())
    (HERE / "chair.spz").write_bytes(spz(*of, version=3))
    (HERE / "chair_v2.spz").write_bytes(spz(*of, version=2))
    (HERE / "chair_v4.spz").write_bytes(spz(*of, version=4))


def write_scans() -> None:
    """As surveyors have them, far from the origin, z up; one with colours of 16 bits, one of 8, and some noise."""
    points, colors = cloud()
    places = np.concatenate([points @ TO_Z_UP.T, [[9.0, 9.0, 90.0]] * 5]) + (500_000, 4_649_776, 100)
    for name, kind, version, most in (("chair.las", 2, "1.2", 255), ("chair.laz", 7, "1.4", 65535)):
        header = laspy.LasHeader(point_format=kind, version=version)
        header.scales, header.offsets, header.creation_date = [0.0001] * 3, [500_000, 4_649_000, 0], date(2026, 1, 1)
        scan = laspy.LasData(header)
        scan.x, scan.y, scan.z = places.T
        rgb = np.concatenate([colors, np.zeros((5, 3))]) / 255 * most
        scan.red, scan.green, scan.blue = np.round(rgb).astype(np.uint16).T
        scan.classification = np.repeat([1, 7], [len(points), 5])
        scan.write(HERE / name)


if __name__ == "__main__":
    HERE.mkdir(exist_ok=True)
    write_meshes()
    write_clouds()
    write_splats()
    write_scans()
