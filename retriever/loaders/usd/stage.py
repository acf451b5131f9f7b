"""The composed stage of a USD file, and the files that it is composed of."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from numpy.typing import NDArray

from retriever import archives
from retriever.errors import FileProblem
from retriever.loaders import apart
from retriever.loaders.files import MAX_BYTES, read_bytes
from retriever.loaders.numeric import not_a
from retriever.loaders.parts import Parts

_BEGINS = {".usd": (b"PXR-USDC", b"#usda"), ".usda": (b"#usda",), ".usdc": (b"PXR-USDC",), ".usdz": (b"PK\3\4",)}


@cache
def library() -> ModuleType:
    """The package pxr with the modules that are used here, imported at first use and with one thread.

    Raises:
        FileProblem: "unsupported": it is not installed, or does not load.
    """
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


def check(data: bytes, path: Path) -> None:
    """Raise a FileProblem for a file that is no USD at all."""
    if not data.startswith(_BEGINS[path.suffix.lower()]):
        raise not_a(f"a {path.suffix[1:].upper()} file")


def opened(path: Path, parts: Parts) -> Any:
    """The `pxr.Usd.Stage` of a file, with its references and payloads where these lie where parts may.

    Args:
        path: the file.
        parts: is told of every other file that is asked for.

    Raises:
        FileProblem: "unsupported".
    """
    stage = library().Usd.Stage.Open(str(path))
    outside = [layer.identifier for layer in stage.GetUsedLayers() if not _is_part(layer, path, parts)]
    stage.MuteAndUnmuteLayers(outside, [])
    return stage


def named_by(path: Path) -> list[str]:
    """What a layer names as it stands, pictures among it; of value clips in a template also which files there are.

    Raises:
        FileProblem: it cannot be read, or usd-core is missing.
    """
    return [str(name) for name in apart.ask("usd-names", str(path.absolute()), b"", 0).value]


def names_here(path: Any, _: bytes) -> tuple[list[str], list[NDArray[Any]]]:
    """What `named_by` has done, in this process."""
    with on_disk(Path(path), alone=True) as copy:
        return _names(copy), []


def _names(path: Path) -> list[str]:
    pxr = library()
    try:
        return [str(name) for group in pxr.UsdUtils.ExtractExternalReferences(str(path)) for name in group]
    except pxr.Tf.ErrorException as error:
        raise not_a(f"a {path.suffix[1:].upper()} file") from error


@contextmanager
def on_disk(path: Path, *, alone: bool = False) -> Iterator[Path]:
    """The file where OpenUSD finds it: of a member of an archive a copy, in a folder that is removed.

    Args:
        path: the file.
        alone: whether it is copied without what it names, and what that names.

    Raises:
        FileProblem: a member cannot be read, or names too much.
    """
    archive = archives.holder(path)
    if archive is None:
        yield path
        return
    with tempfile.TemporaryDirectory(prefix=apart.copies_of(os.getpid())) as made:
        folder, waiting, copied, room = Path(made, archive.stem), [path], set[Path](), MAX_BYTES
        while waiting:
            file = waiting.pop()
            if file in copied or not (file == path or (file.is_relative_to(archive) and archives.is_file(file))):
                continue
            copied.add(file)
            copy = folder / file.relative_to(archive)
            copy.parent.mkdir(parents=True, exist_ok=True)
            room -= copy.write_bytes(read_bytes(file))
            if room < 0:
                raise FileProblem("too-large", f"names files of over {MAX_BYTES} bytes; split it.")
            if file.suffix.lower() in _BEGINS and not alone:
                with suppress(FileProblem):  # its own loading will say so
                    names = (name.replace("<UDIM>", "1001") for name in _names(copy))
                    waiting += [Path(os.path.normpath(file.parent / name)) for name in names]
        yield folder / path.relative_to(archive)


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
