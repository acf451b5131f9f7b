"""The benchmarks run and measure what they say; how fast anything is here does not matter."""

import numpy as np
import pytest

import retriever
from benchmarks import cold, ingest
from benchmarks.harness import fresh, interleaved, show
from indexer import parametric


def test_a_fresh_process_is_measured_by_itself():
    ballast = np.ones(25_000_000)  # 200 MB that are not the process's own
    small = fresh(["-c", "print('done')"])
    large = fresh(["-c", "x = b'1' * 80_000_000; import time; time.sleep(0.3)"])
    assert ballast.size and small.output == "done\n"
    assert small.megabytes < 60 < large.megabytes
    assert large.seconds > 0.3


def test_a_process_that_fails_is_not_measured():
    with pytest.raises(Exception, match="3"):
        fresh(["-c", "raise SystemExit(3)"])


def test_commands_are_run_in_turn():
    runs = interleaved({"one": ["-c", "print(1)"], "two": ["-c", "print(2)"]}, rounds=1)
    assert [run.output for run in runs.values()] == ["1\n", "2\n"]


def test_a_table_is_printed_and_written(tmp_path, capsys):
    show("Title", [{"what": "a", "value": 0.5}, {"what": "bcd", "value": 2}], json_to=tmp_path / "out" / "rows.json")
    printed = capsys.readouterr().out
    assert "| a    | 0.500 |" in printed and "| bcd  | 2     |" in printed
    assert '"value": 0.5' in (tmp_path / "out" / "rows.json").read_text()


def test_the_made_up_index_can_be_asked(tmp_path):
    cold.made_up_index(tmp_path / "index", 200)
    hits = retriever.open(tmp_path / "index").search(text="a chair", k=5, where="label = 'class 3'")
    assert [hit.label for hit in hits] == ["class 3"] * 4  # rows 3, 53, 103 and 153


def test_ingest_counts_the_files_of_a_corpus(tmp_path):
    for kind in ("chair", "mug"):
        (tmp_path / kind).mkdir()
        for seed in range(2):
            parametric.corpus.write(parametric.generate(kind, seed).solid, tmp_path / kind / f"{seed}.glb")
    alone, whole = ingest.rows(per_kind=0, rounds=1, corpus=tmp_path)
    assert (alone["files"], whole["files"]) == (4, 4)
    assert whole["x encoder"] == pytest.approx(whole["files/s"] / alone["files/s"])
