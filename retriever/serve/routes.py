"""What each address answers."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from threading import Lock
from typing import Any
from urllib.parse import quote

from retriever.errors import IndexChanged, RetrieverError
from retriever.serve.answers import Refused, answer, counts, items, items_page, page, start
from retriever.serve.asking import counting_of, listing_of, question_of
from retriever.serve.current import Current
from retriever.serve.kept import Kept, tag_of
from retriever.serve.maps import map_bytes, map_stamp, mapping_of
from retriever.serve.request import Asked
from retriever.serve.things import Thing, thing
from retriever.serve.uploads import LARGEST, Uploads
from retriever.types import Modality

PICTURES, MESHES, MAPS = 64 * 2**20, 128 * 2**20, 32 * 2**20
"""Bytes that are kept of each."""

SIDES = {"320": 320, "960": 960}
"""Edges of pictures in pixels: of a card, and of one that is looked at."""

_PAGE = Path(__file__).with_name("page")
_SHEET = Path(__file__).parents[1] / "sheet" / "style.css"
_STATIC = {
    "/": (_PAGE / "index.html", "text/html; charset=utf-8"),
    "/sheet.css": (_SHEET, "text/css; charset=utf-8"),
    **{f"/{path.name}": (path, "text/css; charset=utf-8") for path in sorted(_PAGE.glob("*.css"))},
    **{f"/{path.name}": (path, "text/javascript; charset=utf-8") for path in sorted(_PAGE.glob("*.js"))},
}
_SOUNDS = {
    ".wav": "audio/wav",
    ".mp3": "audio/mpeg",
    ".ogg": "audio/ogg",
    ".oga": "audio/ogg",
    ".opus": "audio/ogg",
    ".flac": "audio/flac",
    ".aif": "audio/aiff",
    ".aiff": "audio/aiff",
    ".caf": "audio/x-caf",
}


@dataclass(frozen=True)
class Reply:
    """An answer.

    Attributes:
        status: of HTTP.
        body: its bytes.
        type: of the bytes.
        headers: further ones.
        file: is sent in place of the body.
    """

    status: int
    body: bytes = b""
    type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)
    file: Path | None = None


class Routes:
    """All of them.

    Args:
        current: the index.
        uploads: files that were handed over.
    """

    def __init__(self, current: Current, uploads: Uploads) -> None:
        self._current, self._uploads = current, uploads
        self._pictures, self._meshes = Kept(PICTURES), Kept(MESHES)
        self._maps = Kept(MAPS, at_once=1)  # which searches do not wait for, and who asks for the same one does
        # Towers may be asked by several threads, but each is built at its first use: by one of them, please. And one
        # search takes all cores anyway.
        self._searching = Lock()
        self._named: dict[tuple[str, str], Callable[[Asked], Reply]] = {
            ("GET", "/api/search"): partial(self._search, answer),
            ("POST", "/api/search"): partial(self._search, answer),
            ("GET", "/api/page"): partial(self._search, page),
            ("GET", "/api/items"): partial(self._listed, listing_of, items),
            ("GET", "/api/items/page"): partial(self._listed, listing_of, items_page),
            ("GET", "/api/counts"): partial(self._listed, counting_of, counts),
            ("GET", "/api/map"): self._map,
            ("GET", "/api/start"): self._start,
            ("GET", "/api/status"): self._status,
            ("POST", "/api/upload"): self._upload,
        }
        self._keyed: dict[str, Callable[[Asked, Thing], Reply]] = {
            "thumbnail": self._thumbnail,
            "mesh": self._mesh,
            "sound": self._sound,
            "file": self._file,
        }

    def reply(self, asked: Asked) -> Reply:
        """The answer to a request; errors that a user can cause are answers too."""
        try:
            try:
                return self._reply(asked)
            except IndexChanged:  # compacted in the moment since it was opened
                return self._reply(asked)
        except (Refused, RetrieverError) as error:
            return problem(400, str(error))

    def warm(self) -> None:
        """Read what a first search of words needs."""
        self._search(answer, Asked("GET", "/api/search", "q=a"))

    def _reply(self, asked: Asked) -> Reply:
        if named := self._named.get((asked.method, asked.path)):
            return named(asked)
        if asked.method == "GET" and asked.path in _STATIC:
            path, kind = _STATIC[asked.path]
            body = path.read_bytes()
            return Reply(200, body, kind, {"ETag": tag_of(body.hex()), "Cache-Control": "no-cache"})
        _, kind, *key = asked.path.split("/")
        if asked.method == "GET" and kind in self._keyed and len(key) == 1:
            return self._looked_at(kind, key[0], asked)
        return problem(404, f"There is nothing at {asked.path}: the addresses are in docs/serve.md.")

    def _looked_at(self, kind: str, key: str, asked: Asked) -> Reply:
        """What is made of a file; no name in a request says which, but a key that is looked up."""
        try:
            found = thing(key, self._current.index().snapshot, self._uploads)
            if not found.is_there():
                return problem(404, "The file is not there any more.")
            return self._keyed[kind](asked, found)
        except RetrieverError as error:
            return problem(404, _sentence(error))
        except MemoryError:
            return problem(404, "The file does not fit into memory; simplify it.")

    def _search(self, answered: Callable[..., str], asked: Asked) -> Reply:
        question = question_of(asked.keywords())  # before others are kept waiting
        index = self._current.index()
        with self._searching:
            return Reply(200, answered(question, index, self._uploads).encode(), headers=_FRESH)

    def _listed(
        self, read: Callable[[Mapping[str, Any]], dict[str, Any]], answered: Callable[..., str], asked: Asked
    ) -> Reply:
        listing = read(asked.keywords())
        index = self._current.index()
        with self._searching:  # of a large index, all paths are looked at
            return Reply(200, answered(listing, index).encode(), headers=_FRESH)

    def _map(self, asked: Asked) -> Reply:
        wanted, index = mapping_of(asked.keywords()), self._current.index()
        make = partial(map_bytes, wanted, index)
        return _made(asked, self._maps, map_stamp(wanted, index), make, "application/json")

    def _start(self, asked: Asked) -> Reply:
        return _json({**start(self._current.index()), "largest": LARGEST})

    def _status(self, asked: Asked) -> Reply:
        status = json.loads(json.dumps(asdict(self._current.index().status()), default=str))
        return _json(status)

    def _upload(self, asked: Asked) -> Reply:
        if asked.type.lower().startswith("multipart/"):
            raise Refused("A form is no file: send the bytes as the body, as `curl --data-binary @photo.jpg` does.")
        if not (name := asked.parameter("name")):
            raise Refused("The file has no name, which says of which kind it is: give ?name=photo.jpg.")
        upload = self._uploads.add(name, asked.body)
        return _json({"term": f"{upload.modality}:{upload.handle}", "key": upload.key, "modality": upload.modality})

    def _thumbnail(self, asked: Asked, of: Thing) -> Reply:
        from retriever.sheet.look import picture

        side = SIDES.get(asked.parameter("side") or "320")
        if side is None:
            return problem(400, f"A picture has an edge of {' or '.join(SIDES)} pixels; ask with side= one of them.")
        make = partial(picture, of.path, side, up=of.up, preview=of.preview)
        return _made(asked, self._pictures, f"{side} {of.stamp()}", make, "image/webp")

    def _mesh(self, asked: Asked, of: Thing) -> Reply:
        if of.modality is not Modality.SHAPE:
            return problem(404, f"This is of kind {of.modality}, and no 3D model: look at its picture.")
        return _made(asked, self._meshes, of.stamp(), partial(_packed, of), "application/octet-stream")

    def _sound(self, asked: Asked, of: Thing) -> Reply:
        kind = _SOUNDS.get(of.path.suffix.lower(), "application/octet-stream")
        if of.modality is not Modality.AUDIO:
            return problem(404, f"This is of kind {of.modality}, and no sound: look at its picture.")
        return Reply(200, type=kind, headers={"Cache-Control": "private, no-cache"}, file=of.path)

    def _file(self, asked: Asked, of: Thing) -> Reply:
        """To be saved: never shown here, for a file may be a page with a script."""
        name = f"attachment; filename*=UTF-8''{quote(of.path.name, safe='')}"
        headers = {"Cache-Control": "private, no-cache", "Content-Disposition": name}
        return Reply(200, type="application/octet-stream", headers=headers, file=of.path)


def problem(status: int, sentence: str) -> Reply:
    """An error as JSON."""
    return Reply(status, json.dumps({"error": sentence}).encode(), headers=_FRESH)


_DRAWN = 3
"""Goes up when pictures or meshes of the same file become others, so that browsers ask for the new ones."""

_FRESH = {"Cache-Control": "no-store"}


def _json(value: object) -> Reply:
    return Reply(200, json.dumps(value).encode(), headers=_FRESH)


def _made(asked: Asked, kept: Kept, stamp: str, make: Callable[[], bytes], kind: str) -> Reply:
    """What is made; a browser that has it from before, from an earlier run of the server too, is told so at once."""
    stamp = f"{_DRAWN} {stamp}"
    headers = {"ETag": tag_of(stamp), "Cache-Control": "private, no-cache"}
    if asked.known == headers["ETag"]:
        return Reply(304, headers=headers)
    return Reply(200, kept.get(stamp, make), kind, headers)


def _packed(of: Thing) -> bytes:
    from retriever.loaders import load_geometry
    from retriever.serve.mesh import packed

    return packed(load_geometry(of.path, up=of.up))


def _sentence(error: RetrieverError) -> str:
    from retriever.errors import FileProblem

    return f"The file {error}" if isinstance(error, FileProblem) else str(error)
