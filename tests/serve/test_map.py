"""``GET /api/map``: the map that the page shows, made once for a version, a filter and a kind."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Event
from urllib.parse import quote

import numpy as np
import pytest
from served import Client
from small_corpus import write_box

import retriever
from indexer import build
from retriever.query.browse import Items
from retriever.serve import maps


def test_points_are_those_of_the_command_in_its_order(client: Client):
    got = client.ask("/api/map?to=shape").json
    found = retriever.open(client.server.current.folder).browse(to="shape").map()
    assert got["ids"] == [item.id for _, _, item in found.each()] and (got["count"], got["total"]) == (3, 3)
    places = np.stack([got["x"], got["y"]], axis=1) / got["grid"] * 2 - 1
    assert np.allclose(places, found.places, atol=1e-4)
    assert got["titles"] == ["cubes", "planks", "towers"] and got["group"] == [0, 1, 2]
    assert [(one["label"], one["items"]) for one in got["groups"]] == [("cubes", 1), ("planks", 1), ("towers", 1)]
    assert [one["x"] for one in got["groups"]] == got["x"] and got["notes"] == []


def test_groups_tell_what_they_are_a_kind_of(fresh: Client):
    folder = fresh.server.current.folder
    for number, path in enumerate(("chair/a.obj", "chair/b.obj", "table/c.obj", "unheard of/d.obj")):
        write_box(folder.parent / "media" / path, (1, 2, 3 + number))
    build.index(folder.parent / "media", folder)
    some = quote("label in ('chair', 'table', 'unheard of')")
    got = fresh.ask(f"/api/map?where={some}").json
    kinds = [one["label"] for one in got["kinds"]]
    assert [(one["label"], one["items"]) for one in got["kinds"]] == [("furniture", 3), ("unheard of", 1)]
    groups = {one["label"]: kinds[one["kind"]] for one in got["groups"]}
    assert groups == {"chair": "furniture", "table": "furniture", "unheard of": "unheard of"}
    assert all(0 <= one[axis] <= got["grid"] for one in got["kinds"] for axis in "xy")


def test_it_follows_filter_and_kind(client: Client):
    assert client.ask("/api/map").json == client.ask("/api/map?to=shape").json
    everything = client.ask("/api/map?to=any").json
    assert everything["count"] == 6 and len(everything["notes"]) == 1
    one = client.ask("/api/map?where=label%20%3D%20'towers'").json
    assert (one["count"], one["titles"], one["x"]) == (1, ["towers"], [round(one["grid"] / 2)])
    none = client.ask(f"/api/map?where={quote('faces < 0')}").json
    assert (none["count"], none["ids"], none["groups"]) == (0, [], [])


def test_of_many_it_is_a_sample_that_says_so(client: Client, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(maps, "MOST", 2)
    got = client.ask(f"/api/map?to=any&where={quote('bytes >= 0')}").json
    assert (got["count"], got["total"], len(got["ids"]), len(got["x"])) == (2, 6, 2, 2)


def test_it_is_made_once_for_a_version(fresh: Client, monkeypatch: pytest.MonkeyPatch):
    made, whole = [], Items.map
    monkeypatch.setattr(Items, "map", lambda self, *of: made.append(len(self)) or whole(self, *of))
    first = fresh.ask("/api/map")
    assert fresh.ask("/api/map").body == first.body and made == [3]
    assert fresh.ask("/api/map", If_None_Match=first.headers["ETag"]).status == 304
    folder = fresh.server.current.folder
    write_box(folder.parent / "media/towers/obelisk.obj", (1, 12, 1))
    build.index(folder.parent / "media", folder)
    second = fresh.ask("/api/map", If_None_Match=first.headers["ETag"])
    assert second.status == 200 and second.json["count"] == 4 and made == [3, 4]


def test_searches_do_not_wait_for_it_and_who_asks_twice_gets_one(fresh: Client, monkeypatch: pytest.MonkeyPatch):
    begun, go_on, made, whole = Event(), Event(), [], Items.map

    def slow(self: Items, *of: object) -> object:
        made.append(1)
        begun.set()
        assert go_on.wait(60)
        return whole(self)

    monkeypatch.setattr(Items, "map", slow)
    with ThreadPoolExecutor(2) as pool:
        maps_asked = [pool.submit(fresh.ask, "/api/map") for _ in range(2)]
        assert begun.wait(60)
        assert fresh.search("tower").status == 200 and fresh.ask("/api/items").status == 200
        go_on.set()
        assert len({one.result().body for one in maps_asked}) == 1 and made == [1]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("k=5", "A map has no 'k'; its keys are where, to"),
        ("to=smell", "to=smell"),
        ("to=shape&to=image", "to is given twice"),
        ("where=labl%20%3D%201", "labl"),
        ("where=1%20in%20(select%201)", "SELECT is not taken over HTTP"),
    ],
)
def test_errors_are_sentences(client: Client, given: str, said: str):
    reply = client.ask(f"/api/map?{given}")
    assert reply.status == 400 and said in reply.error
    assert client.ask("/api/map", b"{}").status == 404
