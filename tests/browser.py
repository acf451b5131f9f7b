"""Drives a real browser by the DevTools protocol over a pair of pipes, for tests of pages."""

from __future__ import annotations

import base64
import fcntl
import json
import os
import shutil
import signal
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
"""Of browsers that understand it."""

PATIENCE = 60.0
"""Seconds until what a page should show is given up: many, for machines that are slow or busy."""

_FLAGS = (
    "--headless",
    "--remote-debugging-pipe",
    "--no-sandbox",  # containers often allow none; nothing but the server under test is opened
    "--disable-gpu",
    "--enable-unsafe-swiftshader",
    "--disable-dev-shm-usage",
    "--disable-extensions",
    "--disable-background-networking",
    "--no-first-run",
    "--hide-scrollbars",
    "--force-prefers-reduced-motion",
)


def installed() -> str | None:
    """The path of a browser; None where there is none that can be driven."""
    found = [path for name in NAMES if (path := shutil.which(name))]
    return found[0] if found and hasattr(os, "posix_spawn") else None


class Browser:
    """One that was started; ends with the block.

    Args:
        path: of the program.
        profile: an empty folder.
    """

    def __init__(self, path: str, profile: Path) -> None:
        ours = [fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 10) for end in (*os.pipe(), *os.pipe())]
        heard, self._said, self._heard, said = ours
        actions = [
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
            (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
            (os.POSIX_SPAWN_DUP2, heard, 3),
            (os.POSIX_SPAWN_DUP2, said, 4),
        ]
        command = [path, *_FLAGS, f"--user-data-dir={profile}", "about:blank"]
        self._pid = os.posix_spawn(
            path, command, {**os.environ, "HOME": str(profile)}, file_actions=actions, setpgroup=0
        )
        os.close(heard)
        os.close(said)
        self._unread = b""
        self._number = 0
        self.events: list[dict[str, Any]] = []

    def __enter__(self) -> Browser:
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self._pid, signal.SIGKILL)
        os.waitpid(self._pid, 0)
        os.close(self._said)
        os.close(self._heard)

    def page(self, width: int = 1400, height: int = 1000, *, dark: bool = False) -> Page:
        """A tab, empty as yet."""
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        page = Page(self, self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"])
        for domain in ("Page", "Runtime", "Log", "DOM"):
            page.call(f"{domain}.enable")
        page.size(width, height)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        page.call("Emulation.setEmulatedMedia", features=[scheme])
        return page

    def call(self, method: str, session: str | None = None, **parameters: Any) -> dict[str, Any]:
        """What the browser answers to one command."""
        self._number += 1
        asked: dict[str, Any] = {"id": self._number, "method": method, "params": parameters}
        if session is not None:
            asked["sessionId"] = session
        data = json.dumps(asked).encode() + b"\0"
        while data:
            data = data[os.write(self._said, data) :]
        while True:
            got = self._next()
            if got.get("id") == self._number:
                assert "error" not in got, f"{method}: {got['error']}"
                return dict(got["result"])
            self.events.append(got)

    def wait(self, method: str, session: str) -> dict[str, Any]:
        """What the next event of a kind says, of those that were not waited for."""
        end = time.monotonic() + PATIENCE
        while True:
            for place, event in enumerate(self.events):
                if event.get("method") == method and event.get("sessionId") == session:
                    return dict(self.events.pop(place)["params"])
            assert time.monotonic() < end, f"never came: {method}"
            self.call("Browser.getVersion")  # reads what came before its answer
            time.sleep(0.02)

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._unread:
            part = os.read(self._heard, 1 << 20)
            assert part, "the browser ended"
            self._unread += part
        message, self._unread = self._unread.split(b"\0", 1)
        return dict(json.loads(message))


class Page:
    """A tab."""

    def __init__(self, browser: Browser, session: str) -> None:
        self._browser, self._session = browser, session

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """What the browser answers to one command about this tab."""
        return self._browser.call(method, self._session, **parameters)

    def size(self, width: int, height: int) -> None:
        """The window's, in pixels."""
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)

    def open(self, address: str) -> None:
        """Go to an address; what its scripts show comes later."""
        self.js("window.isLeft = true")
        self.call("Page.navigate", url=address)
        self.until("!window.isLeft && document.readyState === 'complete'")

    def js(self, expression: str) -> Any:
        """The value of an expression, or of the promise that it gives."""
        got = self.call("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in got, f"{expression}: {got['exceptionDetails']}"
        return got["result"].get("value")

    def until(self, expression: str) -> None:
        """Wait until an expression is true of the page."""
        end = time.monotonic() + PATIENCE
        tried = f"(() => {{ try {{ return Boolean({expression}); }} catch {{ return false; }} }})()"
        while not self.js(tried):
            assert time.monotonic() < end, (
                f"never true: {expression}; the page says: {self.js('document.body.innerText')}"
            )
            time.sleep(0.02)

    def click(self, selector: str) -> None:
        """Press the pointer in the middle of what a selector finds first, once it is there."""
        x, y = self._middle(selector)
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def _middle(self, selector: str, *, scrolls: bool = True) -> tuple[float, float]:
        place = f"document.querySelector({json.dumps(selector)})"
        self.until(f"Boolean({place})")
        scroll = "one.scrollIntoView({ block: 'nearest', behavior: 'instant' });" if scrolls else ""
        x, y = self.js(
            f"(() => {{ const one = {place}; {scroll} "
            "const box = one.getBoundingClientRect(); return [box.x + box.width / 2, box.y + box.height / 2]; })()"
        )
        return x, y

    def type(self, text: str) -> None:
        """Write into what has the focus."""
        self.call("Input.insertText", text=text)

    def press(self, key: str) -> None:
        """Press a key and let it go: a letter, or one such as Enter, ArrowLeft."""
        code = {"Enter": 13, "Escape": 27, " ": 32, "Tab": 9, "Backspace": 8, "ArrowRight": 39}.get(key, 0)
        text = {"Enter": "\r"}.get(key, key if len(key) == 1 else "")
        named = {"key": key, "code": "Space" if key == " " else key, "windowsVirtualKeyCode": code}
        self.call("Input.dispatchKeyEvent", type="keyDown", text=text, **named)
        self.call("Input.dispatchKeyEvent", type="keyUp", **named)

    def drop(self, *paths: Path) -> None:
        """Let files fall on the page."""
        data = {"items": [], "files": [str(path) for path in paths], "dragOperationsMask": 1}
        for kind in ("dragEnter", "dragOver", "drop"):
            self.call("Input.dispatchDragEvent", type=kind, x=300, y=300, data=data)

    def drag(self, start: str, end: str) -> list[str]:
        """Drag the middle of what a selector finds onto that of another; the types that the page let go along."""
        self.call("Input.setInterceptDrags", enabled=True)
        (x, y), there = self._middle(start), self._middle(end, scrolls=False)
        self.call("Input.dispatchMouseEvent", type="mousePressed", x=x, y=y, button="left", clickCount=1)
        for step in (10, 20, 30):
            self.call("Input.dispatchMouseEvent", type="mouseMoved", x=x + step, y=y, button="left", buttons=1)
        data = self._browser.wait("Input.dragIntercepted", self._session)["data"]
        for kind in ("dragEnter", "dragOver", "drop"):
            self.call("Input.dispatchDragEvent", type=kind, x=there[0], y=there[1], data=data)
        self.call("Input.dispatchMouseEvent", type="mouseReleased", x=there[0], y=there[1], button="left")
        self.call("Input.setInterceptDrags", enabled=False)
        return [item["mimeType"] for item in data["items"]] + ["Files"] * ("files" in data)

    def complaints(self) -> list[str]:
        """What the browser says went wrong in this tab, such as an exception or a thing that a policy forbids.

        That a request was answered by an error is told by the page itself.
        """
        own = [event for event in self._browser.events if event.get("sessionId") == self._session]
        thrown = [event["params"]["exceptionDetails"] for event in own if event["method"] == "Runtime.exceptionThrown"]
        logged = [event["params"]["entry"] for event in own if event["method"] == "Log.entryAdded"]
        bad = [entry for entry in logged if entry["level"] == "error" and entry["source"] != "network"]
        return [json.dumps(one) for one in (*thrown, *bad)]

    def close(self) -> None:
        """Close the tab."""
        self.call("Page.close")

    def picture(self) -> bytes:
        """What is seen, as PNG."""
        return base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"])
