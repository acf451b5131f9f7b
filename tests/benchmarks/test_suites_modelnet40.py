"""ModelNet40 on made-up copies whose rankings were worked out by hand, and what all suites of shapes have in common."""

import numpy as np
import pytest
import suite_layouts
from suite_layouts import modelnet40, resampled, space
from suite_rows import NAMES, PARTIAL, measured_by, value, values

from benchmarks import suites
from benchmarks.retrieval.protocol import Ranking, measured
from benchmarks.suites import blocks
from benchmarks.suites.encoding import Source
from benchmarks.suites.modelnet40 import COUNTS, VIEWS
from benchmarks.suites.prompts import MANY
from benchmarks.suites.suite import Options, checked, drawn
from retriever.errors import UsageError
from retriever.types import Modality

TEST = {"chair": [0, 10], "table": [12, 40]}
TRAIN = {"chair": [5], "table": [30, 2]}
NOTE = "partial: 4 of 2,468 test shapes, 3 of 9,843 training shapes, 2 of 40 classes"


@pytest.fixture(params=[modelnet40, resampled])
def layout(request):
    return request.param


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
