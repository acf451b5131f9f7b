"""What slicers write beside the model of a 3MF project: names, and which volumes only change or support the print."""

from __future__ import annotations

import lzma
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from xml.parsers import expat

import numpy as np
from numpy.typing import NDArray

_CONFIGS = ("Metadata/model_settings.config", "Metadata/Slic3r_PE_model.config")
"""Of Bambu Studio and OrcaSlicer, and of PrusaSlicer."""
_PACKED_BADLY = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, OSError, EOFError, RuntimeError)
"""What zipfile raises for members that are damaged, encrypted, or packed in a way that it does not know."""


@dataclass
class Settings:
    """What objects are called, and volumes that are no part of what is made: modifiers, blockers of supports and such.

    Attributes:
        parts: (object, object that is a component of it) of such volumes, by their ids.
        triangles: object -> the first and the last of triangles of its mesh that are.
        names: (object, a component of it or "") -> what it is called.
    """

    parts: set[tuple[str, str]] = field(default_factory=set)
    triangles: dict[str, list[tuple[int, int]]] = field(default_factory=dict)
    names: dict[tuple[str, str], str] = field(default_factory=dict)

    def without(self, name: str, faces: NDArray[np.int64]) -> NDArray[np.int64]:
        """Those of the (f, 3) faces of an object's mesh that are made."""
        kept = np.ones(len(faces), np.bool_)
        for first, last in self.triangles.get(name, ()):
            kept[first : last + 1] = False
        return faces[kept]


def settings(archive: zipfile.ZipFile) -> Settings:
    """Of all that is said in the archive; a damaged file of settings says nothing more."""
    found = Settings()
    for name in set(_CONFIGS) & set(archive.namelist()):
        parser = expat.ParserCreate()
        reader = _Reader(found)
        parser.StartElementHandler, parser.StartDoctypeDeclHandler = reader.start, _refuse
        try:
            with archive.open(name) as file:
                parser.ParseFile(file)
        except (expat.ExpatError, LookupError, ValueError, *_PACKED_BADLY):  # LookupError: of an encoding, too
            continue
    return found


class _Reader:
    def __init__(self, found: Settings) -> None:
        self._found = found
        self._object = self._part = ""
        self._volume = (0, -1)

    def start(self, tag: str, given: Mapping[str, str]) -> None:
        if tag == "object":
            self._object, self._part = given["id"], ""
        elif tag == "part":
            self._part = given["id"]
            if given.get("subtype", "normal_part") != "normal_part":
                self._found.parts.add((self._object, self._part))
        elif tag == "volume":
            self._volume = int(given["firstid"]), int(given["lastid"])
        elif tag == "metadata" and given.get("type") == "volume" and _helps(given.get("key"), given.get("value")):
            self._found.triangles.setdefault(self._object, []).append(self._volume)
        elif tag == "metadata" and given.get("key") == "name" and given.get("type") != "volume":
            self._found.names.setdefault((self._object, self._part), given.get("value", ""))


def _helps(key: str | None, value: str | None) -> bool:
    return (key == "modifier" and value == "1") or (key == "volume_type" and value != "ModelPart")


def _refuse(*_: object) -> None:
    raise ValueError("a document type can be made to swell")
