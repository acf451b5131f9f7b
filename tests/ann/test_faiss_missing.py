"""Without faiss everything works but the faiss backend itself, which says how to get it."""

import os
import subprocess
import sys
import sysconfig
from pathlib import Path

PROGRAM = """
import numpy as np
from retriever.ann import faiss_flat, gpu, wheels
from retriever.ann.plan import plan
from retriever.errors import MissingDependency

assert wheels.installed() == () and wheels.trouble() is None
assert gpu.faiss_gpus() == 0
assert plan(10**6, 384, device="auto", faiss=False).backend == "exact"
try:
    faiss_flat.FaissFlat([np.eye(3, dtype=np.float32)], 3, device="cpu")
except MissingDependency as error:
    print(error)
"""


def test_missing_faiss_is_said_with_the_cure(tmp_path):
    for entry in Path(sysconfig.get_path("purelib")).iterdir():
        if not entry.name.startswith("faiss"):
            (tmp_path / entry.name).symlink_to(entry)
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-S", "-c", PROGRAM],
        cwd=root,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(root), str(tmp_path)])},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "pip install 'any3d-retriever[faiss]'" in done.stdout
