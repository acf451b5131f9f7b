"""Sockets and HTTP: a thread a connection, the guard before every request, files in the parts that are asked for."""

from __future__ import annotations

import errno
import logging
import re
import socket
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socketserver import TCPServer
from threading import Thread
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

from retriever.errors import RetrieverError, UsageError
from retriever.serve.current import Current
from retriever.serve.guard import HEADERS, is_local, refusal
from retriever.serve.routes import Asked, Reply, Routes, problem
from retriever.serve.uploads import LARGEST, Uploads, too_large

log = logging.getLogger(__name__)

PORT = 8750

_JSON = 2**20  # bytes of a question
_IDLE = 60.0  # seconds until a silent connection is closed
_PART = 2**18
_DRAINED = 2**30  # bytes of a refused upload that are read and dropped, so that the refusal is heard


class Server:
    """A page and an API over an index; as a context manager it runs in a thread of its own.

    Args:
        folder: of the index; None as for `retriever.open`.
        host: name or number to listen on.
        port: to listen on; 0 for any that is free.
        device: "auto", "cpu" or "cuda", for the search.

    Raises:
        IndexMissing: there is no index.
        UsageError: the host or port cannot be listened on.
    """

    def __init__(
        self, folder: Path | str | None = None, *, host: str = "127.0.0.1", port: int = PORT, device: str = "auto"
    ) -> None:
        self.current = Current(folder, device=device)
        self._http = _listening(host, port)
        self._uploads = Uploads()
        self._http.routes = Routes(self.current, self._uploads)
        self._http.asked_host = host
        self._thread: Thread | None = None

    @property
    def address(self) -> str:
        """Of the page."""
        host, port = self._http.server_address[:2]
        name = "127.0.0.1" if host in ("0.0.0.0", "::") else str(host)
        return f"http://{f'[{name}]' if ':' in name else name}:{port}/"

    @property
    def is_local(self) -> bool:
        """Whether only this machine can ask."""
        return is_local(self._http.asked_host)

    def run(self) -> None:
        """Answer requests until `close` or an interrupt."""
        Thread(target=_warm, args=(self._http.routes,), daemon=True).start()
        self._http.serve_forever()

    def close(self) -> None:
        """Stop, and remove what was uploaded."""
        if self._thread is not None:
            self._http.shutdown()
            self._thread.join()
        self._http.server_close()
        self._uploads.close()

    def __enter__(self) -> Server:
        self._thread = Thread(target=self._http.serve_forever, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    routes: Routes
    asked_host: str

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A browser that went away is no error; another is for the log."""
        log.debug("a connection failed", exc_info=True)

    def server_bind(self) -> None:
        """As the base class, without asking the network for this machine's name."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])


class _Six(_Http):
    address_family = socket.AF_INET6


def _listening(host: str, port: int) -> _Http:
    if not 0 <= port <= 65_535:
        raise UsageError(f"--port {port}: give a number up to 65535, or 0 for any port that is free.")
    try:
        return (_Six if ":" in host else _Http)((host, port), _Handler)
    except socket.gaierror as error:
        raise UsageError(f"--host {host}: there is no such host here; give 127.0.0.1, or 0.0.0.0 for all.") from error
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise UsageError(
                f"--port {port} is in use on {host}: give another, such as --port {port % 65_535 + 1}, or 0 for any "
                "that is free."
            ) from error
        raise UsageError(
            f"--host {host} --port {port} cannot be listened on ({error.strerror}): give others, such as --port {PORT}."
        ) from error


def _warm(routes: Routes) -> None:
    try:
        routes.warm()
    except Exception:  # whoever asks is told
        log.debug("nothing is warm", exc_info=True)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "retriever"
    sys_version = ""
    timeout = _IDLE
    server: _Http

    def do_GET(self) -> None:
        """Answer a GET."""
        self._answer(b"")

    def do_HEAD(self) -> None:
        """Answer as a GET, without the body."""
        self._answer(b"")

    def do_POST(self) -> None:
        """Read the body, where it may be sent at all, and answer."""
        if sentence := self._refusal():
            self._drop_body()
            return self._send(problem(403, sentence))
        size, is_file = self._size(), urlsplit(self.path).path == "/api/upload"
        if size is None:
            self.close_connection = True
            return self._send(problem(411, "The length of the body is not given; send a Content-Length."))
        if size > (LARGEST if is_file else _JSON):
            self._drop_body()
            said = too_large("The file") if is_file else f"The body has more than {_JSON} bytes; ask in fewer words."
            return self._send(problem(413, said))
        body = self.rfile.read(size)
        if len(body) < size:
            self.close_connection = True
            return None
        return self._answer(body)

    def log_message(self, format: str, *arguments: object) -> None:
        """Requests are for those who debug."""
        log.debug(format, *arguments)

    def _refusal(self) -> str:
        headers = {name.lower(): value for name, value in self.headers.items()}
        return refusal(self.command, urlsplit(self.path).path, headers, self.server.asked_host)

    def _size(self) -> int | None:
        given = self.headers.get("Content-Length", "")
        return int(given) if re.fullmatch(r"\d{1,15}", given) else None

    def _drop_body(self) -> None:
        """Read on, so that the other side reads the answer, and close."""
        self.close_connection = True
        left = min(self._size() or 0, _DRAINED)
        while left > 0 and (part := self.rfile.read(min(left, _PART))):
            left -= len(part)

    def _answer(self, body: bytes) -> None:
        if sentence := self._refusal():
            return self._send(problem(403, sentence))
        parts = urlsplit(self.path)
        method = "GET" if self.command == "HEAD" else self.command
        try:
            reply = self.server.routes.reply(Asked(method, parts.path, parts.query, body))
        except RetrieverError as error:
            reply = problem(400, str(error))
        except Exception as error:
            log.exception("a request failed")
            reply = problem(500, f"This is an error of the server ({type(error).__name__}); please report it.")
        return self._send(reply)

    def _send(self, reply: Reply) -> None:
        try:
            if reply.file is not None:
                self._send_file(reply, reply.file)
            elif "ETag" in reply.headers and self.headers.get("If-None-Match") == reply.headers["ETag"]:
                self._head(304, reply.headers)
            else:
                self._head(reply.status, reply.headers, reply.type, len(reply.body))
                self._body(reply.body)
        except (BrokenPipeError, ConnectionResetError, TimeoutError):  # nobody listens any more
            self.close_connection = True

    def _head(self, status: int, headers: Mapping[str, str], kind: str = "", size: int = 0) -> None:
        self.send_response(status)
        for name, value in {**HEADERS, **headers}.items():
            self.send_header(name, value)
        if kind:
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(size))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()

    def _body(self, data: bytes) -> None:
        if self.command != "HEAD":
            self.wfile.write(data)

    def _send_file(self, reply: Reply, path: Path) -> None:
        """All of a file, or the part that a player asks for."""
        with path.open("rb") as file:
            size = path.stat().st_size
            first, last = _range(self.headers.get("Range", ""), size)
            whole = (first, last) == (0, size - 1)
            part = {} if whole else {"Content-Range": f"bytes {first}-{last}/{size}"}
            status = 200 if whole else 206
            self._head(status, {**reply.headers, "Accept-Ranges": "bytes", **part}, reply.type, last - first + 1)
            file.seek(first)
            left = last - first + 1
            while left > 0 and (data := file.read(min(left, _PART))):
                self._body(data)
                left -= len(data)


def _range(asked: str, size: int) -> tuple[int, int]:
    """First and last byte of what is asked for; all of it where that is nothing that can be given."""
    found = re.fullmatch(r"bytes=(\d{0,15})-(\d{0,15})", asked.strip())
    if not found or not (found[1] or found[2]):
        return 0, size - 1
    first = int(found[1]) if found[1] else max(0, size - int(found[2]))
    last = min(int(found[2]), size - 1) if found[1] and found[2] else size - 1
    return (first, last) if first <= last else (0, size - 1)
