"""Spaces that are folders: `mini` and `mini-research`, which ship in the package, and those of `retriever align`.

MiniLM's text space, and towers trained here to point into it. ``space.json`` describes them: sizes, licences, and the
SHA-256 of every weight file. The digests are recorded there rather than computed, so that opening a space reads no
weights; a test compares them with the files.
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
from retriever.types import AudioInput, ImageInput, Modality


def folder(name: str = "mini") -> Path:
    """Where the files of a shipped space lie in the installed package."""
    return Path(str(files("retriever.spaces"))) / "weights" / name


def open_space(at: Path | None = None, *, name: str = "mini", device: str = "cpu") -> Space:
    """The space described by the ``space.json`` in `at`, or the shipped one called `name`, its towers on `device`.

    Raises:
        SpaceError: its files are not there, or its description is of no use.
    """
    at = at or folder(name)
    card = _read(at / "space.json")
    try:
        return _space(at, card, device)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise SpaceError(
            f"{at / 'space.json'} does not describe a space that this version knows ({type(error).__name__}: {error}); "
            "upgrade any3d-retriever, or make the space again."
        ) from error


def _read(path: Path) -> dict[str, Any]:
    try:
        card: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise SpaceError(f"The space in {path.parent} has no space.json; {_CURE}.") from error
    except (OSError, ValueError) as error:
        raise SpaceError(f"{path} cannot be read ({error}); {_CURE}.") from error
    return card


_CURE = "install any3d-retriever again, or bring back the folder of your own space"


def _space(at: Path, card: dict[str, Any], device: str) -> Space:
    towers = {Modality(name): tower for name, tower in card["towers"].items()}
    digest = sha256("".join(towers[name]["sha256"] for name in Modality if name in towers).encode()).hexdigest()
    identity = SpaceIdentity(
        card["name"],
        card["dim"],
        digest,
        ShapeInput(**card.get("shape_input", {})),
        ImageInput(**card.get("image_input", {})) if Modality.IMAGE in towers else None,
        AudioInput(**card.get("audio_input", {})) if Modality.AUDIO in towers else None,
    )
    licenses = {name: tower["license"] for name, tower in towers.items() if "license" in tower}
    license = card.get("license") or " ".join(f"{name}: {line}" for name, line in licenses.items())
    builders = {name: _builder(at, name, tower, device) for name, tower in towers.items()}
    return Space(identity, builders, license, licenses)


def _builder(at: Path, modality: Modality, tower: dict[str, Any], device: str) -> Callable[[], Encoder]:
    """What builds a tower when it is first used; torch is imported then, and not before."""
    if modality is Modality.TEXT:
        return _text_tower
    build = {Modality.SHAPE: _shape_tower, Modality.IMAGE: _image_tower, Modality.AUDIO: _audio_tower}[modality]
    path, config = at / tower["file"], tower["config"]

    def built() -> Encoder:
        from safetensors import SafetensorError

        from retriever.devices import torch_device

        if not path.is_file():
            raise SpaceError(f"The weights {path} of the {modality} tower are missing; {_CURE}.")
        try:
            return build(path, config, torch_device(device))
        except (SafetensorError, RuntimeError, TypeError) as error:  # damaged, or not what the description says
            reason = " ".join(str(error).split())[:200]
            raise SpaceError(
                f"The weights {path} of the {modality} tower cannot be used ({reason}); {_CURE}."
            ) from error

    return built


def _text_tower() -> Encoder:
    from retriever.spaces.minilm import MiniLM

    return MiniLM()


def _shape_tower(weights: Path, config: dict[str, Any], device: str) -> Encoder:
    from retriever.spaces.shape_tower import ShapeEncoder, TowerConfig

    return ShapeEncoder(weights, TowerConfig(**config), device)


def _image_tower(weights: Path, config: dict[str, Any], device: str) -> Encoder:
    from retriever.spaces.image_tower import ImageEncoder, ImageTowerConfig

    return ImageEncoder(weights, ImageTowerConfig(**config), device)


def _audio_tower(weights: Path, config: dict[str, Any], device: str) -> Encoder:
    from retriever.spaces.audio_tower import AudioEncoder, AudioTowerConfig

    return AudioEncoder(weights, AudioTowerConfig(**config), device)
