"""Items and counts over HTTP: as the command line lists them."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest
from served import Client
from typer.testing import CliRunner

from cli.main import app


def listed(client: Client, *arguments: str) -> Any:
    """What `retriever items` says."""
    done = CliRunner().invoke(app, ["items", *arguments, "--json", "--index", str(client.server.current.folder)])
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def test_items_are_listed_as_the_command_line_does(client: Client):
    assert client.ask("/api/items").json == listed(client)
    some = client.ask(f"/api/items?to=shape&k=1&where={quote('faces > 1')}").json
    assert some == listed(client, "--to", "shape", "-k", "1", "--where", "faces > 1")
    assert (some["total"], some["count"], some["items"][0]["path"]) == (3, 1, "cubes/cube.off")
    assert client.ask("/api/items?sort=-faces,label&k=6").json == listed(client, "--sort", "-faces,label")
    everything = [item["path"] for item in listed(client)["items"]]
    pages = [client.ask(f"/api/items?k=4&offset={offset}").json for offset in (0, 4, 8)]
    assert [item["path"] for page in pages for item in page["items"]] == everything == sorted(everything)
    assert [page["count"] for page in pages] == [4, 2, 0] and {page["total"] for page in pages} == {6}


def test_the_page_is_told_what_it_shows_of_items(client: Client):
    page = client.ask("/api/items/page?k=3").json
    answer = client.ask("/api/items?k=3").json
    assert (page["answer"]["hits"], page["answer"]["total"], page["terms"]) == (answer["items"], 6, [])
    assert page["shown"][0] == {"title": "cubes", "measured": "12 faces", "words": ""}
    assert [one["words"] for one in page["shown"]] == ["", "", "a tall tower"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("q=tower", "no 'q'; its keys are where, to, k, offset"),
        ("k=0", "k is 0: ask for 1 to 10,000 items."),
        ("k=10001", "k is 10001"),
        ("k=many", "k is 'many'"),
        ("offset=-1", "offset is -1"),
        ("offset=x", "offset is 'x'"),
        ("to=smell", "to=smell"),
        ("sort=smell", "sort=smell: this index has no such column"),
        ("where=labl%20%3D%201", "labl"),
        ("where=1%20in%20(select%201)", "SELECT is not taken over HTTP"),
        ("where=repeat(path,9)%3D''", "the function repeat is not taken over HTTP"),
    ],
)
def test_errors_of_a_list_are_sentences(client: Client, given: str, said: str):
    for address in ("/api/items", "/api/items/page"):
        reply = client.ask(f"{address}?{given}")
        assert reply.status == 400 and said in reply.error


def test_values_are_counted_as_the_command_line_does(client: Client):
    found = client.ask("/api/counts?column=label").json
    assert found == listed(client, "--count", "label") and (found["total"], found["count"]) == (6, 3)
    assert found["values"][-1] == {"value": None, "items": 3}
    some = client.ask(f"/api/counts?column=label&to=shape&k=1&where={quote('extent[2] > 1')}").json
    assert some == listed(client, "--count", "label", "--to", "shape", "-k", "1", "--where", "extent[2] > 1")
    assert client.ask("/api/counts?column=extent").json == listed(client, "--count", "extent", "-k", "20")
    assert client.ask("/api/counts?column=label&where=false").json["values"] == []
    assert client.ask("/api/start").json["facets"] == {"column": "label_kinds", "lists": True}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("", "column is missing: name one whose values are counted, such as column=label."),
        ("column=labl", "column=labl: this index has no such column (did you mean 'label'?)"),
        ("column=label&sort=path", "no 'sort'; its keys are column, where, to, k."),
        ("column=label&column=path", "column is given twice"),
        ("column=label&k=0", "k is 0: ask for 1 to 10,000 values."),
        ("column=label&k=many", "k is 'many'"),
        ("column=label&to=smell", "to=smell"),
        ("column=label&where=1%20in%20(select%201)", "SELECT is not taken over HTTP"),
    ],
)
def test_errors_of_a_count_are_sentences(client: Client, given: str, said: str):
    reply = client.ask(f"/api/counts?{given}")
    assert reply.status == 400 and said in reply.error
