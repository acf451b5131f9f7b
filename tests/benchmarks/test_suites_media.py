"""Objaverse-LVIS, Text2Shape and ESC-50 on made-up copies of their folders, in a space whose rankings are plain to see.

A shape's vector is the axis along which it is longest, a sound's one of three bands of pitch, a text's its word for one
of these.
"""

import re

import numpy as np
import pytest
from suite_layouts import (
    CLIPS,
    OBJECTS,
    RATE,
    WORDS,
    write_csv,
    write_esc50,
    write_json,
    write_lvis,
    write_text2shape,
)

from benchmarks.suites import esc50, objaverse_lvis, text2shape
from benchmarks.suites.suite import Options
from retriever import spaces
from retriever.errors import UsageError
from retriever.spaces import Space, SpaceIdentity
from retriever.types import AudioInput, Modality, ShapeInput

PARTIAL = Options(partial=True)
RARE = 1 / np.log2(3)  # what nDCG gives to the second place


class Longest:
    modality, batch = Modality.SHAPE, 4

    def encode(self, payloads):
        return np.eye(4, dtype=np.float32)[[np.ptp(cloud.points, axis=0).argmax() for cloud in payloads]]


class Spoken:
    modality, batch = Modality.TEXT, 4

    def encode(self, payloads):
        said = [re.findall(r"\w+", payload.text.lower()) for payload in payloads]
        places = [next((WORDS[word] for word in words if word in WORDS), 3) for words in said]
        return np.eye(4, dtype=np.float32)[places]


class Pitch:
    modality, batch = Modality.AUDIO, 4

    def encode(self, payloads):
        tones = [np.abs(np.fft.rfft(sound.samples)).argmax() * RATE / len(sound.samples) for sound in payloads]
        return np.eye(4, dtype=np.float32)[[int(tone // 1000) for tone in tones]]


def planted(name="planted", licence="free"):
    towers = {Modality.SHAPE: Longest, Modality.TEXT: Spoken, Modality.AUDIO: Pitch}
    identity = SpaceIdentity(name, 4, "1", ShapeInput(points=64), None, AudioInput(rate=RATE, seconds=1))
    return Space(identity, towers, "free", {Modality.AUDIO: licence})


def by_row(rows):
    return {(row["measure"], row["subset"]): row for row in rows}


def by_measure(rows):
    found = {row["measure"]: row["value"] for row in rows}
    assert len(found) == len(rows)
    return found


# Objaverse-LVIS: d is tall, and said to be long; c is of two categories.


@pytest.fixture
def three_categories(monkeypatch):
    monkeypatch.setattr(objaverse_lvis, "CATEGORIES", 3)


@pytest.mark.parametrize("packed", [True, False])
def test_objects_find_their_category_and_names_their_objects(tmp_path, three_categories, packed):
    write_lvis(tmp_path / "hf-objaverse-v1", packed)
    rows = objaverse_lvis.SUITE.rows(tmp_path, planted(), Options())
    assert {row["subset"] for row in rows} == {"5 objects, 4 templates"}
    got = by_measure(rows)
    # d is nearest to "tall"; "long" and "deep" follow tied, in the order of the file.
    assert got["top-1"] == 4 / 5
    assert got["top-3"] == got["top-5"] == 1
    # long 2 of 3; tall and deep have one each, c counting for the first of its two.
    assert got["top-1, class mean"] == pytest.approx((2 / 3 + 1 + 1) / 3)
    # long: a, b, then c, d, e tied: ranks 1, 2, 4. tall: c first. deep: e first, then a, b, c tied.
    expected = [(1 + 1 + 3 / 4) / 3, 1, (1 + 2 / 4) / 2]
    assert got["text->3D mAP"] == pytest.approx(np.mean(expected))
    assert got["text->3D hit@1"] == 1
    assert not any(measure.startswith("caption") for measure in got)


def test_captions_find_the_very_object(tmp_path, three_categories):
    folder = write_lvis(tmp_path / "objaverse")
    told = [
        ["aa", "a long bar"],
        ["aa", "quite long,\nand flat"],
        ["cc", "tall"],
        ["bb", "long"],
        ["zz", "deep"],
        ["ee"],
    ]
    write_csv(folder / "Cap3D_automated_Objaverse.csv", [*told, ["dd", " "]])
    rows = [row for row in objaverse_lvis.SUITE.rows(folder, planted(), Options()) if "caption" in row["measure"]]
    assert {row["subset"] for row in rows} == {"4 captions, 5 objects"}
    got = by_measure(rows)
    assert got["caption->3D hit@1"] == 3 / 4  # b lies with a, which comes before it
    assert got["caption->3D hit@5"] == 1
    assert got["caption->3D median rank"] == 1


def test_damaged_captions_are_said(tmp_path, three_categories):
    folder = write_lvis(tmp_path / "objaverse")
    for data in (b"aa,caf\xe9", b'aa,"' + b"x" * 200_000 + b'"'):  # Latin-1; more than a cell can hold
        (folder / "Cap3D_automated_Objaverse.csv").write_bytes(data)
        with pytest.raises(UsageError, match=r"Cap3D_automated_Objaverse\.csv cannot be read as CSV"):
            objaverse_lvis.SUITE.rows(folder, planted(), Options())


def test_another_number_of_categories_is_said(tmp_path):
    folder = write_lvis(tmp_path / "objaverse-lvis")
    with pytest.raises(UsageError, match=r"3 categories where 1,156 are published.*--partial"):
        objaverse_lvis.SUITE.rows(folder, planted(), Options())
    rows = objaverse_lvis.SUITE.rows(folder, planted(), PARTIAL)
    assert {row["subset"] for row in rows} == {"5 objects, partial: 3 of 1,156 categories, 4 templates"}


def test_missing_and_damaged_objects_are_said(tmp_path, three_categories, capsys):
    folder = write_lvis(tmp_path / "objaverse-lvis")
    (folder / "glbs" / "000-000" / "aa.glb").unlink()
    (folder / "glbs" / "000-003" / "dd.glb").write_bytes(b"glTF no more")
    with pytest.raises(UsageError, match="4 GLB files where 5 are published"):
        objaverse_lvis.SUITE.rows(folder, planted(), Options())
    rows = objaverse_lvis.SUITE.rows(folder, planted(), PARTIAL)
    assert {row["subset"] for row in rows} == {"3 objects, partial: 4 of 5 GLB files, 1 unreadable, 4 templates"}
    assert by_measure(rows)["top-1"] == 1
    assert "dd" in capsys.readouterr().err


def test_a_list_of_paths_says_where_objects_are_but_not_outside(tmp_path, three_categories):
    folder = write_lvis(tmp_path / "data" / "objaverse-lvis")
    (folder / "glbs" / "000-000" / "aa.glb").rename(folder / "first.glb")
    (folder / "glbs" / "000-001" / "bb.glb").rename(tmp_path / "data" / "out.glb")
    write_json(folder / "object-paths.json", {"aa": "first.glb", "bb": "../out.glb", "zz": "glbs/zz.glb"}, packed=True)
    assert objaverse_lvis.files(folder, list(OBJECTS)) == {
        "aa": folder / "first.glb",
        **{uid: folder / "glbs" / f"000-{list(OBJECTS).index(uid):03}" / f"{uid}.glb" for uid in ("cc", "dd", "ee")},
    }


def test_categories_are_asked_for_as_words():
    assert objaverse_lvis.asked_as("Christmas_tree") == "Christmas tree"
    assert objaverse_lvis.asked_as("bat_(animal)") == "bat (animal)"


@pytest.mark.parametrize("data", [b"{", b"[1]", b'{"cup": "aa"}', b"{}", b"\xff"])
def test_a_damaged_annotation_is_said(tmp_path, data):
    (tmp_path / "lvis-annotations.json").write_bytes(data)
    with pytest.raises(UsageError, match=r"lvis-annotations\.json"):
        objaverse_lvis.SUITE.rows(tmp_path, planted(), PARTIAL)
    (tmp_path / "lvis-annotations.json").rename(tmp_path / "lvis-annotations.json.gz")
    with pytest.raises(UsageError, match=r"lvis-annotations\.json\.gz.*download it again"):
        objaverse_lvis.SUITE.rows(tmp_path, planted(), PARTIAL)


def test_a_draw_is_repeated_and_said(tmp_path, three_categories):
    folder = write_lvis(tmp_path / "objaverse-lvis")
    first, again = (objaverse_lvis.SUITE.rows(folder, planted(), Options(per_class=1)) for _ in range(2))
    assert first == again
    assert all(row["subset"].startswith("3 objects, drawn: 1 a class") for row in first)


# Text2Shape: the second caption of the first chair is wrong.

UNLIKE = "4 captions of 3 shapes, where 75,344 of 15,038 are said to be published"


@pytest.mark.parametrize(
    ("inside", "shapenet"),
    [
        ("models/model_normalized.obj", "ShapeNetCore.v2"),
        ("model.obj", "ShapeNetCore.v1"),
        ("model_normalized.obj", "ShapeNetCore"),
        ("model.obj", "."),
        ("model.obj", "text2shape/shapenet"),
    ],
)
def test_captions_and_shapes_find_each_other(tmp_path, inside, shapenet):
    rows = text2shape.SUITE.rows(write_text2shape(tmp_path, inside, shapenet), planted(), Options())
    assert {row["subset"] for row in rows} == {UNLIKE}
    got = by_measure(rows)
    # The wrong caption finds the other chair, and then its own.
    assert got["text->3D RR@1"] == 3 / 4
    assert got["text->3D RR@5"] == 1
    assert got["text->3D NDCG@5"] == pytest.approx((3 + RARE) / 4)
    assert got["text->3D median rank"] == 1
    # chair-1: both captions first. chair-2: the wrong one, then its own. table-1: its own.
    assert got["3D->text RR@1"] == pytest.approx(2 / 3)
    assert got["3D->text RR@5"] == 1
    assert got["3D->text NDCG@5"] == pytest.approx((2 + RARE) / 3)
    assert got["3D->text median rank"] == 1
    assert {row["queries"] for row in rows if row["measure"].startswith("3D")} == {3}


def test_a_text_file_of_ids_restricts_captions_and_gallery(tmp_path, capsys):
    write_text2shape(tmp_path)
    (tmp_path / "text2shape" / "test.txt").write_text("chair-1\ntable-1\nsofa-9\n")
    rows = text2shape.SUITE.rows(tmp_path, planted(), Options())
    assert {row["subset"] for row in rows} == {"3 captions of 2 shapes, those of test.txt"}
    assert by_measure(rows)["3D->text RR@1"] == 1  # the caption of chair-2 is gone, and so is what was right by it
    assert "1 ids of test.txt" in capsys.readouterr().err
    (tmp_path / "text2shape" / "test.txt").write_text("sofa-9")
    with pytest.raises(UsageError, match=r"test\.txt names no shape"):
        text2shape.SUITE.rows(tmp_path, planted(), Options())


def test_captioned_shapes_without_a_file_are_said(tmp_path):
    write_text2shape(tmp_path)
    (tmp_path / "ShapeNetCore.v2" / "03001627" / "chair-1" / "models" / "model_normalized.obj").unlink()
    with pytest.raises(UsageError, match="2 files of captioned shapes where 3 are published"):
        text2shape.SUITE.rows(tmp_path, planted(), Options())
    rows = text2shape.SUITE.rows(tmp_path, planted(), PARTIAL)
    assert all(row["subset"].startswith("2 captions of 2 shapes") for row in rows)
    assert all("partial: 2 of 3 files of captioned shapes" in row["subset"] for row in rows)


def test_captions_without_shapenet_say_what_is_missing(tmp_path):
    write_text2shape(tmp_path, shapenet="elsewhere")
    with pytest.raises(UsageError, match=r"ShapeNetCore.*03001627 and 04379243"):
        text2shape.SUITE.rows(tmp_path, planted(), PARTIAL)


def test_ids_that_lead_elsewhere_are_no_shapes(tmp_path):
    write_csv(
        tmp_path / "captions.tablechair.csv",
        [("modelId", "description", "topLevelSynsetId"), ("../up", "tall", "03001627"), ("a", "b", "3001627")],
    )
    shapes, _ = text2shape.captioned(tmp_path)
    assert [(shape.model, shape.synset) for shape in shapes] == [("a", "03001627")]


# ESC-50: the second clip of rain sounds like a dog.


@pytest.fixture
def six_clips(monkeypatch):
    monkeypatch.setattr(esc50, "COUNTS", {"clips": 6, "classes": 3, "folds": 2})


def test_clips_find_their_class_and_each_other(tmp_path, six_clips):
    write_esc50(tmp_path / "ESC-50-master")
    got = by_row(esc50.SUITE.rows(tmp_path, planted(), Options()))
    values = {key: row["value"] for key, row in got.items()}
    assert values["top-1", "6 clips, 4 templates"] == 5 / 6
    assert values["top-5", "6 clips, 4 templates"] == 1
    assert values["top-1", "fold 1, 4 templates"] == 1
    assert values["top-1", "fold 2, 4 templates"] == pytest.approx(2 / 3)
    # dog: its three and the rain that barks, in order. rain: one first, one among five tied. clock tick: first.
    assert values["text->audio mAP", "6 clips, 4 templates"] == pytest.approx((1 + (1 + 2 / 5) / 2 + 1) / 3)
    # A dog finds the dogs of other recordings first; each rain the other behind three tied; no other clock.
    hidden = got["audio->audio mAP", "6 clips, own recording hidden"]
    assert hidden["value"] == pytest.approx((1 + 1 + 1 + 1 / 4 + 1 / 4) / 5)
    assert hidden["queries"] == 5
    assert not any("zero-shot" in subset for _, subset in got)


def test_a_tower_that_heard_the_set_is_not_called_zero_shot(tmp_path, six_clips):
    write_esc50(tmp_path / "esc50")
    rows = esc50.SUITE.rows(tmp_path, planted("mine", "trained on ESC-50 (CC BY-NC 3.0)"), Options())
    assert all("not zero-shot: trained on some of these" in row["subset"] for row in rows)
    # Of the shipped one it is known what it heard: 4211.
    rows = esc50.SUITE.rows(tmp_path, planted("mini", "trained on ESC-50 (CC BY-NC 3.0)"), Options())
    new = {row["measure"]: row for row in rows if "5 clips of recordings never heard" in row["subset"]}
    assert new["top-1"]["value"] == 4 / 5 and new["top-1"]["queries"] == 5
    assert set(new) == {"top-1", "top-5", "text->audio mAP", "audio->audio mAP"}
    assert all("not zero-shot" in row["subset"] for row in rows)


def test_the_list_of_heard_recordings_is_that_of_the_shipped_tower():
    assert spaces.folder("mini").joinpath("space.json").read_text().count(esc50.HEARD_BY) == 1
    assert esc50.HEARD_BY in esc50.HEARD.read_text()
    heard = esc50.learnt_from(spaces.get("mini"))
    assert heard and heard == esc50.learnt_from(spaces.get("mini-research"))
    assert all(recording.isdecimal() for recording in heard)
    assert len(heard) <= 226 + 240  # clips, of which some are of one recording


def test_missing_and_damaged_clips_are_said(tmp_path, six_clips):
    folder = write_esc50(tmp_path / "ESC-50")
    (folder / "audio" / CLIPS[0][0]).unlink()
    (folder / "audio" / CLIPS[4][0]).write_bytes(b"RIFF")
    with pytest.raises(UsageError, match="5 clips where 6 are published"):
        esc50.SUITE.rows(tmp_path, planted(), Options())
    got = by_row(esc50.SUITE.rows(tmp_path, planted(), PARTIAL))
    row = got["top-1", "4 clips, partial: 5 of 6 clips, 1 unreadable, 4 templates"]
    assert row["value"] == 1 and row["queries"] == 4


def test_a_copy_with_other_classes_is_said(tmp_path):
    write_esc50(tmp_path / "ESC-50")
    with pytest.raises(UsageError, match="6 clips where 2,000 are published, 3 classes where 50"):
        esc50.SUITE.rows(tmp_path, planted(), Options())


def test_a_damaged_table_is_said(tmp_path):
    folder = write_esc50(tmp_path / "ESC-50")
    write_csv(folder / "meta" / "esc50.csv", [("filename", "fold", "category", "src_file"), ("a.wav", "x", "dog", "1")])
    with pytest.raises(UsageError, match=r"esc50\.csv has a line without a file name and a fold"):
        esc50.SUITE.rows(tmp_path, planted(), PARTIAL)
