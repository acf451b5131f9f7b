"""How what is run by ``python -m`` ends."""

from __future__ import annotations

import sys
from collections.abc import Callable

import typer

from retriever.errors import RetrieverError, named_as_options


def run(command: Callable[[], object]) -> None:
    """Run a command line; what is wrong is said in one line, about its options, and ends it with 1."""
    with named_as_options():
        try:
            command()
        except RetrieverError as error:
            typer.echo(f"error: {error}", err=True)
            sys.exit(1)
