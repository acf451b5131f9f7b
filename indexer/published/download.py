"""``retriever spaces pull``: big files over plain HTTP, resumed where they broke off, checked by their digest."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from hashlib import sha256
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from shutil import disk_usage
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from indexer.durable import FolderLock, disk_errors
from indexer.progress import Progress
from retriever.errors import RetrieverError
from retriever.spaces.published import Download
from retriever.store import layout

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
        IndexBusy: another process downloads to this folder.
        RetrieverError: the address does not answer, the connection broke, the digest differs, or the disk is full.
    """
    path, part = folder / download.file, folder / f"{download.file}.part"
    if path.is_file():
        return path
    with disk_errors(folder, "the downloads"):
        folder.mkdir(parents=True, exist_ok=True)
        lock = FolderLock(folder, "the downloads")
        try:
            for block, begins in _blocks(download, part, progress):
                with part.open("wb" if begins else "ab") as file:
                    file.write(block)
            _check(download, part)
            part.rename(path)
            _tag(part).unlink(missing_ok=True)
        finally:
            lock.release()
    return path


def _tag(part: Path) -> Path:
    """Where the version of a file that is being downloaded is kept, as its server names it."""
    return part.with_suffix(".etag")


def _blocks(download: Download, part: Path, progress: Progress) -> Iterator[tuple[bytes, bool]]:
    """What is still to come of a file, and with each block whether it is the file's first.

    Raises:
        RetrieverError: the network or the server fails.
    """
    try:
        answer, done = _answer(download, part)
        with answer:
            length = answer.headers.get("Content-Length")
            total = None if length is None else done + int(length)
            _check_room(download, part.parent, 0 if total is None else total - done)
            begins = not done
            if begins:  # what came before is of another file, perhaps, and the tag that follows would pass it for this
                part.unlink(missing_ok=True)
            _tag(part).write_text(answer.headers.get("ETag") or "")
            while block := answer.read(_BLOCK):
                done += len(block)
                yield block, begins
                begins = False
                progress("pull", done >> 20, None if total is None else total >> 20)
            if total is not None and done < total:
                raise ConnectionError(f"it ended after {done:,} of {total:,} bytes")
            if not done:
                raise ConnectionError("the answer is empty")
    except _Complete:
        return
    except (OSError, HTTPException) as error:
        reason = getattr(error, "reason", None) or error
        raise RetrieverError(
            f"{download.url} could not be downloaded ({reason}); what came is kept in {part.parent}: run the command "
            "again to go on, or download the file with a browser and use `retriever spaces add`."
        ) from error


def _check_room(download: Download, folder: Path, coming: int) -> None:
    """Raise RetrieverError where the disk is too small for the file and its towers: before hours are lost."""
    free = disk_usage(folder).free
    if 2 * coming > free:
        raise RetrieverError(
            f"{download.file} has {coming / 1e9:.1f} GB to come, and its towers take as much again, but {folder} has "
            f"{free / 1e9:.1f} GB left: free some, or set $RETRIEVER_SPACES to a folder on another disk."
        )


class _Complete(Exception):
    """There is nothing after what we have."""


def _answer(download: Download, part: Path) -> tuple[HTTPResponse, int]:
    """The response, and after how many bytes of the part it goes on; 0 where it brings all of the file.

    That is where the server cannot resume, has another file by now, or gives other bytes than those asked for.
    """
    have = part.stat().st_size if part.is_file() else 0
    if have:
        try:
            response = _asked(download, _onward(part, have))
        except HTTPError as error:
            if error.code != 416:
                raise
            whole = error.headers.get("Content-Range")
            # A server that does not say how long the file is leaves it to the digest.
            if whole == f"bytes */{have}" or (whole is None and download.sha256):
                raise _Complete from error
        else:
            if response.status != 206:
                return response, 0
            if response.headers.get("Content-Range", "").startswith(f"bytes {have}-"):
                return response, have
            response.close()
    return _asked(download, {}), 0


def _onward(part: Path, have: int) -> dict[str, str]:
    """Headers that ask for what is after the first `have` bytes, if the file is still the same."""
    tag = _tag(part).read_text() if _tag(part).is_file() else ""
    same = {"If-Range": tag} if tag and not tag.startswith("W/") else {}
    return {"Range": f"bytes={have}-", **same}


def _asked(download: Download, headers: dict[str, str]) -> HTTPResponse:
    request = Request(download.url, headers={"User-Agent": _AGENT, **headers})
    response: HTTPResponse = urlopen(request, timeout=_TIMEOUT)
    return response


def _check(download: Download, part: Path) -> None:
    if download.sha256 is None:
        return
    digest = sha256()
    with part.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    if digest.hexdigest() != download.sha256:
        part.unlink()
        _tag(part).unlink(missing_ok=True)
        raise RetrieverError(
            f"What {download.url} gave is not the published file (SHA-256 {digest.hexdigest()[:12]}..., not "
            f"{download.sha256[:12]}...) and was removed; run the command again, or get the file elsewhere."
        )


def forget(files: Iterable[Path]) -> None:
    """Removes downloaded files, and their folder where nothing else is in it."""
    for file in files:
        file.unlink(missing_ok=True)
        with suppress(OSError):
            (file.parent / layout.LOCK).unlink(missing_ok=True)
            file.parent.rmdir()
