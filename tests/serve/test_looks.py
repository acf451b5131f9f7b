"""What is looked at: pictures, meshes and sounds by the ids of items, and the page itself."""

from __future__ import annotations

import io
import re
import shutil
import struct
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image
from rights import run_without_rights
from served import Client
from small_corpus import write_box, write_tone

from retriever.errors import UsageError
from retriever.serve import Server, mesh
from retriever.serve.kept import Kept
from retriever.serve.uploads import Uploads
from retriever.sheet.look import lying
from retriever.types import Geometry, Modality, Skin


def id_of(client: Client, path: str) -> str:
    hits = client.search("tower", to="any").json["hits"]
    return next(str(hit["id"]) for hit in hits if hit["path"] == path)


def test_a_thumbnail_is_a_picture_that_is_asked_for_once(client: Client):
    address = f"/thumbnail/{id_of(client, 'towers/tower.obj')}"
    reply = client.ask(address)
    picture = Image.open(io.BytesIO(reply.body))
    assert (reply.status, picture.format, picture.size) == (200, "WEBP", (320, 320))
    solid = np.asarray(picture.convert("RGBA"))[:, :, 3] > 200
    assert np.ptp(np.flatnonzero(solid.any(axis=1))) > 2 * np.ptp(np.flatnonzero(solid.any(axis=0)))  # it is a tower
    again = client.ask(address, If_None_Match=reply.headers["ETag"])
    assert (again.status, again.body) == (304, b"")
    assert Image.open(io.BytesIO(client.ask(f"{address}?side=960").body)).size == (960, 960)
    assert client.ask(f"{address}?side=99999").status == 400


def test_a_picture_that_the_browser_has_is_not_made_again_after_a_restart(client: Client):
    item = id_of(client, "towers/tower.obj")
    tags = {path: client.ask(path).headers["ETag"] for path in (f"/thumbnail/{item}", f"/mesh/{item}")}
    with Server(client.server.current.folder, port=0) as server:
        again = Client(server)
        for path, tag in tags.items():
            reply = again.ask(path, If_None_Match=tag)
            assert (reply.status, reply.body, reply.headers["ETag"]) == (304, b"", tag)
        assert [len(kept) for kept in (server._http.routes._pictures, server._http.routes._meshes)] == [0, 0]
        assert again.ask(f"/thumbnail/{item}").status == 200 and len(server._http.routes._pictures) == 1


def test_a_folder_that_was_copied_with_its_index_shows_its_own_files(fresh: Client, tmp_path: Path):
    here = tmp_path / "copy"
    for name in ("media", "index"):
        shutil.copytree(tmp_path / name, here / name)
    shutil.rmtree(tmp_path / "media")
    with Server(here / "index", port=0) as server:
        copy = Client(server)
        assert copy.ask("/api/status").json["roots"] == {"media": str(here / "media")}
        assert copy.ask(f"/thumbnail/{id_of(copy, 'towers/tower.obj')}").status == 200
    assert fresh.ask(f"/thumbnail/{id_of(fresh, 'towers/tower.obj')}").status == 404


def test_a_changed_file_has_another_picture_and_one_that_is_gone_a_sentence(fresh: Client):
    address = f"/thumbnail/{id_of(fresh, 'towers/tower.obj')}"
    before = fresh.ask(address)
    path = fresh.server.current.folder.parent / "media/towers/tower.obj"
    write_box(path, (9.5, 1, 1))
    after = fresh.ask(address, If_None_Match=before.headers["ETag"])
    assert after.status == 200 and after.body != before.body
    path.unlink()
    gone = fresh.ask(address)
    assert gone.status == 404 and gone.error == "The file is not there any more."


def test_a_mesh_is_what_the_file_holds(client: Client):
    body = client.ask(f"/mesh/{id_of(client, 'towers/tower.obj')}").body
    kind, count, of, _ = struct.unpack("<4I", body[:16])
    assert (kind, count, of, len(body)) == (1, 36, 12, 16 + 36 * 20)
    places = np.frombuffer(body, "<f4", 108, 16).reshape(-1, 3)
    assert np.isclose(np.linalg.norm(places, axis=1), 1, atol=1e-5).all()  # corners of a box
    assert np.ptp(places[:, 1]) > 8 * np.ptp(places[:, 0])
    normals = np.frombuffer(body, np.int8, 144, 16 + 36 * 12).reshape(-1, 4)[:, :3]
    assert (np.sort(np.abs(normals)) == [0, 0, 127]).all()  # a box has creases
    assert client.ask(f"/mesh/{id_of(client, 'red.png')}").status == 404


def test_a_large_mesh_becomes_small_without_holes():
    steps = np.linspace(-1, 1, 401)
    x, y = np.meshgrid(steps, steps)
    corner = np.arange(400 * 401).reshape(400, 401)[:, :-1].ravel()
    faces = np.concatenate(
        [np.stack(part, 1) for part in ((corner, corner + 1, corner + 401), (corner + 1, corner + 402, corner + 401))]
    )
    sheet = Geometry(np.stack([x.ravel(), y.ravel(), 0 * x.ravel()], 1), faces)
    body = mesh.packed(sheet)
    _, count, of, _ = struct.unpack("<4I", body[:16])
    assert of == 320_000 and mesh.MOST_FACES / 3 < count / 3 <= mesh.MOST_FACES
    corners = np.frombuffer(body, "<f4", count * 3, 16).reshape(-1, 3, 3)
    area = np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1).sum() / 2
    assert area == pytest.approx(2.0, rel=0.02)  # of a square whose corners lie on the unit circle


def test_a_vertex_that_no_face_has_does_not_move_the_rest():
    shape = Geometry(np.array([[1e6, 0, 0], [0, 0, 0], [1, 0, 0], [0, 1, 0]], float), np.array([[1, 2, 3]]))
    alone = Geometry(shape.vertices[1:], shape.faces - 1)
    assert mesh.packed(shape) == mesh.packed(alone)


def test_colours_of_faces_pictures_and_points_arrive():
    vertices = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [1, 1, 0]], float)
    faces, colors = np.array([[0, 1, 2], [1, 3, 2]]), np.array([[1, 0, 0], [0, 1, 0]], np.float32)
    picture = np.zeros((2, 2, 3), np.uint8)
    picture[:, 1, 2] = 255  # blue on the right
    uv = np.array([[[0.1, 0.1], [0.9, 0.1], [0.1, 0.9]]] * 2, np.float32)
    skin = Skin(uv, np.array([-1, 0]), (picture,), np.ones((2, 3), np.float32))

    def painted(geometry: Geometry) -> list[list[int]]:
        body = mesh.packed(geometry)
        count = struct.unpack("<4I", body[:16])[1]
        return np.frombuffer(body, np.uint8, count * 4, 16 + count * 16).reshape(-1, 4)[:, :3].tolist()

    red, green, blue, black = [255, 0, 0], [0, 255, 0], [0, 0, 255], [0, 0, 0]
    assert painted(Geometry(vertices, faces, colors)) == [red] * 3 + [green] * 3
    assert painted(Geometry(vertices, faces, colors, skin)) == [red] * 3 + [black, blue, black]
    assert painted(Geometry(vertices, np.zeros((0, 3), int), np.eye(4, 3, dtype=np.float32))) == [
        red,
        green,
        blue,
        black,
    ]


def test_a_sound_is_played_in_parts(client: Client, corpus: Path):
    address, data = f"/sound/{id_of(client, 'low.wav')}", (corpus / "low.wav").read_bytes()
    whole = client.ask(address)
    assert (whole.status, whole.body, whole.headers["Content-Type"]) == (200, data, "audio/wav")
    part = client.ask(address, Range="bytes=10-19")
    assert (part.status, part.body, part.headers["Content-Range"]) == (206, data[10:20], f"bytes 10-19/{len(data)}")
    assert client.ask(address, Range="bytes=-5").body == data[-5:]
    assert client.ask(address, Range=f"bytes={len(data) + 5}-").status == 200
    assert client.ask(f"/sound/{id_of(client, 'note.txt')}").status == 404
    assert client.ask(f"/sound/{id_of(client, 'towers/tower.obj')}").status == 404


def test_the_page_loads_nothing_from_elsewhere_and_all_that_it_names_is_there(client: Client):
    page = client.ask("/")
    assert page.headers["Content-Type"].startswith("text/html") and b"<script>" not in page.body
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "script-src 'self'" in policy and "unsafe" not in policy
    seen, left = set(), ["/"]
    while left:
        address = left.pop()
        text = client.ask(address).body.decode()
        assert "//cdn" not in text and not re.search(r"https?://(?!www\.w3\.org)", text), address
        assert " style=" not in text and not re.search(r" on[a-z]+=\"", text), address
        seen.add(address)
        named = re.findall(r'(?:href|src)="(/[\w.]+)"|from "(/[\w.]+)"', text)
        left += [one for pair in named for one in pair if one and one not in seen]
    assert len(seen) >= 9
    assert client.ask("/app.js", If_None_Match=client.ask("/app.js").headers["ETag"]).status == 304
    assert client.ask("/", method="HEAD").body == b""


def test_what_is_kept_is_bounded_and_made_once():
    kept, made = Kept(10), []

    def make(name: str) -> bytes:
        made.append(name)
        return b"1234"

    for name in ("a", "b", "a", "c", "a", "b"):
        assert kept.get(name, lambda name=name: make(name)) == b"1234"
    assert made == ["a", "b", "c", "b"] and len(kept) == 2
    assert kept.get("large", lambda: b"0" * 11) == b"0" * 11 and len(kept) == 2


def test_the_oldest_uploads_go(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("retriever.serve.uploads.KEPT", 10)
    uploads = Uploads()
    try:
        first, second = uploads.add("a.png", b"1234"), uploads.add("b.png", b"5678")
        uploads.add("a again.png", b"1234")
        third = uploads.add("c.png", b"90ab")
        assert [uploads.of_key(one.key) is not None for one in (first, second, third)] == [True, False, True]
        assert first.path.exists() and not second.path.exists()
    finally:
        uploads.close()


def test_a_tangle_becomes_few_faces_all_the_same(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(mesh, "MOST_FACES", 500)
    corners = np.random.default_rng(5).normal(size=(1200, 3, 3))
    body = mesh.packed(Geometry(corners.reshape(-1, 3), np.arange(3600).reshape(-1, 3)))
    _, count, of, _ = struct.unpack("<4I", body[:16])
    assert of == 1200 and 300 < count / 3 <= 500


def test_an_upload_whose_file_was_cleaned_away_or_not_written_is_taken_again(monkeypatch: pytest.MonkeyPatch):
    uploads = Uploads()
    try:
        first = uploads.add("a.png", b"1234")
        shutil.rmtree(uploads._folder)
        assert uploads.add("a.png", b"1234") == first and first.path.read_bytes() == b"1234"

        def full(path: Path, data: bytes) -> None:
            path.touch()
            raise OSError(28, "No space left on device")

        with monkeypatch.context() as patch:
            patch.setattr(Path, "write_bytes", full)
            with pytest.raises(UsageError, match="No space left"):
                uploads.add("b.png", b"5678")
        assert [path.name for path in uploads._folder.iterdir()] == [first.key]
        assert uploads.add("b.png", b"5678").path.read_bytes() == b"5678"
    finally:
        uploads.close()


def test_a_row_leads_to_no_file_outside_of_its_corpus(fresh: Client):
    folder = fresh.server.current.folder
    (folder.parent / "secret.wav").write_bytes(b"secret")
    (folder.parent / "secret.txt").write_text("secret")
    sound, note = id_of(fresh, "low.wav"), id_of(fresh, "note.txt")
    outside = {"low.wav": "../secret.wav", "note.txt": "../secret.txt", "red.png": "note.txt"}
    items = next(folder.glob("**/items.parquet"))
    table = pq.read_table(items)
    paths = [outside.get(path, path) for path in table["path"].to_pylist()]
    changed = table.set_column(
        table.schema.get_field_index("path"), "path", pa.array(paths, table.schema.field("path").type)
    )
    picture = id_of(fresh, "red.png")
    pq.write_table(changed, items)
    with Server(folder, port=0) as server:
        client = Client(server)
        for address in (f"/sound/{sound}", f"/thumbnail/{note}", f"/thumbnail/{picture}"):
            reply = client.ask(address)
            assert reply.status == 404 and "no file of its corpus" in reply.error
        page = client.ask("/api/page?q=tower&to=text").json
        assert page["answer"]["count"] == 1 and [shown["words"] for shown in page["shown"]] == [""]
    assert lying("/corpus", "a/b.png", Modality.IMAGE) == Path("/corpus/a/b.png")
    for name in ("/etc/a.png", "a/../../b.png", "a.txt", "", None):
        assert lying("/corpus", name, Modality.IMAGE) is None


FORBIDDEN = """
import sys
from pathlib import Path
import simple_space; simple_space.install()
from indexer import build
from retriever.serve import Server
from served import Client
build.index(sys.argv[1], sys.argv[2])
with Server(sys.argv[2], port=0) as server:
    client = Client(server)
    sound = client.server.current.index().browse().to_dicts()[0]
    Path(sound["file"]).chmod(0)
    for what in ("thumbnail", "sound"):
        reply = client.ask(f"/{what}/{sound['id']}")
        print(reply.status, reply.error)
"""


def test_a_sound_that_may_not_be_read_has_an_answer(tmp_path: Path):
    write_tone(tmp_path / "media/low.wav", 60)
    told = run_without_rights(FORBIDDEN, tmp_path / "media", tmp_path / "index").splitlines()
    assert [line[:4] for line in told] == ["404 "] * 2 and told[1].endswith("may not be read.")
