"""What somebody does with the page of `retriever serve`, and sees on it, for tests in a browser."""

from __future__ import annotations

import pytest
from browser import NAMES, Page, installed

BROWSER = installed()

needs_browser = pytest.mark.skipif(BROWSER is None, reason=f"no browser is installed: none of {', '.join(NAMES)}")

SHAPES = ["towers/tower.obj", "planks/plank.off", "cubes/cube.off"]


def paths(page: Page) -> list[str]:
    """What the cards on the screen show, best first."""
    return list(page.js("[...document.querySelectorAll('.card .path span:not(.folder)')].map((one) => one.innerText)"))


def ask(page: Page, words: str) -> None:
    page.press("Escape")
    page.press("/")
    page.type(words)
    page.press("Enter")
    page.until("document.querySelector('.card .rank')")


def chips(page: Page) -> list[str]:
    titles = "[...document.querySelectorAll('#terms:not([hidden]) .chip')]"
    return list(
        page.js(f"{titles}.map((one) => one.querySelector('.turn').innerText + one.querySelector('.title').innerText)")
    )


def asked(page: Page) -> list[str]:
    """The values of q and further keys of the address."""
    return list(page.js("[...new URLSearchParams(location.search).values()]"))
