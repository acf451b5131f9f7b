from pathlib import Path

import numpy as np
import pytest
from index_making import SPACE, item, write

from indexer.writer import IndexWriter


@pytest.fixture
def index(tmp_path: Path) -> Path:
    """Rows 0-2 and 3-4 in two segments, of which row 1 is deleted."""
    text = {"modality": "text", "vertices": None, "extent": None, "note": "hello"}
    write(tmp_path / "index", [item(0), item(1), item(2)], [item(3, note=7), item(4, **text)])
    with IndexWriter(tmp_path / "index", SPACE) as writer:
        writer.root(tmp_path)
        writer.delete(np.array([1]))
        writer.commit()
    return tmp_path / "index"
