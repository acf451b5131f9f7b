"""Published files of tensors, opened without reading them."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from retriever.errors import SpaceError

_SAFETENSORS = ".safetensors"
_ZIP = b"PK"
"""Start of torch's present format, which can be mapped."""
_PICKLE = b"\x80\x02"
"""Start of its format before 1.6, which cannot."""


class Checkpoint:
    """A file of torch or safetensors; its tensors are views of the mapped file and cost nothing until they are used.

    Files of torch are read without ever running the code that a pickle may hold (``weights_only``).

    Args:
        path: of the file; a name that ends in ``.safetensors`` tells the format.

    Raises:
        SpaceError: it is not there, damaged, or holds more than tensors.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        if not path.is_file():
            raise SpaceError(f"{path} is no file; give the path of a downloaded checkpoint.")
        self._data = _safetensors(path) if path.suffix == _SAFETENSORS else _torch(path)

    def tensors(self, wrapper: str = "") -> Mapping[str, Tensor]:
        """Key -> tensor; of the mapping under the key `wrapper` where one is asked for, empty where there is none."""
        data = self._data.get(wrapper) if wrapper else self._data
        if not isinstance(data, Mapping):
            return {}
        return {str(key): value for key, value in data.items() if isinstance(value, Tensor)}


def _safetensors(path: Path) -> Mapping[str, Any]:
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        return load_file(path)
    except (SafetensorError, OSError) as error:
        raise _damaged(path, error) from error


def _torch(path: Path) -> Mapping[str, Any]:
    head = _head(path)
    if head not in (_ZIP, _PICKLE):
        raise _damaged(path, ValueError("it does not begin as such a file"))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # torch prints a line of its own code about programs in such files
            data = torch.load(path, map_location="cpu", weights_only=True, mmap=head == _ZIP)
    except Exception as error:  # torch raises nearly everything for damaged files
        if "weights_only" in str(error) or "Weights only" in str(error):
            raise SpaceError(
                f"{path} holds Python objects beside tensors, whose code would have to be run to read them; get the "
                "file from its publishers, or save its state_dict alone as safetensors."
            ) from error
        raise _damaged(path, error) from error
    if not isinstance(data, Mapping):
        raise SpaceError(f"{path} holds a {type(data).__name__} and no state_dict; get the file from its publishers.")
    return data


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(2)


def _damaged(path: Path, error: Exception) -> SpaceError:
    reason = (str(error).strip().splitlines() or [type(error).__name__])[0][:150].rstrip(".")
    return SpaceError(f"{path} is no whole file of weights ({reason}); download it again.")
