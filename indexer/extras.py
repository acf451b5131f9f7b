"""Columns that corpora and metadata tables bring along: kept as JSON until their types are known."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from retriever.errors import UsageError
from retriever.store.catalog import RESERVED
from retriever.store.schema import ITEMS, spelled, unify

_CORE = frozenset(ITEMS.names)


class Spelling:
    """How each added column is written: as it was first seen, because SQL's column names have no case.

    A name that the core columns or filters need gets an underscore.

    Args:
        columns: those that the index has.
    """

    def __init__(self, columns: Iterable[str] = ()) -> None:
        self._names = {name.lower(): name for name in columns}
        self._names |= {name: f"{name}_" for name in (*ITEMS.names, *RESERVED)}

    def item(self, item: Mapping[str, Any]) -> dict[str, Any]:
        """The item's values, those that are not known left out, under these names.

        Raises:
            UsageError: it is no mapping.
        """
        if not isinstance(item, Mapping):
            raise UsageError(
                f"An item is of type {type(item).__name__}: append takes a list of mappings, such as a table's "
                "to_pylist(); Arrow tables go into extend([(table, vectors)])."
            )
        given = ((name, value) for name, value in item.items() if is_known(value))
        return {name if name in _CORE else self._name(name): value for name, value in given}

    def _name(self, name: object) -> str:
        text = clean(str(name)) or "unnamed"
        return self._names.setdefault(text.lower(), text)


def is_known(value: object) -> bool:
    """Whether it is a value at all: no null, nor what pandas has for one, NaN, NaT or NA."""
    if isinstance(value, float | np.floating):
        return not np.isnan(value)
    return value is not None and type(value).__name__ not in ("NaTType", "NAType")


def to_json(item: Mapping[str, Any]) -> str | None:
    """The item's columns that are not core ones."""
    extras = {name: value for name, value in item.items() if name not in _CORE and value is not None}
    return json.dumps(extras, default=_plain, skipkeys=True) if extras else None


def from_json(text: str | None) -> dict[str, Any]:
    """Back from `to_json`."""
    return json.loads(text) if text else {}


class Types:
    """Settles the type of each added column from all its values."""

    def __init__(self) -> None:
        self._seen: dict[str, set[pa.DataType]] = {}

    def see(self, extras: Mapping[str, Any]) -> None:
        """Takes note of one item's columns."""
        for name, value in extras.items():
            self._seen.setdefault(name, set()).add(_type_of(value))

    def fields(self) -> list[pa.Field]:
        """The columns by name: numbers that differ in type are float64, anything else that differs is text."""
        return [pa.field(name, unify(self._seen[name])) for name in sorted(self._seen)]


def array(field: pa.Field, values: Iterable[Any]) -> pa.Array:
    """Values from JSON as a column of the settled type."""
    return pa.array([_as_type(value, field.type) for value in values], field.type)


def clean(text: str) -> str:
    """Text that is valid UTF-8; file names need not be."""
    return text.encode("utf-8", "replace").decode()


def _plain(value: object) -> object:
    """A value that JSON does not know, as one that it does: numpy scalars as numbers, anything else as text."""
    return value.item() if isinstance(value, np.generic) else str(value)


def _type_of(value: object) -> pa.DataType:
    if value is None:
        return pa.null()
    if isinstance(value, bool):
        return pa.bool_()
    if isinstance(value, int) and -(2**63) <= value < 2**63:
        return pa.int64()
    return pa.float64() if isinstance(value, float) else pa.string()


def _as_type(value: Any, kind: pa.DataType) -> Any:
    if value is None:
        return None
    if kind == pa.float64():
        return float(value)
    if kind == pa.string():
        return (
            spelled(value)
            if isinstance(value, float)
            else clean(value if isinstance(value, str) else json.dumps(value))
        )
    return value
