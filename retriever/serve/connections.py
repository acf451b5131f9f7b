"""Sockets: a thread a connection, so many at most; what there is no room for is told so."""

from __future__ import annotations

import errno
import logging
import socket
import sys
import time
from contextlib import suppress
from http.server import ThreadingHTTPServer
from socketserver import TCPServer
from threading import BoundedSemaphore, Semaphore, Thread
from typing import Any

from retriever.serve.guard import Names
from retriever.serve.routes import Routes
from retriever.serve.timed import Timed

log = logging.getLogger(__name__)

MOST = 64
"""Connections at once: each has a thread and a file descriptor."""

UPLOADING = 2
"""Bodies of uploads that are in memory at once."""

_TURNED_AWAY = 16  # connections at once that are told that there is no room
_LISTENING = 2.0  # seconds for which these are read, so that it is heard
_PART = 2**18
_FULL = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)
_PAUSE = 0.1  # seconds until a connection is taken again that there was no room for

_BUSY = b"""HTTP/1.1 503 Service Unavailable\r
Content-Type: application/json\r
Content-Length: 64\r
Connection: close\r
\r
{"error": "Too many connections are open; close some, or wait."}"""


class Connections(ThreadingHTTPServer):
    """Takes connections, up to `MOST` at once."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128
    allow_reuse_address = sys.platform != "win32"  # there it would let another program listen beside this one
    routes: Routes
    names: Names

    def __init__(self, *arguments: Any) -> None:
        self.uploading = Semaphore(UPLOADING)
        self._room, self._door = BoundedSemaphore(MOST), BoundedSemaphore(_TURNED_AWAY)
        super().__init__(*arguments)

    def get_request(self) -> tuple[Any, Any]:
        """As the base class; where there is no room, without asking for it again at once."""
        try:
            return super().get_request()
        except OSError as error:
            if error.errno in _FULL:
                time.sleep(_PAUSE)
            raise

    def process_request(self, request: Any, client_address: Any) -> None:
        """A thread for the connection, or a refusal."""
        if not self._room.acquire(blocking=False):
            return self._turn_away(request)
        try:
            super().process_request(request, client_address)
        except BaseException:  # no thread was to be had
            self._room.release()
            raise

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """In the thread."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._room.release()

    def _turn_away(self, request: Any) -> None:
        if not self._door.acquire(blocking=False):
            return self.shutdown_request(request)
        try:
            Thread(target=self._refuse, args=(request,), daemon=True).start()
        except BaseException:
            self._door.release()
            raise

    def _refuse(self, request: Any) -> None:
        """In a thread: say that there is no room, and read on for a moment, so that who is still sending hears it."""
        try:
            with suppress(OSError):
                request.settimeout(_LISTENING)
                request.sendall(_BUSY)
                request.shutdown(socket.SHUT_WR)
                timed = Timed(request)
                timed.within(_LISTENING)
                while timed.read(_PART):
                    pass
        finally:
            self.shutdown_request(request)
            self._door.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A browser that went away is no error; another is for the log."""
        log.debug("a connection failed", exc_info=True)

    def server_bind(self) -> None:
        """As the base class, without asking the network for this machine's name."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])
