"""What is known of every space, without reading weights: for `retriever spaces list` and `show`."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from retriever import spaces
from retriever.errors import SpaceError
from retriever.spaces import folders, home, mini, plugins
from retriever.spaces.catalogue import PUBLISHED
from retriever.spaces.published import Published
from retriever.types import AudioInput, ImageInput, Inputs, Modality, ShapeInput

_SHIPPED = {"mini": "yes; audio: no", "mini-research": "no"}
"""Whether the licence of a shipped space permits commercial use."""


@dataclass(frozen=True)
class Overview:
    """One space.

    Attributes:
        name: as ``--space`` takes it.
        about: what it is.
        dim: length of its vectors; None where it would have to be opened to know.
        modalities: that it reads.
        here: "shipped", "yours", "added", "damaged", "registered", the package that brings it, or "no" for one that can
            be added.
        license: of the weights.
        commercial: whether that permits commercial use: "yes", "no", or which towers not; "" where it is for the user
            to know.
        bytes: of its weight files; of a space that is not here, about what they will be.
        towers: modality -> what it is, and its licence.
        rules: "shapes", "pictures" and "sounds" -> how they are read.
        folder: where it is; None for one that is not here.
        weights: digest that an index records; None likewise.
        how: what to run to have it, where it is not here; what is wrong, where it is damaged; else empty.
    """

    name: str
    about: str
    dim: int | None
    modalities: list[str]
    here: str
    license: str
    commercial: str = ""
    bytes: int = 0
    towers: dict[str, str] = field(default_factory=dict)
    rules: dict[str, str] = field(default_factory=dict)
    folder: str | None = None
    weights: str | None = None
    how: str = ""

    def to_json(self) -> dict[str, Any]:
        """As plain JSON values."""
        return asdict(self)


def all_spaces() -> list[Overview]:
    """Every space that is here, then those that can be added.

    Those of other packages are not opened, as that may take long: their length, modalities and licence are not told.
    """
    told, names = [], spaces.names()
    for name in names:
        if spaces.source(name) == "package":
            told.append(Overview(name, _about(name), None, [], _here(name), ""))
            continue
        try:
            told.append(one(name))
        except SpaceError as error:
            told.append(Overview(name, _about(name), None, [], "damaged", "", how=str(error)))
    return told + [_absent(each) for name, each in PUBLISHED.items() if name not in names]


def one(name: str) -> Overview:
    """The space called `name`, here or not.

    Raises:
        SpaceError: there is none, or it is damaged.
    """
    if name not in spaces.names() and name in PUBLISHED:
        return _absent(PUBLISHED[name])
    space = spaces.get(name)
    identity = space.identity
    folder = mini.folder(name) if name in spaces.shipped() else home.home() / name
    card = folders.read(folder)["towers"] if (folder / home.CARD).is_file() else {}
    files = [folder / tower["file"] for tower in card.values() if "file" in tower]
    return Overview(
        name,
        _about(name),
        identity.dim,
        [each for each in Modality if each in space.modalities],
        _here(name),
        space.license,
        _commercial(name),
        sum(file.stat().st_size for file in files if file.is_file()),
        {
            each: _tower(card.get(each, {}), space.licenses.get(each, ""))
            for each in Modality
            if each in space.modalities
        },
        _rules(identity.inputs, with_shapes=Modality.SHAPE in space.modalities),
        str(folder) if card else None,
        identity.weights,
    )


def _here(name: str) -> str:
    kind = spaces.source(name)
    if kind == "package":
        return plugins.origin(name)
    return "added" if kind == "yours" and name in PUBLISHED else kind


def _about(name: str) -> str:
    if name in PUBLISHED:
        return PUBLISHED[name].about
    if name in spaces.shipped():
        return "small towers of our own, bound to the text space of MiniLM"
    if spaces.source(name) == "registered":
        return "of this program's own code"
    return "trained by retriever align" if name in home.names() else f"of the package {plugins.origin(name)}"


def _commercial(name: str) -> str:
    return PUBLISHED[name].commercial if name in PUBLISHED else _SHIPPED.get(name, "")


def _tower(tower: dict[str, Any], license: str) -> str:
    said = [tower.get("architecture", ""), tower.get("from", "") and f"from {tower['from']}", license]
    return "; ".join(part for part in said if part) or "as its code has it"


def _absent(published: Published) -> Overview:
    how = [published.where]
    if published.downloads:
        how.append(f"Run: retriever spaces pull {published.name}")
    how.append(
        f"{'Or, with the file' if published.downloads else 'With it'}: retriever spaces add {published.name} FILE"
    )
    inputs = Inputs(published.shape or ShapeInput(), published.image, published.audio)
    return Overview(
        published.name,
        published.about,
        published.dim,
        [each for each in Modality if each in published.parts],
        "no",
        published.license,
        published.commercial,
        published.bytes,
        {each: f"{part.architecture}; {part.license}" for each, part in published.parts.items()},
        _rules(inputs, with_shapes=published.shape is not None),
        how=" ".join(how),
    )


def _rules(inputs: Inputs, *, with_shapes: bool = True) -> dict[str, str]:
    rules = {}
    if with_shapes:
        rules["shapes"] = _shape_rule(inputs.shape)
    if inputs.image:
        rules["pictures"] = _image_rule(inputs.image)
    if inputs.audio:
        rules["sounds"] = _audio_rule(inputs.audio)
    return rules


def _shape_rule(shape: ShapeInput) -> str:
    color = "without colours" if shape.color is None else f"with colours, grey {shape.color:g} where there are none"
    looks = f", {shape.surface:,} to look at" if shape.surface else ""
    return f"{shape.points:,} points of the surface{looks}, {shape.up} up, {color}"


def _image_rule(image: ImageInput) -> str:
    how = "cropped to" if image.fit == "crop" else "fitted into"
    return f"{how} {image.side}x{image.side} pixels"


def _audio_rule(audio: AudioInput) -> str:
    what = f"{audio.clips} clips of {audio.seconds:g} s" if audio.clips else f"the first {audio.seconds:g} s"
    return f"{what} at {audio.rate:,} Hz"
