"""FBX scenes written by hand, and what colours a file was read with."""

from __future__ import annotations

import numpy as np

from retriever.types import Geometry

TRIANGLE = "Vertices: *9 {\na: 0,0,0,1,0,0,0,1,0\n}\nPolygonVertexIndex: *3 {\na: 0,1,-3\n}\n"


def scene(objects: str, links: str, settings: str = "") -> bytes:
    """ASCII of version 7.4."""
    links = "".join(f'C: "{"OP" if link.count(",") > 1 else "OO"}",{link}\n' for link in links.split())
    return (
        "; FBX 7.4.0 project file\nFBXHeaderExtension:  {\nFBXVersion: 7400\n}\n"
        f"GlobalSettings:  {{\nProperties70:  {{\n{settings}\n}}\n}}\n"
        f"Objects:  {{\n{objects}}}\nConnections:  {{\n{links}}}\n"
    ).encode()


def mesh(id_: int, body: str = TRIANGLE) -> str:
    return f'Geometry: {id_}, "Geometry::", "Mesh" {{\n{body}}}\n'


def model(id_: int, name: str = "", kind: str = "Mesh", **properties: object) -> str:
    """With properties such as Lcl_Translation=(1, 2, 3) or Show=0."""
    rows = ""
    for key, value in properties.items():
        values = value if isinstance(value, tuple) else (value,)
        rows += f'P: "{key.replace("_", " ")}", "", "", "A",{",".join(map(str, values))}\n'
    return f'Model: {id_}, "Model::{name or id_}", "{kind}" {{\nProperties70:  {{\n{rows}}}\n}}\n'


def counted_colors(geometry: Geometry) -> dict[tuple[float, ...], int]:
    assert geometry.colors is not None
    colors, counts = np.unique(geometry.colors.round(2).astype(float), axis=0, return_counts=True)
    return {tuple(color): int(count) for color, count in zip(colors.tolist(), counts, strict=True)}
