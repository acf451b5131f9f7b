"""Where the script ``retriever`` starts: Ctrl-C ends it in good order also while the commands are still imported."""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from types import FrameType


def run() -> None:
    """Entry point of the ``retriever`` script."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # else whoever started it ignores Ctrl-C
        signal.signal(signal.SIGINT, _end)
    from cli.main import run as run_command

    run_command()


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
