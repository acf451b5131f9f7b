"""Without faiss everything works but the faiss backend itself, which says how to get it."""

import subprocess
import sys

PROGRAM = """
import sys
sys.modules["faiss"] = None  # what importing finds where it is not installed
import numpy as np
from retriever.ann import faiss_flat
from retriever.ann.plan import plan
from retriever.errors import MissingDependency

assert faiss_flat.gpu_count() == 0
assert plan(10**6, 384, device="auto", gpus=faiss_flat.gpu_count()).backend == "exact"
try:
    faiss_flat.FaissFlat([np.eye(3, dtype=np.float32)], 3, device="cpu")
except MissingDependency as error:
    print(error)
"""


def test_missing_faiss_is_said_with_the_cure():
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    assert "pip install 'any3d-retriever[faiss]'" in done.stdout
