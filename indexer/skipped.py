"""How to tell of files that were left out: by reason, in few lines however many suffixes a folder holds."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from retriever import archives

_UNREAD = "unsupported "
ZIPS = "zip archives; name one to have it looked into"
"""The reason for archives that are met in a folder."""
NESTED = "zip archives in zip archives; unpack the outer one"
AWAY = "links to what is not there; what the index has of it stays"
"""The reason for links that may lead to a folder on a drive that is away, or to nothing that would be read."""
NUMBERS = "texts of numbers beside other files, which are no captions"
STACKS = "HDF5 files; name one to have its clouds indexed"
"""The reason for files of clouds that are met in a folder."""
_ONE = {
    "excluded": "left out by a .retrieverignore",
    "hidden": "hidden, or called as an editor's or an index's own files are",
    "an index": "an index itself",
    "companion": "a part of another file: a material, a buffer or a texture",
    ZIPS: "a zip archive that is not named: name it to have it looked into",
    STACKS: "an HDF5 file that is not named: name it to have its clouds indexed",
    NESTED: "a zip archive in a zip archive: unpack the outer one",
    AWAY: "a link to what is not there; what the index has of it stays",
    NUMBERS: "a text of numbers beside another file, which is no caption",
    "folder linked twice": "a folder that a link leads to a second time",
}
"""What a reason means for one file or folder, where that takes other words."""
_CURE = "export models as GLB, pictures as JPEG"
_CURES = dict.fromkeys((*archives.HDF5, ".mat"), "save its clouds as NPY, (n, points, 3), and name that file")
_NAMED = 8  # suffixes that are named, of those that nothing reads


def unread(path: Path) -> str:
    """The reason why a file of a suffix that nothing reads is left out; it names the suffix, or a file without one."""
    return f"{_UNREAD}{path.suffix.lower() or path.name}"


def of_no_kind(path: Path) -> str:
    """The same in a corpus, where archives could be looked into."""
    suffix = path.suffix.lower()
    if suffix == archives.ZIP:
        return ZIPS if archives.is_archive(path) else NESTED
    return STACKS if suffix in archives.HDF5 and archives.is_archive(path) else unread(path)


def told(skipped: Counter[str]) -> list[tuple[int, str]]:
    """(how many, why) of every reason, the most frequent first; all suffixes that nothing reads are one reason.

    Args:
        skipped: reason -> files; of a suffix that nothing reads as `unread` has it.
    """
    reasons = [(count, reason) for reason, count in skipped.items() if not reason.startswith(_UNREAD)]
    suffixes = [
        (reason.removeprefix(_UNREAD), count) for reason, count in skipped.most_common() if reason.startswith(_UNREAD)
    ]
    if suffixes:
        reasons.append((sum(count for _, count in suffixes), f"unsupported {_listed(suffixes)}"))
    return sorted(reasons, key=lambda reason: -reason[0])


def why(reason: str, of: str = "") -> str:
    """The reason that a scan gives for one file or folder, in words.

    Args:
        reason: as `Scan.skipped` has it.
        of: the item whose sidecar it is.
    """
    if reason.startswith(_UNREAD):
        suffix = reason.removeprefix(_UNREAD)
        return f"no format that is read: {suffix}; {_CURES.get(suffix, _CURE)}"
    return f"belongs to {of}: its caption, JSON or preview" if of else _ONE.get(reason, reason)


def _listed(suffixes: list[tuple[str, int]]) -> str:
    if len(suffixes) == 1:
        return suffixes[0][0]
    named = ", ".join(f"{suffix} ({count:,})" for suffix, count in suffixes[:_NAMED])
    rest = len(suffixes) - _NAMED
    return f"{named} and {rest:,} more" if rest > 0 else named
