"""Sockets: what is no proper request is answered and ends the connection, and nobody holds them all."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from served import Client

from retriever.serve import connections, handler
from retriever.serve.guard import HEADERS
from retriever.serve.timed import Timed


def connected(client: Client) -> socket.socket:
    host, port = client.place.split(":")
    return socket.create_connection((host, int(port)), timeout=300)


def exchanged(client: Client, sent: bytes) -> bytes:
    """All that is answered until the server closes the connection."""
    with connected(client) as raw:
        raw.sendall(sent.replace(b"HERE", client.place.encode()))
        return b"".join(iter(lambda: raw.recv(65536), b""))


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"GET http://[ HTTP/1.1\r\nHost: HERE\r\n\r\n", 400),
        (b"GET nowhere HTTP/1.1\r\nHost: HERE\r\n\r\n", 400),
        (b"GET / / /\r\n\r\n", 400),
        (b"GET /?q=caf%E9 HTTP/1.1\r\nHost: HERE\r\n\r\n", 400),
        (b"GET / HTTP/9.1\r\nHost: HERE\r\n\r\n", 505),
        (b"BREW / HTTP/1.1\r\nHost: HERE\r\n\r\n", 501),
        (b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\n\r\n", 414),
        (b"GET / HTTP/1.1\r\n" + b"a: b\r\n" * 200 + b"\r\n", 431),
        (b"GET / HTTP/1.1\r\nHost: HERE\r\nHost: HERE\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: user@HERE\r\n\r\n", 403),
        (b"GET / HTTP/1.1\r\nHost: localhost/?\r\n\r\n", 403),
        (b"POST /api/search HTTP/1.1\r\nHost: HERE\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
        (b"POST /api/search HTTP/1.1\r\nHost: HERE\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}", 400),
        (b"POST /api/search HTTP/1.1\r\nHost: HERE\r\nContent-Length: +2\r\n\r\n{}", 400),
    ],
)
def test_what_is_no_proper_request_is_told_so(client: Client, sent: bytes, status: int):
    head, _, body = exchanged(client, sent).partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    assert first.startswith(f"HTTP/1.1 {status} ") and "error" in json.loads(body)
    told = dict(line.split(": ", 1) for line in lines)
    assert (
        told["Content-Type"] == "application/json" and told["Connection"] == "close" and told.items() >= HEADERS.items()
    )


@pytest.mark.parametrize("words", ["café", "椅子", "été ~ 🪑"])
def test_an_address_may_hold_letters_as_they_are(client: Client, words: str):
    sent = f"GET /api/search?q={words.replace(' ', '+')} HTTP/1.1\r\nHost: HERE\r\nConnection: close\r\n\r\n"
    head, _, body = exchanged(client, sent.encode()).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 ") and json.loads(body)["query"][0]["source"] == words


def test_an_address_that_is_no_utf8_is_told_so(client: Client):
    assert "not valid UTF-8" in client.ask("/api/search?q=caf%E9").error
    assert client.search("café").status == 200


@pytest.mark.parametrize("method", [b"GET", b"HEAD"])
def test_a_body_that_is_not_read_is_no_next_request(client: Client, method: bytes):
    inner = b"GET /api/status HTTP/1.1\r\nHost: HERE\r\n\r\n"
    inner = inner.replace(b"HERE", client.place.encode())
    sent = method + b" / HTTP/1.1\r\nHost: HERE\r\nContent-Length: %d\r\n\r\n" % len(inner) + inner
    assert exchanged(client, sent).count(b"HTTP/1.1 ") == 1


def test_who_waits_for_the_refusal_of_a_large_body_hears_it(client: Client, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(handler, "_DROPPING", 0.2)
    head = f"POST /api/upload?name=a.png HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {10**10}\r\n\r\n"
    with connected(client) as connection:
        connection.sendall(head.encode() + b"the first bytes")
        assert connection.recv(2**16).startswith(b"HTTP/1.1 413")


def test_connections_that_are_too_many_are_told_so_and_room_is_given_back(
    client: Client, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(handler, "_KEPT", 300.0)
    with ExitStack() as stack:
        held = [stack.enter_context(connected(client)) for _ in range(connections.MOST)]
        for one in held[:2]:  # these are answered, and stay open
            one.sendall(f"GET /app.js HTTP/1.1\r\nHost: {client.place}\r\n\r\n".encode())
            assert one.recv(9) == b"HTTP/1.1 "
        with connected(client) as late:
            answer = b"".join(iter(lambda: late.recv(65536), b""))
        reply = client.ask("/api/upload?name=a.png", bytes(8 * 2**20))
        assert reply.status == 503 and "Too many" in reply.error, "also who sends more than fits before it listens"
    assert answer.startswith(b"HTTP/1.1 503 ") and "error" in json.loads(answer.partition(b"\r\n\r\n")[2])
    assert any(_statuses(client, 1000))


def test_a_connection_that_was_answered_waits_a_short_while_for_more(client: Client, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(handler, "_KEPT", 2.0)
    asked = f"GET /app.js HTTP/1.1\r\nHost: {client.place}\r\n\r\n".encode()
    with connected(client) as raw:
        for begun in (0, 20):  # the second request is begun in time, and ends later
            raw.sendall(asked[:begun])
            time.sleep(handler._KEPT + 1 if begun else 0)
            raw.sendall(asked[begun:])
            head, _, body = raw.recv(65536).partition(b"\r\n\r\n")
            length = int(head.split(b"Content-Length: ")[1].split()[0])
            while len(body) < length:
                body += raw.recv(65536)
            assert head.startswith(b"HTTP/1.1 200 ")
        assert raw.recv(1) == b"", "then it is closed, long before a minute is over"


def _statuses(client: Client, tries: int) -> Iterator[bool]:
    for _ in range(tries):
        try:
            yield client.ask("/api/status").status == 200
        except OSError:
            yield False
        time.sleep(0.05)  # the threads of the closed connections have not all ended yet


def test_who_sends_a_byte_now_and_then_is_not_waited_for(client: Client, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(handler, "_IDLE", 0.3)
    for begun in (b"GET / HTTP/1.1\r\nX: ", b"POST /api/search HTTP/1.1\r\nHost: HERE\r\nContent-Length: 90\r\n\r\n"):
        with connected(client) as raw:
            raw.sendall(begun.replace(b"HERE", client.place.encode()))
            raw.settimeout(0.05)
            for _ in range(4000):
                try:
                    raw.sendall(b"a")
                    if raw.recv(1) == b"":
                        break
                except TimeoutError:
                    continue
                except OSError:
                    break
            else:
                pytest.fail("the connection is still open")


def test_reads_share_one_deadline():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        timed = Timed(ours)
        timed.within(60)
        theirs.sendall(b"ab")
        assert timed.read(1) == b"a"
        timed.within(-1)
        with pytest.raises(TimeoutError):
            timed.read(1)


def test_uploads_are_read_a_few_at_a_time(client: Client, monkeypatch: pytest.MonkeyPatch):
    uploading = client.server._http.uploading
    with ExitStack() as stack:
        for _ in range(connections.UPLOADING):
            stack.enter_context(uploading)
        with monkeypatch.context() as patched:
            patched.setattr(handler, "_IDLE", 2.0)  # within which the request itself must have come, too
            reply = client.ask("/api/upload?name=a.png", b"x")
        assert reply.status == 503 and "try again" in reply.error
        assert client.ask("/api/search", b'{"q": "tower"}').status == 200
    for _ in range(2 * connections.UPLOADING):
        assert client.ask("/api/upload?name=a.png", b"x").status == 200
