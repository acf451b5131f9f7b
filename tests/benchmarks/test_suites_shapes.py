"""ShapeNetCore and ScanObjectNN on made-up copies whose rankings were worked out by hand."""

import gzip
import sys

import numpy as np
import pytest
from suite_layouts import scanobjectnn, shapenet
from suite_rows import measured_by, value, values

from benchmarks.suites.folders import read_lines, read_rows
from benchmarks.suites.shapenet import CLASSES, class_names, grades
from benchmarks.suites.suite import Options
from retriever.errors import MissingDependency, UsageError

CHAIR, TABLE = "03001627", "04379243"
SPLIT = [
    (CHAIR, CHAIR, "m0", "test"),
    (CHAIR, "02738535", "m1", "test"),
    (CHAIR, "02738535", "m2", "train"),
    (TABLE, TABLE, "m0", "test"),
    (TABLE, "04379964", "m1", "val"),
    (TABLE, "03179701", "m2", "test"),
]


@pytest.mark.parametrize("version", [1, 2])
def test_shapenet_by_the_split(tmp_path, version):
    angles = {CHAIR: [0, 10, 1], TABLE: [12, 13, 40]}
    rows = measured_by("shapenet", shapenet(tmp_path, angles, version=version, split=SPLIT))
    # The test shapes are those of both galleries above.
    told = "test split of all.csv, partial: 4 of 10,265 test shapes"
    by_hand = {
        ("3D->3D mAP", f"{told}, itself hidden"): (1 + 1 / 2 + 1 / 3 + 1) / 4,
        ("3D->3D mAP@1000", f"{told}, itself hidden"): (1 + 1 / 2 + 1 / 3 + 1) / 4,
        # The query comes first.
        ("3D->3D mAP@1000", f"{told}, itself in the gallery"): (1 + (1 + 2 / 3) / 2 + (1 + 2 / 4) / 2 + 1) / 4,
        ("3D->3D P@1000", f"{told}, itself in the gallery"): 2 / 1000,
        ("3D->3D R@1000", f"{told}, itself in the gallery"): 1,
        ("3D->3D F1@1000", f"{told}, itself hidden"): 2 / 1001,
        ("top-1", f"{told}, 1 template"): 3 / 4,
    }
    got = values(rows)
    assert {key: got[key] for key in by_hand} == pytest.approx(by_hand)
    # Chair 0 has grade 2 for chair 10, which has grade 1 for it; in place 1 of 2, or 2 for chair 10 as the query. With
    # itself (grade 3, place 1) in front. Likewise the tables: table 12 comes fourth for table 40's sub-synset.
    gains = [7 + 1 / np.log2(3), 7 + 3 / 2, 7 + 1 / np.log2(5), 7 + 3 / np.log2(3)]
    ideal = [7 + 1 / np.log2(3), 7 + 3 / np.log2(3)] * 2
    ndcg = np.mean(np.divide(gains, ideal))
    assert got["3D->3D nDCG@1000", f"{told}, itself in the gallery"] == pytest.approx(ndcg)


def test_a_query_that_finds_itself_counts_by_the_measures_of_the_tracks_only(tmp_path):
    data = shapenet(tmp_path, {CHAIR: [0, 10, 1], TABLE: [12, 13, 40]}, version=2, split=SPLIT)
    measures = {True: set(), False: set()}
    for row in measured_by("shapenet", data):
        if row["measure"].startswith("3D->3D"):
            measures["itself hidden" in row["subset"]].add(row["measure"])
    assert len(measures[False]) == 10 and all("@1000" in measure for measure in measures[False])
    full = {"mAP", "mAP, class mean", "NN", "first tier", "second tier", "nDCG"}
    assert measures[True] == measures[False] | {f"3D->3D {measure}" for measure in full}


def test_grades_of_shapenet():
    chair, table = CLASSES.index(CHAIR), CLASSES.index(TABLE)
    part = grades(np.array([chair, chair, chair, table]), np.array([CHAIR, "02738535", "03376595", TABLE]))
    assert part(slice(0, 4)).tolist() == [[3, 1, 1, 0], [2, 3, 1, 0], [2, 1, 3, 0], [0, 0, 0, 3]]


def test_a_split_file_may_be_packed_and_may_have_lost_its_zeros(tmp_path):
    data = shapenet(tmp_path, {CHAIR: [0, 10, 1], TABLE: [12, 13, 40]}, version=2, split=SPLIT)
    expected = values(measured_by("shapenet", data))
    text = (data / "all.csv").read_text().replace(f",{CHAIR}", ",3001627").replace(f",{TABLE}", ",4379243")
    (data / "all.csv.gz").write_bytes(gzip.compress(text.encode()))
    (data / "all.csv").unlink()
    got = values(measured_by("shapenet", data))
    assert {(measure, told.replace(".gz", "")): value for (measure, told), value in got.items()} == expected


def test_meshes_may_lie_right_in_the_folders_of_models(tmp_path):
    data = shapenet(tmp_path, {CHAIR: [0, 10], TABLE: [12, 40]}, version=1)
    expected = measured_by("shapenet", data)
    for path in data.glob("*/*/model.obj"):
        path.rename(path.with_name("model_normalized.obj"))
    assert measured_by("shapenet", data) == expected


@pytest.mark.parametrize("end", [10, 40, -9, -4])
def test_a_packed_table_that_is_cut_or_changed_is_an_error(tmp_path, end):
    path = tmp_path / "all.csv.gz"
    packed = gzip.compress(b"a,b\n" + b"".join(b"%d,%d\n" % (i, i * i) for i in range(200)))
    path.write_bytes(packed)
    assert read_rows(path, ("b",))[7] == {"a": "7", "b": "49"}
    changed = bytes(byte ^ 0xFF if i % 3 else byte for i, byte in enumerate(packed[end:]))
    for damaged in (packed[:end], packed[:end] + changed):
        path.write_bytes(damaged)
        for read in (lambda: read_rows(path, ("b",)), lambda: read_lines(path)):
            with pytest.raises(UsageError, match=r"all\.csv\.gz.*download it again"):
                read()


def test_a_table_with_a_cell_that_never_ends_is_an_error(tmp_path):
    (tmp_path / "all.csv").write_text('a,b\n1,"' + "x" * 200_000)
    with pytest.raises(UsageError, match=r"all\.csv cannot be read as CSV"):
        read_rows(tmp_path / "all.csv", ("b",))


def test_without_a_split_all_of_shapenet_is_ranked(tmp_path):
    data = shapenet(tmp_path, {CHAIR: [0, 10], TABLE: [12, 40]}, version=1)
    rows = measured_by("shapenet", data)
    assert value(rows, "3D->3D mAP", "itself hidden") == pytest.approx((1 + 1 / 2 + 1 / 3 + 1) / 4)
    assert all("all 4 shapes, no all.csv, partial: 2 of 55 synsets" in row["subset"] for row in rows)
    assert not any("@1000" in row["measure"] for row in rows)
    with pytest.raises(UsageError, match="2 synsets where 55"):
        measured_by("shapenet", data, Options())


def test_a_damaged_split_file_is_an_error(tmp_path):
    data = shapenet(tmp_path, {CHAIR: [0]}, version=1, split=SPLIT)
    for text, message in (
        ("id,synsetId\n1,2\n", "no column 'subSynsetId'"),
        ("id,synsetId,subSynsetId,modelId,split\n1,03001627\n", "cut short"),
        ("id,synsetId,subSynsetId,modelId,split\n1,00000001,00000001,m0,test\n", "00000001"),
    ):
        (data / "all.csv").write_text(text)
        with pytest.raises(UsageError, match=message):
            measured_by("shapenet", data)


def test_the_names_of_shapenet_are_different():
    assert len(set(class_names())) == 55


SCANS = [(4, 0), (4, 10), (9, 12), (9, 40)]


def test_variants_of_scanobjectnn(tmp_path):
    scanobjectnn(tmp_path / "main_split_nobg" / "test_objectdataset.h5", SCANS)
    scanobjectnn(tmp_path / "main_split" / "test_objectdataset_augmentedrot_scale75.h5", SCANS[:2])
    rows = measured_by("scanobjectnn", tmp_path)
    only = "OBJ_ONLY", "partial: 4 of 581 OBJ_ONLY shapes"
    assert value(rows, "top-1", *only, "1 template") == 3 / 4
    assert value(rows, "text->3D mAP", *only, "1 template") == 1
    assert value(rows, "3D->3D mAP", *only, "itself hidden") == pytest.approx((1 + 1 / 2 + 1 / 3 + 1) / 4)
    assert value(rows, "top-1", "PB_T50_RS", "partial: 2 of 2,882", "64 templates") == 1
    assert {row["subset"].split(",")[0] for row in rows} == {"OBJ_ONLY", "PB_T50_RS"}
    with pytest.raises(UsageError, match=r"4 OBJ_ONLY shapes where 581 are published, 0 OBJ_BG shapes"):
        measured_by("scanobjectnn", tmp_path, Options())


def test_scanobjectnn_needs_h5py_and_its_own_files(tmp_path, monkeypatch):
    path = scanobjectnn(tmp_path / "h5_files" / "main_split" / "test_objectdataset.h5", [(15, 0)])
    with pytest.raises(UsageError, match="15 classes"):
        measured_by("scanobjectnn", tmp_path)
    path.write_bytes(b"no HDF5")
    with pytest.raises(UsageError, match="cannot be read as a file of ScanObjectNN"):
        measured_by("scanobjectnn", tmp_path)
    monkeypatch.setitem(sys.modules, "h5py", None)
    with pytest.raises(MissingDependency, match=r'pip install "any3d-retriever\[suites\]"'):
        measured_by("scanobjectnn", tmp_path)
