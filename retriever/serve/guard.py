"""Who may ask: pages of this server, and programs on this machine that name it; not the pages of others."""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Mapping
from email.message import Message
from urllib.parse import unquote, urlsplit

from retriever.types import is_utf8

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


def refusal(method: str, path: str, headers: Mapping[str, str], host: str) -> str:
    """Why a request is not answered, as a sentence; empty where it is.

    A page of another site can make a browser ask here: by a name of its own that it lets point to this machine (DNS
    rebinding), which its Host tells, or plainly, which Origin and Sec-Fetch-Site tell.

    Args:
        method: of the request.
        path: of its address.
        headers: of the request, by their names in small letters.
        host: that the server was told to listen on.
    """
    asked = headers.get("host", "")
    if not _is_ours(asked, host):
        return f"The host {asked!r} is not this server: open the address that `retriever serve` printed."
    origin = headers.get("origin")
    if origin is not None and origin != f"http://{asked}":
        return f"The origin {origin!r} is not this server: ask from its own page, or from a program."
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


def _is_ours(asked: str, host: str) -> bool:
    """Whether a Host header names this server: by a number, which nobody can let point elsewhere, or by its name."""
    found = _HOST.fullmatch(asked)
    if found is None:
        return False
    name = (found[1] or found[2]).lower()
    try:
        ipaddress.ip_address(name)
    except ValueError:
        own = "" if is_local(host) else socket.gethostname().lower()
        return name in ("localhost", host.lower(), own)
    return True
