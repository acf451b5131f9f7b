"""A real server on a free port, over a small index of every kind of file."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import simple_space
from browser import Browser, Page
from search_page import BROWSER
from served import Client
from small_corpus import write_box, write_picture, write_tone

from indexer import build
from retriever.serve import Server


@pytest.fixture(scope="module")
def small_space() -> Iterator[None]:
    """The small space stands in for the default one."""
    with pytest.MonkeyPatch.context() as patch:
        simple_space.stand_in(patch)
        yield


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("serve") / "media"
    write_box(folder / "towers/tower.obj", (1, 9, 1))
    write_box(folder / "planks/plank.off", (9, 1, 2))
    write_box(folder / "cubes/cube.off", (2, 2, 2))
    write_picture(folder / "red.png", (220, 20, 20))
    write_tone(folder / "low.wav", 60)
    (folder / "note.txt").write_text("a tall tower\n")
    return folder


@pytest.fixture(scope="module")
def client(corpus: Path, small_space: None) -> Iterator[Client]:
    build.index(corpus, corpus.parent / "index")
    with Server(corpus.parent / "index", port=0) as server:
        yield Client(server)
    assert not server._uploads._folder.exists()


@pytest.fixture
def fresh(corpus: Path, small_space: None, tmp_path: Path) -> Iterator[Client]:
    """A server whose corpus may be changed."""
    shutil.copytree(corpus, tmp_path / "media")
    build.index(tmp_path / "media", tmp_path / "index")
    with Server(tmp_path / "index", port=0) as server:
        yield Client(server)


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with Browser(str(BROWSER), tmp_path_factory.mktemp("profile")) as started:
        yield started


@pytest.fixture
def page(browser: Browser, client: Client) -> Iterator[Page]:
    """A tab with the page, before anything is asked; at the end nothing was thrown in it, and nothing blocked."""
    tab = browser.page()
    tab.open(client.server.address)
    tab.until("document.querySelector('#start h2').innerText.includes('3 3D models')")
    yield tab
    assert tab.complaints() == []
    tab.close()
