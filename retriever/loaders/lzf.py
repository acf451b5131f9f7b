"""LZF, as LibLZF packs bytes."""

from __future__ import annotations

from retriever.errors import FileProblem


def unpacked(packed: bytes, size: int) -> bytearray:
    """What was packed: runs of bytes, and copies of what came before.

    Args:
        packed: all of it.
        size: bytes that it must give.

    Raises:
        FileProblem: "malformed" where it gives another number of bytes, or copies what was never there.
    """
    out, at, end = bytearray(), 0, len(packed)
    try:
        while at < end and len(out) < size:
            control = packed[at]
            if control < 32:  # so many bytes and one
                out += packed[at + 1 : at + control + 2]
                at += control + 2
                continue
            length = control >> 5
            if length == 7:
                at += 1
                length += packed[at]
            back = ((control & 31) << 8) + packed[at + 1] + 1
            at += 2
            start, length = len(out) - back, length + 2
            if start < 0:
                raise _damaged()
            if back >= length:
                out += out[start : start + length]
            else:  # it goes on with what it has just written
                out += (out[start:] * (length // back + 1))[:length]
    except IndexError as error:
        raise _damaged() from error
    if len(out) != size:
        raise _damaged()
    return out


def _damaged() -> FileProblem:
    return FileProblem("malformed", "is damaged where it is compressed; save it again.")
