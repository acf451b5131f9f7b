"""Options that several commands share, and how their examples are shown."""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import StrEnum
from inspect import getdoc
from pathlib import Path
from typing import Annotated, Any

import typer

from retriever.errors import UsageError

SEARCH = "How an index of 50,000 items or more is searched"
"""Heading of the options that say so."""


def path(text: str) -> Path:
    """A path from the command line; an empty one is a variable that is not set, and does not mean the working folder.

    Raises:
        typer.BadParameter: it is empty.
    """
    if not text:
        raise typer.BadParameter("the path is empty; write . for the folder you are in")
    return Path(text)


def option(name: str, metavar: str | None, help: str, panel: str | None = None, **more: Any) -> typer.models.OptionInfo:
    """An option without a default worth showing.

    Args:
        name: with its hyphens.
        metavar: what stands for the value; None for a switch or a choice.
        help: with an example.
        panel: heading of the help that it stands under.
        more: further arguments of `typer.Option`.
    """
    return typer.Option(name, metavar=metavar, help=help, show_default=False, rich_help_panel=panel, **more)


def size(text: str) -> int:
    """A size such as "4GB", "512 MiB" or "1000000" in bytes; K, M, G, T are powers of 1000, Ki, Mi, Gi, Ti of 1024.

    Raises:
        UsageError: it is none of these.
    """
    found = re.fullmatch(r"\s*([\d.]+)\s*([kmgt]?)(i?)b?\s*", text, re.IGNORECASE)
    try:
        number, letter, binary = float(found[1]), found[2].lower(), bool(found[3])  # type: ignore[index]
        bytes = int(number * (1024 if binary else 1000) ** (" kmgt".index(letter or " ")))
    except (TypeError, ValueError, OverflowError):  # the last for what is no finite float
        bytes = 0
    if not 1 <= bytes < 2**63:  # more than any index writes down
        raise UsageError(f"The size {text!r} cannot be understood; give one such as 4GB or 512MiB.")
    return bytes


class Axis(StrEnum):
    """Values of ``--up``."""

    y = "y"
    z = "z"
    auto = "auto"


class Device(StrEnum):
    """Values of ``--device``."""

    auto = "auto"
    cpu = "cpu"
    cuda = "cuda"


class Target(StrEnum):
    """Values of ``--to``."""

    shape = "shape"
    image = "image"
    audio = "audio"
    text = "text"
    any = "any"


class Minus(StrEnum):
    """Values of ``--minus``."""

    subtract = "subtract"
    project = "project"


class Combine(StrEnum):
    """Values of ``--combine``."""

    sum = "sum"
    slerp = "slerp"
    rank = "rank"
    score = "score"
    match = "match"


IndexFolder = Annotated[
    Path | None,
    typer.Option(
        "--index",
        metavar="DIR",
        parser=path,
        help="Index folder; by default [bold]$RETRIEVER_INDEX[/bold], else the nearest [bold].retriever[/bold] "
        "upward from here. For example parts.retriever.",
        show_default=False,
    ),
]
Files = Annotated[
    Path | None,
    option(
        "--files",
        "DIR",
        "Copy the files of what is found into a new folder, with their materials and pictures, for example picks; "
        "objects of scenes and members of archives become files of their own.",
    ),
]
Where = Annotated[
    str | None,
    option("--where", "SQL", "Only items that fulfil a condition over their columns, for example \"label = 'sofa'\"."),
]
Exact = Annotated[
    bool, typer.Option("--exact", help="Look at every vector, also where an approximate search was built.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
Up = Annotated[
    Axis,
    typer.Option(
        "--up", help="Axis of the 3D files that points up, for example z; auto goes by the format and how they stand."
    ),
]

Recall = Annotated[
    float | None,
    typer.Option(
        "--recall",
        metavar="SHARE",
        help="Share of the true ten nearest that a large index's approximate search must find, for example 0.98; 1 "
        "searches exactly. By default as the index has it, 0.99 for a new one.",
        show_default=False,
        rich_help_panel=SEARCH,
    ),
]
Memory = Annotated[
    int | None,
    typer.Option(
        "--memory",
        metavar="SIZE",
        parser=size,
        help="What a search may keep in memory beside the index's files, for example 4GB. By default what it takes.",
        show_default=False,
        rich_help_panel=SEARCH,
    ),
]


def described(command: Callable[..., None], *examples: str) -> str:
    """Help of a command: its docstring, and example command lines."""
    lines = "\n".join(f"[dim]$[/dim] {example.replace('[', chr(92) + '[')}" for example in examples)
    return f"{getdoc(command)}\n\n[bold]Examples[/bold]\n{lines}"
