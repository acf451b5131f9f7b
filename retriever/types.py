"""What files hold and what encoders are given: frozen dataclasses, every array's shape, type and unit stated."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
"""(n, d) float32, every row of unit length."""


def is_utf8(text: str) -> bool:
    """Whether a string from the operating system, a file name or an argument, is text and not stray bytes."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


class Modality(StrEnum):
    """What kind of thing an item or a query term is."""

    SHAPE = "shape"
    IMAGE = "image"
    AUDIO = "audio"
    TEXT = "text"


@dataclass(frozen=True)
class Skin:
    """Pictures on a mesh, for those who look at it.

    Attributes:
        uv: (f, 3, 2) float32 texture coordinates of the corners of each face, origin lower left; they repeat beyond 1.
        picture: (f,) int64, which of the pictures is on a face; -1 where its colour is that of `Geometry.colors`.
        pictures: (h, w, 3) uint8 sRGB each, the first row at the top.
        tint: (f, 3) float32 in 0..1, what a picture is multiplied with.
    """

    uv: NDArray[np.float32]
    picture: NDArray[np.int64]
    pictures: tuple[NDArray[np.uint8], ...]
    tint: NDArray[np.float32]

    def of(self, faces: NDArray[np.bool_] | NDArray[np.int64]) -> Skin:
        """That of some of the faces."""
        return Skin(self.uv[faces], self.picture[faces], self.pictures, self.tint[faces])


@dataclass(frozen=True, slots=True)
class Node:
    """A mesh in a scene.

    Attributes:
        path: names of the nodes from the scene's top to the mesh, each another than its siblings'.
        start, end: its faces in a `Geometry`, or its points where that has no faces.
    """

    path: tuple[str, ...]
    start: int
    end: int


@dataclass(frozen=True)
class Geometry:
    """A 3D file as read: triangles or a bare cloud, scene transforms applied, in the file's own units and axes.

    Attributes:
        vertices: (v, 3) float64, finite.
        faces: (f, 3) int64 into `vertices`; (0, 3) for a bare cloud.
        colors: float32 RGB in 0..1, or None where the file has none: (f, 3) one per face for a mesh,
            (v, 3) one per point for a bare cloud.
        skin: the pictures on a mesh, where they were asked for and there are any; else None.
        up: the axis that points up, "x", "y", "-y" or "z", where the file says so; None where its format does.
        mirrored: (f,) whether a face stands mirrored in its scene, so that its corners run the other way round; None
            where none does. They stay as stored, for the points that are drawn depend on their order.
        nodes: which of its faces, or points, are of which mesh; those of meshes without a name are of none.
    """

    vertices: NDArray[np.float64]
    faces: NDArray[np.int64]
    colors: NDArray[np.float32] | None = None
    skin: Skin | None = None
    up: str | None = None
    mirrored: NDArray[np.bool_] | None = None
    nodes: tuple[Node, ...] = ()

    @property
    def extent(self) -> tuple[float, float, float]:
        """Edge lengths of the axis-aligned box, in file units and file axes."""
        size = np.ptp(self.vertices, axis=0)
        return float(size[0]), float(size[1]), float(size[2])


@dataclass(frozen=True)
class ShapeInput:
    """How a file's geometry becomes the 3D encoder's cloud; part of a space's identity.

    Attributes:
        points: points sampled from the surface, area-weighted.
        up: the axis that points up in the encoder's frame.
        color: RGB level (0..1) given to files without colour; None where the encoder does not look at colour.
        sampling: version of the sampling rule; a change of the rule changes every vector.
        surface: points of the `Surface` that is drawn beside them; 0 where the encoder does not look at one.
    """

    points: int = 1024
    up: str = "y"
    color: float | None = None
    sampling: int = 1
    surface: int = 0


@dataclass(frozen=True)
class ImageInput:
    """How a picture becomes the image encoder's square; part of a space's identity.

    Attributes:
        side: edge length in pixels.
        background: grey level (0..255) of what the picture leaves empty and of what is transparent in it.
        fit: "pad": the whole picture is fitted inside, its proportions kept; "crop": the shorter side becomes `side`,
            and the middle is cut out, as CLIP does it (transparency is then dropped, not filled).
    """

    side: int = 96
    background: int = 255
    fit: str = "pad"


@dataclass(frozen=True)
class AudioInput:
    """How a sound becomes the audio encoder's waveform; part of a space's identity.

    Attributes:
        rate: samples a second; files of any rate are resampled.
        seconds: what lies beyond is left out; with `clips`, the length of each.
        clips: 0: the start of the sound, its channels averaged. n: n clips spread evenly from its start to its end,
            one after the other, of the first channel, prepared as ImageBind does it.
    """

    rate: int = 16_000
    seconds: float = 30.0
    clips: int = 0


@dataclass(frozen=True)
class Inputs:
    """What the encoders of a space are given, and so how files are read; None where there is no such encoder."""

    shape: ShapeInput
    image: ImageInput | None = None
    audio: AudioInput | None = None


@dataclass(frozen=True)
class Surface:
    """Many points of a shape's surface, to be looked at as pictures; in the frame of the `PointCloud` beside it.

    Attributes:
        points: (m, 3) float32, in no order: any first part of them covers all of the surface.
        normals: (m, 3) float32 unit vectors at right angles to the surface, on either side of it, or 0 where that is
            not known; None of bare clouds.
        colors: (m, 3) float32 RGB in 0..1, or None where there are none.
    """

    points: NDArray[np.float32]
    normals: NDArray[np.float32] | None = None
    colors: NDArray[np.float32] | None = None


@dataclass(frozen=True)
class PointCloud:
    """What a 3D encoder is given: points on a surface, y up, centred, in the unit sphere.

    Attributes:
        points: (n, 3) float32, mean 0, largest norm 1.
        colors: (n, 3) float32 RGB in 0..1, or None.
        surface: for encoders that look at pictures of the shape; else None.
    """

    points: NDArray[np.float32]
    colors: NDArray[np.float32] | None = None
    surface: Surface | None = None


@dataclass(frozen=True)
class Text:
    """What a text encoder is given."""

    text: str


@dataclass(frozen=True)
class Picture:
    """What an image encoder is given.

    Attributes:
        pixels: (side, side, 3) uint8 sRGB, the first row at the top.
    """

    pixels: NDArray[np.uint8]


@dataclass(frozen=True)
class Waveform:
    """What an audio encoder is given.

    Attributes:
        samples: (n,) float32, one channel, about -1..1, at the rate of the space; never empty.
    """

    samples: NDArray[np.float32]


Payload = PointCloud | Picture | Waveform | Text
"""What an encoder consumes."""


@dataclass(frozen=True, slots=True)
class Part:
    """Another file that a file was read from, or that it names and that is not there.

    Attributes:
        name: as the way from the file's folder to it, "/" between parts.
        state: its size in bytes and its time of change in nanoseconds; None where no regular file is there.
    """

    name: str
    state: tuple[int, int] | None


@dataclass(frozen=True)
class Loaded:
    """One file, read: the encoder's payload and what is worth keeping about it.

    Attributes:
        payload: input of the encoder for `modality`.
        facts: metadata columns known from the content: of shapes ``vertices``, ``faces`` (int) and ``extent`` (list of
            3 floats), of meshes ``surface_area``, ``watertight`` and maybe ``volume`` too; of pictures ``width`` and
            ``height`` (pixels); of sounds ``seconds``, ``rate`` (samples a second) and ``channels``; of texts nothing.
        sha256: of its bytes, 64 hex digits.
        parts: the other files that were looked for: materials, buffers, textures of a 3D file.
        inside: the objects of a scene, where they were asked for.
    """

    modality: Modality
    payload: Payload
    facts: dict[str, object]
    sha256: str
    parts: tuple[Part, ...] = ()
    inside: tuple[Inside, ...] = ()


@dataclass(frozen=True, slots=True)
class Inside:
    """An object of a scene, as a file of its own.

    Attributes:
        name: of the file.
        bytes: its size.
        loaded: what is known of it.
    """

    name: str
    bytes: int
    loaded: Loaded
