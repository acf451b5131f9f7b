"""USD: .usd .usda .usdc .usdz through usd-core, as its composed stage looks at its start time."""

from retriever.loaders.usd.scene import read_usd

__all__ = ["SUFFIXES", "read_usd"]

SUFFIXES = (".usd", ".usda", ".usdc", ".usdz")
