"""What is compared, each with the first."""

from __future__ import annotations

from dataclasses import dataclass, field

from indexer.align.shapes.augment import Augmentation


@dataclass(frozen=True)
class Variant:
    """One training.

    Attributes:
        name: in the table.
        bound: modalities whose vectors are targets beside the captions: "image", "audio".
        text: weight of captions among the targets.
        parametric: whether half of the examples are parametric shapes.
        color: whether the tower sees colours.
        augmentation: of the clouds.
    """

    name: str
    bound: tuple[str, ...] = ()
    text: float = 1.0
    parametric: bool = True
    color: bool = True
    augmentation: Augmentation = field(default_factory=Augmentation)


VARIANTS = (
    Variant("3D+text"),
    Variant("3D+image", ("image",), text=0.0),
    Variant("3D+text+image", ("image",)),
    Variant("3D+text+audio", ("audio",)),
    Variant("3D+text+image+audio", ("image", "audio")),
    Variant("3D+text, no parametric shapes", parametric=False),
    Variant("3D+text, no colour", color=False, augmentation=Augmentation(grey=1.0)),
    Variant("3D+text, no pose augmentation", augmentation=Augmentation(tumble=0.0, flip=0.0, tilt=0.0)),
)
