"""Files that are handed over: what is taken for one, and what the cure says where none is."""

from __future__ import annotations

from pathlib import Path

import pytest
from served import Client
from small_corpus import write_picture

FORM = (
    b'--x\r\nContent-Disposition: form-data; name="file"; filename="red.png"\r\nContent-Type: image/png\r\n\r\n'
    b"%s\r\n--x--\r\n"
)


def test_a_form_is_not_taken_as_the_file(client: Client, tmp_path: Path):
    data = write_picture(tmp_path / "red.png", (220, 20, 20)).read_bytes()
    for address in ("/api/upload?name=red.png", "/api/upload"):
        reply = client.ask(address, FORM % data, Content_Type="multipart/form-data; boundary=x")
        assert reply.status == 400 and "send the bytes as the body" in reply.error
    for kind in ("application/octet-stream", "application/x-www-form-urlencoded", "image/png"):
        assert client.ask("/api/upload?name=red.png", data, Content_Type=kind).status == 200


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("/api/upload", "give ?name=photo.jpg"),
        ("/api/upload?name=", "give ?name=photo.jpg"),
        ("/api/upload?filename=red.png", "There is no 'filename' here; all that may be given is name."),
        ("/api/upload?name=a.png&name=b.png", "name is given twice"),
    ],
)
def test_a_file_without_a_name_is_told_how_to_give_one(client: Client, address: str, said: str):
    reply = client.ask(address, b"x")
    assert reply.status == 400 and said in reply.error


def test_a_picture_is_asked_for_by_its_side_alone(client: Client):
    address = f"/thumbnail/{client.search('tower').json['hits'][0]['id']}"
    for parameter in ("size=960", "side=960&size=1", "side=320&side=960"):
        reply = client.ask(f"{address}?{parameter}")
        assert reply.status == 400 and ("'size'" in reply.error or "given twice" in reply.error)
    assert client.ask(f"{address}?side=960").status == 200
