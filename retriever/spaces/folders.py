"""Spaces that are folders: a ``space.json``, and a file of weights for every tower.

``space.json`` states what an index must know (length of vectors, how files are read) and, of each tower, its
architecture, sizes, licence and the SHA-256 of its weights. The digests are recorded there rather than computed, so
that opening a space reads no weights. Towers are independent files: a query reads the one that it needs.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields
from functools import partial
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from retriever.errors import SpaceError, UsageError
from retriever.files import read_json
from retriever.spaces.base import Encoder, ShapeInput, Space, SpaceIdentity
from retriever.types import AudioInput, ImageInput, Modality, Payload, Vectors

if TYPE_CHECKING:
    from torch import nn

    from retriever.query.background import Background

CARD = "space.json"
BACKGROUNDS = "backgrounds.json"
"""How cosines are usually spread, where it was measured: ``python -m indexer.align.backgrounds``."""

OWN = "mini"
"""The architecture of the towers that are trained here, and of those that say nothing."""

ARCHITECTURES = {
    "imagebind": "retriever.spaces.imagebind",
    "point-bind": "retriever.spaces.pointbind",
    "openshape": "retriever.spaces.openshape",
    "uni3d": "retriever.spaces.uni3d",
    "ulip": "retriever.spaces.ulip",
    "openclip": "retriever.spaces.openclip",
}
"""Those of published checkpoints: modules with ``tower(modality, config)`` and ``encoder(modality, tower, device)``."""

PRECISION = "RETRIEVER_PRECISION"
"""Environment variable: what published towers compute in, one of `PRECISIONS`; float32 where it is not set."""
PRECISIONS = ("float32", "bfloat16", "float16")

_TEXTS = ("file", "sha256", "license", "architecture", "from")
"""What is said of a tower in words."""
_TYPES = {"int": (int,), "float": (int, float), "float | None": (int, float, type(None)), "str": (str,)}
"""Of what JSON gives for a field of an input, by the field's annotation."""

_CURE = "install any3d-retriever again, bring back the folder of the space, or add its weights again"


def open_space(at: Path, *, device: str = "cpu") -> Space:
    """The space described by the ``space.json`` in a folder, its towers on `device`.

    Raises:
        SpaceError: its description is not there, or of no use.
    """
    card = read(at)
    try:
        return _space(at, card, device)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise _unknown(at / CARD, f"{type(error).__name__}: {error}") from error


def read(at: Path) -> dict[str, Any]:
    """What the ``space.json`` in a folder says.

    Raises:
        SpaceError: it is missing, no JSON, names no towers, or something in it is of another type than it has to be.
    """
    path = at / CARD
    try:
        card: dict[str, Any] = read_json(path)
    except FileNotFoundError as error:
        raise SpaceError(f"The space in {at} has no {CARD}; {_CURE}.") from error
    except (OSError, ValueError) as error:
        raise SpaceError(f"{path} cannot be read ({error}); {_CURE}.") from error
    if not isinstance(card, dict) or not isinstance(card.get("towers"), dict) or not card["towers"]:
        raise _unknown(path, "it names no towers")
    if wrong := next(_of_wrong_types(card), None):
        raise _unknown(path, wrong)
    return card


def _of_wrong_types(card: Mapping[str, Any]) -> Iterator[str]:
    """What is there and is not what it has to be, as half-sentences."""
    if "dim" in card and not (type(card["dim"]) is int and card["dim"] >= 1):
        yield "dim is no whole number of 1 or more"
    yield from (f"{key} is no text" for key in ("name", "license") if not _is_text(card, key))
    for name, tower in card["towers"].items():
        if not isinstance(tower, dict):
            yield f"the {name} tower is no object"
            continue
        yield from (f"{key} of the {name} tower is no text" for key in _TEXTS if not _is_text(tower, key))
        if not isinstance(tower.get("config", {}), dict):
            yield f"config of the {name} tower is no object"
    for key, kind in (("shape_input", ShapeInput), ("image_input", ImageInput), ("audio_input", AudioInput)):
        given = card.get(key) or {}
        if not isinstance(given, dict):
            yield f"{key} is no object"
            continue
        for field in fields(kind):
            value, types = given.get(field.name, field.default), _TYPES[str(field.type)]
            if type(value) not in types or (isinstance(value, int | float) and value < 0):
                yield f"{field.name} of {key} is {value!r}"


def _is_text(told: Mapping[str, Any], key: str) -> bool:
    """Whether what is told is a text, or nothing; a licence that is not known may also be null."""
    return isinstance(told.get(key, ""), str) or (key == "license" and told[key] is None)


def _unknown(path: Path, why: str) -> SpaceError:
    return SpaceError(
        f"{path} does not describe a space that this version knows ({why}); upgrade any3d-retriever, or make the space "
        "again."
    )


def digest(card: Mapping[str, Any]) -> str:
    """One SHA-256 over those of all towers, in the order of `Modality`."""
    towers = card["towers"]
    return sha256("".join(towers[name]["sha256"] for name in Modality if name in towers).encode()).hexdigest()


def unfilled(architecture: str, modality: Modality, config: Mapping[str, Any]) -> nn.Module:
    """A published tower on torch's meta device: every key and shape of its weights, and no memory for them."""
    import torch

    with torch.device("meta"):
        module: nn.Module = import_module(ARCHITECTURES[architecture]).tower(modality, config)
    return module


def _space(at: Path, card: dict[str, Any], device: str) -> Space:
    towers = {Modality(name): tower for name, tower in card["towers"].items()}
    identity = SpaceIdentity(
        card["name"],
        card["dim"],
        digest(card),
        ShapeInput(**card.get("shape_input") or {}),
        ImageInput(**card.get("image_input") or {}) if Modality.IMAGE in towers else None,
        AudioInput(**card.get("audio_input") or {}) if Modality.AUDIO in towers else None,
    )
    licenses = {name: tower["license"] for name, tower in towers.items() if tower.get("license")}
    license = card.get("license") or " ".join(f"{name}: {line}" for name, line in licenses.items())
    builders = {name: _builder(at, name, tower, device) for name, tower in towers.items()}
    spreads = {Modality(name): float(spread) for name, spread in card.get("spreads", {}).items()}
    return Space(identity, builders, license, licenses, spreads, partial(_backgrounds, at, identity.weights))


def _backgrounds(at: Path, weights: str) -> Mapping[str, Background]:
    """Those that the folder has for these weights."""
    from retriever.query.background import Background

    path = at / BACKGROUNDS
    try:
        data = read_json(path)
        if data["weights"] != weights:
            return {}
        return {pair: Background.from_json(one) for pair, one in data["backgrounds"].items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
        raise SpaceError(f"{path} cannot be used ({error}); {_CURE}.") from error


def _builder(at: Path, modality: Modality, tower: dict[str, Any], device: str) -> Callable[[], Encoder]:
    """What builds a tower when it is first used; torch is imported then, and not before."""
    architecture = tower.get("architecture", OWN)
    if architecture == OWN and modality is Modality.TEXT and "file" not in tower:
        return _minilm
    if architecture != OWN and architecture not in ARCHITECTURES:
        raise ValueError(f"unknown architecture {architecture!r} of the {modality} tower")
    path, config = at / tower["file"], tower["config"]

    def built() -> Encoder:
        from safetensors import SafetensorError

        from retriever.devices import out_of_memory, torch_device

        if not path.is_file():
            raise SpaceError(f"The weights {path} of the {modality} tower are missing; {_CURE}.")
        where = torch_device(device)
        try:
            if architecture != OWN:
                return _published(architecture, modality, path, config, where)
            if modality is Modality.TEXT:
                return _placed_texts(path)
            return own_encoder(modality, path, config, where)
        except (SafetensorError, RuntimeError, TypeError, KeyError) as error:  # damaged, or not as described
            if where != "cpu" and out_of_memory(error):
                raise SpaceError(
                    f"The GPU has too little memory left for the {modality} tower: close other programs that use it, "
                    "or use --device cpu."
                ) from error
            reason = " ".join(str(error).split())[:200]
            raise SpaceError(
                f"The weights {path} of the {modality} tower cannot be used ({reason}); {_CURE}."
            ) from error

    return built


def _minilm() -> Encoder:
    from retriever.spaces.minilm import MiniLM

    return MiniLM()


def _placed_texts(weights: Path) -> Encoder:
    from retriever.spaces.prototypes import PlacedTexts, Prototypes

    return PlacedTexts(Prototypes.read(weights))


def own_encoder(modality: Modality, weights: Path, config: dict[str, Any], device: str) -> Encoder:
    """A tower of the architecture `OWN`, from the file of its weights and its sizes; on "cpu" or "cuda"."""
    if modality is Modality.SHAPE:
        from retriever.spaces.shape_tower import ShapeEncoder, TowerConfig

        return ShapeEncoder(weights, TowerConfig.of(config), device)
    if modality is Modality.IMAGE:
        from retriever.spaces.image_tower import ImageEncoder, ImageTowerConfig

        return ImageEncoder(weights, ImageTowerConfig(**config), device)
    from retriever.spaces.audio_tower import AudioEncoder, AudioTowerConfig

    return AudioEncoder(weights, AudioTowerConfig(**config), device)


def _published(architecture: str, modality: Modality, weights: Path, config: dict[str, Any], device: str) -> Encoder:
    """The tower over its file as the operating system maps it: what is not used is not read."""
    from safetensors.torch import load_file

    tower = unfilled(architecture, modality, config)
    tower.load_state_dict(load_file(weights), strict=True, assign=True)
    tower = tower.to(device).eval().requires_grad_(False)
    encoder: Encoder = import_module(ARCHITECTURES[architecture]).encoder(modality, tower, device)
    wanted = os.environ.get(PRECISION) or PRECISIONS[0]
    if wanted not in PRECISIONS:
        raise UsageError(f"${PRECISION} is {wanted!r}; set it to one of {', '.join(PRECISIONS)}, or leave it out.")
    return encoder if wanted == PRECISIONS[0] else _Autocast(encoder, device, wanted)


class _Autocast:
    """An encoder whose matrix products run in half precision; sampling, norms and sums stay float32."""

    def __init__(self, encoder: Encoder, device: str, precision: str) -> None:
        self.modality = encoder.modality
        self.batch = encoder.batch
        self._encoder = encoder
        self._device = device
        self._precision = precision

    def encode(self, payloads: Sequence[Payload]) -> Vectors:
        """(n, d) float32 unit vectors."""
        import torch

        with torch.autocast(torch.device(self._device).type, getattr(torch, self._precision)):
            vectors = self._encoder.encode(payloads).astype(np.float32)
        unit: Vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        return unit
