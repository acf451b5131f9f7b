"""The space that ships in the package: MiniLM's text space, and towers trained here to point into it.

``weights/mini/space.json`` describes it: sizes, licences, and the SHA-256 of every weight file. The digests are
recorded there rather than computed, so that opening the space reads no weights; a test compares them with the files.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Any

from retriever.errors import SpaceError
from retriever.spaces.base import Encoder, ShapeInput, Space, SpaceIdentity
from retriever.types import Modality


def folder() -> Path:
    """Where the space's files lie in the installed package."""
    return Path(str(files("retriever.spaces"))) / "weights" / "mini"


def open_space(at: Path | None = None, *, device: str = "cpu") -> Space:
    """The space described by the ``space.json`` in `at`, or the shipped one, with its towers on `device`.

    Raises:
        SpaceError: its files are not there.
    """
    at = at or folder()
    try:
        card = json.loads((at / "space.json").read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise SpaceError(f"The space in {at} has no space.json; install any3d-retriever again.") from error
    towers = card["towers"]
    digest = sha256("".join(towers[name]["sha256"] for name in Modality if name in towers).encode()).hexdigest()
    identity = SpaceIdentity(card["name"], card["dim"], digest, ShapeInput(**card["shape_input"]))
    builders: dict[str, Callable[[], Encoder]] = {
        "shape": lambda: _shape_tower(at, towers["shape"], device),
        "text": _text_tower,
    }
    return Space(identity, {Modality(name): builders[name] for name in towers}, card["license"])


def _text_tower() -> Encoder:
    from retriever.spaces.minilm import MiniLM

    return MiniLM()


def _shape_tower(at: Path, tower: dict[str, Any], device: str) -> Encoder:
    import os

    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # spinning OpenMP threads starve every other process
    from retriever.devices import torch_device
    from retriever.spaces.shape_tower import ShapeEncoder, TowerConfig

    path = at / tower["file"]
    if not path.is_file():
        raise SpaceError(f"The 3D tower's weights {path} are missing; install any3d-retriever again.")
    return ShapeEncoder(path, TowerConfig(**tower["config"]), torch_device(device))
