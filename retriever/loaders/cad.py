"""STEP and IGES files of CAD programs, whose surfaces cascadio (OpenCASCADE) turns into the triangles of a GLB file."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retriever.errors import FileProblem
from retriever.loaders import apart
from retriever.loaders.numeric import not_a
from retriever.types import Geometry

KINDS = {".step": "step", ".stp": "step", ".iges": "iges", ".igs": "iges"}
"""Suffix -> what it is to cascadio."""

_LINEAR, _ANGULAR = 0.1, 0.5
"""How far triangles stand off a curved surface: most share of an edge's length, and most angle in radians."""


def to_glb(data: bytes, suffix: str) -> bytes:
    """The file's assembly as GLB, in metres if it is STEP, the axes as they are.

    Raises:
        FileProblem: "malformed", "too-large", "crashed", or "unsupported" without cascadio.
    """
    if KINDS[suffix] == "step" and b"ISO-10303-21" not in data[:4096]:
        raise not_a("a STEP file")
    return apart.ask("cad", KINDS[suffix], data, len(data)).arrays[0].tobytes()


def convert(kind: Any, data: bytes) -> tuple[None, list[NDArray[np.uint8]]]:
    """What `to_glb` has done, in this process."""
    sys.modules.setdefault("trimesh", None)  # type: ignore[arg-type]  # cascadio would import it, to extend it
    try:
        import cascadio
    except ImportError as error:
        raise FileProblem(
            "unsupported",
            f"is a CAD file, which cascadio reads ({error}); pip install 'any3d-retriever[cad]', or export it as GLB.",
        ) from error
    made = cascadio.load(data, kind, tol_linear=_LINEAR, tol_angular=_ANGULAR, tol_relative=True, use_parallel=False)
    if not made:
        raise FileProblem("malformed", f"cannot be converted from {kind.upper()} by OpenCASCADE; export it again.")
    return None, [np.frombuffer(made, np.uint8)]


def as_stored(geometry: Geometry, suffix: str) -> Geometry:
    """What was read of a GLB of `to_glb`, in millimetres, its colours as in the CAD file and not linear as in glTF."""
    scale = 1000.0 if KINDS[suffix] == "step" else 1.0
    colors = None if geometry.colors is None else _srgb(geometry.colors)
    return replace(geometry, vertices=geometry.vertices * scale, colors=colors)


def _srgb(linear: NDArray[np.float32]) -> NDArray[np.float32]:
    curve = 1.055 * np.power(linear, 1 / 2.4, dtype=np.float32) - 0.055
    return np.where(linear <= 0.0031308, 12.92 * linear, curve).clip(0, 1).astype(np.float32)
