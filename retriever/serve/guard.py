"""Who may ask: pages of this server, and programs on this machine that name it; not the pages of others."""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.message import Message
from urllib.parse import unquote, urlsplit

from retriever.errors import UsageError
from retriever.types import is_utf8

_NAME = re.compile(r"[\w.-]+", re.ASCII)
_HOST = re.compile(r"(?:\[([0-9A-Fa-f:.]+)\]|([\w.-]+))(?::[0-9]{1,5})?", re.ASCII)

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "media-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
"""Of every answer."""


@dataclass(frozen=True)
class Names:
    """What a server is called.

    Attributes:
        own: names by which a request may ask for it, in small letters; numbers always may.
        given: those of them that it has elsewhere, as behind a proxy: also pages of theirs may ask.
    """

    own: frozenset[str]
    given: frozenset[str]


def names_of(host: str, given: Sequence[str] = ()) -> Names:
    """What a server is called that listens on `host`: so, as it is `given`, and as the machine is where others may ask.

    Raises:
        UsageError: a given name is none.
    """
    for name in given:
        if not _NAME.fullmatch(name):
            raise UsageError(f"--as {name}: give the name of a host alone, such as search.example.org.")
    elsewhere = frozenset(name.lower() for name in given)
    return Names(
        frozenset({"localhost", host.lower(), *elsewhere, *(() if is_local(host) else _of_machine())}), elsewhere
    )


def _of_machine() -> set[str]:
    """What others may call this machine: its name, whole and short, and as it announces itself around."""
    name = socket.gethostname().lower()
    short = name.partition(".")[0]
    return {name, short, f"{short}.local", socket.getfqdn().lower()}


def refusal(method: str, path: str, headers: Mapping[str, str], names: Names) -> str:
    """Why a request is not answered, as a sentence; empty where it is.

    A page of another site can make a browser ask here: by a name of its own that it lets point to this machine (DNS
    rebinding), which its Host tells, or plainly, which Origin and Sec-Fetch-Site tell.

    Args:
        method: of the request.
        path: of its address.
        headers: of the request, by their names in small letters.
        names: of the server.
    """
    asked = headers.get("host", "")
    if not _is_ours(asked, names):
        return (
            f"The host {asked!r} is not this server: open the address that `retriever serve` printed, or, where this "
            f"is its name, start it with --as {_name(asked) or 'NAME'}."
        )
    origin = headers.get("origin")
    if origin is not None and origin != f"http://{asked}" and not _is_given(origin, names):
        return (
            f"The origin {origin!r} is not this server: ask from its own page, or from a program; behind a proxy, "
            "start it with --as and the name that it has there."
        )
    if headers.get("sec-fetch-site", "none") not in ("same-origin", "none") and not _is_visit(method, path, headers):
        return "Another page may not ask this server: ask from its own page, or from a program."
    return ""


def misread(target: str, headers: Message) -> str:
    """Why it is not sure where a request ends or what it asks for, as a sentence; empty where it is."""
    try:
        urlsplit(target)
    except ValueError:
        target = ""
    if not target.startswith(("/", "http://", "https://")):
        return "The address is none; ask for one such as /api/status."
    if not is_utf8(unquote(target, errors="surrogateescape")):
        return "The address is not valid UTF-8; encode é as %C3%A9, for example."
    if "Transfer-Encoding" in headers:
        return "A body in chunks is not taken; send a Content-Length."
    lengths = headers.get_all("Content-Length", [])
    if len(lengths) > 1 or not all(re.fullmatch(r"[0-9]{1,15}", length) for length in lengths):
        return "The Content-Length is no number of bytes; send one, once."
    if len(headers.get_all("Host", [])) > 1:
        return "There are several hosts; send one."
    return ""


def is_local(host: str) -> bool:
    """Whether a name to listen on is of this machine alone."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _is_visit(method: str, path: str, headers: Mapping[str, str]) -> bool:
    """Whether it is somebody who follows a link to the page; in a frame, or to an answer, it is not."""
    return (
        method == "GET"
        and path == "/"
        and headers.get("sec-fetch-mode") == "navigate"
        and headers.get("sec-fetch-dest") == "document"
    )


def _is_ours(asked: str, names: Names) -> bool:
    """Whether a Host header names this server: by a number, which nobody can let point elsewhere, or by its name."""
    name = _name(asked)
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return bool(name) and name in names.own
    return True


def _is_given(origin: str, names: Names) -> bool:
    """Whether an Origin header is of a page of a name that was given, over HTTPS or not."""
    scheme, _, host = origin.partition("://")
    return scheme in ("http", "https") and _name(host) in names.given


def _name(host: str) -> str:
    """Of a host with or without a port, in small letters; empty where it is none."""
    found = _HOST.fullmatch(host)
    return (found[1] or found[2]).lower() if found else ""
