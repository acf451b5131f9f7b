"""The rule of the tree: retriever reads, indexer writes, cli talks; imports run one way."""

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MAY_IMPORT = {
    "retriever": {"retriever"},
    "indexer": {"indexer", "retriever"},
    "cli": {"cli", "indexer", "retriever"},
    "benchmarks": {"benchmarks", "cli", "indexer", "retriever"},
}


DOOR = ROOT / "retriever" / "__main__.py"
"""The one exception: ``python -m retriever`` has to lie here, and hands over to cli. Nothing may import it."""


def modules(package):
    return sorted((ROOT / package).rglob("*.py"))


def imported(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_imports_run_one_way(package):
    assert modules(package)
    for path in modules(package):
        names = set(imported(ast.parse(path.read_text())))
        assert "retriever.__main__" not in names, path
        ours = {name.split(".")[0] for name in names} & MAY_IMPORT.keys()
        may = {"cli"} if path == DOOR else MAY_IMPORT[package]
        assert ours <= may, f"{path} imports {ours - may}"


@pytest.mark.parametrize("package", ["retriever", "indexer", "cli"])
def test_type_checkers_are_told_that_a_package_has_types(package):
    built = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["package-data"]
    assert (ROOT / package / "py.typed").exists() and "py.typed" in built[package]


def test_the_door_holds_no_code():
    statements = [type(node) for node in ast.parse(DOOR.read_text()).body]
    assert statements == [ast.Expr, ast.ImportFrom, ast.If]


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_nothing_is_unpickled(package):
    for path in modules(package):
        code = path.read_text()
        assert not set(imported(ast.parse(code))) & {"pickle", "joblib", "dill", "shelve", "marshal"}, path
        assert "allow_pickle=True" not in code, path
        assert "weights_only=False" not in code, path


@pytest.mark.parametrize(
    ("statement", "forbidden"),
    [
        ("import retriever", {"numpy", "torch", "faiss", "pyarrow", "duckdb", "trimesh"}),
        ("from cli import main", {"numpy", "torch", "faiss", "pyarrow", "duckdb", "trimesh"}),
        ("import retriever; retriever.open; from retriever import spaces; spaces.get('mini')", {"torch", "faiss"}),
    ],
)
def test_imports_are_light(statement, forbidden):
    program = f"{statement}\nimport sys; print(*{{name.split('.')[0] for name in sys.modules}})"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT)
    assert not forbidden & set(loaded.stdout.split())


def test_a_fresh_program_lists_the_names_that_are_imported_when_they_are_asked_for():
    program = "import retriever, sys; print(set(retriever.__all__) <= set(dir(retriever)), 'numpy' in sys.modules)"
    listed = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT)
    assert listed.stdout.split() == ["True", "False"]


@pytest.mark.parametrize("package", ["indexer", "retriever/query"])
def test_large_packages_say_where_to_find_what(package):
    said = ast.get_docstring(ast.parse((ROOT / package / "__init__.py").read_text()))
    parts = {path.stem for path in (ROOT / package).glob("[!_.]*") if path.suffix == ".py" or path.is_dir()}
    assert parts and parts <= set(re.findall(r"`(\w+)", said))
