"""Options that several commands share, and how their examples are shown."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from inspect import getdoc
from pathlib import Path
from typing import Annotated

import typer


def path(text: str) -> Path:
    """A path from the command line; an empty one is a variable that is not set, and does not mean the working folder.

    Raises:
        typer.BadParameter: it is empty.
    """
    if not text:
        raise typer.BadParameter("the path is empty; write . for the folder you are in")
    return Path(text)


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
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
Up = Annotated[
    Axis, typer.Option("--up", help="Axis of the 3D files that points up, for example z; auto goes by the format.")
]


def described(command: Callable[..., None], *examples: str) -> str:
    """Help of a command: its docstring, and example command lines."""
    lines = "\n".join(f"[dim]$[/dim] {example.replace('[', chr(92) + '[')}" for example in examples)
    return f"{getdoc(command)}\n\n[bold]Examples[/bold]\n{lines}"
