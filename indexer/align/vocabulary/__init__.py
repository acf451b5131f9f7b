"""Synonyms and hypernyms for captions, from outlines in plain text."""

from indexer.align.vocabulary.widening import MOST_ADDED, related, widen

__all__ = ["MOST_ADDED", "related", "widen"]
