"""The examples in the help texts, as a shell and the commands read them."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from typing import Any

import duckdb
import pytest
import typer

from cli.main import app
from retriever.query.expression import parse
from retriever.query.terms import leaves
from retriever.store.schema import ITEMS


def commands(group: Any, *names: str) -> Iterator[tuple[tuple[str, ...], Any]]:
    """The words of each command, and the command."""
    for name, command in group.commands.items():
        yield (*names, name), command
        if hasattr(command, "commands"):
            yield from commands(command, *names, name)


COMMANDS = dict(commands(typer.main.get_command(app)))
EXAMPLES = {
    line.replace("\\[", "["): names
    for names, command in COMMANDS.items()
    for line in re.findall(r"^\[dim\]\$\[/dim\] (.+)$", command.help or "", re.MULTILINE)
}


def test_every_command_has_an_example():
    assert set(EXAMPLES.values()) == set(COMMANDS)


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_is_read_as_it_is_meant(example: str):
    split = subprocess.run(["bash", "-c", f"printf '%s\\0' {example}"], capture_output=True, text=True, check=True)
    program, *words = split.stdout.split("\0")[:-1]
    if program == "curl":  # asks a server, with one address
        assert len(words) == 1
        return
    assert program == "retriever"
    names = EXAMPLES[example]
    assert tuple(words[: len(names)]) == names
    given = COMMANDS[names].make_context(names[-1], words[len(names) :]).params  # raises for what no option takes
    assert all(value == value.strip("'\"") for value in map(str, given.values()) if " " not in value)
    conditions = [given.get("where"), given.get("queries_where")]
    if expression := given.get("expression"):
        terms = list(leaves(parse(expression)))
        assert ":" not in expression or all(term.kind != "text" or ":" not in term.source for term in terms)
        conditions += [term.source for term in terms if term.kind == "where"]
    for condition in filter(None, conditions):
        assert len(duckdb.from_arrow(ITEMS.empty_table()).filter(condition).fetchall()) == 0
