"""What is written of an approximate index, and which trials speak for a query."""

from __future__ import annotations

import json
from contextlib import suppress

import pytest

from retriever.ann.files import DESCRIPTION, AnnFile, Part, Tuned, tuned_for
from retriever.ann.plan import Effort, IvfPq
from retriever.errors import IndexCorrupt


def tuned(pair, density, probes, pool=50):
    return Tuned(pair, density, Effort(probes, pool), 0.99, 200)


OWN = (tuned("shape>shape", 1.0, 4), tuned("shape>shape", 0.1, 16))
TEXT = (tuned("text>shape", 1.0, 64), tuned("text>shape", 0.1, 128))
IMAGE = (tuned("image>shape", 1.0, 32), tuned("image>shape", 0.1, 0))


def part(*trials):
    return Part("shape", 1000, IvfPq(256, 64), {}, trials)


@pytest.mark.parametrize(
    ("pairs", "density", "expected"),
    [
        (["shape>shape"], 1.0, OWN[0]),
        (["shape>shape"], 0.2, OWN[1]),
        (["shape>shape"], 0.095, OWN[1]),
        (["shape>shape", "text>shape"], 1.0, TEXT[0]),
        (["audio>shape"], 1.0, TEXT[0]),
        ([], 1.0, TEXT[0]),
        (["image>shape", "text>shape"], 0.1, IMAGE[1]),
    ],
    ids=[
        "own",
        "sparser trial",
        "about as sparse",
        "hardest of two",
        "untried: across",
        "unknown",
        "never enough is hardest",
    ],
)
def test_the_hardest_trial_that_fits_speaks_for_a_query(pairs, density, expected):
    assert tuned_for(part(*OWN, *TEXT, *IMAGE), pairs, density) == expected


@pytest.mark.parametrize(("density", "effort"), [(0.1, (16, 20)), (0.11, (16, 20)), (0.2, (16, 80)), (0.02, (64, 30))])
def test_between_two_trials_the_lists_are_those_of_the_sparser_and_the_pool_is_the_larger(density, effort):
    trials = (tuned("shape>shape", 1.0, 4, 80), tuned("shape>shape", 0.1, 16, 20), tuned("shape>shape", 0.01, 64, 30))
    never = tuned("shape>shape", 0.5, 0, 3200)
    assert tuned_for(part(*trials, never), ["shape>shape"], density).effort == Effort(*effort)


def test_trials_of_own_items_alone_say_nothing_of_other_modalities():
    assert tuned_for(part(*OWN), ["text>shape"], 1.0).effort.probes == 0
    assert tuned_for(part(), [], 1.0).effort.probes == 0


def test_where_most_rows_are_allowed_the_search_goes_as_much_further_as_fewer_are():
    for density, probes in ((0.999, 5), (0.5, 8), (0.34, 12)):
        assert tuned_for(part(*OWN, *TEXT), ["shape>shape"], density).effort == Effort(probes, 50)


def test_filters_sparser_than_any_trial_are_searched_exactly():
    assert tuned_for(part(*OWN, *TEXT), ["shape>shape"], 0.05).effort.probes == 0


def folder(tmp_path):
    place = tmp_path / "ann" / "000003"
    place.mkdir(parents=True)
    return place


def test_what_is_written_is_read(tmp_path):
    file = AnnFile(folder(tmp_path), 0.98, 10**9, (("000001", 900), ("000002", 100)), (part(*OWN, *IMAGE),))
    (file.folder / DESCRIPTION).write_text(file.to_json())
    assert AnnFile.read(tmp_path, "000003") == file


@pytest.mark.parametrize("text", [None, "", "{}", "[]", '{"format": 99}', '{"format": 1, "recall": "high"}'])
def test_damage_is_a_sentence_with_the_cure(tmp_path, text):
    place = folder(tmp_path)
    if text is not None:
        (place / DESCRIPTION).write_text(text)
    with pytest.raises(IndexCorrupt, match=r"ann.json.*`retriever optimize`"):
        AnnFile.read(tmp_path, "000003")


def test_any_byte_of_the_description_may_be_wrong(tmp_path):
    file = AnnFile(folder(tmp_path), 0.98, None, (("000001", 900),), (part(*OWN),))
    text = file.to_json().encode()
    for at in range(len(text)):
        for byte in (b"1", b'"', b"n", bytes([text[at] ^ 0x40])):
            (file.folder / DESCRIPTION).write_bytes(text[:at] + byte + text[at + 1 :])
            with suppress(IndexCorrupt):  # else it says the same
                assert AnnFile.read(tmp_path, "000003") == file, (at, byte)


def test_a_description_from_before_there_were_checksums_is_read(tmp_path):
    file = AnnFile(folder(tmp_path), 0.98, None, (("000001", 900),), (part(*OWN),))
    data = json.loads(file.to_json())
    del data["crc"]
    (file.folder / DESCRIPTION).write_text(json.dumps(data))
    assert AnnFile.read(tmp_path, "000003") == file


def test_a_part_that_was_changed_or_is_gone_is_damage(tmp_path):
    file = AnnFile(folder(tmp_path), 0.98, None, (("000001", 900),), (part(*OWN),))
    with pytest.raises(IndexCorrupt, match=r"shape.faiss"):
        file.verify()
    file.codes(file.parts[0]).write_bytes(b"something else")
    with pytest.raises(IndexCorrupt, match="bytes"):
        file.verify()


def test_the_plan_told_names_the_recall_measured_and_what_stays_exact(tmp_path):
    reason = AnnFile(tmp_path, 0.98, None, (("1", 9),), (part(*OWN, tuned("text>shape", 1.0, 0)),)).recipe(384).reason
    assert "0.990 for shape>shape" in reason
    assert "text>shape are searched exactly" in reason
