"""Reading from a socket until a deadline: who sends a byte a minute is not waited for."""

from __future__ import annotations

import io
import socket
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing_extensions import Buffer


class Timed(io.RawIOBase):
    """What a socket receives.

    Args:
        connection: its time limit is changed by every read.
    """

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._until = time.monotonic()

    def within(self, seconds: float) -> None:
        """Let all reads from now on together take so long."""
        self._until = time.monotonic() + seconds

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: Buffer) -> int:
        """As `io.RawIOBase.readinto`; raises TimeoutError after the deadline."""
        left = self._until - time.monotonic()
        if left <= 0:
            raise TimeoutError("the request took too long")
        self._connection.settimeout(left)
        return self._connection.recv_into(buffer)
