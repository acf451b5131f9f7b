"""Members of zip archives on the page: pictures, meshes and sounds, and what is said of archives that went bad."""

from __future__ import annotations

import io
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from served import Client
from zips import packed, patched

from indexer import build
from retriever.serve import Server


@pytest.fixture
def pack(corpus: Path, tmp_path: Path) -> Path:
    return packed(tmp_path / "packs/media.zip", corpus)


@pytest.fixture
def of_packs(pack: Path, small_space: None, tmp_path: Path) -> Iterator[Client]:
    """A server whose corpus lies in an archive."""
    build.index(pack, tmp_path / "index")
    with Server(tmp_path / "index", port=0) as server:
        yield Client(server)


def ids(client: Client) -> dict[str, str]:
    return {hit["path"].removeprefix("media.zip/"): hit["id"] for hit in client.search("a", to="any").json["hits"]}


def test_members_are_looked_at_as_files_are(of_packs: Client, client: Client, corpus: Path):
    packed, plain = ids(of_packs), ids(client)
    assert set(packed) == set(plain)
    for path in packed:
        if path != "note.txt":
            reply = of_packs.ask(f"/thumbnail/{packed[path]}")
            assert reply.status == 200 and Image.open(io.BytesIO(reply.body)).format == "WEBP"
            assert reply.body == client.ask(f"/thumbnail/{plain[path]}").body
            again = of_packs.ask(f"/thumbnail/{packed[path]}", If_None_Match=reply.headers["ETag"])
            assert again.status == 304
    tower = "towers/tower.obj"
    assert of_packs.ask(f"/mesh/{packed[tower]}").body == client.ask(f"/mesh/{plain[tower]}").body
    sound = (corpus / "low.wav").read_bytes()
    assert of_packs.ask(f"/sound/{packed['low.wav']}").body == sound
    part = of_packs.ask(f"/sound/{packed['low.wav']}", Range="bytes=100-199")
    assert (part.status, part.body) == (206, sound[100:200])
    assert part.headers["Content-Range"] == f"bytes 100-199/{len(sound)}"


def test_an_archive_that_is_gone_or_damaged_is_told(of_packs: Client, pack: Path):
    found, whole = ids(of_packs), pack.read_bytes()
    for spoil, said in ((pack.unlink, "not there"), (lambda: pack.write_bytes(whole[:-40]), "not there")):
        spoil()
        for address in (
            f"/thumbnail/{found['red.png']}",
            f"/mesh/{found['cubes/cube.off']}",
            f"/sound/{found['low.wav']}",
        ):
            reply = of_packs.ask(address)
            assert reply.status == 404 and said in reply.error
    pack.write_bytes(whole)
    assert of_packs.ask(f"/sound/{found['low.wav']}").status == 200


def test_a_member_that_cannot_be_unpacked_is_told(corpus: Path, of_packs: Client, pack: Path, tmp_path: Path):
    found = ids(of_packs)
    (tmp_path / "alone").mkdir()
    shutil.copy(corpus / "low.wav", tmp_path / "alone")
    patched(packed(pack, tmp_path / "alone"), 8, b"\1\0")
    reply = of_packs.ask(f"/sound/{found['low.wav']}")
    assert reply.status == 404 and "encrypted" in reply.error
