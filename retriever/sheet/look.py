"""What a file looks like on a page: its picture inside the page, its words, or why there is neither."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from pathlib import Path

from retriever import archives
from retriever.errors import FileProblem, RetrieverError
from retriever.types import Modality

SIDE = 320
"""Edge length of a picture in pixels: shown at half to three quarters of it, it is sharp on fine screens too."""

_LINES, _LETTERS = 10, 420
"""Of a note, at most."""


@dataclass(frozen=True)
class Look:
    """Of one file; one of the three is not empty.

    Attributes:
        picture: a data URI.
        words: the beginning of a note.
        problem: why nothing can be shown, as a sentence.
        there: whether the file is.
    """

    picture: str = ""
    words: str = ""
    problem: str = ""
    there: bool = True


def look(path: Path, *, up: str = "auto", preview: Path | None = None) -> Look:
    """The look of a file; never an exception, whatever the file.

    Args:
        path: the file.
        up: the axis of a 3D file that points up.
        preview: a picture of it by its author, which goes before one that is drawn.
    """
    from retriever.loaders import kind_of

    try:
        if not archives.is_file(path):
            return Look(problem="The file is not there any more.", there=False)
        if kind_of(path) is Modality.TEXT:
            return Look(words=_excerpt(path))
        data = picture(path, SIDE, up=up, preview=preview)
        return Look(picture=f"data:image/webp;base64,{base64.b64encode(data).decode()}")
    except FileProblem as problem:
        return Look(problem=f"The file {problem}")
    except (RetrieverError, OSError, ValueError) as error:
        return Look(problem=str(error))
    except MemoryError:
        return Look(problem="The file does not fit into memory; simplify it.")


def lying(root: Path | str, name: object, modality: Modality) -> Path | None:
    """Where the file of a row lies; None where the row names none below its corpus, or one of another kind.

    An index may come from somebody else, and what it says is not to lead elsewhere on this machine. Links within a
    corpus are its owner's, and followed.
    """
    from retriever.loaders import may_be

    if not isinstance(name, str) or not name:
        return None
    path = Path(name)
    if path.anchor or ".." in path.parts or not may_be(path, modality):
        return None
    return Path(root) / path


def picture(path: Path, side: int, *, up: str = "auto", preview: Path | None = None) -> bytes:
    """A WebP picture of a shape, a picture or a sound.

    Args:
        path: the file.
        side: edge length in pixels.
        up: the axis of a 3D file that points up.
        preview: as for `look`.

    Raises:
        FileProblem: anything wrong with the file.
        MissingDependency: what reads sounds is not installed.
    """
    from retriever.drawing.thumbnails import thumbnail

    try:
        data = None if preview is None else thumbnail(preview, side, format="WEBP")
    except FileProblem:  # the file itself will do
        data = None
    return data or thumbnail(path, side, up=up, format="WEBP")


def _excerpt(path: Path) -> str:
    """The first lines of a note."""
    from retriever.loaders import read_bytes
    from retriever.loaders.text import READERS

    text = READERS[path.suffix.lower()](read_bytes(path), path)
    lines = text.splitlines()
    start = "\n".join(lines[:_LINES])
    cut = start[:_LETTERS].rstrip()
    return cut if len(lines) <= _LINES and len(cut) == len(start) else f"{cut} …"
