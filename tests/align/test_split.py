"""Groups of near-duplicates are on one side of the split, in whatever set they are."""

from __future__ import annotations

from itertools import count

from indexer.align.split import group_keys, is_held_out


def number(*held_out: bool) -> str:
    """A group whose parts in the sets a, b, ... are held out, or not, by themselves."""
    return next(
        str(n)
        for n in count()
        if all(is_held_out(f"{name}/{n}") == out for name, out in zip("abc", held_out, strict=False))
    )


def held(*rows: tuple[str, str]) -> list[bool]:
    return [is_held_out(key) for key in group_keys([{"set": name, "group": group} for name, group in rows])]


def test_a_group_of_one_set_is_split_by_its_set_and_number():
    assert group_keys([{"set": "a", "group": "5"}, {"set": "a", "group": "7"}]) == ["a/5", "a/7"]


def test_twins_in_another_set_are_on_the_same_side_whatever_the_order():
    mixed, out, kept = number(True, False), number(True, True), number(False, False)
    rows = [("a", mixed), ("b", mixed), ("a", out), ("b", out), ("a", kept), ("b", kept)]
    assert held(*rows) == [False, False, True, True, False, False]
    assert held(*reversed(rows)) == [False, False, True, True, False, False]
    assert held(("a", mixed)) == [True]  # alone it would be held out, and is trained on for its twin's sake
