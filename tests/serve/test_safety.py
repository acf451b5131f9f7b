"""Who may ask, and for what: no path of a request is read, and no other page may ask."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

import pytest
from served import Client

from retriever.errors import UsageError
from retriever.serve import Server
from retriever.serve.guard import names_of, refusal
from retriever.serve.uploads import LARGEST

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("kind", ["image", "audio", "shape", "vector"])
@pytest.mark.parametrize(
    "form", ["{}", "text:tower - 0.5*{}", "mean({}, text:tower)", "-(text:a + mean(mean({}), text:b))"]
)
def test_files_of_this_machine_are_not_read(client: Client, corpus: Path, kind: str, form: str):
    for path in ("/etc/passwd", str(corpus / "red.png"), "../red.png", "uploads/../../../etc/passwd", "~/x.obj"):
        reply = client.search(form.format(f"{kind}:{path}"))
        assert reply.status == 400 and ("is refused" in reply.error or "not here any more" in reply.error)
    reply = client.ask("/api/search", f'{{"{kind}": "/etc/passwd"}}'.encode())
    assert reply.status == 400 and "over HTTP only uploaded files" in reply.error


def test_a_path_alone_is_words_whether_there_is_such_a_file_or_not(client: Client, corpus: Path, tmp_path: Path):
    (tmp_path / "link.png").symlink_to(corpus / "red.png")
    for path in (corpus / "red.png", corpus / "absent.png", tmp_path / "link.png"):
        assert client.search(str(path)).json["query"][0]["modality"] == "text"
    for path in (corpus / "red.png", tmp_path / "link.png", "media/../red.png"):
        reply = client.search(f"id:{path}")
        assert reply.status == 400 and "no item" in reply.error
    assert client.search("red.png").json["query"][0]["modality"] == "id"


def test_the_disk_is_not_even_looked_at(client: Client, monkeypatch: pytest.MonkeyPatch):
    looked: list[str] = []
    for name in ("stat", "lstat"):
        real = getattr(os, name)

        def spy(path: object, *more: object, real: object = real, **named: object) -> object:
            looked.append(str(path))
            return real(path, *more, **named)  # type: ignore[operator]

        monkeypatch.setattr(os, name, spy)
    for q in ("/no/such/place.obj", "no-such-name.obj", "id:no/such/name.obj", "image:/no/such/name.png"):
        client.search(q)
    for name in ("/no/such/name.obj", "no-such-name.obj", "shape:/no/such/name.obj", "shape:uploads/no/such.obj"):
        assert client.ask("/api/search", json.dumps({"like": [name], "unlike": ["x"]}).encode()).status == 400
    assert looked and not [path for path in looked if "no-such" in path or "no/such" in path]


@pytest.mark.parametrize(
    "path", ["/..", "/../../etc/passwd", "/%2e%2e/app.js", "/page/app.js", "/thumbnail/../app.js", "/thumbnail/..%2f..",
             "/thumbnail/", "/thumbnail/0123456789abcdef", "/mesh/x/y", "/sound/%00", "//etc/passwd", "/uploads/x"]
)  # fmt: skip
def test_addresses_are_looked_up_and_nothing_else(client: Client, path: str):
    reply = client.ask(path)
    assert reply.status == 404 and reply.error


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example", "", "localhost.evil", "[::1"]
)
def test_another_host_is_refused(client: Client, host: str):
    for path, body in (("/", None), ("/api/search?q=tower", None), ("/api/upload?name=a.png", b"x")):
        reply = client.ask(path, body, Host=host)
        assert reply.status == 403 and "not this server" in reply.error


@pytest.mark.parametrize("host", ["localhost", "localhost:9000", "127.0.0.1", "[::1]:8750"])
def test_this_machine_is_not(client: Client, host: str):
    assert client.ask("/api/search?q=tower", Host=host).status == 200


def test_another_page_may_not_ask(client: Client):
    ours = f"http://{client.place}"
    for headers in (
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"origin": "http://localhost:1"},
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
    ):
        for path in ("/api/search", "/api/upload?name=a.png"):
            assert client.ask(path, b'{"q": "tower"}', **headers).status == 403
    assert client.ask("/api/search?q=tower", Sec_Fetch_Site="cross-site").status == 403
    visit = {"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "navigate", "Sec_Fetch_Dest": "document"}
    assert client.ask("/?q=tower", **visit).status == 200
    for path in ("/api/search?q=tower", "/api/page?q=tower", "/api/status", "/app.js"):
        assert client.ask(path, **visit).status == 403
    for framed in ("iframe", "frame", "object", "embed", ""):
        assert client.ask("/?q=tower", **{**visit, "Sec_Fetch_Dest": framed}).status == 403
    assert client.ask("/api/search", b'{"q": "tower"}', Origin=ours, Sec_Fetch_Site="same-origin").status == 200
    assert "Access-Control-Allow-Origin" not in client.ask("/api/search?q=tower").headers


def test_a_server_for_all_takes_numbers_and_its_own_name():
    everybody, short = names_of("0.0.0.0"), socket.gethostname().partition(".")[0]
    for asked in ("192.168.1.5:8750", f"{socket.gethostname()}:8750", short, f"{short.upper()}.local", "localhost"):
        assert refusal("GET", "/", {"host": asked}, everybody) == ""
    assert refusal("GET", "/", {"host": "evil.example"}, everybody) and refusal("GET", "/", {}, everybody)
    assert refusal("GET", "/", {"host": "box.lan:8750"}, names_of("box.lan")) == ""
    assert refusal("GET", "/", {"host": ""}, names_of(""))
    assert refusal("GET", "/", {"host": socket.gethostname()}, names_of("127.0.0.1"))


def test_names_that_are_given_are_its_own_over_https_too():
    names = names_of("127.0.0.1", ["Search.example.org", "box.lan"])
    for host in ("search.example.org", "search.example.org:8443", "BOX.lan", "127.0.0.1:8750"):
        for origin in ({}, {"origin": "https://search.example.org"}, {"origin": "http://box.lan:8443"}):
            assert refusal("POST", "/api/search", {"host": host, **origin}, names) == ""
    for headers in ({"host": "example.org"}, {"host": "box.lan", "origin": "https://evil.example"}):
        assert "--as" in refusal("GET", "/", headers, names)
    assert refusal("GET", "/", {"host": "vm.lan:8795"}, names).endswith("start it with --as vm.lan.")
    for wrong in ("https://search.example.org", "search.example.org:443", ""):
        with pytest.raises(UsageError, match=r"names=.*: give the name of a host alone"):
            names_of("127.0.0.1", [wrong])


def test_a_server_for_all_says_where_others_find_it(client: Client):
    arguments = command("--index", client.server.current.folder, "--port", 0, "--host", "0.0.0.0", "--as", "box.lan")
    with subprocess.Popen(
        arguments, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as run:
        assert run.stdout and run.stderr
        line = run.stdout.readline()
        found = re.fullmatch(
            r"6 items at http://127\.0\.0\.1:(\d+)/, for others (http://\S+:\1/) - Ctrl-C ends it\n", line
        )
        run.terminate()
        assert found and "127.0.0.1" not in found[2] and run.stderr.readline().startswith("warning: every machine")


def test_too_much_is_refused(client: Client):
    reply = client.ask("/api/upload?name=a.png", b"0" * (LARGEST + 1))
    assert reply.status == 413 and "larger than 64 MiB" in reply.error
    assert client.ask("/api/search", b'{"q": "' + b"0" * 2**20 + b'"}').status == 413
    with socket.create_connection(client.place.split(":"), timeout=300) as raw:  # type: ignore[arg-type]
        raw.sendall(f"POST /api/upload?name=a.png HTTP/1.1\r\nHost: {client.place}\r\n\r\n".encode())
        assert b" 411 " in raw.recv(1000)


def test_names_of_uploads_are_tamed(client: Client):
    for name in ("../../../etc/cron.d/x.png", "..\\..\\x.png", "x\x00y/.png.png", "a\"b' + text:c.png", "ü - 2*é.png"):
        data = name.encode() + b"."
        term = client.ask(f"/api/upload?name={quote(name)}", data).json["term"]
        key = term.split("/")[1]
        lies = client.server._uploads.of_key(key)
        assert (
            lies and lies.path == client.server._uploads._folder / key / "upload.png" and lies.path.read_bytes() == data
        )
        assert f"{term[6:]}" in client.search(f"{term} + text:tower").error  # it parses, and is no picture


def test_an_uploaded_mesh_names_no_file_outside(client: Client, corpus: Path):
    place = os.path.relpath(corpus, client.server._uploads._folder / "key")
    (corpus / "secret.mtl").write_text("newmtl a\nKd 1 0 0\n")
    text = f"mtllib {place}/secret.mtl\nusemtl a\nv 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n"
    key = client.ask("/api/upload?name=a.obj", text.encode()).json["key"]
    body = client.ask(f"/mesh/{key}").body
    assert tuple(body[-4:-1]) != (255, 0, 0)


def command(*arguments: object) -> list[str]:
    return [sys.executable, str(ROOT / "tests/simple_space.py"), "serve", "--no-open", *map(str, arguments)]


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "tests")])}


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_the_command_ends_quietly(client: Client, sent: signal.Signals, tmp_path: Path):
    arguments = command("--index", client.server.current.folder, "--port", 0)
    env = {**environment(), "TMPDIR": str(tmp_path)}
    # Where the tests run in the background of a script, or under nohup, all their children ignore these signals.
    usual = {"preexec_fn": lambda: signal.signal(sent, signal.SIG_DFL)}
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(arguments, env=env, **streams, **usual) as process:
        assert process.stdout and process.stderr
        line = process.stdout.readline()
        assert line.startswith("6 items at http://127.0.0.1:")
        assert list(tmp_path.iterdir())
        process.send_signal(sent)
        assert process.wait(300) == 0 and not process.stderr.read().strip() and not list(tmp_path.iterdir())


def test_the_command_says_what_is_wrong_in_one_line(client: Client, tmp_path: Path):
    port = client.place.split(":")[1]
    index = ("--index", client.server.current.folder)
    for arguments, said in (
        ((*index, "--port", port), f"error: --port {port} is in use on 127.0.0.1: give another, such as --port "),
        ((*index, "--port", 70_000), "error: --port 70000: give a number up to 65535"),
        ((*index, "--host", "no.such.host.invalid"), "error: --host no.such.host.invalid: there is no such host here"),
        (("--index", tmp_path), f"error: The index folder {tmp_path} is not an index"),
    ):
        done = subprocess.run(command(*arguments), capture_output=True, text=True, env=environment(), timeout=300)
        assert done.returncode in (1, 2) and done.stderr.startswith(said) and done.stderr.count("\n") == 1, done.stderr


def test_a_port_in_use_is_no_traceback_in_python_either(client: Client):
    with pytest.raises(UsageError, match="in use"):
        Server(client.server.current.folder, port=int(client.place.split(":")[1]))
