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
        objective: a key of `benchmarks.ablation.objectives.OBJECTIVES`.
        among: weight of the loss between the examples of a step.
        contrast: captions that a step's examples are contrasted with, beside their own.
        templates: whether a name's vector is the mean over prompts.
        widened: whether synonyms and more general words are among the captions.
    """

    name: str
    bound: tuple[str, ...] = ()
    text: float = 1.0
    parametric: bool = True
    color: bool = True
    augmentation: Augmentation = field(default_factory=Augmentation)
    objective: str = "soft"
    among: float = 0.25
    contrast: int = 4096
    templates: bool = True
    widened: bool = False


VARIANTS = (
    Variant("3D+text"),
    Variant("3D+image", ("image",), text=0.0),
    Variant("3D+text+image", ("image",)),
    Variant("3D+text+audio", ("audio",)),
    Variant("3D+text+image+audio", ("image", "audio")),
    Variant("3D+text, no parametric shapes", parametric=False),
    Variant("3D+text, no colour", color=False, augmentation=Augmentation(grey=1.0)),
    Variant("3D+text, no pose augmentation", augmentation=Augmentation(tumble=0.0, flip=0.0, tilt=0.0)),
    Variant("3D+text, no scans", augmentation=Augmentation(partial=0.0, foreign=0.0, sparse=0.0)),
    Variant("3D+text, one positive each", objective="one positive"),
    Variant("3D+text, learnt temperature", objective="learnt temperature"),
    Variant("3D+text, captions of the batch alone", contrast=0),
    Variant("3D+text, no loss between shapes", among=0.0),
    Variant("3D+text, no prompt templates", templates=False),
    Variant("3D+text, synonyms and wider words", widened=True),
)
