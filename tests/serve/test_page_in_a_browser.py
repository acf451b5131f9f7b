"""The page as somebody sees it who uses it: the real server, and a real browser where one is installed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import NAMES, Browser, Page, installed
from served import Client
from small_corpus import write_box

BROWSER = installed()

pytestmark = pytest.mark.skipif(BROWSER is None, reason=f"no browser is installed: none of {', '.join(NAMES)}")

SHAPES = ["towers/tower.obj", "planks/plank.off", "cubes/cube.off"]


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


def paths(page: Page) -> list[str]:
    """What the cards on the screen show, best first."""
    return list(page.js("[...document.querySelectorAll('.card .path span:not(.folder)')].map((one) => one.innerText)"))


def ask(page: Page, words: str) -> None:
    page.press("Escape")
    page.press("/")
    page.type(words)
    page.press("Enter")
    page.until("document.querySelector('.card')")


def chips(page: Page) -> list[str]:
    titles = "[...document.querySelectorAll('#terms:not([hidden]) .chip')]"
    return list(
        page.js(f"{titles}.map((one) => one.querySelector('.turn').innerText + one.querySelector('.title').innerText)")
    )


def test_words_give_hits_with_pictures(page: Page):
    ask(page, "a tall tower")
    assert sorted(paths(page)) == sorted(SHAPES) and paths(page)[0] == SHAPES[0]
    page.until("[...document.querySelectorAll('.card img')].every((one) => one.complete && one.naturalWidth === 320)")
    assert page.js("document.querySelector('#told').innerText").startswith("3 hits")
    assert page.js("document.title") == "a tall tower · retriever"
    assert chips(page) == [] and page.js("document.querySelector('#words').value") == "a tall tower"


def test_more_and_less_of_a_hit_are_terms_and_back_takes_them_away(page: Page):
    ask(page, "tower")
    page.click(".card .like")
    page.until("document.querySelectorAll('.chip').length === 2")
    page.until("!document.body.classList.contains('busy')")
    assert chips(page) == ["+“tower”", "+towers"] and SHAPES[0] not in paths(page)
    page.click(".card .unlike")
    page.until("document.querySelectorAll('.chip').length === 3")
    assert [one[0] for one in chips(page)] == ["+", "+", "−"] and len(paths(page)) == 1
    page.js("history.go(-2)")
    page.until("document.querySelector('#terms').hidden && document.querySelectorAll('.card').length === 3")
    assert page.js("document.querySelector('#words').value") == "tower"
    page.js("history.back()")
    page.until("!document.querySelector('#start').hidden && !document.querySelector('.card')")


def test_all_of_it_goes_by_keys(page: Page):
    ask(page, "tower")
    for key, rank in (("ArrowRight", 1), ("ArrowRight", 2), ("ArrowLeft", 1)):
        page.press(key)
        assert page.js("document.activeElement.querySelector('.rank').innerText") == str(rank)
    page.press(" ")
    page.until("document.querySelector('dialog[open] #about h2')")
    page.until(
        "document.querySelector('#stage .hint')?.innerText.startsWith('Drag') || document.querySelector('#stage img')"
    )
    title = "document.querySelector('#about .path').innerText.trim()"
    assert page.js(title) == paths(page)[0]
    page.press("PageDown")
    page.until(f"{title} === {paths(page)[1]!r}")
    page.press("Escape")
    page.until("!document.querySelector('dialog[open]')")
    assert page.js("document.activeElement.querySelector('.rank').innerText") == "1"
    page.press("-")
    page.until("document.querySelector('.chip.minus')")


def test_a_card_that_is_gone_to_by_keys_is_not_behind_the_header(page: Page):
    page.size(710, 800)  # two cards side by side
    ask(page, "tower")
    for key, rank in (("ArrowDown", 1), ("ArrowDown", 3), ("ArrowUp", 1)):
        page.press(key)
        assert page.js("document.activeElement.querySelector('.rank').innerText") == str(rank)
    top, bottom = (f"document.{one}.getBoundingClientRect()" for one in ("activeElement", "querySelector('#top')"))
    page.until(f"{top}.top >= {bottom}.bottom")


def test_a_file_that_is_dropped_is_asked_with(page: Page, tmp_path: Path):
    page.drop(write_box(tmp_path / "dropped box.obj", (1, 8.5, 1)))
    page.until("document.querySelector('.chip img') && document.querySelector('.card')")
    assert chips(page) == ["+dropped-box.obj"] and paths(page)[0] == SHAPES[0]
    (tmp_path / "words.txt").write_text("words")
    page.drop(tmp_path / "words.txt")
    page.until("document.querySelector('#problem').innerText.includes('words.txt is no 3D file')")
    assert paths(page)[0] == SHAPES[0], "what was there before stays"


def test_what_narrows_the_hits_is_in_the_address_and_can_be_left_out(page: Page, client: Client):
    ask(page, "tower")
    page.click("#where")
    page.type("faces < 0")
    page.press("Enter")
    page.until("!document.querySelector('#none').hidden")
    assert page.js("document.querySelector('#told').innerText").startswith("No item qualifies")
    page.click("#unique")
    page.until("location.search.includes('unique=true')")
    page.open(page.js("location.href"))
    page.until("!document.querySelector('#none').hidden && document.querySelector('#unique').checked")
    page.click("#none button")
    page.until("document.querySelectorAll('.card').length === 3 && location.search === '?q=tower&unique=true'")
    page.js("[...document.querySelectorAll('#kinds button')].at(-1).click()")
    page.until("document.querySelectorAll('.card').length === 6")


def test_an_error_is_a_sentence_and_what_was_typed_stays(page: Page):
    page.type('text:"a" + txt:b')
    page.press("Enter")
    page.until("document.querySelector('#problem').innerText.includes(\"There is no kind 'txt'\")")
    assert page.js("document.querySelector('#words').value") == 'text:"a" + txt:b'
    ask(page, "tower")
    page.until("document.querySelector('#problem').hidden && document.querySelectorAll('.card').length === 3")


@pytest.mark.parametrize("width", [320, 390, 768, 1400])
def test_nothing_sticks_out_at_the_side(page: Page, client: Client, width: int):
    page.size(width, 800)
    page.open(f"{client.server.address}?q=text:tower %2B 0.5*text:{'long' * 60} - id:cubes/cube.off&to=any")
    page.until("document.querySelectorAll('.card').length === 5 && document.querySelectorAll('.chip').length === 3")
    assert page.js("document.documentElement.scrollWidth") <= width
