"""Standard output and error: what becomes of writes that nobody reads, or that a full disk refuses."""

from __future__ import annotations

import io
import os
import sys
from typing import Any, TextIO


class Unread(Exception):
    """Whoever read standard output, `head` say, has what it wants; any other broken pipe is a fault.

    No OSError, for rich and click end a process with 1 when they meet a broken pipe.
    """


class _Output(io.FileIO):
    """Standard output; tells a reader that went away from the broken pipes of other things."""

    def write(self, data: Any) -> int | None:  # type: ignore[override]
        """As FileIO's."""
        try:
            return super().write(data)
        except BrokenPipeError as error:
            raise Unread from error


class _Messages(io.FileIO):
    """Standard error; what cannot be told does not stop the work that it is about."""

    def write(self, data: Any) -> int | None:  # type: ignore[override]
        """As FileIO's; from the first failure on into nothing."""
        try:
            return super().write(data)
        except OSError:
            redirect_to_nothing(self)
            return len(memoryview(data).cast("B"))


def prepare() -> None:
    """Replace the standard streams; what their encoding lacks is escaped."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout = _over(_Output, sys.stdout)
    if isinstance(sys.stderr, io.TextIOWrapper):
        sys.stderr = _over(_Messages, sys.stderr)


def drop_output() -> None:
    """Standard output takes no more; what it still holds must not fail again when the process ends."""
    if sys.stdout is not None:
        redirect_to_nothing(sys.stdout)


def redirect_to_nothing(stream: TextIO | io.FileIO) -> None:
    """Let all that is written to the file descriptor of `stream` from now on vanish."""
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, stream.fileno())
    os.close(nothing)


def _over(kind: type[io.FileIO], stream: io.TextIOWrapper) -> io.TextIOWrapper:
    stream.flush()
    raw = kind(stream.fileno(), "wb", closefd=False)
    return io.TextIOWrapper(
        io.BufferedWriter(raw),
        encoding=stream.encoding,
        errors="backslashreplace",
        line_buffering=stream.line_buffering or stream.write_through,  # the latter of python -u
    )
