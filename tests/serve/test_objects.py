"""Objects of scenes on the page: no scene is read to say what the other side has, or that there is none."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from scene_files import write_scene
from served import Client

from indexer import build
from retriever import loaders
from retriever.archives import opening
from retriever.serve import Server


@pytest.fixture
def kit(tmp_path: Path) -> Path:
    return write_scene(tmp_path / "kits/kit.glb", Crate=(1, 1, 1), Pole=(1, 9, 1))


@pytest.fixture
def of_objects(kit: Path, small_space: None, tmp_path: Path) -> Iterator[Client]:
    build.index(kit.parent, tmp_path / "index", objects=True)
    with Server(tmp_path / "index", port=0) as server:
        yield Client(server)


def test_a_picture_that_was_made_or_is_known_is_given_without_reading_the_scene(
    of_objects: Client, monkeypatch: pytest.MonkeyPatch
):
    ids = {hit["path"]: hit["id"] for hit in of_objects.search("a").json["hits"]}
    addresses = [
        f"/{kind}/{ids[f'kit.glb/{name}.ply']}" for kind in ("thumbnail", "mesh") for name in ("Crate", "Pole")
    ]
    first = {address: of_objects.ask(address) for address in addresses}
    assert {reply.status for reply in first.values()} == {200} and len({reply.body for reply in first.values()}) == 4
    opening.scene.cache_clear()
    monkeypatch.setattr(loaders, "objects_of", lambda _: pytest.fail("a scene was read"))
    for address, reply in first.items():
        assert of_objects.ask(address).body == reply.body
        assert of_objects.ask(address, If_None_Match=reply.headers["ETag"]).status == 304


def test_an_object_whose_scene_changed_or_is_gone(of_objects: Client, kit: Path):
    pole = next(hit["id"] for hit in of_objects.search("a").json["hits"] if hit["path"] == "kit.glb/Pole.ply")
    address = f"/thumbnail/{pole}"
    before = of_objects.ask(address)
    write_scene(kit, Crate=(1, 1, 1), Pole=(9, 9, 1))
    after = of_objects.ask(address, If_None_Match=before.headers["ETag"])
    assert after.status == 200 and after.body != before.body
    for spoil in (
        lambda: write_scene(kit, Crate=(1, 1, 1), Post=(1, 9, 1)),
        lambda: kit.write_bytes(b"glTF, or not"),
        kit.unlink,
    ):
        spoil()
        reply = of_objects.ask(address, If_None_Match=after.headers["ETag"])
        assert reply.status == 404 and reply.json["error"].startswith("The file ")
