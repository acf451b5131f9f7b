"""``retriever spaces pull``: big files over plain HTTP, resumed where they broke off, checked by their digest."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from indexer.build import Progress
from indexer.durable import disk_errors
from retriever.errors import RetrieverError
from retriever.spaces.published import Download

_BLOCK = 1 << 20
_TIMEOUT = 60.0  # seconds without a byte
_AGENT = "any3d-retriever"


def fetch(download: Download, folder: Path, *, progress: Progress = lambda *_: None) -> Path:
    """The file, downloaded to `folder`; what an earlier call left is gone on from.

    Args:
        download: address, and digest where it is known.
        folder: made if missing.
        progress: told ``("pull", megabytes so far, megabytes in all)``.

    Returns:
        where it is.

    Raises:
        RetrieverError: the address does not answer, the connection broke, the digest differs, or the disk is full.
    """
    path, part = folder / download.file, folder / f"{download.file}.part"
    if path.is_file():
        return path
    with disk_errors(folder, "the downloads"):
        folder.mkdir(parents=True, exist_ok=True)
        part.touch()
    with _said(download, part), _answer(download, part.stat().st_size) as answer:
        _receive(answer, part, progress)
    _check(download, part)
    part.rename(path)
    return path


@contextmanager
def _answer(download: Download, have: int) -> Iterator[HTTPResponse | None]:
    """The response from byte `have` on; None where the file is complete already."""
    request = Request(download.url, headers={"User-Agent": _AGENT, "Range": f"bytes={have}-"})
    try:
        with urlopen(request, timeout=_TIMEOUT) as response:
            yield response
    except HTTPError as error:
        if error.code != 416 or not have:  # 416: there is nothing after what we have
            raise
        yield None


def _receive(answer: HTTPResponse | None, part: Path, progress: Progress) -> None:
    if answer is None:
        return
    appending = answer.status == 206
    done = part.stat().st_size if appending else 0  # a server that cannot resume sends everything again
    length = answer.headers.get("Content-Length")
    total = None if length is None else done + int(length)
    with part.open("ab" if appending else "wb") as file:
        while block := answer.read(_BLOCK):
            file.write(block)
            done += len(block)
            progress("pull", done >> 20, None if total is None else total >> 20)
    if total is not None and done < total:
        raise ConnectionError(f"it ended after {done:,} of {total:,} bytes")


@contextmanager
def _said(download: Download, part: Path) -> Iterator[None]:
    """Turns what goes wrong on the way into one sentence; what came is kept."""
    try:
        yield
    except (URLError, HTTPException, ConnectionError, TimeoutError) as error:
        reason = getattr(error, "reason", None) or error
        raise RetrieverError(
            f"{download.url} could not be downloaded ({reason}); what came is kept in {part.parent}: run the command "
            "again to go on, or download the file with a browser and use `retriever spaces add`."
        ) from error
    except OSError as error:
        raise RetrieverError(
            f"Cannot write to {part} ({error.strerror or error}): free disk space or make the folder writable, then "
            "run the command again; it goes on from there."
        ) from error


def _check(download: Download, part: Path) -> None:
    if download.sha256 is None:
        return
    digest = sha256()
    with part.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    if digest.hexdigest() != download.sha256:
        part.unlink()
        raise RetrieverError(
            f"What {download.url} gave is not the published file (SHA-256 {digest.hexdigest()[:12]}..., not "
            f"{download.sha256[:12]}...) and was removed; run the command again, or get the file elsewhere."
        )
