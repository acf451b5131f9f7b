"""Streams that meshoptimizer compressed, unpacked bit by bit, and damaged ones."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from retriever.errors import FileProblem
from retriever.loaders.gltf import meshopt

STREAMS = json.loads((Path(__file__).parents[1] / "data" / "meshopt.json").read_text())


@pytest.mark.parametrize("told", STREAMS, ids=[f"{each['mode']}, {each['filter']}, {each['what']}" for each in STREAMS])
def test_streams_of_meshoptimizer_are_unpacked_as_it_does(told: dict[str, Any]) -> None:
    made = meshopt.decoded(base64.b64decode(told["data"]), told)
    if "sha256" in told:
        assert hashlib.sha256(made).hexdigest() == told["sha256"]
    elif told["filter"] == "EXPONENTIAL":
        assert made == base64.b64decode(told["decoded"])
    else:  # the specification leaves these the last bit
        kind = ("<i" if told["filter"] != "COLOR" else "<u") + str(told["byteStride"] // 4)
        ours, theirs = (np.frombuffer(each, kind).astype(int) for each in (made, base64.b64decode(told["decoded"])))
        assert np.abs(ours - theirs).max() <= 1


def test_the_example_of_the_specification() -> None:
    coded = bytes.fromhex("17 5f f0 bc 77 a9 21 00 34 b5")
    deltas = [-1, -4, -3, 26, -91, 0, -6, 6, -4, -4, 5, -5, 1, -1, 0, 0]
    data = b"\xa0" + b"\2" + coded + b"\0\0\0" + bytes(28) + b"\7\0\0\0"
    made = meshopt.decoded(data, {"count": 16, "byteStride": 4, "mode": "ATTRIBUTES"})
    assert list(made[::4]) == [(7 + each) % 256 for each in np.cumsum(deltas)]
    assert not any(made[1::4])


@pytest.mark.parametrize("told", STREAMS[3::3], ids=[each["mode"] + each["what"] for each in STREAMS[3::3]])
def test_damaged_streams_are_refused_or_read(told: dict[str, Any]) -> None:
    data, random = base64.b64decode(told["data"]), np.random.default_rng(3)
    for cut in random.integers(1, len(data), 20):
        with pytest.raises((FileProblem, IndexError, ValueError)):
            meshopt.decoded(data[:cut], told)
    for place, byte in zip(random.integers(0, len(data), 100), random.integers(0, 256, 100), strict=True):
        changed = bytearray(data)
        changed[place] = byte
        try:
            assert len(meshopt.decoded(bytes(changed), told)) == told["count"] * told["byteStride"]
        except (FileProblem, IndexError, ValueError):
            continue


def test_counts_that_a_stream_cannot_hold_allocate_nothing() -> None:
    for mode, start in (("ATTRIBUTES", b"\xa1"), ("ATTRIBUTES", b"\xa0"), ("TRIANGLES", b"\xe1"), ("INDICES", b"\xd1")):
        for count in (3 * 10**7, 10**12):
            with pytest.raises(FileProblem):
                meshopt.decoded(start + bytes(200), {"count": count, "byteStride": 4, "mode": mode})
