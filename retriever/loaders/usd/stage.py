"""The composed stage of a USD file, and the files that it is composed of."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from retriever.errors import FileProblem
from retriever.loaders.numeric import not_a
from retriever.loaders.parts import Parts

_DEEPEST = 1000
"""Brackets within one another in a text: usd-core goes down a level for each, until the stack ends and the process."""
_BEGINS = {".usd": (b"PXR-USDC", b"#usda"), ".usda": (b"#usda",), ".usdc": (b"PXR-USDC",), ".usdz": (b"PK\3\4",)}


@cache
def library() -> ModuleType:
    """The package pxr with the modules that are used here, imported at first use and with one thread.

    Raises:
        FileProblem: "unsupported": it is not installed, or does not load.
    """
    os.environ.setdefault("TF_ENV_SETTING_ALERTS_ENABLED", "0")  # it would print what the variables say
    try:
        import pxr
        from pxr import Ar, Sdf, Usd, UsdGeom, UsdShade, UsdSkel, UsdUtils, Work  # noqa: F401 - attributes of pxr
    except ModuleNotFoundError as error:
        raise FileProblem(
            "unsupported",
            "is a USD file, which usd-core reads; pip install 'any3d-retriever[usd]', or export it as GLB.",
        ) from error
    except (ImportError, OSError) as error:
        raise FileProblem(
            "unsupported", f"is a USD file, and usd-core does not load here ({error}); export it as GLB."
        ) from error
    Work.SetConcurrencyLimit(1)  # one file a process, and one core
    return pxr


@contextmanager
def opened(data: bytes, path: Path, parts: Parts) -> Iterator[Any]:
    """The `pxr.Usd.Stage` of a file, with its references and payloads where these lie where parts may.

    Args:
        data: of the file.
        path: the file.
        parts: is told of every other file that is asked for.

    Raises:
        FileProblem: "malformed" or "unsupported".
    """
    if not data.startswith(_BEGINS[path.suffix.lower()]):
        raise not_a(f"a {path.suffix[1:].upper()} file")
    _check_depth(data)
    pxr = library()
    said = pxr.UsdUtils.CoalescingDiagnosticDelegate()  # while it lives, warnings go there and not to the screen
    try:
        stage = pxr.Usd.Stage.Open(str(path.absolute()))
        outside = [layer.identifier for layer in stage.GetUsedLayers() if not _is_part(layer, path, parts)]
        stage.MuteAndUnmuteLayers(outside, [])
        yield stage
    except pxr.Tf.ErrorException as error:
        raise FileProblem("malformed", f"is damaged or not a {path.suffix[1:]} file; export it again.") from error
    finally:
        said.TakeCoalescedDiagnostics()


def _check_depth(data: bytes) -> None:
    if not data.startswith(b"#usda"):
        return
    signs = np.frombuffer(data, np.uint8)
    signs = signs[np.isin(signs, np.frombuffer(b"([{}])", np.uint8))]
    opens = np.isin(signs, np.frombuffer(b"([{", np.uint8))
    if len(signs) and np.where(opens, 1, -1).cumsum().max() > _DEEPEST:
        raise FileProblem("malformed", "is nested too deeply; export it again.")


def file_of(asset: str) -> str:
    """The file that holds an asset: of ``a.usdz[b.png]``, the package."""
    return str(library().Ar.SplitPackageRelativePathOuter(asset)[0])


def place_of(layer: Any, asset: str) -> str:
    """Where an asset lies that a layer names; of one without ``./`` that is nowhere else, beside the layer."""
    place = str(layer.ComputeAbsolutePath(asset))
    return place if Path(place).is_absolute() else str(Path(file_of(layer.realPath)).parent / place)


def _is_part(layer: Any, root: Path, parts: Parts) -> bool:
    """Whether a layer may be read; what it refers to is told to `parts`, also what is not there."""
    for asset in layer.GetCompositionAssetDependencies():
        parts.has(file_of(place_of(layer, asset)))
    place = file_of(layer.realPath)
    return layer.anonymous or Path(place) == root.absolute() or parts.has(place)
