"""Made-up distributions of faiss beside the real one, installed as pip would have left them."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from retriever.ann import wheels

pytest.importorskip("faiss")


def install(folder, name, version="1.14.3", files=("faiss/__init__.py",), record=True):
    """A distribution as pip registers it; its files are written only by `write`."""
    info = folder / f"{name.replace('-', '_')}-{version}.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    if record:
        (info / "RECORD").write_text("".join(f"{file},,\n" for file in (*files, f"{info.name}/RECORD")))


def write(folder, source):
    (folder / "faiss").mkdir()
    (folder / "faiss" / "__init__.py").write_text(source)


def run(program, folder):
    """A program that finds what lies in the folder before anything that is installed."""
    path = os.pathsep.join([str(folder), *sys.path])
    return subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=True,
    )


def test_one_distribution_is_no_trouble():
    assert len(wheels.installed()) == 1
    assert wheels.trouble() is None


@pytest.mark.parametrize("name", wheels.GPU)
def test_two_are_named_with_the_cure(tmp_path, monkeypatch, name):
    install(tmp_path, name)
    monkeypatch.syspath_prepend(tmp_path)
    assert wheels.installed() == ("faiss-cpu", name)
    assert wheels.trouble() == (
        f"faiss-cpu and {name} are both installed and overwrite each other's files: "
        f"pip uninstall -y faiss-cpu {name}, then pip install 'any3d-retriever[gpu]'."
    )


def test_three_are_named_too(tmp_path, monkeypatch):
    install(tmp_path, "faiss-gpu")
    install(tmp_path, "faiss-cuda", record=False)  # as conda and Linux distributions may leave it out
    monkeypatch.syspath_prepend(tmp_path)
    assert wheels.trouble().startswith("faiss-cpu, faiss-gpu and faiss-cuda are all installed")


def test_two_for_the_cpu_are_cured_by_one_for_the_cpu(tmp_path, monkeypatch):
    install(tmp_path, "faiss")
    monkeypatch.syspath_prepend(tmp_path)
    assert wheels.trouble().endswith("pip install 'any3d-retriever[faiss]'.")


def test_a_distribution_without_the_package_is_none(tmp_path, monkeypatch):
    install(tmp_path, "faiss-cuda", files=("faiss_cuda_cu128/__init__.py",))  # a shim, for example
    install(tmp_path, "faiss-haystack")
    monkeypatch.syspath_prepend(tmp_path)
    assert wheels.installed() == ("faiss-cpu",)


def test_loading_warns_once_and_works(tmp_path):
    install(tmp_path, "faiss-gpu")
    program = "from retriever.ann.wheels import load; [load() for _ in range(3)]; print(load().IndexFlatIP(3).d)"
    done = run(program, tmp_path)
    assert done.stdout == "3\n"
    assert done.stderr.count("faiss-cpu and faiss-gpu are both installed") == 1


FAILS = """
from retriever.ann.wheels import load
from retriever.errors import MissingDependency
try:
    load()
except MissingDependency as error:
    print(error)
"""


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("raise ImportError('libcudart.so.12: cannot open shared object file')", "(libcudart.so.12: cannot open"),
        ("", "(its files are gone)"),
    ],
    ids=["a library is missing", "files are gone"],
)
def test_an_installed_faiss_that_does_not_load_is_not_called_missing(tmp_path, source, words):
    write(tmp_path, source)
    done = run(FAILS, tmp_path)
    assert done.stdout.startswith("faiss-cpu is installed but does not load")
    assert words in done.stdout
    assert "pip uninstall -y faiss-cpu, then pip install 'any3d-retriever[faiss]'" in done.stdout


def test_two_that_broke_each_other_are_told_as_such(tmp_path):
    install(tmp_path, "faiss-gpu")
    write(tmp_path, "raise ImportError('undefined symbol')")
    assert run(FAILS, tmp_path).stdout.startswith("faiss-cpu and faiss-gpu are both installed and overwrite")


def test_looking_does_not_import_faiss():
    code = "import sys; from retriever.ann import wheels; wheels.trouble(); sys.exit('faiss' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
