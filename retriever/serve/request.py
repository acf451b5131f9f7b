"""A request, and what its parameters or its JSON ask for."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from retriever.query.request import LIKE, MINUS, PLUS
from retriever.serve.answers import Refused
from retriever.serve.asking import SWITCHES


@dataclass(frozen=True)
class Asked:
    """A request.

    Attributes:
        method: GET or POST.
        path: of the address.
        query: what follows the question mark.
        body: of a POST.
        type: of the body, by its Content-Type; empty for none.
        known: the ETag of what the other side has already; empty for none.
    """

    method: str
    path: str
    query: str = ""
    body: bytes = b""
    type: str = ""
    known: str = ""

    def parameter(self, only: str) -> str:
        """The one that the query may have; empty where it does not.

        Raises:
            Refused: another one is given, or it twice.
        """
        taken: dict[str, str] = {}
        for name, value in parse_qsl(self.query, keep_blank_values=True):
            if name != only:
                raise Refused(f"There is no {name!r} here; all that may be given is {only}.")
            _once(name, taken)
            taken[name] = value
        return taken.get(only, "")

    def keywords(self) -> dict[str, Any]:
        """What a search is asked with: of a POST its JSON object, else the parameters, as JSON would have them."""
        return _object(self.body) if self.method == "POST" else _typed(parse_qsl(self.query))


def _typed(given: list[tuple[str, str]]) -> dict[str, Any]:
    """The keywords of the parameters; only a term may be given several times."""
    taken: dict[str, Any] = {}
    for name, value in given:
        if name in (*PLUS, *MINUS, *LIKE):
            taken.setdefault(name, []).append(value)
            continue
        _once(name, taken)
        if name in _NUMBERS:
            taken[name] = _number(name, value)
        else:
            taken[name] = {"true": True, "false": False}.get(value, value) if name in SWITCHES else value
    return taken


def _once(name: str, taken: Mapping[str, Any]) -> None:
    if name in taken:
        raise Refused(f"{name} is given twice; give it once.")


def _number(name: str, value: str) -> float:
    kind, such = _NUMBERS[name]
    try:
        return kind(value)
    except ValueError:
        raise Refused(f"{name} is {value!r}: give {such}.") from None


_NUMBERS: dict[str, tuple[Callable[[str], float], str]] = {
    "k": (int, "a whole number such as 5"),
    "min_confidence": (float, "a number from 0 to 1, such as 0.5"),
    "diverse": (float, "a number from 0 to 1, such as 0.7"),
    "expand": (int, "a whole number such as 5"),
    "offset": (int, "a whole number such as 24"),
}
_SEND = 'send an object such as {"q": "a chair", "k": 5}.'


def _object(body: bytes) -> dict[str, Any]:
    """The keywords of a JSON object."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Refused(f"The body is no JSON ({error}); {_SEND}") from None
    if not isinstance(found, dict):
        raise Refused(f"The body is no JSON object; {_SEND}")
    return found
