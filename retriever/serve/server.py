"""A page and an API over an index, on a port of this machine."""

from __future__ import annotations

import errno
import logging
import socket
from collections.abc import Sequence
from pathlib import Path
from threading import Thread
from types import TracebackType

from retriever.errors import UsageError
from retriever.serve.connections import Connections
from retriever.serve.current import Current
from retriever.serve.guard import is_local, names_of
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
        names: further ones of this server, such as that of a proxy before it: requests may ask for them.
        device: "auto", "cpu" or "cuda", for the search.

    Attributes:
        is_local: whether only this machine can ask.

    Raises:
        IndexMissing: there is no index.
        UsageError: the host or port cannot be listened on, or a name is none.
    """

    def __init__(
        self,
        folder: Path | str | None = None,
        *,
        host: str = "127.0.0.1",
        port: int = PORT,
        names: Sequence[str] = (),
        device: str = "auto",
    ) -> None:
        called = names_of(host, names)
        self.current = Current(folder, device=device)
        self._http = _listening(host, port)
        self._uploads = Uploads()
        self._http.routes = Routes(self.current, self._uploads)
        self._http.names = called
        self.is_local = is_local(host)
        self._thread: Thread | None = None

    @property
    def address(self) -> str:
        """Of the page, for this machine."""
        return self._address("127.0.0.1")

    @property
    def address_for_others(self) -> str:
        """Of the page, for other machines where they can ask."""
        return self._address(_number())

    def _address(self, of_any: str) -> str:
        host, port = self._http.server_address[:2]
        name = of_any if host in ("0.0.0.0", "::") else str(host)
        return f"http://{f'[{name}]' if ':' in name else name}:{port}/"

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


def _number() -> str:
    """The number by which others find this machine, or its name where there is no network."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        try:
            asked.connect(("192.0.2.1", 9))  # sends nothing; tells by which way it would go
            return str(asked.getsockname()[0])
        except OSError:
            return socket.gethostname()


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
