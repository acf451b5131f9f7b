"""Asks a running server, for tests."""

from __future__ import annotations

import json
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from retriever.serve import Server


@dataclass
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def error(self) -> str:
        assert set(self.json) == {"error"} and self.headers["Content-Type"] == "application/json"
        return str(self.json["error"])


class Client:
    """Asks a server."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.place = urlsplit(server.address).netloc

    def ask(self, path: str, body: bytes | None = None, method: str = "", **headers: str) -> Answer:
        """One request on a connection of its own; underscores in the names of headers are hyphens."""
        connection = HTTPConnection(self.place, timeout=300)
        try:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method or ("GET" if body is None else "POST"), path, body, named)
            reply: HTTPResponse = connection.getresponse()
            return Answer(reply.status, dict(reply.getheaders()), reply.read())
        finally:
            connection.close()

    def search(self, q: str, **more: object) -> Answer:
        given = "&".join(f"{name}={quote(str(value))}" for name, value in {"q": q, **more}.items())
        return self.ask(f"/api/search?{given}")

    def upload(self, path: Path) -> str:
        """The term of an uploaded file."""
        reply = self.ask(f"/api/upload?name={quote(path.name)}", path.read_bytes())
        assert reply.status == 200, reply.body
        return str(reply.json["term"])
