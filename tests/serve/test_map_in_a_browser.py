"""The map of the page as somebody sees it who walks about on it."""

from __future__ import annotations

import json

from browser import Page
from search_page import ask, needs_browser
from served import Client

pytestmark = needs_browser

HINT = "document.querySelector('#map-hint').textContent"
TIP = "document.querySelector('#tip:not([hidden])')"


def to_map(page: Page) -> None:
    page.click("[data-view=map]")
    page.until(f"{HINT}.startsWith('3 items')")


def painted(page: Page, colour: str = "") -> int:
    """Pixels of the map that are not empty, or that have the colour of a variable of the style."""
    page.js("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    return int(
        page.js(
            "(() => { const one = document.querySelector('#plane'); const of = one.getContext('2d')"
            ".getImageData(0, 0, one.width, one.height).data; let count = 0;"
            f"const hex = getComputedStyle(document.documentElement).getPropertyValue('--{colour}').trim();"
            f"const is = (at) => {str(not colour).lower()} || hex === '#' + [...of.slice(at - 3, at)]"
            ".map((part) => part.toString(16).padStart(2, '0')).join('');"
            "for (let at = 3; at < of.length; at += 4) count += of[at] > 0 && is(at); return count; })()"
        )
    )


def test_the_map_takes_the_place_of_the_list_and_is_in_the_address(page: Page):
    to_map(page)
    assert page.js("location.search") == "?view=map" and painted(page) > 100
    assert page.js("getComputedStyle(document.querySelector('#cards')).display") == "none"
    spoken = page.js("document.querySelector('#plane').getAttribute('aria-label')")
    assert spoken.startswith("A map of 3 items: cubes (1), planks (1), towers (1).")
    page.click("[data-view='']")
    page.until("document.querySelector('#map').hidden && document.querySelectorAll('.card').length === 3")
    page.js("history.back()")
    page.until("!document.querySelector('#map').hidden && location.search === '?view=map'")


def test_an_address_opens_the_map_and_it_follows_filter_and_kind(page: Page, client: Client):
    page.open(f"{client.server.address}?view=map&where=label%20%3D%20%27towers%27")
    page.until(f"{HINT}.startsWith('1 item ·')")
    page.click("#kinds button:last-child")
    page.until("location.search.includes('to=any')")
    page.js("document.querySelector('#where').value = ''")
    page.js("document.querySelector('#where').dispatchEvent(new Event('change'))")
    page.until(f"{HINT}.startsWith('6 items')")
    page.js("document.querySelector('#where').value = 'faces < 0'")
    page.js("document.querySelector('#where').dispatchEvent(new Event('change'))")
    page.until(f"{HINT} === 'No item qualifies.' || {HINT}.startsWith('No')")
    page.js("document.querySelector('#where').value = 'labl = 1'")
    page.js("document.querySelector('#where').dispatchEvent(new Event('change'))")
    page.until(f"{HINT}.includes('labl')")


def test_what_the_pointer_is_on_is_told_and_a_click_gives_a_closer_look(page: Page):
    to_map(page)
    x, y = middle_of(page, "towers")
    page.call("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)
    page.until(f"{TIP}?.innerText.includes('towers')")
    page.until(f"{TIP}.querySelector('img').naturalWidth === 320")
    for kind in ("mousePressed", "mouseReleased"):
        page.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)
    page.until("document.querySelector('dialog[open] #about h2')?.innerText === 'towers'")
    page.click("#about .like")
    page.until("location.search.includes('q=id') && location.search.includes('view=map')")
    page.until("document.querySelector('#told').innerText.includes('2 hits')")


def test_other_buttons_open_nothing(page: Page):
    to_map(page)
    x, y = middle_of(page, "towers")
    for button in ("right", "middle"):
        page.call("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)
        for kind in ("mousePressed", "mouseReleased"):
            page.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button=button, clickCount=1)
    page.js("fetch('/api/items/page?k=1').then((one) => one.json())")  # as a click asks, which was answered before
    page.js("new Promise((done) => setTimeout(done, 50))")
    asked = "performance.getEntriesByType('resource').filter((one) => one.name.includes('where=id')).length"
    assert page.js(asked) == 0 and page.js("document.querySelector('dialog[open]')") is None


def test_a_pointer_that_passes_by_asks_for_no_picture(page: Page):
    page.call("Network.enable")
    page.call("Network.setBlockedURLs", urls=["*/thumbnail/*"])  # those of the map itself fail
    to_map(page)
    page.until("performance.getEntriesByType('resource').filter((one) => one.name.includes('/thumbnail/')).length >= 3")
    page.call("Network.setBlockedURLs", urls=[])
    x, y = middle_of(page, "towers")
    moved = f"new PointerEvent('pointermove', {{ clientX: {x}, clientY: {y} }})"
    shown = f"{TIP}.innerText.includes('towers') && {TIP}.querySelector('img').hasAttribute('src')"
    assert page.js(f"(() => {{ document.querySelector('#plane').dispatchEvent({moved}); return {shown}; }})()") is False
    page.until(f"{TIP}.querySelector('img').naturalWidth === 320")  # of one that rests


def middle_of(page: Page, title: str) -> tuple[float, float]:
    """Where on the screen the only item of that title is, on a map that nobody has moved."""
    got = page.js("fetch('/api/map?to=shape').then((one) => one.json()).then(JSON.stringify)")
    shown = json.loads(got)
    place = shown["titles"].index(title)
    box = page.js("(() => { const { x, y, width, height } = document.querySelector('#plane').getBoundingClientRect();"
                  "return [x, y, width, height]; })()")  # fmt: skip
    scale = min(box[2:]) * 0.92
    x, y = shown["x"][place] / shown["grid"] - 0.5, 0.5 - shown["y"][place] / shown["grid"]
    return box[0] + box[2] / 2 + x * scale, box[1] + box[3] / 2 + y * scale


def test_one_comes_nearer_by_wheel_keys_and_buttons_and_moves_by_dragging(page: Page):
    to_map(page)
    x, y = middle_of(page, "towers")
    page.call("Input.dispatchMouseEvent", type="mouseWheel", x=x, y=y, deltaX=0, deltaY=-600)
    page.call("Input.dispatchMouseEvent", type="mouseMoved", x=x + 1, y=y)
    page.until(f"{TIP}?.innerText.includes('towers')")  # what was under the pointer stays there
    page.until("performance.getEntriesByType('resource').some((one) => one.name.includes('/thumbnail/'))")
    page.call("Input.dispatchMouseEvent", type="mousePressed", x=x, y=y, button="left", clickCount=1)
    for step in (40, 80, 120):
        page.call("Input.dispatchMouseEvent", type="mouseMoved", x=x + step, y=y, button="left", buttons=1)
    page.call("Input.dispatchMouseEvent", type="mouseReleased", x=x + 120, y=y, button="left", clickCount=1)
    assert page.js("document.querySelector('dialog[open]')") is None  # a drag is no click
    page.call("Input.dispatchMouseEvent", type="mouseMoved", x=x + 119, y=y)
    page.until(f"{TIP}?.innerText.includes('towers')")
    page.click("#zooms [data-by='0']")
    page.js("document.querySelector('#plane').focus()")
    for key in ("+", "ArrowLeft", "ArrowRight", "-"):
        page.press(key)
    page.until(f"Boolean({TIP})")  # what is nearest to the middle
    page.press("Enter")
    page.until("document.querySelector('dialog[open] #about h2')")
    page.press("Escape")


def test_what_keys_come_to_is_said_to_those_who_do_not_see_it(page: Page):
    to_map(page)
    x, y = middle_of(page, "towers")
    page.call("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)
    page.until(f"Boolean({TIP})")
    heard = "document.querySelector('#heard[role=status]').textContent"
    assert page.js(heard) == ""
    page.js("document.querySelector('#plane').focus()")
    page.press("+")
    page.until(f"{heard} === {TIP}.querySelector('b').textContent")
    nodes = page.call("Accessibility.getFullAXTree")["nodes"]
    roles = {node["role"]["value"]: node.get("name", {}).get("value", "") for node in nodes}
    assert roles["application"].startswith("A map of 3 items")


def test_a_long_name_is_cut_between_characters(page: Page):
    for label, shown in (("🧸" * 30, "🧸" * 30), ("x" + "🧸" * 30, "x" + "🧸" * 28 + "…"), ("é" * 31, "é" * 29 + "…")):
        short = page.js(f"import('/map_drawing.js').then((of) => of.shortened({json.dumps(label)}))")
        assert short == shown and page.js(f"{json.dumps(short)}.isWellFormed()")


def test_hits_are_marked_on_it(page: Page):
    to_map(page)
    assert painted(page, "accent") == 0
    ask(page, "a tall tower")
    page.until("performance.getEntriesByType('resource').some((one) => one.name.includes('/thumbnail/'))")
    page.until("document.querySelector('#told').innerText.startsWith('3 hits')")
    x, y = middle_of(page, "towers")
    page.call("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)
    page.until(f"{TIP}?.innerText.includes('1. towers')")
    assert painted(page, "accent") > 100  # whatever else is drawn, which pictures that are kept already change


def test_two_fingers_bring_it_nearer_and_a_touch_gives_a_closer_look(page: Page):
    to_map(page)
    x, y = middle_of(page, "towers")

    def touch(kind: str, *places: tuple[float, float]) -> None:
        points = [{"x": at[0], "y": at[1], "id": number} for number, at in enumerate(places)]
        page.call("Input.dispatchTouchEvent", type=kind, touchPoints=points)

    before = painted(page)
    touch("touchStart", (x - 20, y), (x + 20, y))
    for apart in (30, 45, 60, 90, 120):
        touch("touchMove", (x - apart, y), (x + apart, y))
    touch("touchEnd")
    assert page.js("document.querySelector('dialog[open]')") is None
    page.until("performance.getEntriesByType('resource').some((one) => one.name.includes('/thumbnail/'))")
    assert painted(page) != before
    touch("touchStart", (x, y))
    touch("touchEnd")
    page.until("document.querySelector('dialog[open] #about h2')?.innerText === 'towers'")
    page.press("Escape")
