"""What Ctrl-C does, from the first import to the end of a command."""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from types import FrameType


def starting() -> None:
    """Ctrl-C ends the process from now on, with its line, until `started`; unless whoever started it ignores it."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _end)


def started() -> None:
    """From here on Ctrl-C is an exception, which a command may meet."""
    if signal.getsignal(signal.SIGINT) is _end:
        signal.signal(signal.SIGINT, _interrupt)


def _interrupt(number: int, frame: FrameType | None) -> None:
    """The first ends the command in good order; one that comes meanwhile ends the process, without a word."""
    signal.signal(signal.SIGINT, lambda *_: os._exit(130))
    raise KeyboardInterrupt


def _end(number: int, frame: FrameType | None) -> None:
    """No exception: libraries that are half imported would pass it on as one of theirs."""
    with suppress(OSError):
        os.write(2, b"Interrupted.\n")
    os._exit(130)
