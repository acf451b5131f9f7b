"""Which towers a published file holds, exactly, and how one is written: pure but for `write`."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import torch
from torch import Tensor

from indexer.published.checkpoint import Checkpoint
from retriever.errors import SpaceError
from retriever.files import whole_file
from retriever.spaces import folders
from retriever.spaces.published import Layout, Part, Published
from retriever.types import Modality

_CHANCE = 0.1
"""Share of a tower's keys that a file of another model may hold by chance, such as ``logit_scale``."""
_DTYPES = {torch.float32: "F32", torch.int64: "I64", torch.int32: "I32", torch.bool: "BOOL"}


@dataclass(frozen=True)
class Found:
    """A tower in a file.

    Attributes:
        modality: whose it is.
        layout: by which the file names its tensors.
        tensors: key of the tower -> tensor, all of them, of the right shapes; views of the mapped file.
    """

    modality: Modality
    layout: Layout
    tensors: dict[str, Tensor]


def towers(published: Published, checkpoint: Checkpoint) -> list[Found]:
    """The towers of a published space that a file holds.

    Raises:
        SpaceError: it holds none, holds one in part, has a tensor of another shape, or tensors that belong to none.
    """
    found = [each for modality, part in published.parts.items() if (each := _found(modality, part, checkpoint))]
    if not found:
        raise SpaceError(
            f"{checkpoint.path} has no tower of the space {published.name!r}{_examples(checkpoint)}. {published.where}"
        )
    _check_nothing_is_left(published, checkpoint, found)
    return found


def write(tensors: Mapping[str, Tensor], path: Path, told: Callable[[int], None]) -> str:
    """Writes a safetensors file, a tensor at a time: floats as float32.

    Args:
        tensors: by key.
        path: of the file, which appears when it is whole.
        told: called with the bytes written so far.

    Returns:
        the SHA-256 of the file.
    """
    header, at = {}, 0
    for key, tensor in tensors.items():
        dtype = _stored(tensor.dtype)
        size = tensor.numel() * dtype.itemsize
        header[key] = {"dtype": _DTYPES[dtype], "shape": list(tensor.shape), "data_offsets": [at, at + size]}
        at += size
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    digest = sha256()
    with whole_file(path) as file:
        for block in _blocks(text, tensors):
            digest.update(block)
            file.write(block)
            told(file.tell())
    return digest.hexdigest()


def _blocks(header: bytes, tensors: Mapping[str, Tensor]) -> Iterator[bytes | memoryview]:
    yield len(header).to_bytes(8, "little") + header
    for tensor in tensors.values():
        plain = tensor.detach().to(_stored(tensor.dtype)).contiguous()
        yield plain.reshape(-1).view(torch.uint8).numpy().data


def _stored(dtype: torch.dtype) -> torch.dtype:
    return torch.float32 if dtype.is_floating_point else dtype


def _found(modality: Modality, part: Part, checkpoint: Checkpoint) -> Found | None:
    """The tower, if the file holds it by one of its layouts; None where there is no trace of it."""
    wanted = folders.unfilled(part.architecture, modality, part.config).state_dict()
    traces: list[tuple[int, list[str]]] = []
    for layout in part.layouts:
        held = checkpoint.tensors(layout.wrapper)
        missing = [layout.key(key) for key in wanted if key not in layout.absent and layout.key(key) not in held]
        if not missing:
            return Found(modality, layout, _checked(modality, wanted, layout, held, checkpoint.path))
        traces.append((len(wanted) - len(missing), missing))
    most, missing = max(traces)
    if most <= _CHANCE * len(wanted):
        return None
    raise SpaceError(
        f"{checkpoint.path} holds the {modality} tower in part: {len(missing):,} of its {len(wanted):,} tensors are "
        f"not there, {missing[0]!r} for one; it is cut, or of another version: download it again."
    )


def _checked(
    modality: Modality, wanted: Mapping[str, Tensor], layout: Layout, held: Mapping[str, Tensor], path: Path
) -> dict[str, Tensor]:
    tensors = {}
    for key, like in wanted.items():
        tensor = torch.tensor(layout.absent[key]) if key in layout.absent else held[layout.key(key)]
        same = tensor.shape == like.shape or tensor.numel() == like.numel() == 1
        if not same or tensor.is_floating_point() != like.is_floating_point() or _stored(tensor.dtype) not in _DTYPES:
            raise SpaceError(
                f"{path}: {layout.key(key)!r} of the {modality} tower is {tensor.dtype} of {tuple(tensor.shape)} and "
                f"not {like.dtype} of {tuple(like.shape)}; it is of another version: download the published one."
            )
        tensors[key] = tensor.reshape(like.shape)
    return tensors


def _check_nothing_is_left(published: Published, checkpoint: Checkpoint, found: list[Found]) -> None:
    unused = re.compile(published.unused)
    for wrapper in {each.layout.wrapper for each in found}:
        taken = {each.layout.key(key) for each in found for key in each.tensors if each.layout.wrapper == wrapper}
        left = [key for key in checkpoint.tensors(wrapper) if key not in taken and not unused.match(key)]
        if left:
            raise SpaceError(
                f"{checkpoint.path} holds {len(left):,} tensors that no tower of {published.name!r} has, {left[0]!r} "
                "for one; it is of another version of the model: download the published one."
            )


def _examples(checkpoint: Checkpoint) -> str:
    keys = list(checkpoint.tensors())
    return f" (its {len(keys):,} tensors are called {keys[0]!r} and the like)" if keys else ""


def bytes_of(tensors: Mapping[str, Tensor]) -> int:
    """What they take in a file that `write` makes, but for its header."""
    return sum(math.prod(tensor.shape) * _stored(tensor.dtype).itemsize for tensor in tensors.values())
