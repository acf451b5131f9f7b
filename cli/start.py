"""Where the script ``retriever`` starts: Ctrl-C ends it in good order also while the commands are still imported."""

from __future__ import annotations

from cli.interrupts import starting


def run() -> None:
    """Entry point of the ``retriever`` script."""
    starting()
    from cli.main import run as run_command

    run_command()
