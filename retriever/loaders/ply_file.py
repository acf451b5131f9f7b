"""Writing a geometry as a binary PLY file, which `ply` reads as it was, but for pictures."""

from __future__ import annotations

import numpy as np

from retriever.types import Geometry

_COLORS = "property uchar red\nproperty uchar green\nproperty uchar blue\n"


def to_ply(geometry: Geometry) -> bytes:
    """The file: doubles, colours of 8 bits on the faces, or the points of a cloud, and the axis that points up.

    Faces that stand mirrored are turned the right way round.
    """
    vertices, faces = geometry.vertices, geometry.faces
    rgb = None if geometry.colors is None else np.rint(geometry.colors.clip(0, 1) * 255).astype("u1")
    of_points, of_faces = (None, rgb) if len(faces) else (rgb, None)
    points = np.zeros(len(vertices), [("place", "<f8", 3), *_column(of_points)])
    points["place"] = vertices
    corners = np.zeros(len(faces), [("count", "u1"), ("corners", "<i4", 3), *_column(of_faces)])
    corners["count"], corners["corners"] = 3, faces
    if geometry.mirrored is not None:
        corners["corners"][geometry.mirrored] = faces[geometry.mirrored][:, ::-1]
    for rows, colors in ((points, of_points), (corners, of_faces)):
        if colors is not None:
            rows["color"] = colors
    head = "ply\nformat binary_little_endian 1.0\n"
    head += f"comment up_axis {geometry.up}\n" if geometry.up else ""
    head += f"element vertex {len(points)}\n" + "".join(f"property double {axis}\n" for axis in "xyz")
    head += "" if of_points is None else _COLORS
    if len(faces):
        head += f"element face {len(faces)}\nproperty list uchar int vertex_indices\n"
        head += "" if of_faces is None else _COLORS
    return b"".join([head.encode(), b"end_header\n", points.tobytes(), corners.tobytes()])


def _column(colors: np.ndarray | None) -> list[tuple[str, str, int]]:
    return [] if colors is None else [("color", "u1", 3)]
