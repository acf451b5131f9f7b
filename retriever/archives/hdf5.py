"""Clouds of HDF5 files, as the point-cloud editions of ModelNet40, ShapeNet parts and ScanObjectNN are published.

The array is that called data, points, pc or xyz, else the only one of clouds; the classes are in one called label, and
their names in a text beside the file, a line each, as ModelNet40 has it (Qi et al. 2017, PointNet, arXiv 1612.00593).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from retriever.archives.entries import CLASSES
from retriever.archives.stacks import Clouds, holds_clouds
from retriever.errors import FileProblem

if TYPE_CHECKING:
    import h5py

_ARRAYS = ("data", "points", "pc", "xyz")
_LABELS = ("label", "labels")
_AT_ONCE = 16  # clouds that are read together where they lie in no chunks, as they are asked for one after another
_KEPT = 64 << 20  # bytes of them: as many as a file of ModelNet40 has, whose classes lie mixed
_UNFIT = re.compile(r"[/\\\0]|\.(?=retriever$)")
"""What would lead elsewhere in the name of a folder, or make it that of an index."""
_LONGEST = 60  # letters of such a name: a system takes 255 bytes
_MOST_NAMES = 1 << 20  # bytes of a text of names


def of_hdf5(path: Path) -> Clouds:
    """The clouds of a file. It is opened whenever some are read: the library would not see that it was rewritten.

    Raises:
        FileProblem: it is damaged or holds none, or h5py is not installed.
        OSError: it cannot be read.
    """
    changed = path.stat().st_mtime_ns
    with _opened(path) as arrays:
        name, clouds = _clouds(arrays)
        labels = _labels(arrays, len(clouds), path.with_name(CLASSES))
        shape, dtype = clouds.shape, clouds.dtype
        size = max(1, shape[1] * shape[2] * dtype.itemsize)
        at_once = clouds.chunks[0] if clouds.chunks else _AT_ONCE
    return Clouds(shape, dtype, changed, _Reader(path, name, min(at_once, _KEPT // size)), labels)


class _Reader:
    """Gives the clouds of an array; it unpacks some at once, and keeps what it last read."""

    def __init__(self, path: Path, name: str, at_once: int) -> None:
        self._path, self._name, self._at_once = path, name, max(1, at_once)
        self._kept: dict[int, NDArray[np.floating]] = {}
        self._lock = Lock()

    def __call__(self, number: int) -> NDArray[np.floating]:
        block, place = divmod(number, self._at_once)
        with self._lock:
            clouds = self._kept.pop(block, None)
            if clouds is None:
                clouds = self._read(block)
            self._kept[block] = clouds  # behind all others
            while sum(each.nbytes for each in self._kept.values()) > _KEPT and len(self._kept) > 1:
                del self._kept[next(iter(self._kept))]
        if place >= len(clouds):
            raise _damaged("it has fewer clouds than before")
        return clouds[place]

    def _read(self, block: int) -> NDArray[np.floating]:
        with _opened(self._path) as arrays:
            return np.asarray(arrays[self._name][block * self._at_once : (block + 1) * self._at_once])


@contextmanager
def _opened(path: Path) -> Iterator[dict[str, h5py.Dataset]]:
    """The arrays at a file's root; what lies in other files is not among them."""
    try:
        import h5py
    except ImportError as error:
        raise FileProblem(
            "unsupported",
            f"is an HDF5 file, which h5py reads ({error}); pip install 'any3d-retriever[hdf5]', or save its clouds as "
            "one NPY array.",
        ) from error
    path.open("rb").close()  # the system's own words where it may not be read
    try:
        with h5py.File(path, "r", locking=False) as file:
            held = {name: file[name] for name in file if isinstance(file.get(name, getlink=True), h5py.HardLink)}
            yield {name: each for name, each in held.items() if isinstance(each, h5py.Dataset) and _is_inside(each)}
    except (OSError, RuntimeError, KeyError, ValueError, TypeError) as error:
        raise _damaged(error) from error


def _clouds(arrays: Mapping[str, h5py.Dataset]) -> tuple[str, h5py.Dataset]:
    """The array of clouds, with its name."""
    held = [name for name, each in arrays.items() if holds_clouds(each.shape or (), each.dtype)]
    called = next((name for name in _ARRAYS if name in held), held[0] if len(held) == 1 else None)
    if called:
        return called, arrays[called]
    found = ", ".join(f"{name} {each.shape}" for name, each in sorted(arrays.items())[:8]) or "no array at all"
    raise FileProblem(
        "malformed",
        f"holds {found} where one array of clouds, floats of shape (n, p, 3), (n, p, 6) or (n, p, 7), is needed; call "
        "it data, or save it as NPY.",
    )


def _is_inside(array: h5py.Dataset) -> bool:
    """Whether its numbers are in the file itself: a file from elsewhere shall lead to no other."""
    return not (array.is_virtual or array.external)


def _labels(arrays: Mapping[str, h5py.Dataset], count: int, names: Path) -> Sequence[str]:
    """The class of each cloud as a folder's name; none where there are no labels, or numbers without names."""
    array = next((arrays[name] for name in _LABELS if name in arrays), None)
    if array is None or array.size != count:
        return ()
    if array.dtype.kind in "iu":
        return _named(np.asarray(array[()]).ravel(), names)
    if array.dtype.kind == "S":
        return _folders(_words(array))
    if array.dtype.kind == "O":  # texts of any length, in damaged ones of which the library may search without end
        from retriever.loaders import apart

        return _folders(apart.ask("hdf5", [array.file.filename, array.name], b"", size=0).value)  # they are few bytes
    return ()


def labels_here(place: tuple[str, str], _: bytes) -> tuple[list[str], list[NDArray]]:
    """The texts of an array, by its file and name, in this process.

    Raises:
        FileProblem: the file is damaged.
    """
    file, name = place
    with _opened(Path(file)) as arrays:
        return _words(arrays[name.lstrip("/")]), []


def _words(array: h5py.Dataset) -> list[str]:
    return [each.decode(errors="replace") if isinstance(each, bytes) else str(each) for each in array[()].ravel()]


def _named(numbers: NDArray[np.integer], names: Path) -> Sequence[str]:
    if not names.is_file():
        return ()
    with names.open(encoding="utf-8", errors="replace") as file:
        words = [line.strip() for line in file.read(_MOST_NAMES).splitlines() if line.strip()]
    if numbers.min() < 0 or numbers.max() >= len(words):
        raise FileProblem(
            "malformed",
            f"has labels of {numbers.min()} to {numbers.max()}, and {names.name} beside it names {len(words):,} "
            "classes; give that a line for each, or take it away.",
        )
    folders = _folders(words)
    return [folders[number] for number in numbers] if folders else ()


def _folders(words: Sequence[str]) -> Sequence[str]:
    """Names that folders may have; none where one is empty."""
    plain = [_UNFIT.sub(" ", word).strip(" .~$")[:_LONGEST] for word in words]
    return plain if all(plain) else ()


def _damaged(error: Exception | str) -> FileProblem:
    reason = " ".join(str(error).split()).rstrip(".") or type(error).__name__
    return FileProblem("malformed", f"is no HDF5 file or a damaged one ({reason}); download it again.")
