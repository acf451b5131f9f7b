"""Files whose format leaves their axis open stand as a look at some of them says; what is asked with stands alike."""

from __future__ import annotations

import logging
import struct
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from index_reading import counts, rows, touch, vector

import retriever
from indexer import parametric, upright
from indexer.build import index
from indexer.plan_changes import Indexed
from indexer.upright import STEP, Turned, earlier, stands_on
from retriever.loaders.sampling import to_y
from retriever.types import PointCloud, ShapeInput

KINDS = (
    *("chair", "table", "car", "elephant", "sailboat", "bicycle", "church", "teapot", "dog", "airliner", "bench"),
    *("sofa", "horse", "helicopter", "tractor", "windmill", "mug", "stool", "table lamp", "motorcycle", "giraffe"),
)


@pytest.fixture(autouse=True)
def _simple_space() -> None:
    """The space that ships, and not the small one of this folder's other tests."""


def write_shapes(folder: Path, up: str, suffix: str = ".off", kinds: Sequence[str] = KINDS) -> list[Path]:
    """One shape of each kind in a file whose axis `up` points up."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for kind in kinds:
        solid = parametric.generate(kind, seed=77).solid
        corners = solid.vertices @ to_y(up)  # y up -> as in a file of that axis
        path = folder / f"{kind.replace(' ', '_')}{suffix}"
        if suffix == ".stl":
            triangles = b"".join(
                struct.pack("<12fH", 0, 0, 0, *corners[face].astype(np.float32).ravel(), 0) for face in solid.faces
            )
            path.write_bytes(b"\0" * 80 + struct.pack("<I", len(solid.faces)) + triangles)
        else:
            lines = [" ".join(f"{x:.5f}" for x in corner) for corner in corners]
            lines += [f"3 {' '.join(map(str, face))}" for face in solid.faces]
            path.write_text("\n".join(["OFF", f"{len(corners)} {len(solid.faces)} 0", *lines]) + "\n")
        written.append(path)
    return written


def ups(folder: Path) -> set[object]:
    return {row["up"] for row in rows(folder).values()}


def test_a_corpus_saved_with_another_axis_up_stands(tmp_path: Path):
    lying, folder = tmp_path / "lying", tmp_path / "index"
    write_shapes(lying, "z")
    summary = index(lying, folder)
    (turned,) = summary.turned
    assert turned == Turned(turned.root, ".off", "z", "y", len(KINDS), turned.looked_at)
    assert STEP <= turned.looked_at <= len(KINDS) and ups(folder) == {"z"}
    standing = tmp_path / "standing"
    write_shapes(standing, "y")
    assert not index(standing, tmp_path / "other").turned and ups(tmp_path / "other") == {"y"}
    for kind in KINDS:  # printed to five digits, they are the same shapes; of other points, as their bytes differ
        name = f"{kind.replace(' ', '_')}.off"
        assert vector(folder, name) @ vector(tmp_path / "other", name) > 0.85


def test_formats_that_are_usually_z_up_may_be_y_up(tmp_path: Path):
    write_shapes(tmp_path / "prints", "z", ".stl")
    assert not index(tmp_path / "prints", tmp_path / "index").turned and ups(tmp_path / "index") == {"z"}
    write_shapes(tmp_path / "assets", "y", ".stl")
    (turned,) = index(tmp_path / "assets", tmp_path / "other").turned
    assert (turned.up, turned.usual) == ("y", "z") and ups(tmp_path / "other") == {"y"}


def test_clouds_in_texts_are_looked_at_and_notes_are_not(tmp_path: Path):
    lying = tmp_path / "lying"
    for path in write_shapes(lying, "z"):
        cloud = retriever.loaders.load_shape(path, ShapeInput(points=1024), up="y").payload
        assert isinstance(cloud, PointCloud)
        np.savetxt(path.with_suffix(".txt"), cloud.points, fmt="%.5f")
        path.unlink()
    for number in range(2 * STEP):
        (tmp_path / f"note {number}.txt").write_text(f"a chair of oak, number {number}")
    notes = sorted(tmp_path.glob("*.txt"))
    assert not index(notes, tmp_path / "of notes").turned and ups(tmp_path / "of notes") == {None}
    (turned,) = index([lying, *notes], tmp_path / "index").turned
    assert (turned.suffix, turned.up, turned.files) == (".txt", "z", len(KINDS))
    assert ups(tmp_path / "index") == {"z", None}


def test_each_format_and_each_corpus_is_looked_at_by_itself(tmp_path: Path):
    write_shapes(tmp_path / "a", "z")
    write_shapes(tmp_path / "a", "z", ".stl")
    write_shapes(tmp_path / "b", "y")
    summary = index([tmp_path / "a", tmp_path / "b"], tmp_path / "index")
    assert [(summary.roots[each.root], each.suffix) for each in summary.turned] == [(str(tmp_path / "a"), ".off")]


def test_what_is_there_says_how_new_files_stand(tmp_path: Path):
    corpus, folder = tmp_path / "corpus", tmp_path / "index"
    write_shapes(corpus, "z")
    index(corpus, folder)
    assert counts(index(corpus, folder)) == {"unchanged": len(KINDS)}
    write_shapes(corpus, "z", kinds=["floor lamp"])  # one alone says nothing
    summary = index(corpus, folder)
    assert counts(summary) == {"embedded": 1, "unchanged": len(KINDS)} and not summary.turned
    assert rows(folder)["floor_lamp.off"]["up"] == "z"


def test_files_that_were_too_few_for_a_look_are_turned_with_those_that_come(tmp_path: Path, caplog):
    corpus, folder = tmp_path / "corpus", tmp_path / "index"
    (tmp_path / "prices.csv").write_text("file,price\nchair.off,12\n")
    write_shapes(corpus, "z", kinds=KINDS[:6])
    (corpus / "twin of chair.off").write_bytes((corpus / "chair.off").read_bytes())
    index(corpus, folder, metadata=tmp_path / "prices.csv")
    assert ups(folder) == {"y"}
    first = rows(folder)["chair.off"]["id"]
    write_shapes(corpus, "z", kinds=KINDS[6:])
    (corpus / "copy of chair.off").write_bytes((corpus / "chair.off").read_bytes())
    touch(corpus / "twin of chair.off")
    summary = index(corpus, folder)
    assert counts(summary) == {"embedded": len(KINDS) + 2} and not caplog.messages
    assert [(each.up, each.files) for each in summary.turned] == [("z", len(KINDS) + 2)]
    assert ups(folder) == {"z"}
    assert (rows(folder)["chair.off"]["id"], rows(folder)["chair.off"]["price"]) == (first, 12)
    assert counts(index(corpus, folder)) == {"unchanged": len(KINDS) + 2}


def test_files_that_are_there_are_looked_at_with_a_few_that_come(tmp_path: Path):
    corpus, folder = tmp_path / "corpus", tmp_path / "index"
    write_shapes(corpus, "z", kinds=KINDS[:7])
    index(corpus, folder)
    write_shapes(corpus, "z", kinds=KINDS[7:14])
    index(corpus, folder)
    assert ups(folder) == {"z"}


def test_who_says_which_axis_it_is_has_the_last_word(tmp_path: Path):
    corpus, folder = tmp_path / "corpus", tmp_path / "index"
    write_shapes(corpus, "z")
    assert not index(corpus, folder, up="y").turned and ups(folder) == {"y"}
    write_shapes(corpus, "z", kinds=["floor lamp"])
    index(corpus, folder, up="y")
    assert index(corpus, folder).turned and ups(folder) == {"z"}  # "auto" was not what they were read with


def test_few_files_say_nothing(tmp_path: Path):
    write_shapes(tmp_path / "corpus", "z", kinds=KINDS[:3])
    assert not index(tmp_path / "corpus", tmp_path / "index").turned and ups(tmp_path / "index") == {"y"}


def test_files_that_say_it_themselves_are_left_alone(tmp_path: Path):
    """A grid of heights is z up whatever its suffix; nothing is decided on such files."""
    (tmp_path / "corpus").mkdir()
    for n in range(9):
        heights = "\n".join(" ".join(str((x * y * (n + 1)) % 7) for x in range(6)) for y in range(6))
        head = "ncols 6\nnrows 6\nxllcorner 0\nyllcorner 0\ncellsize 1\n"
        (tmp_path / "corpus" / f"{n}.asc").write_text(head + heights)
    assert not index(tmp_path / "corpus", tmp_path / "index").turned and ups(tmp_path / "index") == {"z"}


def test_damaged_files_do_not_keep_the_others_from_telling(tmp_path: Path):
    write_shapes(tmp_path / "corpus", "z")
    for n in range(4):
        (tmp_path / "corpus" / f"broken{n}.off").write_text("OFF\n1 1 0\n0 0\n")
    summary = index(tmp_path / "corpus", tmp_path / "index")
    assert len(summary.failed) == 4 and [each.up for each in summary.turned] == ["z"]


def test_what_is_asked_with_stands_as_the_files_of_the_index_do(tmp_path: Path):
    lying = write_shapes(tmp_path / "lying", "z")
    index(tmp_path / "lying", tmp_path / "index")
    opened = retriever.open(tmp_path / "index")
    assert opened.status().axes == {"z": len(KINDS)}
    elsewhere = tmp_path / "chair elsewhere.OFF"
    elsewhere.write_bytes(lying[0].read_bytes())
    for path in (lying[0], elsewhere):
        assert opened.search(shape=path)[0].score == pytest.approx(1, abs=1e-5)
    asked = opened.search(shape=elsewhere)
    assert asked.about is not None and asked.about.axes == {str(elsewhere): "z"}  # as it is drawn on a page of hits
    by_item = opened.search("id:dog.off").about
    assert by_item is not None and by_item.axes == {"dog.off": "z"}
    as_said = [opened.search(shape=path, up="y")[0].score for path in lying]
    assert min(as_said) < 0.999  # who says so, has it so; some are stood up all the same


def test_the_corpus_that_a_file_lies_in_comes_first(tmp_path: Path):
    lying, standing = write_shapes(tmp_path / "lying", "z"), write_shapes(tmp_path / "standing", "y")
    index([tmp_path / "lying", tmp_path / "standing"], tmp_path / "index")
    opened = retriever.open(tmp_path / "index")
    for path in (lying[2], standing[2]):
        best = opened.search(shape=path)[0]
        assert best.score == pytest.approx(1, abs=1e-5) and Path(best.file) == path


def seen(*directions: int, sure: float = 0.9) -> np.ndarray:
    """What the network says of files that it takes to stand on these of the six directions; 6 for none of them."""
    return np.array([[sure if place == each else 0.01 for place in range(6)] for each in directions])


@pytest.mark.parametrize(
    ("looks", "verdict"),
    [
        ((2,) * 10 + (0,) * 6, True),  # as z up looks: many are taken to stand as they lie
        ((0,) * 14 + (2,) * 2, False),
        ((0,) * 8 + (2,) * 8 + (3,) * 8 + (4,) * 8, None),  # all ways: turning one way helps few
        ((6,) * 14 + (2,) * 2, False),  # anyhow
        ((2,) * 2, None),
        ((0,) * 2, None),
    ],
)
def test_files_are_turned_only_where_most_of_them_stand_so_beyond_doubt(looks: tuple[int, ...], verdict: bool | None):
    assert stands_on(seen(*looks), 2) is verdict
    if verdict:
        assert stands_on(seen(*looks), 4) is False


def test_files_that_say_nothing_settle_nothing():
    as_shown = np.repeat([[0.42, *[0.049] * 5]], 48, axis=0)
    assert stands_on(as_shown, 2) is None


def test_earlier_rows_speak_where_there_are_enough_of_them():
    def row(number: int, path: str, up: str | None) -> Indexed:
        return Indexed(number, path, "", "", 1, up)

    rows_ = [row(n, f"{n}.OBJ", "z" if n < 6 else "y") for n in range(9)]
    assert earlier("r", rows_) == {("r", ".obj"): "z"}
    assert earlier("r", rows_[:7]) == {}
    said = [row(n, f"{n}.glb", "y") for n in range(9)] + [row(n, f"{n}.ply", "-y") for n in range(9)]
    assert earlier("r", said) == {}  # of a format that says it, and of files that did


def test_nothing_is_said_where_all_is_as_usual(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    write_shapes(tmp_path / "corpus", "y")
    with caplog.at_level(logging.INFO):
        assert index(tmp_path / "corpus", tmp_path / "index").turned == []
    assert not caplog.records


def test_which_files_of_one_size_are_looked_at_does_not_depend_on_where_they_lie():
    def looked_at(root: str) -> list[str]:
        files = [(Path(root) / f"{number:06}.npy", 500) for number in range(1000)]
        return [path.name for path in upright._Look(("", ".npy"), files).left]

    assert looked_at("/data/x") == looked_at("/home/me/x") and len(set(looked_at("/data/x"))) == 48
