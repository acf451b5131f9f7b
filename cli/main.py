"""``retriever``: the application and what it does about errors. No command's library is imported before it is asked."""

from __future__ import annotations

import os
import sys
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from cli import demo, index, manage, query
from cli.output import printable
from retriever import RetrieverError, __version__
from retriever.errors import UsageError


class Commands(TyperGroup):
    """The commands, with errors turned into one line and an exit code."""

    def invoke(self, ctx: Any) -> Any:
        """Run a command; `RetrieverError` and Ctrl-C end it in good order."""
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
            return result
        except RetrieverError as error:
            if ctx.params.get("debug"):
                raise
            typer.echo("error: " + printable(str(error), keep="\n"), err=True)
            raise typer.Exit(2 if isinstance(error, UsageError) else 1) from error
        except KeyboardInterrupt as interrupt:
            if ctx.invoked_subcommand != "index":  # which says more
                typer.echo("Interrupted.", err=True)
            raise typer.Exit(130) from interrupt
        except BrokenPipeError as error:  # the reader of our output, `head` say, has what it wants
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(0) from error


app = typer.Typer(
    name="retriever",
    cls=Commands,
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="[dim]Start with[/dim]  retriever demo shapes  [dim]then[/dim]  retriever index shapes  "
    '[dim]and[/dim]  retriever query --text "a chair"',
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"retriever {__version__}")
        raise typer.Exit


@app.callback()
def main(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
) -> None:
    """Find 3D models by text, picture, sound, shape, or a sum of them."""


for register in (index.register, query.register, manage.register, demo.register):
    register(app)


def run() -> None:
    """Entry point of the ``retriever`` script."""
    app(prog_name="retriever")
