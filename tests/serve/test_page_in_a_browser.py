"""The page as somebody sees it who uses it: the real server, and a real browser where one is installed."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest
from browser import Page
from search_page import SHAPES, ask, asked, chips, needs_browser, paths
from served import Client
from small_corpus import write_box

pytestmark = needs_browser


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
    page.until("!document.querySelector('#start').hidden && !document.querySelector('.card .rank')")


def items(page: Page, *wanted: str) -> None:
    """Wait until the cards are those of these items, which nobody asked for: without rank and score."""
    page.until(f"document.querySelectorAll('.card').length === {len(wanted)} && !document.querySelector('.rank')")
    page.until("!document.body.classList.contains('busy')")
    assert paths(page) == list(wanted) and page.js("document.querySelector('.card .score, .card .bar')") is None


def test_before_anything_is_asked_the_items_are_shown_and_lead_on(page: Page):
    items(page, *sorted(SHAPES))
    page.until("[...document.querySelectorAll('.card img')].every((one) => one.complete && one.naturalWidth === 320)")
    assert page.js("document.querySelector('#told').innerText").startswith("3 items by path in ")
    assert page.js("document.querySelector('#more').hidden && document.title === 'retriever'")
    page.press("Escape")
    page.press("ArrowRight")
    page.press(" ")
    page.until("document.querySelector('dialog[open] #about h2')")
    named = "[...document.querySelectorAll('#about dt')].map((one) => one.innerText)"
    assert page.js(named) == ["measure", "label", "id", "in"]
    page.press("Escape")
    page.until("!document.querySelector('dialog[open]')")
    page.press("Enter")
    page.until("document.querySelectorAll('.chip').length === 1 && document.querySelector('.card .rank')")
    assert chips(page) == ["+cubes"] and sorted(paths(page)) == ["planks/plank.off", "towers/tower.obj"]
    page.click(".chip .off")
    items(page, *sorted(SHAPES))
    page.press("Escape")
    page.press("ArrowRight")
    page.press("-")
    page.until("document.querySelector('.chip.minus')")


def test_items_are_narrowed_and_words_that_were_typed_stay(page: Page, client: Client):
    items(page, *sorted(SHAPES))
    page.type("a tall thing")
    page.click("#where")
    page.type("path like 'cu%' or path like 'pl%'")
    page.press("Enter")
    items(page, *sorted(SHAPES)[:2])
    assert (
        page.js("document.querySelector('#start').hidden && document.querySelector('#words').value") == "a tall thing"
    )
    page.js("navigator.clipboard.writeText = async (text) => { window.copied = text; }")
    page.click("#told .link")
    page.until("window.copied")
    program, *words = shlex.split(page.js("window.copied"))
    assert program == "retriever"
    of = str(client.server.current.folder)
    assert words == ["items", "--index", of, "--where=path like 'cu%' or path like 'pl%'", "--to", "shape", "-k", "24"]
    page.click("#words")
    page.press("Enter")
    page.until("document.querySelector('.card .rank')")
    assert asked(page)[0] == "a tall thing" and sorted(paths(page)) == sorted(SHAPES)[:2]
    page.js("history.back()")
    items(page, *sorted(SHAPES)[:2])
    page.click("#where")
    page.type(" or nosuch = 1")
    page.press("Enter")
    page.until("document.querySelector('#problem').innerText.includes('nosuch')")
    page.open(f"{client.server.address}?where=faces < 0")
    items(page)
    page.until("!document.querySelector('#none').hidden")
    assert page.js("document.querySelector('#told').innerText").startswith("No item qualifies")
    assert page.js("document.querySelector('#none').innerText").split("\n") == ["Leave the filter out", "Begin anew"]
    page.click("#home")
    items(page, *sorted(SHAPES))
    page.js("[...document.querySelectorAll('#kinds button')].at(-1).click()")
    items(page, "cubes/cube.off", "low.wav", "note.txt", "planks/plank.off", "red.png", "towers/tower.obj")


def test_more_items_are_shown_until_there_are_no_more(page: Page, client: Client):
    page.open(f"{client.server.address}?k=2")
    items(page, *sorted(SHAPES)[:2])
    assert page.js("document.querySelector('#told b').innerText") == "2 of 3 items"
    page.click("#more")
    items(page, *sorted(SHAPES))
    page.until("document.querySelector('#more').hidden")


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


def test_words_are_composed_with_further_words_added_and_taken_away(page: Page):
    ask(page, "tower")
    page.click("#minus-words")
    page.until("document.querySelector('.chip')")
    assert chips(page) == ["+“tower”"] and asked(page) == ["tower"], "nothing is asked yet"
    assert page.js("document.activeElement.id + document.activeElement.placeholder") == "wordsWords to take away"
    page.press("Escape")
    assert chips(page) == [] and page.js("document.querySelector('#words').value") == "tower"
    page.click("#minus-words")
    page.type('a "red" plank')
    page.press("Enter")
    page.until("document.querySelectorAll('.chip').length === 2")
    assert chips(page) == ["+“tower”", '−“a "red" plank”']
    page.js("document.querySelector('#words').focus()")
    page.type("text:cube + text:box")
    page.click("#minus-words")
    page.until("document.querySelectorAll('.chip').length === 4")
    assert [one[0] for one in chips(page)] == ["+", "−", "−", "−"]
    page.js("document.querySelector('#words').focus()")
    page.type("grey")
    page.press("Enter")
    page.until("document.querySelectorAll('.chip').length === 5")
    assert asked(page) == ['text:"tower" - text:"a \\"red\\" plank" - text:"cube" - text:"box" + text:"grey"']
    page.open(page.js("location.href"))
    page.until("document.querySelectorAll('.chip').length === 5")


def test_weights_and_signs_are_changed_by_keys_and_the_focus_stays(page: Page):
    ask(page, "text:tower + text:plank")
    page.js("document.querySelectorAll('.slide')[1].focus()")
    for _ in range(3):
        page.press("ArrowRight")
    page.until("location.search.includes('1.15')")
    page.until("!document.body.classList.contains('busy')")
    assert asked(page) == ['text:"tower" + 1.15*text:"plank"']
    place = "[...document.querySelectorAll('.chip')].indexOf(document.activeElement.closest('.chip'))"
    focus = f"[document.activeElement.className, {place}]"
    assert page.js(focus) == ["slide", 1]
    page.js("document.querySelectorAll('.turn')[1].focus()")
    page.press("Enter")
    page.until("document.querySelector('.chip.minus')")
    assert asked(page) == ['text:"tower" - 1.15*text:"plank"'] and page.js(focus) == ["turn", 1]
    page.js("document.querySelectorAll('.off')[1].focus()")
    page.press("Enter")
    page.until("!document.querySelector('.chip')")
    assert page.js("document.activeElement.id + document.activeElement.value") == "wordstower"


def test_a_very_small_weight_is_not_nothing(page: Page):
    ask(page, "text:tower + 0.00001*text:plank")
    page.js("document.querySelectorAll('.turn')[0].click()")
    page.until("document.querySelector('.chip.minus')")
    assert asked(page) == ['-text:"tower" + 0.00001*text:"plank"']


def test_quick_steps_of_a_weight_are_one_step_back(page: Page):
    ask(page, "text:tower + text:plank")
    before = page.js("history.length")
    page.js(
        "(() => { const slide = document.querySelector('.slide'); for (const size of [1.2, 1.3, 1.4]) "
        "{ slide.value = size; slide.dispatchEvent(new Event('change')); } })()"
    )
    page.until("location.search.includes('1.4*')")
    assert page.js("history.length") == before + 1


def test_a_hit_that_is_dragged_onto_the_search_box_is_a_term_and_no_upload(page: Page):
    ask(page, "tower")
    types = page.drag(".card .look", "#words")
    assert types == ["text/x-retriever-id", "text/plain"], "no file goes along"
    page.until("document.querySelectorAll('.chip').length === 2")
    page.until("!document.body.classList.contains('busy')")
    assert chips(page) == ["+“tower”", "+towers"] and "uploads" not in asked(page)[0]
    assert page.js("document.querySelector('#drop').hidden && !document.querySelector('#top.takes')")
    page.click("#minus-words")
    page.drag(".card .look", "#words")
    page.until("document.querySelectorAll('.chip.minus').length === 1")
    assert asked(page)[0].count(" - 0.15*id:") == 1


def test_how_terms_are_combined_is_set_and_is_in_the_address_and_the_command(page: Page, client: Client):
    ask(page, "text:tower - text:plank")
    assert page.js("document.querySelector('#settings summary').innerText") == "More settings"
    page.click("#settings summary")
    for name, value in (("minus", "project"), ("combine", "rank")):
        page.js(f"document.querySelector('#{name}').focus()")
        page.js(f"document.querySelector('#{name}').value = '{value}'")
        page.js(f"document.querySelector('#{name}').dispatchEvent(new Event('change'))")
        page.until(f"location.search.includes('{name}={value}')")
    page.click("#center")
    page.until("location.search.includes('center=true')")
    page.until("!document.body.classList.contains('busy') && document.querySelectorAll('.card').length === 3")
    q, combine, minus, center = asked(page)
    shown = client.search(q, combine=combine, minus=minus, center=center, k=24).json["hits"]
    assert paths(page) == [hit["path"] for hit in shown] and shown != client.search(q, k=24).json["hits"]
    assert "reciprocal ranks" in page.js("document.querySelector('#combine-why').innerText")
    page.open(page.js("location.href"))
    page.until("document.querySelectorAll('.card').length === 3")
    said = "document.querySelector('#settings summary').innerText"
    page.until(f"{said} === 'More settings: Fuse ranks, Project out, Centre'")
    page.js("navigator.clipboard.writeText = async (text) => { window.copied = text; }")
    page.click("#told .link")
    page.until("window.copied")
    assert page.js("window.copied").endswith(" --combine='rank' --minus='project' --center -k 24")
    assert f" --index '{client.server.current.folder}' " in page.js("window.copied")


def test_a_closer_look_says_what_each_term_adds(page: Page):
    ask(page, "text:tower - 0.5*text:plank")
    rows = "[...document.querySelectorAll('%s .shares li')].map((one) => one.innerText.split('\\n'))"
    of_card = page.js(rows % ".card:first-child")
    assert [row[0] for row in of_card] == ["“tower”", "− 0.5 × “plank”"]
    page.click(".card .look")
    page.until("document.querySelector('dialog[open] #about .shares')")
    assert page.js(rows % "#about") == of_card
    page.press("Escape")
    page.until("!document.querySelector('dialog[open]')")


def test_a_file_that_is_dropped_is_asked_with(page: Page, tmp_path: Path):
    page.drop(write_box(tmp_path / "dropped box.obj", (1, 8.5, 1)))
    page.until("document.querySelector('.chip img') && document.querySelector('.card')")
    assert chips(page) == ["+dropped-box.obj"] and paths(page)[0] == SHAPES[0]
    (tmp_path / "words.txt").write_text("words")
    page.drop(tmp_path / "words.txt")
    page.until("document.querySelector('#problem').innerText.includes('words.txt is no 3D file')")
    assert paths(page)[0] == SHAPES[0], "what was there before stays"
    opacity = "getComputedStyle(document.querySelector('#cards')).opacity"
    assert page.js(opacity) == "1", "it is still the answer"
    page.click("#where")
    page.type("nosuch = 1")
    page.press("Enter")
    page.until(f"{opacity} === '0.4'")


def test_what_narrows_the_hits_is_in_the_address_and_can_be_left_out(page: Page, client: Client):
    ask(page, "tower")
    page.click("#where")
    page.type("faces < 0")
    page.press("Enter")
    page.until("!document.querySelector('#none').hidden")
    assert page.js("document.querySelector('#told').innerText").startswith("No item qualifies")
    page.click("#settings summary")
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
