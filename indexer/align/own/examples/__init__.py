"""A user's own files as what a tower learns from: one module a modality, over the examples that train `mini`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from torch import nn

from indexer.align.own.reading import Example
from retriever.errors import SpaceError
from retriever.types import Modality

T = TypeVar("T")


def lesson(
    modality: Modality, examples: Sequence[Example], held_out: NDArray[np.bool_], config: dict[str, Any]
) -> tuple[Any, nn.Module]:
    """The `indexer.align.loop.Examples` of a tower, and a tower of the sizes in `config`, its weights still random.

    Args:
        modality: of the tower.
        examples: n of that modality.
        held_out: (n,) True for those that are for validation only.
        config: as the tower's space describes it.

    Raises:
        SpaceError: sizes that this version of the tower does not know.
    """
    sizes: Any = {name: tuple(value) if isinstance(value, list) else value for name, value in config.items()}
    match modality:
        case Modality.SHAPE:
            from indexer.align.own.examples import shapes

            shape_config = replace(_config(lambda: shapes.TowerConfig.of(sizes)), verifier_width=0)  # of other vectors
            return shapes.OwnShapes(examples, held_out, shape_config), shapes.ShapeTower(shape_config)
        case Modality.AUDIO:
            from indexer.align.own.examples import sounds

            audio_config = _config(lambda: sounds.AudioTowerConfig(**sizes))
            return sounds.OwnSounds(examples, held_out, audio_config), sounds.AudioTower(audio_config)
        case Modality.IMAGE:
            from indexer.align.own.examples import pictures

            image_config = _config(lambda: pictures.ImageTowerConfig(**sizes))
            return pictures.OwnPictures(examples, held_out, image_config), pictures.ImageTower(image_config)
        case _:
            raise ValueError(f"{modality} has no tower that learns")


def _config(made: Callable[[], T]) -> T:
    try:
        return made()
    except TypeError as error:
        raise SpaceError(
            f"The space's tower was made by another version of any3d-retriever ({error}); start from another space."
        ) from error
