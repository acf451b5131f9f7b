"""``retriever align``: what it prints, its exit codes, and that what it writes can be used at once."""

from __future__ import annotations

from pathlib import Path

import pytest
import small_space
from commands import run
from typer.testing import Result

from retriever.spaces import home
from retriever.types import Modality


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("RETRIEVER_INDEX", raising=False)
    monkeypatch.setenv(home.ENVIRONMENT, str(tmp_path / "spaces"))
    small_space.write_space(tmp_path / "spaces/small", Modality.SHAPE)
    small_space.write_shapes(tmp_path / "shapes", 4)
    return tmp_path


def align(*arguments: object) -> Result:
    return run("align", *arguments, "--from", "small", "--steps", 6, "--batch", 8, "--holdout", 0.3, "--workers", 0)


def test_from_a_folder_to_an_answer(place: Path):
    done = align("shapes", "--into", "mine")
    assert done.exit_code == 0 and done.stdout == "", done.output
    assert "mine: written to" in done.stderr and "shape: " in done.stderr and "6 steps" in done.stderr
    assert "held out, before and after:" in done.stderr and "top-1" in done.stderr
    command = done.stderr.splitlines()[-1].removeprefix("go on with: retriever ").split()
    assert command == ["index", "shapes", "--space", "mine", "--index", "mine.retriever"]
    assert run(*command, "--workers", 0).exit_code == 0
    assert "licence\t3D tower: inherits the licence" in run("status", "--index", "mine.retriever").stdout
    answer = run("query", "a chair", "--index", "mine.retriever", "-k", 2)
    assert answer.exit_code == 0 and len(answer.stdout.splitlines()) == 2


def test_a_table_of_pairs_and_a_bad_file(place: Path):
    (place / "shapes/car/car_0.off").write_bytes(b"")
    rows = [f"shapes/{kind}/{kind}_{n}.off,{kind}" for kind in ("car", "chair") for n in range(4)]
    (place / "pairs.csv").write_text("\n".join(["path,label", *rows, "shapes/gone.off,car"]))
    done = align("pairs.csv", "--into", "mine", "--quiet")
    assert done.exit_code == 3
    assert "failed 2:" in done.stderr and "gone.off is not there" in done.stderr and "car_0.off" in done.stderr
    assert "written to" not in done.stderr and "validation" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("nowhere", "--into", "mine"), 2, "nowhere"),
        (("shapes", "--into", "mini"), 2, "ships or was published"),
        (("shapes", "--into", "small"), 2, "--overwrite"),
        (("shapes", "--into", "a/b"), 2, "letters"),
        (("shapes", "--into", "mine", "--minutes", 3), 2, "--steps and --minutes"),
        (("shapes", "--into", "mine", "--modality", "audio"), 1, "no audio tower"),
        (("shapes/chair", "--into", "mine"), 1, "nothing to train on in shapes/chair"),
        (("empty", "--into", "mine"), 1, "nothing to train on in empty"),
    ],
)
def test_mistakes_are_said_in_one_sentence_before_training(place: Path, arguments, code, message):
    (place / "empty").mkdir()
    done = align(*arguments)
    assert done.exit_code == code and message in done.stderr, done.output
    assert "Traceback" not in done.output and not (place / "spaces/mine").exists()


def test_a_space_to_start_from_that_is_not_there(place: Path):
    done = run("align", "shapes", "--into", "mine", "--from", "huge")
    assert done.exit_code == 1 and "no space called 'huge'" in done.stderr and "small" in done.stderr


def test_help_has_an_example_for_every_option():
    text = run("align", "--help").stdout
    assert "Examples" in text and "retriever align ./my-shapes --from mini --into mine" in text
