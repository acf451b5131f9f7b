"""How an index comes to be: everything offline. Imports retriever; is imported by cli.

``build.index`` brings an index up to date with folders, in five steps, and tells of them by `progress`:

1. What is there: `survey` asks `roots` (which corpus a path belongs to), `exclusion` (what is left out), `packs`
   (archives that are looked into), `scan` (which files are items, as `found` says it), `walk` (folders and files),
   `corpora` and `shapenet` (what folders say), `sidecars` and `maps` (files that belong to others), `naming` (which
   textures a file names, remembered), `metadata` (the user's own table); `skipped` tells of the rest, and `left_out`
   why one file is not an item.
2. What is to be done, and doing it: `updating`, with `moving` (of corpora that are elsewhere now), `plan_changes` (a
   scan against the index), `parts` (the other files that a mesh was read from), `objects` (those of scenes, which come
   and go with the rows of these), `rows`, `guesses`, `earlier_table` and `given` (old rows kept, new ones on their way
   in, and what of them a table said).
3. Vectors: `loading` (worker processes read files), `upright` (which axis of theirs is up), `pipeline` (read, encode,
   hand over).
4. Writing: `writer`, the only code that writes rows, with `admission` (what it lets in), `journal` (rows at once on
   disk), `bulk` (many at once), `segments` (rows at rest), `superseding` (rows that give way), `records` (manifest,
   deleted rows, failures), `keeping` (versions, and files that none needs), `failures` (what runs change in their
   list), `extras` (columns of a corpus's own) and `durable` (lock, fsync).
5. What searches read: `lexicon` (words of names and captions), `ann` (the approximate search), `calibration` (what
   cosines mean).

`removal` (with `forgetting`, of what is no item), `compaction` and `labelling` are the other things that happen to an
index; `namers` find names for labels, of a list or of the `vocabulary`, which widens captions in training, too.
`published` makes spaces of checkpoints, `align` trains encoders, `parametric` makes shapes by rule, which `demo`
writes. `summary` is what a run tells of itself.
"""
