"""``retriever``: the application and what it does about errors. No command's library is imported before it is asked."""

from __future__ import annotations

import errno
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from cli import (
    align,
    check,
    demo,
    duplicates,
    evaluate,
    guesses,
    index,
    items,
    label,
    manage,
    mapping,
    once,
    optimize,
    query,
    serve,
    spaces,
)
from cli.interrupts import started
from cli.output import printable
from cli.streams import Unread, drop_output, prepare
from retriever import RetrieverError, __version__
from retriever.errors import UsageError, named_as_options

_WrongOption: type[Any] = typer.BadParameter.__bases__[0]
"""click's UsageError; which click that is depends on typer's version."""


class Command(TyperCommand):
    """A command whose help shows no type beside its flags, and whose options of one value take one."""

    def get_params(self, ctx: Any) -> list[Any]:
        """As click's."""
        return _bare_flags(super().get_params(ctx))

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """As click's; `UsageError` where an option of one value was given different ones."""
        rest = super().parse_args(ctx, list(args))
        if not ctx.resilient_parsing:  # as the completion of a line that is being written is
            once.check(self, ctx, args)
        return rest


class Commands(TyperGroup):
    """The commands, with errors turned into one line and an exit code."""

    def get_params(self, ctx: Any) -> list[Any]:
        """As click's."""
        return _bare_flags(super().get_params(ctx))

    def make_context(self, *arguments: Any, **more: Any) -> Any:
        """Parse what stands before the command's name."""
        with _one_line_usage(lambda: "retriever"):
            return super().make_context(*arguments, **more)

    def invoke(self, ctx: Any) -> Any:
        """Run a command; `RetrieverError`, a refusing disk and Ctrl-C end it in good order."""
        with named_as_options():
            return self._invoke(ctx)

    def _invoke(self, ctx: Any) -> Any:
        try:
            started()
            with _one_line_usage(lambda: f"{ctx.command_path} {ctx.invoked_subcommand or ''}".strip()):
                result = super().invoke(ctx)
            if sys.stdout is not None:
                sys.stdout.flush()
            return result
        except RetrieverError as error:
            if ctx.params.get("debug"):
                raise
            _say(str(error))
            raise typer.Exit(2 if isinstance(error, UsageError) else 1) from error
        except KeyboardInterrupt as interrupt:
            typer.echo("Interrupted.", err=True)
            raise typer.Exit(130) from interrupt
        except OSError as error:
            if ctx.params.get("debug"):
                raise
            _say_refused(error)
            raise typer.Exit(1) from error


@contextmanager
def _one_line_usage(running: Callable[[], str]) -> Iterator[None]:
    """Says what is wrong with an option in one line; the help that a bare command shows passes.

    Args:
        running: tells the command, of an error that does not.
    """
    try:
        yield
    except _WrongOption as error:
        if type(error).__name__ == "NoArgsIsHelpError":
            raise
        message = error.format_message().replace("Value error, ", "").replace("Input should be", "it should be")
        if message.startswith("Got unexpected extra argument"):
            message = f"{message.rstrip('.')}: {_cure(message, error)}"
        if message.startswith("No such "):
            message = _meant(message, error)
        command = error.ctx.command_path if error.ctx else running()
        _say(f"{message.rstrip('.')}; see: {command} --help")
        raise typer.Exit(2) from error


def _meant(message: str, error: Any) -> str:
    """A message about a command or option that is not there, with what it is called here, if it is anything."""
    tried, known = getattr(error, "option_name", None), error.ctx.command if error.ctx else None
    if tried is None:
        here = guesses.command(message.partition("'")[2].partition("'")[0])
        is_there = here in getattr(known, "commands", ())
        return f"{message.partition('. Did')[0].rstrip('.')}: here that is {here}" if is_there else message
    options = [
        name for parameter in getattr(known, "params", ()) for name in (*parameter.opts, *parameter.secondary_opts)
    ]
    if here := guesses.option(tried, options):
        return f"{message.partition(' (')[0]}: here that is {here}"
    if tried[:2] != "--" and error.ctx and error.ctx.info_name == "query":
        return f"{message.rstrip('.')}: an expression that begins with - goes after --"
    return message


def _cure(message: str, error: Any) -> str:
    """What to do about the words in the parentheses at the end of a message, which no option takes."""
    words = message.partition(" (")[2].rpartition(")")[0].split()
    if any(word.startswith("-") for word in words):
        return "put options before --"
    if files := [word for word in words if Path(word).is_file()]:  # the shell made several of one pattern
        from retriever.loaders import kind_of

        option = f"--{kind_of(Path(files[0]))}"
        takes = any(option in parameter.opts for parameter in getattr(error.ctx and error.ctx.command, "params", ()))
        such = f", as in {option} {files[0]}" if takes else ""
        return f"give the option again before each further file{such}; a value that has spaces needs quotes"
    return "put quotes around a value that has spaces"


def _say(message: str) -> None:
    typer.echo("error: " + printable(message, keep="\n"), err=True)


def _say_refused(error: OSError) -> None:
    """What a disk, or another thing outside, refuses."""
    drop_output()
    if error.errno == errno.EPIPE:  # not the output's, which is `Unread`
        _say("Another process that this one works with has ended (broken pipe); run the command again.")
        return
    what = error.filename or "the output"
    _say(f"{what}: {error.strerror or error}; check its permissions, and that the disk has room.")


def _bare_flags(parameters: list[Any]) -> list[Any]:
    for parameter in parameters:
        if getattr(parameter, "is_flag", False):
            parameter.metavar = ""
    return parameters


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


for module in (
    index,
    query,
    items,
    mapping,
    serve,
    evaluate,
    label,
    duplicates,
    manage,
    check,
    optimize,
    demo,
    align,
    spaces,
):
    module.register(app)
for group in (app, *(each.typer_instance for each in app.registered_groups)):
    for command in group.registered_commands if group else ():
        command.cls = Command


def run() -> None:
    """Parse the command line and run the command; ends the process."""
    prepare()
    try:
        app(prog_name="retriever")
    except Unread as error:
        drop_output()
        raise SystemExit(0) from error
    except OSError as error:  # of a help, which is printed before there is a command to invoke
        _say_refused(error)
        raise SystemExit(1) from error


if __name__ == "__main__":
    run()
