"""The published sizes of a model, by name, and what a configuration changes in them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from retriever.errors import SpaceError


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
