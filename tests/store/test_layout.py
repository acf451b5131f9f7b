from pathlib import Path

import pytest
from index_making import item, write

from retriever.errors import IndexMissing
from retriever.store import find


@pytest.fixture(autouse=True)
def no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RETRIEVER_INDEX", raising=False)


def test_the_folder_given_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("given", "named", ".retriever"):
        write(tmp_path / name, [item(1)])
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RETRIEVER_INDEX", str(tmp_path / "named"))
    assert find(tmp_path / "given") == tmp_path / "given"
    assert find(str(tmp_path / "given")) == tmp_path / "given"
    assert find() == tmp_path / "named"
    monkeypatch.setenv("RETRIEVER_INDEX", "")
    assert find() == tmp_path / ".retriever"


def test_the_nearest_folder_upward_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inner = tmp_path / "a" / "b"
    write(tmp_path / ".retriever", [item(1)])
    (inner / ".retriever").mkdir(parents=True)
    monkeypatch.chdir(inner)
    assert find() == tmp_path / ".retriever", "an empty .retriever is no index"
    write(tmp_path / "a" / ".retriever", [item(1)])
    assert find() == tmp_path / "a" / ".retriever"


def test_errors_name_the_folder_and_the_cure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(IndexMissing, match=r"gone does not exist: .*retriever index FOLDER --index"):
        find(tmp_path / "gone")
    with pytest.raises(IndexMissing, match=rf"--index '{tmp_path}/two words'`"):
        find(tmp_path / "two words")
    (tmp_path / "file").write_text("x")
    with pytest.raises(IndexMissing, match="file is not an index"):
        find(tmp_path / "file")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(IndexMissing, match=r"No \.retriever folder in .*retriever index FOLDER.*folder="):
        find()
    monkeypatch.setenv("RETRIEVER_INDEX", str(tmp_path / "elsewhere"))
    with pytest.raises(IndexMissing, match=r"elsewhere \(from \$RETRIEVER_INDEX\) does not exist"):
        find()
