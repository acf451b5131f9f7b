"""The rule of the tree: retriever reads, indexer writes, cli talks; imports run one way."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MAY_IMPORT = {
    "retriever": {"retriever"},
    "indexer": {"indexer", "retriever"},
    "cli": {"cli", "indexer", "retriever"},
    "benchmarks": {"benchmarks", "cli", "indexer", "retriever"},
}


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
        ours = {name.split(".")[0] for name in imported(ast.parse(path.read_text()))} & MAY_IMPORT.keys()
        assert ours <= MAY_IMPORT[package], f"{path} imports {ours - MAY_IMPORT[package]}"


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
