"""Commands run in this process, and the lines that they print."""

from __future__ import annotations

from typer.testing import CliRunner, Result

from cli.main import app


def run(*arguments: object, given: str | bytes | None = None) -> Result:
    """What a command did; `given` is its standard input."""
    return CliRunner().invoke(app, [str(argument) for argument in arguments], input=given)


def rows(result: Result) -> list[list[str]]:
    """The cells of what a command printed that went well."""
    assert result.exit_code == 0, result.output
    return [line.split("\t") for line in result.stdout.splitlines()]
