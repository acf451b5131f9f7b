"""Sizes as people write them, and what is none; options that are given twice."""

from __future__ import annotations

import pytest
from commands import run
from typer.testing import CliRunner

from cli.main import app
from cli.options import size
from retriever.errors import UsageError


@pytest.mark.parametrize(
    ("text", "bytes"),
    [
        ("1", 1),
        ("1000000", 10**6),
        ("512b", 512),
        ("4GB", 4 * 10**9),
        ("4gb", 4 * 10**9),
        ("4 g", 4 * 10**9),
        (" 512 MiB ", 512 * 2**20),
        ("1.5k", 1500),
        (".5Ki", 512),
        ("2T", 2 * 10**12),
        ("2TiB", 2 * 2**40),
    ],
)
def test_sizes(text: str, bytes: int):
    assert size(text) == bytes


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "0",
        "0.4",
        "-1",
        "GB",
        ".",
        "1.2.3",
        "4XB",
        "4GBB",
        "four",
        "1e9",
        "nan",
        "inf",
        "9" * 20,
        "9" * 400,
        "9" * 400 + "GB",
    ],
)
def test_what_is_no_size_is_refused(text: str):
    with pytest.raises(UsageError, match="cannot be understood; give one such as 4GB or 512MiB"):
        size(text)


def test_the_command_line_says_so():
    done = CliRunner().invoke(app, ["index", "shapes", "--memory", "9" * 400])
    assert done.exit_code == 2 and "give one such as 4GB" in done.stderr and "Traceback" not in done.output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("eval", "--index", "a", "--index", "b"), "--index takes one value and was given a and b"),
        (("status", "--index=a", "--index", "b", "--index=c"), "--index takes one value and was given a, b and c"),
        (("query", "a chair", "-k", 3, "-k4"), "-k takes one value and was given 3 and 4"),
        (("index", "x", "--up", "y", "--up", "z"), "--up takes one value and was given y and z"),
        (("align", "x", "--into", "a", "--into", "b"), "--into takes one value and was given a and b"),
    ],
)
def test_an_option_of_one_value_that_has_two_is_not_guessed_at(arguments: tuple[object, ...], said: str):
    done = run(*arguments)
    assert done.exit_code == 2 and said in done.stderr and done.stderr.count("\n") == 1, done.output


def test_the_same_twice_and_options_of_several_values_are_taken(tmp_path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    for arguments in (
        ("status", "--index", "gone", "--index", "gone"),
        ("query", "--text", "a", "--text", "b", "--index", "gone", "--json", "--json"),
    ):
        assert "takes one value" not in run(*arguments).stderr
    assert run("status", "--index", "a", "--index", "b", "--help").exit_code == 0
