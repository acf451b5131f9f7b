"""Parametric shapes with captions: the demo corpus, training data for the 3D tower, and controlled tests.

`generate("chair", seed=7)` makes one shape, `names()` lists the kinds, `write_corpus(folder)` writes a corpus of files.
"""

from indexer.parametric.corpus import write_corpus
from indexer.parametric.kinds import Shape, generate, names

__all__ = ["Shape", "generate", "names", "write_corpus"]
