"""ModelNet40, ShapeNetCore and ScanObjectNN on made-up copies whose rankings were worked out by hand."""

import gzip
import sys

import numpy as np
import pytest
import suite_layouts
from suite_layouts import modelnet40, resampled, scanobjectnn, shapenet, space

from benchmarks import suites
from benchmarks.retrieval.protocol import Ranking, measured
from benchmarks.suites import blocks
from benchmarks.suites.encoding import Source
from benchmarks.suites.folders import read_lines, read_rows
from benchmarks.suites.modelnet40 import COUNTS, VIEWS
from benchmarks.suites.prompts import MANY
from benchmarks.suites.shapenet import CLASSES, class_names, grades
from benchmarks.suites.suite import Options, checked, drawn
from retriever.errors import MissingDependency, UsageError
from retriever.types import Modality

PARTIAL = Options(partial=True)
NAMES = {"chair": 4.0, "table": 35.0}
TEST = {"chair": [0, 10], "table": [12, 40]}
TRAIN = {"chair": [5], "table": [30, 2]}
NOTE = "partial: 4 of 2,468 test shapes, 3 of 9,843 training shapes"
CHAIR, TABLE = "03001627", "04379243"


@pytest.fixture(params=[modelnet40, resampled])
def layout(request):
    return request.param


def values(rows):
    found = {(row["measure"], row["subset"]): row["value"] for row in rows}
    assert len(found) == len(rows)  # no row is there twice
    return found


def measured_by(name, data, options=PARTIAL, **of_space):
    return suites.get(name).rows(data, space(NAMES, **of_space), options)


def value(rows, measure, *parts):
    """Of the only row whose subset has all the parts."""
    (found,) = [row for row in rows if row["measure"] == measure and all(part in row["subset"] for part in parts)]
    return found["value"]


def test_both_galleries_of_modelnet40(tmp_path, layout):
    rows = measured_by("modelnet40", layout(tmp_path, TEST, TRAIN))
    # Among the other test shapes: chair 0 finds chair 10 first; chair 10 table 12, then chair 0; table 12 both chairs,
    # then table 40; table 40 finds table 12 first.
    assert value(rows, "3D->3D mAP", "test->test, itself hidden") == pytest.approx((1 + 1 / 2 + 1 / 3 + 1) / 4)
    assert value(rows, "3D->3D NN", "test->test") == 2 / 4
    assert value(rows, "3D->3D second tier", "test->test") == 3 / 4
    # Among the training shapes chair 5, table 30, table 2.
    aps = [1 / 2, 1, (1 / 2 + 2 / 3) / 2, (1 + 2 / 3) / 2]
    assert value(rows, "3D->3D mAP", "test->train") == pytest.approx(np.mean(aps))
    assert value(rows, "text->3D mAP", "names->test", "64 templates") == 1
    assert value(rows, "text->3D mAP", "names->train", "1 template") == pytest.approx((1 + (1 + 2 / 3) / 2) / 2)
    # Table 12 is nearer to the name of the chairs; of 40 names, 38 lie away from every shape.
    assert value(rows, "top-1", "1 template") == 3 / 4
    assert value(rows, "top-3", "1 template") == 1
    assert all(NOTE in row["subset"] for row in rows)
    (top,) = [row for row in rows if row["measure"] == "top-1" and "64 templates" in row["subset"]]
    assert (top["queries"], top["chance"]) == (4, pytest.approx(1 / 40))


def test_every_class_weighs_the_same_in_a_class_mean(tmp_path):
    # All three chairs are taken for chairs, the table is too.
    rows = measured_by("modelnet40", modelnet40(tmp_path, {"chair": [0, 1, 2], "table": [6]}, {"chair": [0]}))
    assert value(rows, "top-1", "1 template") == 3 / 4
    assert value(rows, "top-1, class mean", "1 template") == 1 / 2


def test_pictures_of_meshes_and_back(tmp_path):
    rows = measured_by("modelnet40", modelnet40(tmp_path, TEST, TRAIN))
    # Every picture looks like a needle that lies. Without the shape shown: chairs find the other chair first, table 12
    # finds table 40 third, table 40 finds table 12 third.
    assert value(rows, "2D->3D mAP", "test->test, itself hidden") == pytest.approx((1 + 1 + 1 / 3 + 1 / 3) / 4)
    # Chair 5 comes second, table 2 first and table 30 third.
    assert value(rows, "2D->3D mAP", "test->train") == pytest.approx((1 / 2 + (1 + 2 / 3) / 2) / 2)
    # All pictures are alike, so they come in order: those of the chairs, without the query's own, then the tables'.
    last = np.mean([i / (2 * len(VIEWS) + i) for i in range(1, len(VIEWS) + 1)])
    assert value(rows, "3D->2D mAP", "test->test, itself hidden", "4 views") == pytest.approx((1 + last) / 2)
    queries = {row["measure"]: row["queries"] for row in rows}
    assert queries["2D->3D mAP"] == 4 * len(VIEWS) and queries["3D->2D mAP"] == 4


def test_meshes_are_drawn_upright(tmp_path):
    path = tmp_path / "chair_0900.off"
    path.write_text("OFF3 1 0\n0 0 0\n0 0 1\n0.1 0.1 0\n3 0 1 2\n")  # a splinter along z
    source = Source("chair/test/chair_0900.off", lambda: [], path)
    pictures = [picture.pixels for picture in suites.modelnet40._pictured(source, space(NAMES)).load()]
    assert len(pictures) == len(VIEWS)
    for pixels in pictures:
        rows, columns = np.nonzero((pixels < 250).any(axis=2))
        assert np.ptp(rows) > 2 * np.ptp(columns)


def test_clouds_and_spaces_without_pictures_have_no_rows_of_pictures(tmp_path):
    of_clouds = measured_by("modelnet40", resampled(tmp_path / "clouds", TEST, TRAIN))
    mute = measured_by("modelnet40", modelnet40(tmp_path / "meshes", TEST, TRAIN), without=[Modality.IMAGE])
    assert of_clouds and not any("2D" in row["measure"] for row in [*of_clouds, *mute])
    # Both layouts hold the same needles, one with y up and one with z up.
    assert values(of_clouds) == pytest.approx(values(mute))


def test_a_set_that_is_not_the_published_one_is_an_error_unless_it_may_be_partial(tmp_path):
    data = modelnet40(tmp_path, TEST, TRAIN)
    with pytest.raises(UsageError, match=r"4 test shapes where 2,468 are published, 3 training .* --partial"):
        measured_by("modelnet40", data, Options())
    assert checked("X", COUNTS, COUNTS, Options()) == ""
    assert checked("X", {"test shapes": 2468}, COUNTS, PARTIAL) == ""


def test_test_shapes_alone_are_measured_among_themselves(tmp_path):
    rows = measured_by("modelnet40", modelnet40(tmp_path, TEST, {}))
    assert {row["subset"].split(",")[0] for row in rows} == {"test", "names->test", "test->test"}
    with pytest.raises(UsageError, match="no test shapes"):
        measured_by("modelnet40", modelnet40(tmp_path / "other", {}, TRAIN))


def test_a_draw_takes_as_many_of_each_class_and_says_so(tmp_path):
    data = modelnet40(tmp_path, {"chair": [0, 10, 20], "table": [12, 40]}, TRAIN)
    rows = measured_by("modelnet40", data, Options(partial=True, per_class=1))
    (top,) = [row for row in rows if row["measure"] == "top-1" and "1 template" in row["subset"]]
    assert top["queries"] == 2 and "drawn: 1 a class, seed 0" in top["subset"]
    labels = np.repeat([0, 1, 2], [50, 1, 50])
    first, again, other = (drawn(labels, Options(per_class=3, seed=seed)) for seed in (0, 0, 1))
    assert first.tolist() == again.tolist() == sorted(first) and first.tolist() != other.tolist()
    assert np.bincount(labels[first]).tolist() == [3, 1, 3]


def test_what_cannot_be_read_is_named_and_left_out(tmp_path, capsys):
    data = modelnet40(tmp_path, TEST, TRAIN)
    (data / "chair" / "test" / "chair_0900.off").write_text("this is no mesh")
    rows = measured_by("modelnet40", data)
    (top,) = [row for row in rows if row["measure"] == "top-1" and "1 template" in row["subset"]]
    assert top["queries"] == 3 and "1 unreadable" in top["subset"]
    assert value(rows, "2D->3D mAP", "test->test", "1 unreadable") == pytest.approx(1 / 2)  # the tables, of one chair
    lines = [line for line in capsys.readouterr().err.splitlines() if "left out" in line]
    assert len(lines) == 2  # as a shape and as pictures
    assert all("1 of 4: chair/test/chair_0900.off is not an OFF file" in line for line in lines)
    for path in data.glob("*/test/*.off"):
        path.write_text("this is no mesh")
    with pytest.raises(UsageError, match="Nothing of modelnet40 test shapes can be read"):
        measured_by("modelnet40", data)


def test_vectors_are_kept_between_runs_and_made_anew_for_another_file_or_space(tmp_path, monkeypatch):
    data, options = modelnet40(tmp_path / "data", TEST, TRAIN), Options(partial=True, cache=tmp_path / "kept")
    fresh = measured_by("modelnet40", data, options)
    assert fresh == measured_by("modelnet40", data)  # what is kept changes nothing
    encoded = []
    through = suite_layouts.Elevations.encode
    monkeypatch.setattr(
        suite_layouts.Elevations, "encode", lambda self, some: encoded.append(len(some)) or through(self, some)
    )
    assert measured_by("modelnet40", data, options) == fresh and encoded == []
    measured_by("modelnet40", data, options, weights="6")
    assert encoded == [4, 3]
    (data / "chair" / "train" / "chair_0000.off").write_text("OFF3 1 0\n0 0 0\n0 0 1\n0.0011 0.001 0\n3 0 1 2\n")
    changed = measured_by("modelnet40", data, options)
    assert encoded == [4, 3, 3] and changed == measured_by("modelnet40", data) != fresh
    encoded.clear()
    for path in options.cache.glob("modelnet40-test-shapes-*.npz"):
        path.write_bytes(b"PK, but damaged")
    assert measured_by("modelnet40", data, options) == changed and encoded == [4]
    files = len(list(options.cache.iterdir()))
    monkeypatch.setattr(suites.modelnet40, "VIEWS", VIEWS[:2])
    seen_less = measured_by("modelnet40", data, options)
    assert value(seen_less, "3D->2D mAP", "2 views") == pytest.approx((1 + (1 / 5 + 2 / 6) / 2) / 2)
    assert encoded == [4] and len(list(options.cache.iterdir())) == files + 1  # other pictures, the same shapes


def test_a_file_of_other_vectors_under_the_same_name_is_not_used(tmp_path):
    data, options = modelnet40(tmp_path / "data", TEST, TRAIN), Options(partial=True, cache=tmp_path / "kept")
    expected = measured_by("modelnet40", data, options)
    (path,) = options.cache.glob("modelnet40-test-shapes-*.npz")
    with np.load(path, allow_pickle=False) as kept:
        arrays = dict(kept)
    np.savez(path, **arrays | {"digest": np.array("0" * 64), "vectors": arrays["vectors"][::-1]})
    assert measured_by("modelnet40", data, options) == expected


def test_the_same_shape_has_the_same_cloud_however_much_of_the_set_is_there(tmp_path):
    seen = []
    for test in ({"chair": [30]}, {"bed": [1, 2], "chair": [30, 4]}):
        data = modelnet40(tmp_path / str(len(test)), test, {})
        listed = suites.modelnet40._listed(data, "test shapes", space(NAMES))
        (source,) = [source for source in listed.sources if source.key == "chair/test/chair_0900.off"]
        seen.append(source.load()[0].points)
    np.testing.assert_array_equal(*seen)


def test_a_set_is_found_under_its_names_and_by_its_layout(tmp_path):
    suite = suites.get("modelnet40")
    assert suite.find(tmp_path) is None and suites.present(tmp_path) == []
    modelnet40(tmp_path / "ModelNet40", TEST, TRAIN)
    assert suite.find(tmp_path) == suite.find(tmp_path / "ModelNet40") == tmp_path / "ModelNet40"
    assert suite in suites.present(tmp_path)
    with pytest.raises(UsageError, match="holds no ShapeNetCore"):
        measured_by("shapenet", tmp_path)
    with pytest.raises(UsageError, match="modelnet40"):
        suites.get("modelnet")
    with pytest.raises(UsageError, match="no text encoder"):
        measured_by("modelnet40", tmp_path, without=[Modality.TEXT])


def test_a_list_of_other_classes_is_an_error(tmp_path):
    data = resampled(tmp_path, TEST, TRAIN)
    (data / "modelnet40_test.txt").write_text("sphere_0001\n")
    with pytest.raises(UsageError, match="'sphere_0001'"):
        measured_by("modelnet40", data)


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


def test_there_are_64_templates(tmp_path):
    assert len(set(MANY)) == 64
    assert all(template.count("{}") == 1 and "{" not in template.replace("{}", "") for template in MANY)


def test_blocks_give_the_rows_of_one_matrix(monkeypatch):
    rng = np.random.default_rng(0)
    vectors = rng.standard_normal((60, 4)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    labels = np.append(rng.integers(0, 7, 59), 9)  # the last is alone in its class: nothing to find
    itself = np.eye(60, dtype=bool)
    whole = Ranking(vectors @ vectors.T, labels[:, None] == labels, itself)
    measures = {"mAP": "mAP", "hit": "hit@3", "nDCG": "nDCG", "rank": "median rank"}
    monkeypatch.setattr(blocks, "_ENTRIES", 7 * 60)
    places = np.arange(60)
    found = blocks.BlockRanking(vectors, vectors, blocks.same(labels, labels), blocks.same(places, places))
    for classes in (None, labels):
        got = list(found.rows("all", measures, classes=classes))
        expected = list(measured("all", whole, measures, classes=classes))
        assert [{k: pytest.approx(v) for k, v in row.items()} for row in expected] == got
        assert {row["queries"] for row in got} == {59}
    alone = blocks.BlockRanking(vectors[59:], vectors[:59], blocks.same(labels[59:], labels[:59]))
    assert list(alone.rows("none", measures)) == []
