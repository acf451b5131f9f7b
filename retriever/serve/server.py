"""A page and an API over an index, on a port of this machine."""

from __future__ import annotations

import errno
import logging
import socket
from pathlib import Path
from threading import Thread
from types import TracebackType

from retriever.errors import UsageError
from retriever.serve.connections import Connections
from retriever.serve.current import Current
from retriever.serve.guard import is_local
from retriever.serve.handler import Handler
from retriever.serve.routes import Routes
from retriever.serve.uploads import Uploads

log = logging.getLogger(__name__)

PORT = 8750


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


class _Six(Connections):
    address_family = socket.AF_INET6


def _listening(host: str, port: int) -> Connections:
    if not 0 <= port <= 65_535:
        raise UsageError(f"--port {port}: give a number up to 65535, or 0 for any port that is free.")
    try:
        return (_Six if ":" in host else Connections)((host, port), Handler)
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
