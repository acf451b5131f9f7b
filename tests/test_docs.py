"""The manual is run: its ```console and ```python blocks, over a small corpus; and it leaves nothing out."""

from __future__ import annotations

import inspect
import json
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import typer
from transcript import ROOT, blocks, execute, problems

from benchmarks.__main__ import app as benchmarks_app
from cli.main import app
from indexer import build
from indexer.parametric import corpus, generate
from retriever import errors, loaders, spaces
from retriever.store.schema import ITEMS
from retriever.types import Modality

DOCS = ROOT / "docs"
PAGES = {path.name: path.read_text(encoding="utf-8") for path in sorted(DOCS.glob("*.md"))}
MANUAL = "\n".join(PAGES.values())
KINDS = {
    "stl": ("chair", "bottle", "sofa", "vase"),
    "glb": ("table", "car", "guitar", "ladder"),
    "obj": ("bench", "bowl", "cup", "turtle"),
    "ply": ("horse", "clock", "stool", "teapot"),
    "off": ("bed", "mug", "table lamp", "wheel"),
}
LYING = (
    *("chair", "car", "elephant", "sailboat", "bicycle", "church", "teapot", "dog", "airliner", "sofa", "horse"),
    *("helicopter", "tractor", "windmill", "stool", "table lamp", "motorcycle", "giraffe", "bench", "floor lamp"),
)
CAPTIONED = ("table", "turtle", "guitar")


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the corpus that docs/README.md describes, and its index."""
    folder = tmp_path_factory.mktemp("manual")
    for suffix, kinds in KINDS.items():
        for kind in kinds:
            shape, place = generate(kind, 0), folder / "shapes" / kind
            place.mkdir(parents=True)
            corpus.write(shape.solid, place / f"{kind}.{suffix}")
            if kind in CAPTIONED:
                (place / f"{kind}.txt").write_text(f"{shape.captions[-1]}\n", encoding="utf-8")
    (folder / "downloads").mkdir()
    for kind in LYING:
        corpus.write(generate(kind, 0).solid.turn("x", 90), folder / "downloads" / f"{kind}.off")
    assert build.index(folder / "shapes", folder / ".retriever").embedded == 20
    return folder


@pytest.fixture
def folder(demo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of that folder to work in, indexed where it lies; its path is short, for tables fold long ones."""
    with TemporaryDirectory(prefix="") as place:
        folder = Path(place).resolve()
        shutil.copytree(demo, folder, dirs_exist_ok=True)
        manifest = folder / ".retriever" / "manifest.json"
        data = json.loads(manifest.read_text().replace(str(demo), str(folder)))
        del data["crc"]  # as a user who changes it has to
        manifest.write_text(json.dumps(data))
        monkeypatch.chdir(folder)
        monkeypatch.delenv("RETRIEVER_INDEX", raising=False)
        monkeypatch.setenv("RETRIEVER_SPACES", str(tmp_path))  # and no spaces of who runs the tests
        monkeypatch.setattr(spaces, "_registered", {})
        yield folder


@pytest.mark.parametrize("page", [name for name, text in PAGES.items() if blocks(text, "console")])
def test_commands_print_what_the_page_shows(page: str, folder: Path):
    found = [problem for block in blocks(PAGES[page], "console") for problem in problems(block, folder)]
    assert not found, "\n\n".join(found)


@pytest.mark.parametrize("page", [name for name, text in PAGES.items() if blocks(text, "python")])
def test_python_runs_and_gives_what_the_page_shows(page: str, folder: Path):
    namespace: dict[str, object] = {"__name__": page}
    for block in blocks(PAGES[page], "python"):
        execute(block, namespace, page)


def test_a_wrong_page_is_noticed(folder: Path):
    right = "$ retriever status | head -n 2 | tail -n 1\nitems 20 shape\n"
    assert problems(right, folder) == []
    assert problems(right.replace("20", "21"), folder)
    execute(">>> 1 + 1\n2\n", {}, "right")
    with pytest.raises(AssertionError, match="Expected"):
        execute(">>> 1 + 1\n3\n", {}, "wrong")


def commands() -> Iterator[tuple[str, Any]]:
    group = typer.main.get_command(app)
    yield "retriever", group
    yield from ((f"retriever {name}", command) for name, command in group.commands.items())  # type: ignore[attr-defined]


@pytest.mark.parametrize(("name", "command"), commands(), ids=str)
def test_every_command_and_option_has_help_and_is_in_the_manual(name: str, command: Any):
    assert command.help and re.search(rf"`{name}[ `]|^\$? ?{name} ", MANUAL, re.MULTILINE)
    for parameter in command.params:
        if name == "retriever" or parameter.opts[0].startswith("-"):
            assert parameter.help, parameter.opts
            for option in (*parameter.opts, *parameter.secondary_opts):
                assert re.search(rf"(?<![\w-]){option}(?![\w-])", MANUAL), f"{name} {option}"


def test_the_manual_names_no_command_that_there_is_not():
    named = set(re.findall(r"`retriever ([a-z][a-z-]*)", MANUAL + (ROOT / "README.md").read_text(encoding="utf-8")))
    assert len(named) > 5 and named <= {name.removeprefix("retriever ") for name, _ in commands()}


@pytest.mark.parametrize("modality", Modality)
def test_every_suffix_is_in_the_table_of_formats(modality: Modality):
    table = PAGES["index.md"].partition("## Formats")[2].partition("\n## ")[0]
    assert loaders.suffixes(modality) and [s for s in sorted(loaders.suffixes(modality)) if f"`{s}`" not in table] == []


def test_every_column_kind_of_failure_and_part_of_the_index_is_in_the_manual():
    assert [name for name in ITEMS.names if f"`{name}`" not in PAGES["query.md"]] == []
    sources = "".join(path.read_text() for path in (ROOT / "retriever" / "loaders").glob("*.py"))
    kinds = set(re.findall(r'(?:FileProblem|Problem)\(\s*"([a-z-]+)"', sources)) | {"crashed"}
    assert len(kinds) > 5 and [kind for kind in kinds if f"`{kind}`" not in PAGES["index.md"]] == []
    layout = inspect.getmembers(sys.modules["retriever.store.layout"], lambda value: isinstance(value, str))
    parts = [value for name, value in layout if name.isupper() and name not in ("FOLDER", "ENVIRONMENT")]
    assert len(parts) > 6 and [part for part in parts if part not in PAGES["storage.md"]] == []


def test_every_benchmark_is_in_the_manual():
    named = set(re.findall(r"python -m benchmarks ([a-z-]+)", PAGES["benchmarks.md"]))
    assert named == set(typer.main.get_command(benchmarks_app).commands)  # type: ignore[attr-defined]


ERRORS = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if kind.__module__ == errors.__name__]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: error.__name__)
def test_every_error_is_explained(error: type[BaseException]):
    assert issubclass(error, errors.RetrieverError) and error.__doc__
    assert f"`{error.__name__}`" in PAGES["python.md"]


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page: str):
    for target, _, anchor in re.findall(r"\]\((?!https?://)([^)#\s]*)(#([^)\s]+))?\)", PAGES[page]):
        path = DOCS / (target or page)
        assert path.exists(), target
        headings = re.findall(r"^#+ (.*)$", path.read_text(encoding="utf-8"), re.MULTILINE) if anchor else []
        assert not anchor or anchor in {re.sub(r"[^\w -]", "", h.lower()).replace(" ", "-") for h in headings}, anchor
