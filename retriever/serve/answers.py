"""What a search answers, and a list of items: the JSON objects of the commands, and beside them what the page shows."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from retriever.errors import IndexChanged, RetrieverError
from retriever.index import Index
from retriever.query.calibrate import Calibration
from retriever.query.expression import format
from retriever.query.hit import Hit
from retriever.query.hits import Hits
from retriever.query.item import Item
from retriever.query.naming import item_rows, the_row
from retriever.query.shown import by_fused, measured, named
from retriever.query.stored import spread
from retriever.query.term import Term
from retriever.query.zeroshot import KINDS
from retriever.serve.asking import Question, request_of
from retriever.serve.uploads import Uploads
from retriever.sheet.card import source_of
from retriever.sheet.look import look, lying
from retriever.store.snapshot import Snapshot
from retriever.types import Modality

_SUGGESTED = 12
_LOOKED_AT = 1024  # items whose labels are read for them
_DULL = ("id", "root", "sha256", "fingerprint", "preview")


class Refused(Exception):
    """A request that cannot be answered; its text is the sentence of an error, without places of this server."""


def answer(question: Question, index: Index, uploads: Uploads) -> str:
    """The JSON object of ``retriever query --json``.

    Raises:
        RetrieverError: anything wrong with the request.
        Refused: the same, found while it was answered.
    """
    return _hits(question, index, uploads).to_json(explain=question.explain)


def page(question: Question, index: Index, uploads: Uploads) -> str:
    """That object as ``answer``, and what the page shows of its terms and hits.

    Raises:
        RetrieverError: anything wrong with the request.
        Refused: the same, found while it was answered.
    """
    start = time.perf_counter()
    hits = _hits(question, index, uploads)
    beside = {
        "terms": [_term(term, index, uploads) for term in hits.terms],
        "shown": [_shown(hit) for hit in hits],
        "order": by_fused(hits),
        "several_roots": hits.several_roots,
        "version": index.snapshot.manifest.version,
        "milliseconds": _since(start),
    }
    return f'{{"answer": {hits.to_json()}, {json.dumps(beside)[1:]}'


def items(asked: Mapping[str, Any], index: Index) -> str:
    """The JSON object of ``retriever items --json``.

    Raises:
        RetrieverError: anything wrong with the request.
    """
    return index.browse(**asked).to_json()


def items_page(asked: Mapping[str, Any], index: Index) -> str:
    """As ``page``, of items that nobody asked for: without terms, ranks and scores, and with how many there are.

    Raises:
        RetrieverError: anything wrong with the request.
    """
    start = time.perf_counter()
    found = index.browse(**asked)
    answer = {"total": found.total, "count": len(found), "hits": found.to_dicts()}
    beside = {"terms": [], "shown": [_shown(item) for item in found], "several_roots": found.several_roots}
    return json.dumps({"answer": answer, **beside, "milliseconds": _since(start)})


def counts(asked: Mapping[str, Any], index: Index) -> str:
    """The JSON object of ``retriever items --count COLUMN --json``.

    Raises:
        RetrieverError: anything wrong with the request.
    """
    return index.counts(**asked).to_json()


def start(index: Index) -> dict[str, Any]:
    """What the page says before anything is asked."""
    snapshot = index.snapshot
    looked_at = spread(np.flatnonzero(snapshot.live), _LOOKED_AT)
    labels = sorted({label for label in snapshot.take(looked_at, ["label"]).column(0).to_pylist() if label})
    step = max(1, len(labels) // _SUGGESTED)
    return {
        "items": {modality.value: count for modality, count in snapshot.modalities().items()},
        "space": snapshot.identity.name,
        "version": snapshot.manifest.version,
        "facets": _facets(snapshot),
        "columns": [name for name in snapshot.columns() if name not in _DULL],
        "calibrated": Calibration.read(snapshot.folder, snapshot.identity) is not None,
        "suggestions": labels[::step][:_SUGGESTED],
        "index": str(snapshot.folder.absolute()),
        "roots": list(snapshot.roots.values()),
    }


def _facets(snapshot: Snapshot) -> dict[str, Any]:
    """The column whose values break down what the page shows, and whether it holds lists.

    Rows that an older version wrote, or that others append, may have labels alone.
    """
    live = snapshot.live
    labels, kinds = (np.count_nonzero(snapshot.column(name).is_valid().to_numpy()[live]) for name in ("label", KINDS))
    several = bool(kinds and kinds >= labels)
    return {"column": KINDS if several else "label", "lists": several}


def _hits(question: Question, index: Index, uploads: Uploads) -> Hits:
    request = request_of(question, index.snapshot, uploads)
    try:
        return index.search_many([request])[0]
    except IndexChanged:
        raise
    except RetrieverError as error:
        said = str(error)
        for handle, path in request.files.items():  # what reads files may name them
            said = said.replace(str(path), handle)
        raise Refused(said) from error


def _since(start: float) -> float:
    return round(1000 * (time.perf_counter() - start), 1)


def _shown(hit: Hit | Item) -> dict[str, str]:
    """What a card shows beside what JSON says."""
    return {"title": named(hit), "measured": measured(hit, faces=" faces", points=" points"), "words": _words(hit)}


def _words(hit: Hit | Item) -> str:
    """The beginning of a note."""
    path = lying(hit.root, hit.path, Modality.TEXT) if hit.modality is Modality.TEXT else None
    return "" if path is None else look(path).words


def _term(term: Term, index: Index, uploads: Uploads) -> dict[str, Any]:
    """A term for a chip: how it is written without its sign and weight, what it is called, and what it looks like."""
    out: dict[str, Any] = {
        "kind": term.kind,
        "weight": float(term.weight),
        "written": format([Term(term.kind, term.source)]),
        "title": term.source if term.kind == Modality.TEXT else source_of(term),
        "key": "",
        "modality": term.kind,
    }
    if term.kind == "id":
        out |= _item(term.source, index)
    elif upload := uploads.of_handle(term.source):
        out |= {"key": upload.key, "title": Path(upload.handle).name, "modality": upload.modality.value}
    return out


def _item(source: str, index: Index) -> dict[str, Any]:
    snapshot = index.snapshot
    row = the_row(snapshot, source, item_rows(snapshot, [source])[0])
    known = snapshot.take(np.array([row]), ["id", "path", "modality", "label", "name"]).to_pylist()[0]
    title = known["label"] or known["name"] or Path(known["path"]).stem
    return {"key": known["id"], "title": title, "path": known["path"], "modality": known["modality"]}
