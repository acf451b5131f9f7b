"""How an index comes to be: everything offline. Imports retriever; is imported by cli.

``build.index`` brings an index up to date with folders, in four steps:

1. What is there: `roots` (which corpus a path belongs to), `scan` (the walk), `corpora` and `shapenet` (what folders
   say), `sidecars` (what files say of others), `metadata` (the user's own table).
2. What is to be done: `moving` (of corpora that are elsewhere now), `plan_changes` (a scan against the index), `parts`
   (the other files that a mesh was read from), `rows` (from files to rows and back).
3. Vectors: `loading` (worker processes read files), `pipeline` (read, encode, hand over).
4. Writing: `writer`, the only code that writes rows, with `journal` (rows at once on disk), `segments` (rows at rest),
   `records` (manifest, deleted rows, failures), `keeping` (versions, and files that none needs), `failures` (what runs
   change in their list), `extras` (columns of a corpus's own) and `durable` (lock, fsync).

`removal` (with `forgetting`, of what is no item) and `compaction` are the other two things that happen to an index.
`parametric` makes shapes by rule; `align` trains encoders.
"""
