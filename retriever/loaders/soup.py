"""What the readers of scenes share: meshes where they stand, as one soup of triangles that is not too large."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from retriever.errors import FileProblem
from retriever.loaders import skins
from retriever.loaders.colors import RGB, joined
from retriever.loaders.files import MAX_VERTICES
from retriever.loaders.parts import MissingPartError
from retriever.types import Geometry, Node, Skin

DEEPEST = 64
"""Names in the path of a mesh: what hangs deeper is of the last of them."""
LONGEST = 100
"""Letters of a name; very many nodes may have one that is very long."""
MOST_NAMES = 200_000
"""Nodes of a scene that have paths of their own; more are of what they hang on."""

Path = tuple[str, ...]
"""As `Node.path`."""


@dataclass(frozen=True)
class Piece:
    """A mesh, or points alone, in the world.

    Attributes:
        points: (v, 3).
        faces: (f, 3) into `points`.
        colors: one for each face, or for each point where there are no faces; None where there are none.
        skin: its pictures, where they are wanted.
        copies: how often the faces, or points, repeat what `colors` and `skin` say once.
        mirrored: whether it stands mirrored, or (f,) which faces do.
        paths: of each of the first copies; one alone is of all, however many there are. Empty ones are of no name.
    """

    points: NDArray[np.float64]
    faces: NDArray[np.int64]
    colors: RGB | None = None
    skin: Skin | None = None
    copies: int = 1
    mirrored: bool | NDArray[np.bool_] = False
    paths: Sequence[Path] = ()

    @property
    def count(self) -> int:
        """Faces, or points where there are none."""
        return len(self.faces) or len(self.points)

    @property
    def looks(self) -> Iterator[tuple[RGB | None, Skin | None, int]]:
        """Colours and pictures of each copy, and how many faces, or points, they are of."""
        count = self.count // self.copies
        return ((self.colors, self.skin, count) for _ in range(self.copies))


class Budget:
    """Counts what a scene holds, each instance of a mesh, before it is made: a small file can ask for a great many."""

    def __init__(self) -> None:
        self._left = MAX_VERTICES

    def take(self, vertices: int, faces: int, copies: int = 1) -> None:
        """Count a mesh; a closed one has two faces for each vertex, and counts by what it has more of.

        Raises:
            FileProblem: "too-large".
        """
        self._left -= copies * max(vertices, faces // 2)
        if self._left < 0:
            raise FileProblem("too-large", "has more vertices than are read; simplify it.")


class Names:
    """Paths of the nodes of a scene; of siblings that are called "wheel", the second becomes "wheel (2)"."""

    def __init__(self) -> None:
        self._taken: set[Path] = set()
        self._numbers: dict[Path, int] = {}  # the last that was given to a name
        self._known: dict[tuple[Path, Hashable], Path] = {}

    def below(self, above: Path, name: str) -> Path:
        """The path of one more node on another; that of the other where it has no name of its own, or one too many."""
        name = name.strip()[:LONGEST]
        if not name or len(above) >= DEEPEST or len(self._taken) >= MOST_NAMES:
            return above
        path = free = (*above, name)
        number = self._numbers.get(path, 1)
        while free in self._taken:
            number += 1
            free = (*above, f"{name} ({number})")
        self._numbers[path] = number
        self._taken.add(free)
        return free

    def along(self, chain: Iterable[tuple[Hashable, str]], above: Path = ()) -> Path:
        """The path of the last of some nodes that hang one on the other.

        Args:
            chain: what tells each from others, and its name; chains that begin alike share these nodes.
            above: path of what the first hangs on.
        """
        for node, name in chain:
            key = above, node
            if key not in self._known:
                if len(self._known) >= MOST_NAMES:
                    break
                self._known[key] = self.below(above, name)
            above = self._known[key]
        return above


def moved(points: NDArray[np.floating], matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    """(v, 3) points at a (4, 4) place."""
    return np.asarray(points, np.float64) @ matrix[:3, :3].T + matrix[:3, 3]


def mirrors(matrix: NDArray[np.float64]) -> NDArray[np.bool_]:
    """(...) whether (..., 4, 4) places make left of right."""
    mirrored: NDArray[np.bool_] = np.linalg.det(matrix[..., :3, :3]) < 0
    return mirrored


def repeated(faces: NDArray[np.int64], vertices: int, copies: int) -> NDArray[np.int64]:
    """(copies * f, 3) the faces of a mesh for each of its copies, whose vertices stand one copy after the other."""
    return (faces + np.arange(copies)[:, None, None] * vertices).reshape(-1, 3)


def flat(pieces: Sequence[Piece], up: str | None = None) -> Geometry:
    """All of one or more pieces as one soup, or as one cloud where none has faces."""
    pieces = [piece for piece in pieces if len(piece.faces)] or pieces
    looks = [each for piece in pieces for each in piece.looks]
    return Geometry(
        np.concatenate([piece.points for piece in pieces]),
        _faces(pieces),
        joined([(colors, count) for colors, _, count in looks]),
        skins.joined([(skin, count) for _, skin, count in looks]),
        up,
        _mirrored(pieces),
        tuple(_nodes(pieces)),
    )


def _faces(pieces: Sequence[Piece]) -> NDArray[np.int64]:
    """(f, 3) of all, into the vertices of all; numbered in place, as instances may be very many."""
    faces, row, vertex = np.concatenate([piece.faces for piece in pieces]), 0, 0
    for piece in pieces:
        faces[row : row + len(piece.faces)] += vertex
        row, vertex = row + len(piece.faces), vertex + len(piece.points)
    return faces


def _mirrored(pieces: Sequence[Piece]) -> NDArray[np.bool_] | None:
    """(f,) of all; None where none is."""
    if not any(np.any(piece.mirrored) for piece in pieces):
        return None
    return np.concatenate([np.broadcast_to(piece.mirrored, len(piece.faces)) for piece in pieces])


def _nodes(pieces: Sequence[Piece]) -> Iterator[Node]:
    """Where those of all pieces are that have names."""
    start = 0
    for piece in pieces:
        each = piece.count // (piece.copies if len(piece.paths) > 1 else 1)
        for number, path in enumerate(piece.paths):
            if path:
                yield Node(path, start + number * each, start + (number + 1) * each)
        start += piece.count


@contextmanager
def refused(kind: str) -> Iterator[None]:
    """Whatever reading a file raises as a FileProblem, "malformed" or "too-large"; a MissingPartError passes.

    Args:
        kind: of file, as in "an FBX file".
    """
    try:
        yield
    except (FileProblem, MissingPartError):
        raise
    except MemoryError as error:
        raise FileProblem("too-large", "does not fit into memory; simplify it.") from error
    except Exception as error:
        raise FileProblem("malformed", f"is damaged or not {kind}; export it again.") from error
