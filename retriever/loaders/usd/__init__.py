"""USD: .usd .usda .usdc .usdz through usd-core, as its composed stage looks at its start time."""

from retriever.loaders.usd.scene import read_here, read_usd
from retriever.loaders.usd.stage import named_by, names_here

__all__ = ["SUFFIXES", "named_by", "names_here", "read_here", "read_usd"]

SUFFIXES = (".usd", ".usda", ".usdc", ".usdz")
