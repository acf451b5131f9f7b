"""``retriever serve``."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from cli.options import Device, IndexFolder, described, option
from cli.output import to_terminal
from retriever.wording import counted

if TYPE_CHECKING:
    from retriever.serve import Server


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command(
        "serve",
        help=described(
            serve,
            "retriever serve",
            "retriever serve --index parts.retriever --port 9000 --no-open",
            "retriever serve --host 0.0.0.0",
            "curl 'http://127.0.0.1:8750/api/search?q=a+chair&k=5'",
        ),
    )(serve)


def serve(
    folder: IndexFolder = None,
    host: Annotated[
        str,
        typer.Option(metavar="NAME", help="Where to listen; for example 0.0.0.0 lets every machine around ask."),
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(metavar="N", help="Port to listen on; 0 takes any that is free.")] = 8750,
    names: Annotated[
        list[str] | None,
        option(
            "--as",
            "NAME",
            "A further name by which it may be asked for, for example search.example.org, that of a proxy before it; "
            "may be repeated.",
        ),
    ] = None,
    open: Annotated[
        bool | None,
        typer.Option(
            "--open/--no-open",
            help="Open the page in the browser; by default where there is a desktop.",
            show_default=False,
        ),
    ] = None,
    device: Annotated[Device, typer.Option("--device", help="Where to search, for example cpu.")] = Device.auto,
) -> None:
    """Search an index in the browser: with words, files dropped on the page, and hits that are more or less like it.

    A JSON API answers at /api/search. Ctrl-C ends it.
    """
    import signal

    from retriever.errors import named_as_options
    from retriever.serve import Server

    for name in ("SIGTERM", "SIGHUP"):  # so that uploads are removed then too
        sent = getattr(signal, name, None)  # there is no SIGHUP on Windows, and nohup ignores it
        if sent is not None and signal.getsignal(sent) is not signal.SIG_IGN:
            signal.signal(sent, signal.default_int_handler)
    server = Server(folder, host=host, port=port, names=names or (), device=device)
    try:
        _tell(server)
        if open or (open is None and _has_desktop()):
            import webbrowser

            webbrowser.open(server.address)
        with named_as_options(False):  # programs read the answers
            server.run()
    except KeyboardInterrupt:
        typer.echo("", err=True)  # behind the ^C of the terminal
    finally:
        server.close()


def _tell(server: Server) -> None:
    if not server.is_local:
        typer.echo(
            "warning: every machine that reaches this one can search the index, see its files, and upload; there is "
            "no password and no encryption.",
            err=True,
        )
    count = len(server.current.index())
    own, of_others = server.address, server.address_for_others
    others = "" if of_others == own else f", for others {of_others}"
    typer.echo(f"{counted(count, 'item')} at {own}{others} - Ctrl-C ends it")


def _has_desktop() -> bool:
    """Whether somebody sits before this machine: a text browser in a terminal is no page."""
    if not to_terminal() or os.environ.get("SSH_CONNECTION"):
        return False
    return sys.platform in ("darwin", "win32") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
