"""The published sizes of a model, by name, and what a configuration changes in them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from retriever.errors import SpaceError
from retriever.types import Modality


def chosen(model: str, variants: Mapping[str, Mapping[str, Any]], config: Mapping[str, Any]) -> dict[str, Any]:
    """The sizes of ``config["variant"]``, replaced by what else the configuration states.

    Args:
        model: its name, for the message.
        variants: the published ones.
        config: of a tower.

    Raises:
        SpaceError: it names no variant, or one that was not published.
    """
    name = str(config.get("variant"))
    if name not in variants:
        raise SpaceError(f'{model} has no variant {name!r}; set "variant" to one of {", ".join(variants)}.')
    return {**variants[name], **{key: value for key, value in config.items() if key != "variant"}}


def chosen_shape(
    model: str, modality: Modality, variants: Mapping[str, Mapping[str, Any]], config: Mapping[str, Any]
) -> dict[str, Any]:
    """As `chosen`, of a model that has a 3D tower only and whose other modalities are OpenCLIP's.

    Raises:
        SpaceError: another modality; or as `chosen`.
    """
    if modality is not Modality.SHAPE:
        raise SpaceError(f"{model} has no {modality} tower of its own; take that of OpenCLIP, whose space it is.")
    return chosen(model, variants, config)
