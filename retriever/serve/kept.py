"""What was made for the page, pictures say, kept while there is room: each is made once, a few at a time."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock, Semaphore

AT_ONCE = 2
"""Things that are made at the same time: a search should not wait for forty pictures."""


class Kept:
    """A bounded memory.

    Args:
        most: bytes of all that is kept; the one that was not looked at for longest goes first.
        at_once: how many are made at the same time.
    """

    def __init__(self, most: int, at_once: int = AT_ONCE) -> None:
        self._most = most
        self._bytes = 0
        self._known: OrderedDict[str, bytes] = OrderedDict()
        self._changing = Lock()
        self._making = Semaphore(at_once)

    def __len__(self) -> int:
        return len(self._known)

    def get(self, stamp: str, make: Callable[[], bytes]) -> bytes:
        """What `make` makes; the same stamp stands for the same bytes. What `make` raises is not kept."""
        if (found := self._look(stamp)) is not None:
            return found
        with self._making:
            if (found := self._look(stamp)) is not None:  # another has made it while this one waited
                return found
            made = make()
        with self._changing:
            if stamp not in self._known and len(made) <= self._most:
                self._known[stamp] = made
                self._bytes += len(made)
            while self._bytes > self._most:
                _, oldest = self._known.popitem(last=False)
                self._bytes -= len(oldest)
        return made

    def _look(self, stamp: str) -> bytes | None:
        with self._changing:
            if stamp in self._known:
                self._known.move_to_end(stamp)
            return self._known.get(stamp)


def tag_of(stamp: str) -> str:
    """An ETag."""
    return f'"{hashlib.sha256(stamp.encode("utf-8", "surrogateescape")).hexdigest()[:24]}"'
