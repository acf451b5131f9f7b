"""What is handed to the page, and what becomes of pictures and keys, as somebody sees it who uses it."""

from __future__ import annotations

from pathlib import Path

from browser import Browser, Page
from search_page import SHAPES, ask, asked, chips, needs_browser, paths
from served import Client
from small_corpus import write_box

from indexer import build
from retriever.serve import Server

pytestmark = needs_browser


def pasted(page: Page, where: str, *, text: bool) -> bool:
    """Paste a picture, with or without the text that it was copied with; whether the page took it."""
    return bool(
        page.js(
            "(() => { const data = new DataTransfer(); data.items.add(new File(['x'], 'pasted.png'));"
            f"if ({str(text).lower()}) data.setData('text/plain', 'a red chair');"
            "const event = new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true });"
            f"return !document.querySelector('{where}').dispatchEvent(event); }})()"
        )
    )


def test_text_that_is_pasted_with_a_picture_goes_into_the_field(page: Page):
    assert not pasted(page, "#words", text=True) and not pasted(page, "#where", text=True)
    assert pasted(page, "#words", text=False) and pasted(page, "#told", text=True)


def test_what_is_wrong_with_a_file_stays_when_another_is_taken(page: Page, tmp_path: Path):
    (tmp_path / "words.txt").write_text("words")
    (tmp_path / "none.xyzw").write_text("words")
    box = write_box(tmp_path / "box.obj", (1, 8.5, 1))
    page.drop(tmp_path / "words.txt", tmp_path / "none.xyzw", box)
    page.until("document.querySelector('.chip img') && document.querySelector('.card')")
    page.until("!document.body.classList.contains('busy')")
    said = "document.querySelector('#problem').innerText"
    page.until(f"{said}.includes('words.txt is no 3D file') && {said}.includes('none.xyzw is no 3D file')")
    assert chips(page) == ["+box.obj"] and paths(page)[0] == SHAPES[0]
    page.drop(tmp_path / "words.txt")
    page.until(f"!{said}.includes('none.xyzw')")
    assert page.js(said).count("words.txt") == 1


def test_a_file_that_is_back_is_shown_again(page: Page, client: Client, corpus: Path):
    file = corpus / SHAPES[0]
    kept = file.rename(corpus.parent / "kept.obj")
    try:
        page.open(f"{client.server.address}?q=tower")
        page.until("document.querySelector('.look.problem p')?.innerText === 'The file is not there any more.'")
    finally:
        kept.rename(file)
    ask(page, "a tower")
    page.until("[...document.querySelectorAll('.card img')].filter((one) => one.naturalWidth === 320).length === 3")
    assert page.js("document.querySelector('.look.problem')") is None


def test_items_of_several_roots_show_whole_paths(browser: Browser, small_space: None, tmp_path: Path):
    files = [write_box(tmp_path / root / "same.obj", (1, 2, 3)) for root in ("first", "second")]
    build.index(tmp_path / "first", tmp_path / "index")
    build.index(tmp_path / "second", tmp_path / "index")
    with Server(tmp_path / "index", port=0) as server:
        tab = browser.page()
        for address in ("", "?q=same"):
            tab.open(f"{server.address}{address}")
            tab.until("document.querySelectorAll('.card').length === 2 && !document.body.classList.contains('busy')")
            assert sorted(paths(tab)) == sorted(map(str, files))
        tab.click(".card .look")
        tab.until("document.querySelector('dialog[open] #about .path')")
        assert tab.js("document.querySelector('#about .path').innerText").strip() == paths(tab)[0]
        tab.close()


def test_keys_act_on_the_card_whose_picture_was_looked_at(page: Page):
    ask(page, "tower")
    page.click(".card .look")
    page.until("document.querySelector('dialog[open] #about h2')")
    page.press("Escape")
    page.until("!document.querySelector('dialog[open]')")
    page.press(" ")
    page.until("document.querySelector('dialog[open] #about h2')")
    page.press("Escape")
    page.until("!document.querySelector('dialog[open]')")
    page.press("Enter")
    page.until("document.querySelectorAll('.chip').length === 2")


def test_switches_that_are_not_on_are_not_shown_as_set(page: Page, client: Client):
    page.open(f"{client.server.address}?q=tower&center=false&unique=false&unbalanced=1")
    page.until("document.querySelector('.card .rank') && !document.body.classList.contains('busy')")
    assert page.js("document.querySelector('#settings summary').innerText") == "More settings"
    page.click("#plus-words")
    page.type("plank")
    page.press("Enter")
    page.until("document.querySelectorAll('.chip').length === 2")
    assert asked(page) == ['text:"tower" + text:"plank"']
