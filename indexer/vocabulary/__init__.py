"""What things are called, and what is a kind of what: 2,555 terms in `outline`, written as text in ``words/``.

`widening` adds synonyms and hypernyms to captions and says what labels are a kind of; `hedging` chooses the most
specific name that is sure enough.
"""

from indexer.vocabulary.widening import MOST_ADDED, kinds, meant, related, widen

__all__ = ["MOST_ADDED", "kinds", "meant", "related", "widen"]
