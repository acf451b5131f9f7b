"""HTTP over a connection: the guard before every request, bodies in time, files in parts."""

from __future__ import annotations

import io
import logging
import os
import re
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from urllib.parse import urlsplit

from retriever import archives
from retriever.errors import FileProblem, RetrieverError
from retriever.serve.connections import Connections
from retriever.serve.guard import HEADERS, misread, refusal
from retriever.serve.routes import Asked, Reply, problem
from retriever.serve.timed import Timed
from retriever.serve.uploads import LARGEST, too_large

log = logging.getLogger(__name__)

_JSON = 2**20  # bytes of a question
_IDLE = 60.0  # seconds until a silent connection is closed, and within which the head of a request has come
_KEPT = 5.0  # seconds until the next request of a connection that was answered: it holds the place of another
_SLOWEST = 2**18  # bytes a second of a body that is waited for
_DROPPING = 10.0  # seconds for which a refused body is read, so that the refusal is heard
_PART = 2**18

_WRONG = {
    414: "The address is too long; send what is asked as a POST.",
    431: "The headers are too long, or too many; send fewer.",
    501: "There are no such requests here; GET, HEAD and POST are answered.",
    505: "This version of HTTP is not understood; ask in HTTP/1.1.",
}


class Handler(BaseHTTPRequestHandler):
    """A connection: request after request is guarded, read, and answered."""

    protocol_version = "HTTP/1.1"
    server_version = "retriever"
    sys_version = ""
    timeout = _IDLE
    server: Connections
    raw_requestline: bytes
    rfile: io.BufferedReader

    def setup(self) -> None:
        """As the base class, with a deadline on what is read."""
        super().setup()
        self._timed = Timed(self.connection)
        self.rfile = io.BufferedReader(self._timed)
        self._patience = _IDLE  # for the next request to begin

    def handle_one_request(self) -> None:
        """As the base class, a head in time; the next one of a connection has to begin soon."""
        self._timed.within(self._patience)
        try:
            self.rfile.peek(1)
        except TimeoutError:
            self.close_connection = True
            return
        self._timed.within(_IDLE)
        super().handle_one_request()
        self._patience = _KEPT

    def parse_request(self) -> bool:
        """As the base class; letters of an address that are not percent-encoded are UTF-8."""
        self.raw_requestline = re.sub(rb"[\x80-\xff]", lambda found: b"%%%02X" % ord(found[0]), self.raw_requestline)
        return super().parse_request()

    def do_GET(self) -> None:
        """Answer a GET; a body that comes with it is not read, and no next request either."""
        if self.headers.get("Content-Length", "0") != "0":
            self.close_connection = True
        if not self._refused():
            self._answer(b"")

    def do_HEAD(self) -> None:
        """Answer as a GET, without the body."""
        self.do_GET()

    def do_POST(self) -> None:
        """Read the body, where it may be sent at all, and answer."""
        if self._refused():
            return
        size, is_file = int(self.headers.get("Content-Length", -1)), urlsplit(self.path).path == "/api/upload"
        if size < 0:
            self.close_connection = True
            return self._send(problem(411, "The length of the body is not given; send a Content-Length."))
        if size > (LARGEST if is_file else _JSON):
            self._drop_body()
            said = too_large("The file") if is_file else f"The body has more than {_JSON} bytes; ask in fewer words."
            return self._send(problem(413, said))
        if not is_file:
            return self._read(size)
        if not self.server.uploading.acquire(timeout=_IDLE):
            self.close_connection = True
            return self._send(problem(503, "Too many files are being uploaded; try again."))
        try:
            self._read(size)
        finally:
            self.server.uploading.release()

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """What the base class finds wrong, as all errors are told."""
        self.close_connection = True
        self.request_version = self.protocol_version  # it may not have been read
        self._send(problem(code, _WRONG.get(code, "This is no request that is understood; ask in HTTP/1.1.")))

    def log_message(self, format: str, *arguments: object) -> None:
        """Requests are for those who debug."""
        log.debug(format, *arguments)

    def _refused(self) -> bool:
        """Whether the request is not looked at any further; it is answered then."""
        status, sentence = 400, misread(self.path, self.headers)
        if not sentence:
            headers = {name.lower(): value for name, value in self.headers.items()}
            status = 403
            sentence = refusal(self.command, urlsplit(self.path).path, headers, self.server.names)
        if sentence:
            self.close_connection = True
            if status == 403:
                self._drop_body()
            self._send(problem(status, sentence))
        return bool(sentence)

    def _read(self, size: int) -> None:
        """Read the body, and answer."""
        self._timed.within(_IDLE + size / _SLOWEST)
        body = self.rfile.read(size)
        if len(body) < size:
            self.close_connection = True
            return
        self._answer(body)

    def _drop_body(self) -> None:
        """Read on for a while, so that the other side reads the answer, and close."""
        self.close_connection = True
        self._timed.within(_DROPPING)
        left = min(int(self.headers.get("Content-Length", 0)), 2 * LARGEST)
        with suppress(TimeoutError):  # who sends no more may still listen
            while left > 0 and (part := self.rfile.read(min(left, _PART))):
                left -= len(part)

    def _answer(self, body: bytes) -> None:
        parts = urlsplit(self.path)
        method = "GET" if self.command == "HEAD" else self.command
        try:
            reply = self.server.routes.reply(
                Asked(
                    method,
                    parts.path,
                    parts.query,
                    body,
                    type=self.headers.get("Content-Type", ""),
                    known=self.headers.get("If-None-Match", ""),
                )
            )
        except RetrieverError as error:
            reply = problem(400, str(error))
        except Exception as error:
            log.exception("a request failed")
            reply = problem(500, f"This is an error of the server ({type(error).__name__}); please report it.")
        self._send(reply)

    def _send(self, reply: Reply) -> None:
        self.connection.settimeout(_IDLE)
        try:
            if reply.file is not None:
                self._send_file(reply, reply.file)
            elif reply.status == 304 or self._is_known(reply):
                self._head(304, reply.headers)
            else:
                self._head(reply.status, reply.headers, reply.type, len(reply.body))
                self._body(reply.body)
        except FileProblem as fault:  # of a member of an archive, found out before anything was sent
            self._send(problem(404, f"The file {fault}"))
        except (BrokenPipeError, ConnectionResetError, TimeoutError):  # nobody listens any more
            self.close_connection = True

    def _is_known(self, reply: Reply) -> bool:
        """Whether the other side says that it has it; before the headers were read, nothing is."""
        return "ETag" in reply.headers and self.headers.get("If-None-Match") == reply.headers["ETag"]

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
        with ExitStack() as open_files:
            try:  # before anything is sent, so that there can be another answer
                file = open_files.enter_context(archives.opened(path))
            except OSError:
                return self._send(problem(404, "The file is not there, or may not be read."))
            size = os.fstat(file.fileno()).st_size
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
