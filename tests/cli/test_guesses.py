"""First guesses of commands and options, as other programs call them."""

from __future__ import annotations

import pytest
import typer
from commands import run

from cli import guesses
from cli.main import app

APP = typer.main.get_command(app)
OPTIONS = {
    name: {opt for parameter in command.params for opt in parameter.opts} for name, command in APP.commands.items()
}


def said(*arguments):
    result = run(*arguments)
    assert result.exit_code == 2
    return result.stderr


@pytest.mark.parametrize(
    ("tried", "here"),
    [
        ("search", "query"),
        ("Find", "query"),
        ("update", "index"),
        ("rm", "remove"),
        ("info", "status"),
        ("ls", "items"),
    ],
)
def test_a_command_by_another_name_is_told(tried, here):
    assert said(tried) == f"error: No such command '{tried}': here that is {here}; see: retriever --help\n"


@pytest.mark.parametrize(
    ("arguments", "here"),
    [
        (["query", "a chair", "--limit", "5"], "-k"),
        (["query", "a chair", "-n", "5"], "-k"),
        (["query", "--mesh", "a.obj"], "--shape"),
        (["query", "--model", "a.obj"], "--shape"),
        (["index", "--model", "mini", "."], "--space"),
        (["index", ".", "--exclude-me"], None),
        (["query", "--exclude", "red"], "--minus-text"),
        (["query", "--frobnicate"], None),
    ],
)
def test_an_option_by_another_name_is_told_where_the_command_has_it(arguments, here):
    assert (f": here that is {here};" if here else "No such option: --") in said(*arguments)
    assert here or "here that is" not in said(*arguments)


def test_a_guess_that_is_no_command_of_a_group_is_left_alone():
    assert "here that is" not in said("spaces", "ls")
    assert "goes after --" in said("query", "-chair")


def test_guesses_mean_what_there_is_and_are_none_themselves():
    for name, others in guesses._COMMANDS.items():
        assert name in APP.commands and not set(others) & set(APP.commands)
    everything = set().union(*OPTIONS.values())
    for name, others in guesses._OPTIONS.items():
        assert name in everything
        for command, options in OPTIONS.items():
            assert not (name in options and set(others) & options), (command, name)
