"""Sizes as people write them, and what is none."""

from __future__ import annotations

import pytest
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
