"""The columns of ``items.parquet``: one row per indexed item, beside any columns the user's own metadata adds."""

from __future__ import annotations

import pyarrow as pa

ITEMS = pa.schema(
    [
        pa.field("id", pa.string(), nullable=False),  # 12 hex digits of root name + path; stable over re-indexing
        pa.field("root", pa.string(), nullable=False),  # short name of the corpus root, see Manifest.roots
        pa.field("path", pa.string(), nullable=False),  # below the root, "/" between parts
        pa.field("modality", pa.string(), nullable=False),
        pa.field("label", pa.string()),  # class, where the layout or a sidecar gives one
        pa.field("caption", pa.string()),  # free text from a sidecar
        pa.field("name", pa.string()),  # file stem as words
        pa.field("sha256", pa.string(), nullable=False),  # of the file's bytes; seeds the sampling
        pa.field("bytes", pa.int64(), nullable=False),
        pa.field("fingerprint", pa.string(), nullable=False),  # sizes and times of the file and its sidecars, metadata row
        pa.field("vertices", pa.int64()),
        pa.field("faces", pa.int64()),
        pa.field("extent", pa.list_(pa.float32())),  # box edges x, y, z in file units
        pa.field("up", pa.string()),  # the file axis taken as up
        pa.field("colored", pa.bool_()),
        pa.field("preview", pa.string()),  # sidecar picture, below the root
        pa.field("split", pa.string()),  # train, test, val where the layout says
    ]
)
"""Core columns; anything else in a segment came from the corpus layout or from ``--metadata``."""
