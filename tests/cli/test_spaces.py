"""``retriever spaces``: listing, adding, pulling, and an index and a query in what was added."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import small_published
import torch
from small_corpus import write_box, write_tone
from small_published import NAME
from typer.testing import CliRunner, Result

from cli.main import app
from retriever import spaces
from retriever.spaces import catalogue, home
from retriever.spaces.published import Download


@pytest.fixture(autouse=True)
def _own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small_published.publish(monkeypatch, tmp_path / "spaces")
    monkeypatch.setattr(spaces, "_opened", {})
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("published") / "small.pt"
    torch.save(small_published.checkpoint(), path)
    return path


def retriever(*arguments: str | Path, answer: str | None = None) -> Result:
    return CliRunner().invoke(app, [str(each) for each in arguments], input=answer)


def rows(result: Result) -> dict[str, list[str]]:
    return {cells[0]: cells[1:] for cells in (line.split("\t") for line in result.stdout.splitlines())}


def test_the_list_tells_what_is_here_and_what_can_be_added(weights: Path) -> None:
    before = rows(retriever("spaces"))
    assert before["mini"][2] == "shipped" and before["mini-research"][2] == "shipped"
    assert before["point-bind"][:3] == ["1024", "shape image audio text", "no"]
    assert before[NAME][2] == "no"
    assert retriever("spaces", "add", NAME, weights, "--yes").exit_code == 0
    after = rows(retriever("spaces", "list"))
    assert after[NAME][:3] == ["1024", "shape audio", "added"]
    told = {each["name"]: each for each in json.loads(retriever("spaces", "list", "--json").stdout)}
    assert told[NAME]["folder"] == str(home.home() / NAME) and told["point-bind"]["folder"] is None
    assert retriever("spaces", "--json").stdout == retriever("spaces", "list", "--json").stdout
    misplaced = retriever("spaces", "--json", "show", "mini")
    assert misplaced.exit_code == 2 and "put it behind `retriever spaces show`" in misplaced.stderr


def test_show_tells_towers_licences_rules_and_what_to_do() -> None:
    absent = rows(retriever("spaces", "show", "point-bind"))
    assert "no commercial use" in absent["shape tower"][0]
    assert absent["shapes are read"] == ["8,192 points of the surface, y up, without colours"]
    assert absent["pictures are read"] == ["cropped to 224x224 pixels"]
    assert absent["sounds are read"] == ["3 clips of 2 s at 16,000 Hz"]
    assert "retriever spaces add point-bind FILE" in absent["to add it"][0]
    here = rows(retriever("spaces", "show", "mini-research"))
    assert here["here"] == ["shipped"] and len(here["weights"][0]) == 64 and "to add it" not in here
    assert json.loads(retriever("spaces", "show", "mini-research", "--json").stdout)["dim"] == 384
    unknown = retriever("spaces", "show", "nothing")
    assert unknown.exit_code == 1 and "There is no space called 'nothing'" in unknown.stderr


def test_the_licence_is_shown_and_asked_for_once(weights: Path) -> None:
    script = retriever("spaces", "add", NAME, weights)
    assert script.exit_code == 2 and "add --yes where nobody can be asked" in script.stderr
    assert "audio: no use at all" in script.stderr
    assert not (home.home() / NAME).exists()


@pytest.mark.parametrize(("answer", "code"), [("n\n", 2), ("y\n", 0)])
def test_a_person_is_asked(weights: Path, answer: str, code: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cli.spaces.has_person", lambda: True)
    result = retriever("spaces", "add", NAME, weights, answer=answer)
    assert result.exit_code == code
    assert (home.home() / NAME).exists() == (code == 0)


def test_an_index_and_a_query_in_an_added_space(weights: Path, tmp_path: Path) -> None:
    refused = retriever("index", "things", "--space", NAME)
    assert refused.exit_code == 1 and "retriever spaces add small-bind FILE" in refused.stderr
    assert retriever("spaces", "add", NAME, weights, "--yes").exit_code == 0
    for number in range(3):
        write_box(tmp_path / "things" / f"box{number}.off", (1, 1 + number, 2))
    write_tone(tmp_path / "things" / "tone.wav", 440)
    indexed = retriever("index", "things", "--space", NAME)
    assert indexed.exit_code == 0 and "4 embedded" in indexed.stderr
    told = json.loads(retriever("query", "--shape", "things/box1.off", "--json").stdout)
    assert told["space"] == NAME and told["hits"][0]["path"] == "box1.off"
    assert told["hits"][0]["score"] == pytest.approx(1, abs=1e-5)
    heard = json.loads(retriever("query", "--audio", "things/tone.wav", "--to", "audio", "--json").stdout)
    assert heard["hits"][0]["path"] == "tone.wav"
    mute = retriever("query", "--text", "a box")
    assert mute.exit_code == 1 and "has no text encoder (it has: audio, shape)" in mute.stderr

    (home.home() / NAME / "space.json").unlink()
    spaces._opened.clear()
    gone = retriever("query", "--shape", "things/box1.off")
    assert gone.exit_code == 1 and f"The space '{NAME}' has no weights in" in gone.stderr


def test_an_index_of_one_space_refuses_another(weights: Path, tmp_path: Path) -> None:
    write_box(tmp_path / "things" / "box.off", (1, 2, 3))
    assert retriever("index", "things").exit_code == 0
    retriever("spaces", "add", NAME, weights, "--yes")
    other = retriever("index", "things", "--space", NAME)
    assert other.exit_code == 1 and "mini" in other.stderr and NAME in other.stderr


@pytest.fixture
def server(weights: Path) -> Iterator[str]:
    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            return None

    serving = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(weights.parent)))
    thread = threading.Thread(target=serving.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{serving.server_port}/small.pt"
    serving.shutdown()
    thread.join()
    serving.server_close()


@pytest.mark.parametrize("keep", [True, False])
def test_pull_downloads_adds_and_tidies_up(server: str, keep: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    published = replace(small_published.PUBLISHED, downloads=(Download(server),))
    monkeypatch.setitem(catalogue.PUBLISHED, NAME, published)
    result = retriever("spaces", "pull", NAME, "--yes", *(["--keep"] if keep else []))
    assert result.exit_code == 0, result.stderr
    assert "shape, audio written" in result.stderr
    assert spaces.get(NAME).identity.dim == 1024
    assert (home.home() / ".downloads" / NAME / "small.pt").exists() == keep


def test_what_is_no_model_is_not_kept(server: str, weights: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = weights.with_name("page.pt")
    page.write_text("<html>Log in to the network first</html>")
    published = replace(small_published.PUBLISHED, downloads=(Download(server.replace("small", "page")),))
    monkeypatch.setitem(catalogue.PUBLISHED, NAME, published)
    result = retriever("spaces", "pull", NAME, "--yes")
    assert result.exit_code == 1 and "page.pt is no whole file of weights" in result.stderr
    torch.save(small_published.checkpoint(), page)
    assert retriever("spaces", "pull", NAME, "--yes").exit_code == 0
    again = retriever("spaces", "pull", NAME, "--yes")
    assert again.exit_code == 0 and "is here already" in again.stderr


def test_a_damaged_space_is_listed_as_such(weights: Path) -> None:
    retriever("spaces", "add", NAME, weights, "--yes")
    (home.home() / NAME / "space.json").write_text("{}")
    assert rows(retriever("spaces"))[NAME][2] == "damaged"
    shown = retriever("spaces", "show", NAME)
    assert shown.exit_code == 1 and "it names no towers" in shown.stderr
    assert retriever("spaces", "add", NAME, weights, "--yes").exit_code == 0
    assert rows(retriever("spaces"))[NAME][2] == "added"


def test_a_slip_of_the_pen_is_understood() -> None:
    result = retriever("spaces", "show", "imagebin")
    assert result.exit_code == 1 and "Did you mean imagebind?" in result.stderr
    assert "Did you mean point-bind?" in retriever("index", ".", "--space", "pointbind").stderr


def test_what_has_no_plain_address_says_where_it_is() -> None:
    result = retriever("spaces", "pull", "point-bind", "--yes")
    assert result.exit_code == 2
    assert "https://drive.google.com/file/d/1V9y3h9EPlPN_HzU7zeeZ6xBOcvU-Xj6h" in result.stderr
    assert "retriever spaces add point-bind FILE" in result.stderr


def test_listing_imports_nothing_heavy() -> None:
    program = (
        "import sys; from cli.main import app\n"
        "try: app(['spaces'])\n"
        "except SystemExit: pass\n"
        "print(*sorted({name.split('.')[0] for name in sys.modules} & {'torch', 'faiss', 'duckdb', 'trimesh'}))"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, env=environment)
    assert done.stdout.splitlines()[-1] == ""
