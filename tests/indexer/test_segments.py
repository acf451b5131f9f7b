import math
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from index_making import DIM, item, unit

from indexer.bulk import as_items
from indexer.extras import Spelling
from indexer.segments import ROW_GROUP, segments_to_merge, write_segment
from retriever.store.segment import Segment

SMALL, MOST = 4096, 8
COUNTS = st.lists(st.integers(0, 2 * SMALL), max_size=40)


@given(COUNTS)
def test_only_small_segments_are_merged_and_few_stay(rows: list[int]) -> None:
    merged = segments_to_merge(rows, SMALL, MOST)
    assert merged == sorted(set(merged))
    assert all(rows[position] < SMALL for position in merged)
    small = sum(count < SMALL for count in rows)
    assert bool(merged) == (small > MOST)
    assert small - len(merged) + bool(sum(rows[position] for position in merged)) <= MOST


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([1] * 8, []),
        ([1] * 9, list(range(9))),
        ([100, *[1] * 8], list(range(1, 9))),
        ([17, *[1] * 8], list(range(1, 9))),
        ([16, *[1] * 8], list(range(9))),
        ([0, 0, *[100] * 7], [0, 1]),
        ([SMALL - 1, 0, *[100] * 7], [1]),
    ],
)
def test_what_is_merged(rows: list[int], expected: list[int]) -> None:
    assert segments_to_merge(rows, SMALL, MOST) == expected


@given(st.lists(st.integers(1, 40), min_size=1, max_size=400))
def test_repeated_small_adds_stay_cheap(adds: list[int]) -> None:
    """However small the adds are, a row is written about as often as the small segments double."""
    sizes: list[int] = []
    written = 0
    for rows in adds:
        sizes.append(rows)
        merged = segments_to_merge(sizes, SMALL, MOST)
        together = sum(sizes[position] for position in merged)
        assert all(sizes[position] < SMALL for position in merged)
        sizes = [size for position, size in enumerate(sizes) if position not in merged] + [together] * bool(together)
        written += rows + together
    assert sum(sizes) == sum(adds)
    assert written <= sum(adds) * (2 + math.log2(sum(adds)))


def _part(start: int, count: int) -> tuple[pa.Table, np.ndarray]:
    table = pa.Table.from_pylist([item(number) for number in range(start, start + count + 1)])
    return as_items(table.slice(0, count), Spelling()), unit(count, start)


@pytest.mark.parametrize("sizes", [[1], [ROW_GROUP], [1, ROW_GROUP, 1], [3000, 3000, 200], [5000], [0, 7, 0]])
def test_row_groups_come_out_even_whatever_the_parts_were(tmp_path: Path, sizes: list[int]) -> None:
    starts = np.cumsum([0, *sizes])[:-1].tolist()
    parts = [_part(start, count) for start, count in zip(starts, sizes, strict=True)]
    entry = write_segment(tmp_path, 1, parts[0][0].schema, DIM, parts)
    total = sum(sizes)
    assert (entry.rows, entry.modalities) == (total, {"shape": total})
    segment = Segment(tmp_path / "segments/000001", total, DIM)
    assert np.array_equal(segment.vectors, np.concatenate([block for _, block in parts]))
    assert segment.read(["bytes"]).column(0).to_pylist() == list(range(total))
    assert [len(block) for _, block in segment.parts(np.ones(total, np.bool_))] == [
        min(ROW_GROUP, total - start) for start in range(0, total, ROW_GROUP)
    ]
    keys, rows = segment.keys
    assert (keys[1:] > keys[:-1]).all()
    assert segment.find(keys).tolist() == rows.tolist()
    assert sorted(rows.tolist()) == list(range(total))


def test_nothing_is_left_of_a_segment_that_failed(tmp_path: Path) -> None:
    def parts():
        yield _part(0, 3000)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_segment(tmp_path, 1, _part(0, 1)[0].schema, DIM, parts())
    assert list((tmp_path / "segments").iterdir()) == []
