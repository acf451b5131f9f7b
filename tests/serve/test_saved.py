"""Files that are saved from the page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from scene_files import write_scene
from served import Client

from indexer import build
from retriever import archives
from retriever.serve import Server


@pytest.fixture
def kits(small_space: None, tmp_path: Path) -> Iterator[Client]:
    write_scene(tmp_path / "kits/schöner kit.glb", Crate=(1, 1, 1), Pole=(1, 9, 1))
    (tmp_path / "kits/page.md").write_text("<script>alert(1)</script>")
    build.index(tmp_path / "kits", tmp_path / "index", objects=True)
    with Server(tmp_path / "index", port=0) as server:
        yield Client(server)


def test_any_item_is_sent_as_a_file_that_no_browser_shows(kits: Client, tmp_path: Path):
    found = {hit["path"]: hit["id"] for hit in kits.search("a", to="any").json["hits"]}
    assert len(found) == 4
    for path, key in found.items():
        reply = kits.ask(f"/file/{key}")
        assert reply.status == 200 and reply.body == archives.read(tmp_path / "kits" / path)
        assert reply.headers["Content-Type"] == "application/octet-stream"
        assert reply.headers["Content-Disposition"].startswith("attachment; filename*=UTF-8''")
    whole = kits.ask(f"/file/{found['schöner kit.glb']}").headers["Content-Disposition"]
    assert whole.endswith("''sch%C3%B6ner%20kit.glb")
    assert kits.ask(f"/file/{found['page.md']}").headers["X-Content-Type-Options"] == "nosniff"


def test_what_is_gone_or_unknown_is_no_file(kits: Client, tmp_path: Path):
    found = {hit["path"]: hit["id"] for hit in kits.search("a", to="any").json["hits"]}
    write_scene(tmp_path / "kits/schöner kit.glb", Box=(1, 2, 3))
    assert kits.ask(f"/file/{found['schöner kit.glb/Pole.ply']}").status == 404
    (tmp_path / "kits/page.md").unlink()
    assert kits.ask(f"/file/{found['page.md']}").status == 404
    assert kits.ask("/file/0123456789abcdef").status == 404
