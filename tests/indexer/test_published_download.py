"""Downloads over real HTTP, from a server of this process: whole, resumed, cut, wrong, refused."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

from indexer.durable import FolderLock
from indexer.published.download import fetch
from retriever.errors import IndexBusy, RetrieverError
from retriever.spaces.published import Download
from retriever.store import layout

BODY = np.random.default_rng(0).bytes(3_000_000)


@dataclass
class Served:
    """What the server does, and what it was asked."""

    url: str = ""
    resumes: bool = True
    ends_after: int | None = None
    body: bytes = BODY
    etag: str = ""
    announced: int | None = None
    says_where: bool = True
    goes_back: int = 0
    ranges: list[str] = field(default_factory=list)


def left(folder: Path) -> set[str]:
    """Files of a folder, but for its lock."""
    return {file.name for file in folder.iterdir()} - {layout.LOCK}


@pytest.fixture
def served() -> Iterator[Served]:
    how = Served()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = self.headers.get("Range", "")
            how.ranges.append(asked)
            resumes = how.resumes and asked and self.headers.get("If-Range", how.etag) == how.etag
            start = int(re.fullmatch(r"bytes=(\d+)-", asked)[1]) if resumes else 0  # type: ignore[index]
            whole = len(how.body)
            if self.path != "/weights.bin":
                self.send_error(404)
            elif resumes and start >= whole:
                self.send_response(416)
                if how.says_where:
                    self.send_header("Content-Range", f"bytes */{whole}")
                self.end_headers()
            else:
                start = max(0, start - how.goes_back)
                self.send_response(206 if resumes else 200)
                self.send_header("Content-Length", str(how.announced or whole - start))
                if resumes and how.says_where:
                    self.send_header("Content-Range", f"bytes {start}-{whole - 1}/{whole}")
                if how.etag:
                    self.send_header("ETag", how.etag)
                self.end_headers()
                self.wfile.write(how.body[start : how.ends_after])

        def log_message(self, *_: object) -> None:
            return None

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    how.url = f"http://127.0.0.1:{server.server_port}/weights.bin"
    yield how
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_file_comes_whole_and_is_not_fetched_twice(served: Served, tmp_path: Path) -> None:
    told: list[tuple[str, int, int | None]] = []
    download = Download(served.url, sha256=sha256(BODY).hexdigest())
    path = fetch(download, tmp_path / "new", progress=lambda *step: told.append(step))
    assert path.read_bytes() == BODY and path.name == "weights.bin"
    assert told[-1] == ("pull", 2, 2)
    assert fetch(download, tmp_path / "new") == path
    assert len(served.ranges) == 1
    assert left(path.parent) == {"weights.bin"}


@pytest.mark.parametrize("resumes", [True, False])
def test_a_broken_download_goes_on_where_it_stopped(served: Served, tmp_path: Path, resumes: bool) -> None:
    served.resumes, served.ends_after = resumes, 1_200_000
    with pytest.raises(RetrieverError, match=r"1,200,000 of 3,000,000 bytes.*run the command again"):
        fetch(Download(served.url), tmp_path)
    served.ends_after = None
    assert fetch(Download(served.url), tmp_path).read_bytes() == BODY
    assert served.ranges == ["", "bytes=1200000-"]


def test_a_file_that_changed_meanwhile_is_begun_again(served: Served, tmp_path: Path) -> None:
    served.ends_after, served.etag = 1_200_000, '"one"'
    with pytest.raises(RetrieverError):
        fetch(Download(served.url), tmp_path)
    served.ends_after, served.etag, served.body = None, '"two"', BODY[::-1]
    assert fetch(Download(served.url), tmp_path).read_bytes() == BODY[::-1]
    assert left(tmp_path) == {"weights.bin"}


def test_a_file_that_changed_and_broke_off_at_once_is_not_mixed_with_the_one_before(
    served: Served, tmp_path: Path
) -> None:
    served.ends_after, served.etag = 1_200_000, '"one"'
    with pytest.raises(RetrieverError):
        fetch(Download(served.url), tmp_path)
    served.ends_after, served.etag, served.body = 0, '"two"', BODY[::-1]
    with pytest.raises(RetrieverError):
        fetch(Download(served.url), tmp_path)
    served.ends_after = None
    assert fetch(Download(served.url), tmp_path).read_bytes() == BODY[::-1]


def test_two_downloads_to_one_folder_are_refused(served: Served, tmp_path: Path) -> None:
    lock = FolderLock(tmp_path)
    with pytest.raises(IndexBusy, match="is writing to the downloads"):
        fetch(Download(served.url), tmp_path)
    lock.release()


@pytest.mark.parametrize("says_where", [True, False])
def test_a_complete_part_is_taken_as_it_is(served: Served, tmp_path: Path, says_where: bool) -> None:
    served.says_where = says_where
    (tmp_path / "weights.bin.part").write_bytes(BODY)
    assert fetch(Download(served.url, sha256=sha256(BODY).hexdigest()), tmp_path).read_bytes() == BODY
    assert served.ranges == ["bytes=3000000-"]


@pytest.mark.parametrize("says_where", [True, False])
@pytest.mark.parametrize("more", [0, 5])
def test_a_part_that_cannot_be_of_the_file_is_begun_again(
    served: Served, tmp_path: Path, says_where: bool, more: int
) -> None:
    served.says_where = says_where
    (tmp_path / "weights.bin.part").write_bytes(bytes(len(BODY) + more))
    if says_where and not more:
        served.body = BODY[:-1]
    assert fetch(Download(served.url), tmp_path).read_bytes() == served.body


@pytest.mark.parametrize("wrong", [{"goes_back": 1000}, {"says_where": False}])
def test_bytes_from_elsewhere_than_asked_for_are_not_appended(
    served: Served, tmp_path: Path, wrong: dict[str, int]
) -> None:
    (tmp_path / "weights.bin.part").write_bytes(BODY[:500_000])
    vars(served).update(wrong)
    assert fetch(Download(served.url), tmp_path).read_bytes() == BODY
    assert served.ranges == ["bytes=500000-", ""]


def test_an_empty_answer_is_said(served: Served, tmp_path: Path) -> None:
    served.body = b""
    with pytest.raises(RetrieverError, match=r"could not be downloaded \(the answer is empty\).*run the command again"):
        fetch(Download(served.url), tmp_path)


def test_another_file_than_the_published_one_is_removed(served: Served, tmp_path: Path) -> None:
    with pytest.raises(RetrieverError, match=r"not the published file.*removed"):
        fetch(Download(served.url, sha256="0" * 64), tmp_path)
    assert not left(tmp_path)


def test_an_address_without_the_file_or_without_a_server_is_said(served: Served, tmp_path: Path) -> None:
    with pytest.raises(RetrieverError, match=r"other\.bin could not be downloaded.*retriever spaces add"):
        fetch(Download(served.url.replace("weights", "other")), tmp_path)
    with pytest.raises(RetrieverError, match="could not be downloaded"):
        fetch(Download("http://127.0.0.1:9/weights.bin"), tmp_path)


def test_a_folder_that_cannot_be_written_to_is_said(served: Served, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(RetrieverError, match="Cannot write to the downloads"):
        fetch(Download(served.url), tmp_path / "file" / "folder")


def test_a_file_that_the_disk_has_no_room_for_is_refused_before_it_comes(served: Served, tmp_path: Path) -> None:
    served.announced = 10**18
    with pytest.raises(RetrieverError, match=r"1000000000\.0 GB to come.*\$RETRIEVER_SPACES"):
        fetch(Download(served.url), tmp_path)
    assert left(tmp_path) == set()
