"""Folders that are topics and no classes: ``--no-folder-labels``, and what confidences are said to be learnt from."""

from __future__ import annotations

import json
from pathlib import Path

from commands import run
from index_reading import counts, rows
from small_corpus import write_box

from indexer.build import index
from retriever.index import open as opened
from retriever.store.manifest import Manifest


def labels(folder: Path) -> dict[str, object]:
    return {path: row["label"] for path, row in rows(folder).items()}


def test_folders_are_no_classes_until_that_is_taken_back(corpus: Path, folder: Path):
    (corpus / "flat/c.json").write_text('{"label": "tile"}')
    index([corpus], folder)
    before = labels(folder)
    assert before["tall/a.off"] == "tall" and before["flat/c.off"] == "tile"
    assert counts(index([corpus], folder, folder_labels=False)) == {"updated": 4, "unchanged": 1}
    assert labels(folder) == {**dict.fromkeys(before), "flat/c.off": "tile"}, "a sidecar is somebody's word"
    write_box(corpus / "tall/new.off", (1, 2, 9))
    assert counts(index([corpus], folder)) == {"embedded": 1, "unchanged": 5} and labels(folder)["tall/new.off"] is None
    assert counts(index([corpus], folder, folder_labels=True)) == {"updated": 5, "unchanged": 1}
    assert labels(folder) == {**before, "tall/new.off": "tall"} and counts(index([corpus], folder)) == {"unchanged": 6}


def test_only_an_index_that_says_so_needs_a_reader_that_knows_it(corpus: Path, folder: Path):
    def written() -> dict[str, object]:
        return json.loads((folder / "manifest.json").read_text())

    index([corpus], folder, folder_labels=False)
    assert written()["format"] == 5 and written()["folder_labels"] is False
    assert not Manifest.read(folder).folder_labels and not opened(folder).status().folder_labels
    assert "\nlabels\t0; folders give none, by --no-folder-labels\n" in run("status", "--index", folder).stdout
    index([corpus], folder, folder_labels=True)
    assert written()["format"] == 4 and "folder_labels" not in written() and Manifest.read(folder).folder_labels


def test_status_says_what_confidences_were_learnt_from(corpus: Path, folder: Path):
    index([corpus], folder)
    assert opened(folder).status().confidence == "not known, as 20 items or more are needed"
    for topic in ("Garden Set", "Kitchen Set"):
        for number in range(12):
            write_box(corpus / topic / f"{number}.off", (1, 1 + number, 2 + len(topic)))
    assert run("index", corpus, "--index", folder).exit_code == 0
    told = "learnt from 4 labels of 29 items: Garden Set (12), Kitchen Set (12), flat (3) and others"
    assert opened(folder).status().confidence.lower() == told.lower()
    assert run("index", corpus, "--index", folder, "--no-folder-labels").exit_code == 0
    assert opened(folder).status().confidence.startswith("assumed, as too few items share a label")
