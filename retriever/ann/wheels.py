"""faiss, whichever distribution brought it: importing it, and telling where two of them broke each other.

All of them install the package ``faiss``. pip lets a second one overwrite the first one's files, and removing either
then takes files from the other, so that what is left may load, or not, or lack its GPU half.
"""

from __future__ import annotations

import ctypes
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

from retriever.errors import MissingDependency

if TYPE_CHECKING:
    from importlib.metadata import Distribution

log = logging.getLogger(__name__)

CPU = ("faiss-cpu", "faiss")
GPU = (
    "faiss-gpu",
    "faiss-gpu-cuvs",
    "faiss-gpu-cu11",
    "faiss-gpu-cu12",
    "faiss-gpu-cu12-cuvs",
    "faiss-gpu-cu13-cuvs",
    "faiss-cuda",
)
"""Distributions on PyPI that contain a package ``faiss``; conda's is called faiss."""

DRIVERS = ("libcuda.so.1", "nvcuda.dll", "libamdhip64.so")
"""What a GPU's driver installs, and neither faiss nor torch brings."""


def load() -> Any:
    """The faiss module, imported at first use.

    Raises:
        MissingDependency: no distribution of it is installed, or one that does not load.
    """
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # idle OpenMP threads would spin beside torch's
    _warn_once()
    try:
        import faiss
    except ImportError as error:
        raise _failed(error) from error
    if not hasattr(faiss, "IndexFlatIP"):  # an empty folder, left where files were removed, imports as well
        raise _failed(ImportError("its files are gone"))
    return faiss


@contextmanager
def threads(faiss: Any, most: int | None) -> Iterator[None]:
    """At most so many OpenMP threads for what this thread calls of faiss: waking one takes longer than a short loop."""
    before = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(min(most or before, before))
    try:
        yield
    finally:
        faiss.omp_set_num_threads(before)


def installed() -> tuple[str, ...]:
    """Names of the installed distributions that provide faiss, without importing it."""
    from importlib.metadata import distributions

    return tuple(name for name in CPU + GPU if any(_provides(found) for found in distributions(name=name)))


def trouble() -> str | None:
    """One sentence with the cure where several distributions of faiss are installed, else None."""
    names = installed()
    if len(names) < 2:
        return None
    listed = " and ".join([", ".join(names[:-1]), names[-1]])
    return (
        f"{listed} are {'both' if len(names) == 2 else 'all'} installed and overwrite each other's files: "
        f"pip uninstall -y {' '.join(names)}, then {_install(names)}."
    )


def driver() -> bool:
    """Whether a GPU's driver is installed: without one, nobody needs to import faiss or torch to look for GPUs."""
    for name in DRIVERS:
        try:
            ctypes.CDLL(name)
        except OSError:
            continue
        return True
    return False


def _provides(found: Distribution) -> bool:
    files = found.files
    return files is None or any(file.parts[0] == "faiss" for file in files)


def _install(names: tuple[str, ...]) -> str:
    return f"pip install 'any3d-retriever[{'gpu' if set(names) & set(GPU) else 'faiss'}]'"


def _failed(error: ImportError) -> MissingDependency:
    names = installed()
    if not names:
        return MissingDependency(
            "faiss is not installed: pip install 'any3d-retriever[faiss]', or [gpu] for a CUDA card; never both, "
            "since they overwrite each other."
        )
    return MissingDependency(
        trouble()
        or f"{names[0]} is installed but does not load ({error}): pip uninstall -y {names[0]}, then {_install(names)}."
    )


@cache
def _warn_once() -> None:
    sentence = trouble()
    if sentence:
        log.warning(sentence)
