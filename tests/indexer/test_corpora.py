"""Known corpus layouts, names, and the user's own tables."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path, PurePosixPath

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from indexer.corpora import Layout, name_of, words
from indexer.metadata import read_table
from indexer.scan import scan
from indexer.shapenet import SYNSETS
from retriever.errors import UsageError


def plant(root: Path, *paths: str) -> Path:
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text("x")
    return root


def labels(root: Path) -> dict[str, object]:
    return {file.path: file.metadata.get("label") for file in scan(root).files}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("NonWheelChair", "non wheel chair"),
        ("night_stand", "night stand"),
        ("USBStick-old", "usb stick old"),
        ("6.35mm_jack", "6.35mm jack"),
        ("v1.2.final", "v1.2 final"),
        ("Stühle", "stühle"),
        (unicodedata.normalize("NFD", "Löffel"), "löffel"),
    ],
)
def test_words(text: str, expected: str) -> None:
    assert words(text) == expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("coffee_table_02", "coffee table"),
        ("wooden_crate_01_2k.glb", "wooden crate"),
        ("anvil_LOD0.fbx", "anvil"),
        ("tripod.glb", "tripod"),
        ("Sketchfab/old-rusty-truck/scene.gltf", "old rusty truck"),
        ("old-rusty-truck/source/Model 2.obj", "old rusty truck"),
        ("crates/crate_02_4k.gltf/LOD1.fbx", "crate"),
        ("models/scene.glb", "scene"),
        ("chairs/0042.obj", None),
        ("chair12", "chair"),
        ("airplane_0627", "airplane"),
        ("lamp_v2", "lamp"),
        ("lamp (1)", "lamp"),
        ("lamp 1.5", "lamp"),
        ("M3x12.stl", "m3x12"),
        ("M3x12_v2 (1).stl", "m3x12"),
        ("box 20x30", "box 20x30"),
        ("nut_M3", "nut m3"),
        ("3_point_shuriken", "3 point shuriken"),
        ("D00983", None),
        ("m1337", None),
        ("0042", None),
        ("1a04e3eab45ca15dd86060f189eb133", None),
        ("3f2504e0-4f89-11d3-9a0c-0305e82c3301", None),
    ],
)
def test_names(path: str, expected: str | None) -> None:
    assert name_of(PurePosixPath(path)) == expected


def test_shapenet_v2_with_its_taxonomy(tmp_path: Path) -> None:
    model = "02691156/10155655850468db78d106ce0a280f87"
    plant(
        tmp_path, f"{model}/models/model_normalized.obj", f"{model}/images/texture0.jpg", f"{model}/screenshots/a.png"
    )
    entries = [{"synsetId": "02691156", "name": "jet,big plane"}]
    (tmp_path / "taxonomy.json").write_text(json.dumps(entries))
    (file,) = scan(tmp_path).files
    assert file.metadata == {
        "label": "jet",
        "name": "jet, big plane",
        "synset": "02691156",
        "model_id": "10155655850468db78d106ce0a280f87",
    }


@pytest.mark.parametrize("path", ["03001627/abc/model.obj", "03001627/abc.glb", "03001627/points/abc.pts"])
def test_shapenet_without_a_taxonomy(tmp_path: Path, path: str) -> None:
    (file,) = scan(plant(tmp_path, path)).files
    assert file.metadata == {"label": "chair", "name": "chair", "synset": "03001627", "model_id": "abc"}


def test_one_synset_as_the_root(tmp_path: Path) -> None:
    plant(tmp_path, "04256520/abc/model.obj")
    (file,) = scan(tmp_path / "04256520").files
    assert (file.path, file.metadata["label"], file.metadata["model_id"]) == ("abc/model.obj", "sofa", "abc")


def test_eight_digits_alone_are_no_synset(tmp_path: Path) -> None:
    (file,) = scan(plant(tmp_path, "20240131/cup.obj")).files
    assert file.metadata == {"name": "cup"}


def test_the_built_in_synsets() -> None:
    assert len(SYNSETS.keys() - {"02834778", "02858304"}) == 55
    assert all(len(synset) == 8 and synset.isdigit() and name for synset, name in SYNSETS.items())
    assert list(SYNSETS) == sorted(SYNSETS)


@pytest.mark.parametrize("wrapper", ["", "ModelNet10/", "a/b/"])
def test_modelnet(tmp_path: Path, wrapper: str) -> None:
    plant(
        tmp_path,
        f"{wrapper}night_stand/train/night_stand_0001.off",
        f"{wrapper}night_stand/test/night_stand_0201.off",
        f"{wrapper}sofa/train/sofa_0001.off",
    )
    seen = [(file.metadata["label"], file.metadata["split"], file.metadata["name"]) for file in scan(tmp_path).files]
    assert seen == [
        ("night stand", "test", "night stand"),
        ("night stand", "train", "night stand"),
        ("sofa", "train", "sofa"),
    ]


def test_splits_above_the_classes(tmp_path: Path) -> None:
    plant(tmp_path, "train/Cup/a.obj", "train/Jar/b.obj", "Val/Cup/c.obj", "Val/Jar/d.obj")
    seen = {file.path: (file.metadata["label"], file.metadata["split"]) for file in scan(tmp_path).files}
    assert seen["train/Cup/a.obj"] == ("cup", "train")
    assert seen["Val/Jar/d.obj"] == ("jar", "val")


def test_class_folders(tmp_path: Path) -> None:
    plant(tmp_path, "NonWheelChair/m1.obj", "Car/x.glb", "Car/more/y.glb", "docs/readme.txt")
    assert labels(tmp_path) == {
        "Car/more/y.glb": "car",
        "Car/x.glb": "car",
        "NonWheelChair/m1.obj": "non wheel chair",
        "docs/readme.txt": None,
    }


@pytest.mark.parametrize(
    "folders",
    [("OBJ format", "GLTF format"), ("FBX", "blend files"), ("cup_2k.gltf", "jar_2k.blend"), ("LOD0", "LOD1")],
)
def test_folders_of_a_format_are_no_classes(tmp_path: Path, folders: tuple[str, str]) -> None:
    first, second = folders
    plant(tmp_path, f"kit/{first}/cup.obj", f"kit/{first}/jar.obj", f"kit/{second}/cup.glb")
    assert set(labels(tmp_path).values()) == {None}


def test_a_corpus_of_several_sets(tmp_path: Path) -> None:
    plant(
        tmp_path, "named/cup.glb", "classes/Car/a.obj", "classes/Ship/b.obj", "mn/Bed/train/c.off", "mn/Sofa/test/d.off"
    )
    assert labels(tmp_path) == {
        "classes/Car/a.obj": "car",
        "classes/Ship/b.obj": "ship",
        "mn/Bed/train/c.off": "bed",
        "mn/Sofa/test/d.off": "sofa",
        "named/cup.glb": None,
    }


@pytest.mark.parametrize(
    "paths",
    [
        ("a.obj", "b.obj"),  # flat
        ("Cup/a.obj",),  # one folder is no choice of classes
        ("Cup/a.obj", "more/Jar/b.obj"),  # shapes at different depths
        ("meshes/a.obj", "scans/b.obj"),  # names that are no classes
        ("000-000/a.glb", "000-001/b.glb"),
        ("a/b/c/d/Cup/x.obj", "a/b/c/d/Jar/y.obj"),  # too deep
    ],
)
def test_what_is_no_class_level(tmp_path: Path, paths: tuple[str, ...]) -> None:
    assert set(labels(plant(tmp_path, *paths)).values()) == {None}


def test_a_loose_shape_has_no_label_and_takes_none_away(tmp_path: Path) -> None:
    assert labels(plant(tmp_path, "Cup/a.obj", "Jar/b.obj", "loose.obj")) == {
        "Cup/a.obj": "cup",
        "Jar/b.obj": "jar",
        "loose.obj": None,
    }


def test_classes_of_pictures_where_there_are_no_shapes(tmp_path: Path) -> None:
    assert labels(plant(tmp_path, "sea_horse/a.jpg", "Cup/b.png")) == {
        "Cup/b.png": "cup",
        "sea_horse/a.jpg": "sea horse",
    }


def test_pictures_among_shapes_take_the_class_of_their_folder(tmp_path: Path) -> None:
    assert labels(plant(tmp_path, "Cup/a.obj", "Cup/b.png", "Jar/c.obj"))["Cup/b.png"] == "cup"


def test_a_layout_can_be_asked_without_a_walk(tmp_path: Path) -> None:
    plant(tmp_path, "Cup/a.obj", "Jar/b.obj")
    assert Layout.of(tmp_path).levels == {(): {"Cup", "Jar"}}
    assert Layout.of(tmp_path / "Cup").levels == {}


CSV = 'filename,label,price,id,note\na.obj,cup,3.5,7,"two\nlines"\n0042.obj,,,8,\n'


def test_a_csv_joined_by_file_name(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(CSV)
    table = read_table(tmp_path / "t.csv")
    assert (table.key, table.columns) == ("filename", ("label", "price", "table_id", "note"))
    assert table.row("deep/a.obj") == {"label": "cup", "price": 3.5, "table_id": "7", "note": "two\nlines"}
    assert table.row("0042.obj") == {"table_id": "8"}
    assert table.row("other.obj") == {}


def test_a_csv_joined_by_path_or_stem(tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text("path,label\n./x\\a.obj,cup\n")
    assert read_table(tmp_path / "p.csv").row("x/a.obj") == {"label": "cup"}
    assert read_table(tmp_path / "p.csv").row("y/a.obj") == {}
    (tmp_path / "n.csv").write_text("model_id,label\n0042,cup\n")
    table = read_table(tmp_path / "n.csv")
    assert table.row("x/0042.obj") == {"label": "cup"}
    assert table.row("03001627/0042/models/model_normalized.obj", "0042") == {"label": "cup"}


def test_columns_without_a_name_may_be_several(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("path,label,,\na.obj,chair,,\n")
    assert read_table(tmp_path / "t.csv").row("a.obj") == {"label": "chair"}


def test_a_csv_keeps_what_numbers_would_lose(tmp_path: Path) -> None:
    heads = "file,label,caption,split,part,phone,year,share,none"
    rows = ["a.obj,007,12,1,00123,+491234,1999,0.5,", "b.obj,8,13,2,77,,0,-0.25,"]
    (tmp_path / "t.csv").write_text("\n".join([heads, *rows]))
    table = read_table(tmp_path / "t.csv")
    assert table.row("a.obj") == {
        "label": "007",
        "caption": "12",
        "split": "1",
        "part": "00123",
        "phone": "+491234",
        "year": 1999,
        "share": 0.5,
    }
    assert table.row("b.obj") == {"label": "8", "caption": "13", "split": "2", "part": "77", "year": 0, "share": -0.25}


@pytest.mark.parametrize(("cells", "kept"), [("7 007", "7 007"), ("0 10", [0, 10]), ("-0.5 00.5", "-0.5 00.5")])
def test_which_columns_of_a_csv_stay_text(tmp_path: Path, cells: str, kept: object) -> None:
    rows = [f"{number}.obj,{cell}" for number, cell in enumerate(cells.split())]
    (tmp_path / "t.csv").write_text("\n".join(["file,code", *rows]))
    found = [row["code"] for row in read_table(tmp_path / "t.csv").rows.values()]
    assert found == (kept.split() if isinstance(kept, str) else kept)


@pytest.mark.parametrize(
    "text",
    [
        'path,"price; in euros",title,made\na.obj,3.5,"Stuhl, alt; groß",1800\n',
        'path;"price; in euros";title;made\na.obj;3,5;"Stuhl, alt; groß";1800\n',
        'path;"price; in euros";title;made\na.obj;3.5;"Stuhl, alt; groß";1800\n',
        "path\tprice; in euros\ttitle\tmade\r\na.obj\t3,5\tStuhl, alt; groß\t1800\r\n",
    ],
)
@pytest.mark.parametrize("name", ["t.csv", "t.tsv"])
def test_a_csv_is_read_as_spreadsheets_of_any_language_write_it(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_bytes(text.encode("latin-1"))
    found = read_table(tmp_path / name).row("a.obj")
    assert found == {"price; in euros": 3.5, "title": "Stuhl, alt; groß", "made": 1800}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1"])
@pytest.mark.parametrize("name", ["t.csv", "t.jsonl"])
def test_tables_in_any_encoding_of_captions(tmp_path: Path, name: str, encoding: str) -> None:
    row = {"file": "stühl.obj", "maker": "Müller", "price": 7}
    text = (
        f"{','.join(row)}\n{','.join(map(str, row.values()))}\n"
        if name == "t.csv"
        else json.dumps(row, ensure_ascii=False)
    )
    (tmp_path / name).write_bytes(text.encode(encoding))
    assert read_table(tmp_path / name).rows == {"stühl.obj": {"maker": "Müller", "price": 7}}


def test_parquet_and_jsonl(tmp_path: Path) -> None:
    rows = [{"file": "a.obj", "year": 1999, "tags": ["x", "y"]}, {"file": "b.obj", "year": None, "tags": None}]
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "t.parquet")
    (tmp_path / "t.jsonl").write_text("\n".join(map(json.dumps, rows)))
    for name in ("t.parquet", "t.jsonl"):
        table = read_table(tmp_path / name)
        assert table.row("a.obj") == {"year": 1999, "tags": '["x", "y"]'}
        assert table.row("b.obj") == {}


def test_a_jsonl_keeps_text_that_looks_like_a_date(tmp_path: Path) -> None:
    (tmp_path / "t.jsonl").write_text('{"name": "2024-05-01", "label": "2023-01-02", "made": "2022-01-01T10:00:00"}')
    assert read_table(tmp_path / "t.jsonl").row("2024-05-01.off") == {
        "label": "2023-01-02",
        "made": "2022-01-01T10:00:00",
    }


@pytest.mark.parametrize(
    ("cells", "kept"),
    [
        ([12, "n/k"], ["12", "n/k"]),
        ([12, 0.5], [12.0, 0.5]),
        ([12, True], ["12", "true"]),
        ([12, ["ü"]], ["12", '["ü"]']),
        ([[1], ["ü"]], ["[1]", '["ü"]']),
        ([["x"], ["y", "2024-05-01"]], ['["x"]', '["y", "2024-05-01"]']),
        ([{"x": 1}, {"x": 2}], ['{"x": 1}', '{"x": 2}']),
        ([True, False], [True, False]),
    ],
)
def test_a_column_of_a_jsonl_is_of_one_type(tmp_path: Path, cells: list[object], kept: list[object]) -> None:
    rows = [{"id": 7, "some": cells[0], "none": None}, {"id": "007", "some": cells[1]}, {"id": "last"}]
    (tmp_path / "t.jsonl").write_text("\n\n".join(map(json.dumps, rows)))
    table = read_table(tmp_path / "t.jsonl")
    assert table.rows == {"7": {"some": kept[0]}, "007": {"some": kept[1]}, "last": {}}
    assert [type(table.rows[key]["some"]) for key in ("7", "007")] == [type(cell) for cell in kept]


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("t.xlsx", "", "convert it"),
        ("t.csv", "a,b\n1,2\n", "call one of them path"),
        ("t.csv", "path,label\na.obj,x\na.obj,y\n", "names 'a.obj' twice"),
        ("t.csv", "path,size,size\na.obj,1,2\n", "two columns 'size'; rename"),
        ("t.tsv", "path\tpath\na.obj\tb.obj\n", "two columns 'path'"),
        ("t.csv", "", "cannot be read"),
        ("t.jsonl", "", "cannot be read .it is empty"),
        ("t.jsonl", '{"path": "a.obj"}\n{"path": \n', "cannot be read .*line 3"),
        ("t.jsonl", '{"path": "a.obj"}\n\n["b.obj"]\n', "cannot be read .no object: line 3"),
        ("t.parquet", "PAR", "cannot be read"),
        ("gone.csv", None, "cannot be read"),
    ],
)
def test_tables_that_cannot_be_used(tmp_path: Path, name: str, text: str | None, message: str) -> None:
    if text is not None:
        (tmp_path / name).write_text(text)
    with pytest.raises(UsageError, match=message) as caught:
        read_table(tmp_path / name)
    assert name in str(caught.value)
