"""The chips above the cards: what there is of each label, and how they narrow the filter."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import list_column
import pytest
from browser import Browser, Page
from search_page import ask, asked, needs_browser
from small_corpus import write_box

from indexer import build
from retriever.query.zeroshot import KINDS
from retriever.serve import Server

pytestmark = needs_browser

ODD = "it's so or not"


@pytest.fixture(scope="module")
def labelled(tmp_path_factory: pytest.TempPathFactory, small_space: None) -> Path:
    """An index of 19 boxes: chairs, a table, one whose label has quotes, one without a label, and 13 kinds more."""
    folder = tmp_path_factory.mktemp("labelled")
    kinds = {"chair": 3, "table": 1, ODD: 1, **{f"kind {number:02}": 1 for number in range(13)}}
    paths = [f"{kind}/{kind} {number}.off" for kind, count in kinds.items() for number in range(count)]
    for number, path in enumerate([*paths, "bare.off"]):
        write_box(folder / "boxes" / path, (1, 1 + number / 7, 1 + number % 3))
    build.index(folder / "boxes", folder / "index")
    list_column.add(folder / "index", KINDS, {})  # as an older version wrote it
    return folder / "index"


@pytest.fixture
def tab(browser: Browser, labelled: Path) -> Iterator[Page]:
    with Server(labelled, port=0) as server:
        yield from _tab(browser, server)


@pytest.fixture
def tab_of_kinds(browser: Browser, tmp_path: Path, small_space: None) -> Iterator[Page]:
    """Of three chairs, a table and a thing, with what they are kinds of; all are things."""
    chairs = {f"chair/chair {number}.off": ["chair", "seat", "furniture", "thing"] for number in range(3)}
    kinds = {**chairs, "table/table 0.off": ["table", "furniture", "thing"], "bare.off": ["thing"]}
    for number, path in enumerate(kinds):
        write_box(tmp_path / "boxes" / path, (1, 1 + number / 7, 1 + number % 3))
    build.index(tmp_path / "boxes", tmp_path / "index")
    list_column.add(tmp_path / "index", KINDS, kinds)
    with Server(tmp_path / "index", port=0) as server:
        yield from _tab(browser, server)


@pytest.fixture
def tab_as_indexed(browser: Browser, tmp_path: Path, small_space: None) -> Iterator[Page]:
    """Of two chairs, a lamp and what has no label, as indexing leaves them."""
    for number, path in enumerate(("chair/a.off", "chair/b.off", "table lamp/c.off", "d.off")):
        write_box(tmp_path / "boxes" / path, (1, 1 + number, 1))
    build.index(tmp_path / "boxes", tmp_path / "index")
    with Server(tmp_path / "index", port=0) as server:
        yield from _tab(browser, server)


def _tab(browser: Browser, server: Server) -> Iterator[Page]:
    tab = browser.page()
    tab.open(server.address)
    tab.until("document.querySelector('#facets .facet')")
    yield tab
    assert tab.complaints() == []
    tab.close()


def facets(page: Page, *wanted: str) -> None:
    """Wait until these chips are there, each as its name and number, and an x where it is pressed."""
    said = "[...document.querySelectorAll('#facets:not([hidden]) button')].map((one) => one.innerText)"
    page.until(f"JSON.stringify({said}).replaceAll('\\\\n', ' ') === JSON.stringify({list(wanted)!r})")


def pick(page: Page, name: str) -> None:
    page.js(f"[...document.querySelectorAll('.facet .name')].find((one) => one.innerText === {name!r}).click()")


def filter_of(page: Page) -> Any:
    assert page.js(
        "document.querySelector('#where').value === (new URLSearchParams(location.search).get('where') ?? '')"
    )
    return page.js("document.querySelector('#where').value")


FIRST = ["chair 3", f"{ODD} 1", *(f"kind {number:02} 1" for number in range(10)), "no label 1", "4 more"]


def test_rows_of_chips_stand_close(tab: Page):
    facets(tab, *FIRST)
    margins = "[...document.querySelectorAll('#facets > *')].map((one) => getComputedStyle(one).margin)"
    assert {*tab.js(margins)} == {"0px"}  # that of a style of the sheet for something else made a gap below and above


def test_a_click_narrows_the_filter_and_another_takes_it_away(tab: Page):
    facets(tab, *FIRST)
    tab.click(".facet")
    facets(tab, "chair 3 ×")
    tab.until("document.querySelectorAll('.card').length === 3")
    assert filter_of(tab) == "label = 'chair'"
    assert tab.js("document.querySelector('.facet').getAttribute('aria-pressed')") == "true"
    tab.click(".facet")
    facets(tab, *FIRST)
    assert filter_of(tab) == "" and tab.js("location.search") == ""
    tab.js("history.back()")
    facets(tab, "chair 3 ×")
    tab.js("history.forward()")
    facets(tab, *FIRST)


def test_labels_with_quotes_stand_beside_what_is_typed(tab: Page):
    tab.click("#where")
    tab.type("faces > 1 or label = 'nothing'")
    tab.click("#facets .facet:nth-child(2)")  # leaves the box, which is a change
    facets(tab, f"{ODD} 1 ×")
    assert filter_of(tab) == "(faces > 1 or label = 'nothing') and label = 'it''s so or not'"
    tab.until("document.querySelectorAll('.card').length === 1")
    tab.open(tab.js("location.href"))
    facets(tab, f"{ODD} 1 ×")
    tab.click(".facet")
    facets(tab, *FIRST)
    assert filter_of(tab) == "faces > 1 or label = 'nothing'"
    pick(tab, "no label")
    facets(tab, "no label 1 ×")
    assert filter_of(tab) == "(faces > 1 or label = 'nothing') and label is null"


def test_a_chip_that_is_pressed_for_long_is_clicked(tab: Page):
    facets(tab, *FIRST)
    tab.click("#where")
    tab.type("path like '%chair%'")
    x, y = tab.js("(({ x, y }) => [x + 9, y + 9])(document.querySelector('.facet').getBoundingClientRect())")
    tab.call("Input.dispatchMouseEvent", type="mousePressed", x=x, y=y, button="left", clickCount=1)
    tab.until("document.querySelectorAll('.card').length === 3")  # that box was left, and its filter asked
    tab.js("new Promise((go) => setTimeout(go, 300))")
    tab.call("Input.dispatchMouseEvent", type="mouseReleased", x=x, y=y, button="left", clickCount=1)
    facets(tab, "chair 3 ×")
    assert filter_of(tab) == "path like '%chair%' and label = 'chair'"


def test_what_is_typed_by_hand_is_known_again(tab: Page):
    tab.click("#where")
    tab.type("faces between 1 and 99 AND (\"label\"='chair')")
    tab.press("Enter")
    facets(tab, "chair 3 ×")
    tab.click(".facet")
    facets(tab, *FIRST)
    assert filter_of(tab) == "faces between 1 and 99"
    tab.open(tab.js("location.origin") + "/?where=label = 'chair' or faces < 0")
    tab.until("document.querySelectorAll('.card').length === 3 && document.querySelector('#facets').hidden")


def test_more_and_fewer_of_them_by_keys_and_the_focus_stays(tab: Page):
    facets(tab, *FIRST)
    tab.js("document.querySelector('#facets [data-of=more]').focus()")
    tab.press("Enter")
    kinds = [f"kind {number:02} 1" for number in range(13)]
    facets(tab, "chair 3", f"{ODD} 1", *kinds, "table 1", "no label 1", "fewer")
    tab.js("document.querySelector('#facets [data-of=fewer]').focus()")
    tab.press("Enter")
    facets(tab, *FIRST)
    tab.js("document.querySelectorAll('.facet')[2].focus()")
    tab.press("Enter")
    facets(tab, "kind 00 1 ×")
    label = "document.activeElement.getAttribute('aria-label')"
    assert tab.js(label) == "kind 00, 1 item"
    tab.press("Enter")
    facets(tab, *FIRST)
    assert tab.js(label) == "kind 00, 1 item"


def test_beside_a_question_they_stay_and_narrow_it(tab: Page):
    ask(tab, "tower")
    facets(tab, *FIRST)
    tab.click(".facet")
    facets(tab, "chair 3 ×")
    tab.until("document.querySelectorAll('.card .rank').length === 3")
    assert asked(tab) == ["tower", "label = 'chair'"]


def test_with_a_filter_that_is_none_there_are_none(tab: Page):
    facets(tab, *FIRST)
    tab.click("#where")
    tab.type("labl = 1")
    tab.press("Enter")
    tab.until("!document.querySelector('#problem').hidden && document.querySelector('#facets').hidden")


def test_without_labels_there_is_nothing(page: Page):
    page.until("document.querySelectorAll('#facets:not([hidden]) .facet').length >= 3")
    page.js("[...document.querySelectorAll('#kinds button')].find((one) => one.innerText === 'Pictures').click()")
    page.until("document.querySelectorAll('.card').length === 1 && document.querySelector('#facets').hidden")


def test_what_labels_are_a_kind_of_is_known_to_the_vocabulary(tab_as_indexed: Page):
    tab = tab_as_indexed
    found = tab.js("[...document.querySelectorAll('#facets .facet .name')].map((one) => one.innerText)")
    assert {"chair", "seating furniture", "furniture", "table lamp", "lamp"} <= set(found)
    pick(tab, "furniture")
    tab.until("document.querySelectorAll('.card').length === 2")


def test_what_has_no_label_is_told_beside_kinds(tab_as_indexed: Page):
    tab = tab_as_indexed
    pick(tab, "no label")
    facets(tab, "no label 1 ×")
    assert filter_of(tab) == "label_kinds is null"
    tab.until("document.querySelectorAll('.card').length === 1")
    tab.click(".facet")
    tab.until("document.querySelectorAll('.card').length === 4")
    assert filter_of(tab) == ""


def test_kinds_take_the_place_of_labels(tab_of_kinds: Page):
    tab = tab_of_kinds
    facets(tab, "furniture 4", "chair 3", "seat 3", "table 1")  # no thing, for all of them are things
    pick(tab, "furniture")
    facets(tab, "furniture 4 ×", "chair 3", "seat 3", "table 1")
    assert filter_of(tab) == "list_contains(label_kinds, 'furniture')"
    pick(tab, "seat")
    facets(tab, "furniture 3 ×", "seat 3 ×")
    tab.until("document.querySelectorAll('.card').length === 3")
    pick(tab, "furniture")
    facets(tab, "seat 3 ×")
    assert filter_of(tab) == "list_contains(label_kinds, 'seat')"


@pytest.mark.parametrize(
    ("where", "turned"),
    [
        ("", "label = 'a'"),
        ("faces < 5", "faces < 5 and label = 'a'"),
        ("a or b", "(a or b) and label = 'a'"),
        ("label = 'a'", ""),
        ("x = 'or' and b between 1 and 2", "x = 'or' and b between 1 and 2 and label = 'a'"),
        ("b not between 1 and 2 AND ( LABEL='a' ) and c", "b not between 1 and 2 and c"),
        ("case when a and b or c then 1 end = 1 and label = 'a'", "case when a and b or c then 1 end = 1"),
        ("(a or b) and label = 'a'", "a or b"),
        ("(a) or (b)", "((a) or (b)) and label = 'a'"),
        ("label = 'A'", "label = 'A' and label = 'a'"),
        ("label = 'a' or b", "(label = 'a' or b) and label = 'a'"),
        ("x = ' and label = ''a'''", "x = ' and label = ''a''' and label = 'a'"),
    ],
)
def test_a_part_is_put_into_a_condition_and_taken_out(page: Page, where: str, turned: str):
    turn = f"import('/conjuncts.js').then((of) => of.turned({where!r}, \"label = 'a'\"))"
    assert page.js(turn) == turned
