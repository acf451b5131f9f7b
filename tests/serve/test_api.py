"""Searching over HTTP: the same answers as the command line, of words, expressions, uploads and items."""

from __future__ import annotations

import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import quote

import numpy as np
import pytest
from served import Client
from small_corpus import write_box, write_picture, write_tone
from typer.testing import CliRunner

import retriever
from cli.main import app
from indexer import build
from indexer.compaction import compact
from indexer.removal import remove
from retriever.query.calibrate import FILE as CALIBRATION
from retriever.query.calibrate import LEAST as CALIBRATED
from retriever.serve import Server


def asked(client: Client, *arguments: str) -> object:
    """What the command line answers."""
    done = CliRunner().invoke(app, ["query", *arguments, "--json", "--index", str(client.server.current.folder)])
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def first(client: Client, q: str, **more: object) -> str:
    reply = client.search(q, **more)
    assert reply.status == 200, reply.body
    return str(reply.json["hits"][0]["path"])


def test_words_are_answered_as_the_command_line_does(client: Client):
    reply = client.search("a tall tower", k=2)
    assert reply.status == 200 and reply.headers["Content-Type"] == "application/json"
    assert reply.json == asked(client, "a tall tower", "-k", "2")
    assert reply.json["hits"][0]["path"] == "towers/tower.obj"


def test_an_expression_with_filter_and_target_is_too(client: Client):
    q = 'text:"tower" - 0.5*id:planks/plank.off'
    reply = client.search(q, k=3, where="bytes > 1", to="any")
    assert reply.json == asked(client, q, "-k", "3", "--where", "bytes > 1", "--to", "any")
    assert [term["weight"] for term in reply.json["query"]] == [1.0, -0.5]


def test_a_post_takes_all_keywords(client: Client):
    keywords = {"q": "tower", "minus_id": ["planks/plank.off"], "k": 2, "unique": True, "explain": True}
    reply = client.ask("/api/search", json.dumps(keywords).encode())
    shown = asked(client, "tower", "--minus-id", "planks/plank.off", "-k", "2", "--unique", "--explain")
    assert reply.json == shown and "explain" in reply.json["hits"][0]


def test_more_like_some_and_less_like_others(client: Client):
    good = [hit["id"] for hit in client.search("tower", k=1).json["hits"]] + ["cubes/cube.off"]
    options = [part for name in good for part in ("--like", name)] + ["--unlike", "planks/plank.off", "--to", "any"]
    shown = asked(client, *options)
    keywords = {"like": good, "unlike": "planks/plank.off", "to": "any"}
    assert client.ask("/api/search", json.dumps(keywords).encode()).json == shown
    address = "&".join(f"like={quote(name)}" for name in good) + "&unlike=planks/plank.off&to=any"
    assert client.ask(f"/api/search?{address}").json == shown
    assert [term["weight"] for term in shown["query"]] == [0.5, 0.5, -0.1]  # type: ignore[index]


def test_an_upload_can_be_liked(client: Client, tmp_path: Path):
    term = client.upload(write_box(tmp_path / "box.obj", (1, 7, 1)))
    liked = client.ask("/api/search", json.dumps({"like": [term], "unlike": ["planks/plank.off"]}).encode()).json
    assert liked["hits"] == client.search(f"{term} - 0.1*id:planks/plank.off").json["hits"]
    assert client.search("", like=term).json["hits"][0]["path"] == "towers/tower.obj"


def test_a_get_takes_all_keywords_too(client: Client):
    more = {"diverse": 0.5, "unique": "true", "geometry_only": "true", "minus": "project", "expand": 2}
    found = client.search("", text="tower", minus_id="planks/plank.off", to="shape", explain="true", **more).json
    assert "explain" in found["hits"][0] and found == asked(
        client, "--text", "tower", "--minus-id", "planks/plank.off", "--to", "shape", "--explain", "--unique",
        "--expand", "2", "--diverse", "0.5", "--geometry-only", "--minus", "project",
    )  # fmt: skip


@pytest.mark.parametrize("combine", ["slerp", "rank", "score", "match"])
def test_ways_to_combine_are_those_of_the_command_line(client: Client, combine: str):
    q = "text:tower + 0.5*id:cubes/cube.off" + ("" if combine == "slerp" else " - text:plank")
    found = client.search(q, combine=combine, center="true", unbalanced="true").json
    options = ["--combine", combine, "--center", "--unbalanced"]
    assert found["hits"] and found == asked(client, q, *options)
    page = client.ask(f"/api/page?q={quote(q)}&combine={combine}&center=true&unbalanced=true").json
    assert page["answer"] == found


def test_an_item_by_its_id_or_path_alone(client: Client):
    hits = client.search("tower", to="any").json["hits"]
    assert len(hits) == 6  # the first row of the index among them
    for item in hits:
        for name in (item["id"], item["path"])[: 1 if item["modality"] == "text" else 2]:
            answer = client.search(name).json
            assert answer["query"] == [{"modality": "id", "source": name, "weight": 1.0}]
            assert item["id"] not in [hit["id"] for hit in answer["hits"]]


@pytest.mark.parametrize("suffix", [".obj", ".txt", ".png", ".wav"])
def test_an_uploaded_file_is_a_term(client: Client, tmp_path: Path, suffix: str):
    path = tmp_path / f"my very own{suffix}"
    match suffix:
        case ".obj":
            write_box(path, (1, 8, 1))
        case ".txt":
            np.savetxt(path, np.random.default_rng(0).uniform(-0.5, 0.5, (300, 3)) * (1, 8, 1))
        case ".png":
            write_picture(path, (210, 25, 25))
        case _:
            write_tone(path, 65)
    term = client.upload(path)
    assert term == client.upload(path) and term.endswith(f"/my-very-own{suffix}")
    reply = client.search(term, to={".obj": "shape", ".txt": "shape", ".png": "image", ".wav": "audio"}[suffix])
    kind, source = term.split(":")
    assert reply.json["query"] == [{"modality": kind, "source": source, "weight": 1.0}]
    with_path = asked(client, f"--{kind}", str(path), "--to", kind)
    assert [(hit["path"], hit["score"]) for hit in reply.json["hits"]] == [
        (hit["path"], hit["score"])
        for hit in with_path["hits"]  # type: ignore[index]
    ]
    assert first(client, f"mean({term}, text:tower) + {term}")
    key = source.split("/")[1]
    assert client.ask(f"/thumbnail/{key}").headers["Content-Type"] == "image/webp"


@pytest.mark.parametrize(
    ("q", "more", "said"),
    [
        ("", {}, "nothing to look for"),
        ('txt:"a" + text:b', {}, "There is no kind 'txt'"),
        ("tower", {"k": "many"}, "k is 'many'"),
        ("tower", {"k": 0}, "k is 0"),
        ("tower", {"where": "labl = 'x'"}, "labl"),
        ("tower", {"to": "smell"}, "to=smell"),
        ("tower", {"kay": 3}, "'kay'"),
        ("tower", {"diverse": "much"}, "diverse is 'much'"),
        ("tower", {"min_confidence": 2}, "2.0: give a probability"),
        ("tower", {"unique": "yes"}, "unique is 'yes': give true or false."),
        ("tower", {"center": "True"}, "center is 'True': give true or false."),
        ("id:0123456789abcdef", {}, "no item"),
        ("text:tower - text:tower", {}, "cancel each other"),
    ],
)
def test_errors_are_sentences(client: Client, q: str, more: dict[str, object], said: str):
    reply = client.search(q, **more)
    assert reply.status == 400 and said in reply.error


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"q=tower", "no JSON"),
        (b"[1]", "no JSON object"),
        (b'{"q": 5}', "q is of type int"),
        (b'{"like": ["x"]}', "no item 'x'"),
        (b'{"like": [3]}', "like takes"),
        (b'{"like": "a.obj", "unlike": "a.obj"}', "a.obj is given to"),
        (b'{"unlike": ["cubes/cube.off", "\\ud800.obj"]}', "UTF-8"),
        (b'{"like": "image:uploads/u0123456789abcdef/photo.png"}', "not here any more"),
        (b'{"q": "tower", "k": "5"}', "k is '5'"),
        (b'{"q": "\\ud800.obj"}', "UTF-8"),
        (b'{"q": "tower", "image": [3]}', "image takes"),
        (b'{"q": "tower", "explain": 1}', "explain is 1: give true or false."),
        (b'{"q": "tower", "center": 1}', "center is 1: give true or false."),
        (b'{"q": "tower", "where": 1}', "where must be"),
        (b"[" * 100_000, "no JSON"),
    ],
)
def test_errors_of_a_post_are_too(client: Client, body: bytes, said: str):
    reply = client.ask("/api/search", body)
    assert reply.status == 400 and said in reply.error


def test_a_bad_upload_is_refused_in_a_sentence_without_places_of_the_server(client: Client, tmp_path: Path):
    for name, data, said in (
        ("note.txt", b"words", "no 3D file, picture or sound"),
        ("none", b"x", "no 3D file"),
        ("empty.png", b"", "is empty"),
    ):
        reply = client.ask(f"/api/upload?name={name}", data)
        assert reply.status == 400 and said in reply.error
    (tmp_path / "prose.obj").write_bytes(b"Dear diary")
    term = client.upload(tmp_path / "prose.obj")
    reply = client.search(term)
    assert reply.status == 400 and term.split(":")[1] in reply.error
    assert str(client.server._uploads._folder) not in reply.error


def test_the_page_is_told_what_it_shows(client: Client):
    reply = client.ask("/api/page?q=text:tower%20-%20id:planks/plank.off&k=3&to=any").json
    assert reply["answer"] == client.search("text:tower - id:planks/plank.off", k=3, to="any").json
    assert [(term["written"], term["weight"]) for term in reply["terms"]] == [
        ('text:"tower"', 1.0),
        ("id:planks/plank.off", -1.0),
    ]
    plank = retriever.open(client.server.current.folder).search("plank").terms
    assert plank and reply["terms"][1]["path"] == "planks/plank.off" and len(reply["terms"][1]["key"]) == 16
    by_path = dict(zip([hit["path"] for hit in reply["answer"]["hits"]], reply["shown"], strict=True))
    assert by_path["towers/tower.obj"]["measured"] == "12 faces"
    start = client.ask("/api/start").json
    assert start["items"] == {"shape": 3, "image": 1, "audio": 1, "text": 1}
    assert start["index"] == str(client.server.current.folder)


def test_a_calibration_after_the_commit_is_seen_without_a_restart(small_space: None, tmp_path: Path):
    for number in range(CALIBRATED):
        write_box(tmp_path / f"media/{number}.off", (2, 2 + number, 2))
    build.index(tmp_path / "media", tmp_path / "index")
    kept = (tmp_path / "index" / CALIBRATION).rename(tmp_path / "kept")
    with Server(tmp_path / "index", port=0) as server:
        client = Client(server)
        assert "confidence" not in client.search("a tower").json["hits"][0]
        before = server.current.index()
        assert server.current.index() is before
        kept.rename(tmp_path / "index" / CALIBRATION)
        assert "confidence" in client.search("a tower").json["hits"][0]
        assert server.current.index() is before, "nothing else is read again"


@pytest.mark.parametrize(
    "asked",
    [
        "/api/search?q=tower&q=plank",
        "/api/search?text=a&k=1&k=2",
        "/api/items?where=true&where=false",
        "/api/page?q=a&q=b",
    ],
)
def test_what_is_given_twice_is_refused_where_only_one_counts(client: Client, asked: str):
    reply = client.ask(asked)
    assert reply.status == 400 and "is given twice; give it once." in reply.json["error"]


def test_a_newer_version_is_seen_without_a_restart(fresh: Client):
    folder = fresh.server.current.folder
    status = fresh.ask("/api/status").json
    assert status["items"]["shape"] == 3
    assert fresh.search("obelisk").json["hits"][0]["path"] != "towers/obelisk.obj"
    write_box(folder.parent / "media/towers/obelisk.obj", (1, 12, 1))
    build.index(folder.parent / "media", folder)
    assert fresh.search("obelisk").json["hits"][0]["path"] == "towers/obelisk.obj"
    newer = fresh.ask("/api/status").json
    assert newer["items"]["shape"] == 4 and newer["version"] > status["version"]


@pytest.mark.parametrize("asked", ["q=tower", "q=id:towers/tower.obj&where=faces%3E1"])
def test_a_compaction_in_the_midst_of_a_request_is_no_error(fresh: Client, monkeypatch: pytest.MonkeyPatch, asked: str):
    current = fresh.server.current
    opened = [retriever.open(current.folder)]
    (plank,) = fresh.search("plank", k=1).json["hits"]
    remove(current.folder, [plank["path"]])
    compact(current.folder)
    newest = current.index
    monkeypatch.setattr(current, "index", lambda: opened.pop() if opened else newest())
    reply = fresh.ask(f"/api/search?{asked}")
    assert reply.status == 200 and reply.json["hits"] and not opened


def test_many_at_once_are_answered_as_one_by_one(client: Client, tmp_path: Path):
    terms = [client.upload(write_box(tmp_path / f"box-{n}.obj", (1, n + 1, 2))) for n in range(4)]
    questions = [*terms, "tower", "plank", "text:tower - text:plank", f"{terms[0]} - {terms[1]}"] * 4
    alone = [client.search(q).json for q in questions]
    with ThreadPoolExecutor(8) as pool:
        assert [reply.json for reply in pool.map(client.search, questions)] == alone


def test_an_upload_is_told_by_its_handle_wherever_it_lies(
    corpus: Path, small_space: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    odd = tmp_path / 'Jürgen\'s "odd" \\ place'
    odd.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(odd))
    build.index(corpus, tmp_path / "index")
    with Server(tmp_path / "index", port=0) as server:
        client = Client(server)
        term = client.upload(write_box(tmp_path / "box.obj", (1, 8, 1)))
        handle = term.split(":")[1]
        for q in (term, f"mean({term}, mean(text:tower, {term} - text:plank)) + text:tower"):
            for path in ("search", "page"):
                reply = client.ask(f"/api/{path}?q={quote(q)}")
                assert reply.status == 200 and handle in reply.body.decode() and b"odd" not in reply.body
        explained = client.ask(
            "/api/search", json.dumps({"q": f"mean({term}, text:a) + {term}", "explain": True}).encode()
        )
        assert explained.status == 200 and b"odd" not in explained.body
        (tmp_path / "prose.obj").write_bytes(b"Dear diary")
        for q in (client.upload(tmp_path / "prose.obj"), f"{term} - mean({term})"):
            assert client.search(q).status == 400 and "odd" not in client.search(q).error
        lies = server._uploads.of_handle(handle)
        assert lies and odd in lies.path.parents
        lies.path.unlink()
        gone = client.search(term)
        assert gone.status == 400 and f"{handle} does not exist" in gone.error and "odd" not in gone.error


@pytest.mark.parametrize(
    ("keywords", "said"),
    [
        ({"q": " + ".join(["text:a"] * 201)}, "more than 200 terms"),
        ({"q": f"mean({', '.join(['text:a'] * 150)})", "text": ["b"] * 51}, "more than 200 terms"),
        ({"q": "mean(" * 9 + "text:a" + ")" * 9}, "More than 8 means"),
        ({"q": "a" * 20_001}, "more than 20,000 letters"),
        ({"like": [f"{n}" for n in range(40_000)], "unlike": [f"-{n}" for n in range(40_000)]}, "more than 200 terms"),
    ],
)
def test_what_would_take_long_to_read_is_refused(client: Client, keywords: dict[str, object], said: str):
    reply = client.ask("/api/search", json.dumps(keywords).encode())
    assert reply.status == 400 and said in reply.error
    assert client.search("mean(" * 8 + "text:a" + ")" * 8).status == 200


def test_the_same_bytes_under_two_names_have_both(client: Client, corpus: Path, tmp_path: Path):
    terms = []
    for name in ("first.png", "second one.png"):
        shutil.copy(corpus / "red.png", tmp_path / name)
        terms.append(client.upload(tmp_path / name))
    assert [term.rpartition("/")[2] for term in terms] == ["first.png", "second-one.png"]
    pages = [client.ask(f"/api/page?q={quote(term)}").json for term in terms]
    assert pages[0]["answer"]["hits"] == pages[1]["answer"]["hits"]
    assert [page["terms"][0]["title"] for page in pages] == ["first.png", "second-one.png"]
