"""STEP and IGES files of CAD programs, whose surfaces cascadio (OpenCASCADE) turns into the triangles of a GLB file.

It does so in a process of its own: a damaged file may end the process that reads it, or take time and memory without
end, and what OpenCASCADE has to say goes to the screen.
"""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from retriever.errors import FileProblem
from retriever.loaders import cad_convert
from retriever.loaders.numeric import not_a
from retriever.types import Geometry

KINDS = {".step": "step", ".stp": "step", ".iges": "iges", ".igs": "iges"}
"""Suffix -> what it is to cascadio."""

_MEMORY, _MEMORY_A_BYTE = 4 << 30, 100
_SECONDS, _BYTES_A_SECOND = 120, 50_000
"""What the conversion may take, and how that grows with the file: several times what real files were seen to need."""


def to_glb(data: bytes, suffix: str) -> bytes:
    """The file's assembly as GLB, in metres if it is STEP, the axes as they are.

    Raises:
        FileProblem: "malformed", "too-large", or "unsupported" without cascadio.
    """
    kind = KINDS[suffix]
    if kind == "step" and b"ISO-10303-21" not in data[:4096]:
        raise not_a("a STEP file")
    if find_spec("cascadio") is None:
        raise FileProblem(
            "unsupported",
            "is a CAD file, which cascadio reads; pip install 'any3d-retriever[cad]', or export it as GLB.",
        )
    seconds = _SECONDS + len(data) // _BYTES_A_SECOND
    limits = [str(_MEMORY + _MEMORY_A_BYTE * len(data)), str(seconds)]
    # -P: the folder of the script, whose modules are called like others, is no place to import from
    command = [sys.executable, "-P", str(Path(cad_convert.__file__)), kind, *limits]
    try:
        done = subprocess.run(
            command, input=data, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=seconds, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise FileProblem("too-large", f"takes more than {seconds} seconds to convert; simplify it.") from error
    if done.returncode == cad_convert.NOT_LOADED:
        raise FileProblem("unsupported", "is a CAD file, and cascadio does not load here; export it as GLB.")
    if done.returncode or not done.stdout:
        raise FileProblem("malformed", f"cannot be converted from {kind.upper()} by OpenCASCADE; export it again.")
    return done.stdout


def as_stored(geometry: Geometry, suffix: str) -> Geometry:
    """What was read of a GLB of `to_glb`, in millimetres, its colours as in the CAD file and not linear as in glTF."""
    scale = 1000.0 if KINDS[suffix] == "step" else 1.0
    colors = None if geometry.colors is None else _srgb(geometry.colors)
    return replace(geometry, vertices=geometry.vertices * scale, colors=colors)


def _srgb(linear: NDArray[np.float32]) -> NDArray[np.float32]:
    curve = 1.055 * np.power(linear, 1 / 2.4, dtype=np.float32) - 0.055
    return np.where(linear <= 0.0031308, 12.92 * linear, curve).clip(0, 1).astype(np.float32)
