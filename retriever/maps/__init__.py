"""A map of an index: its items on a plane, so that what is alike lies together.

`layout` gives vectors their places, by `affinities` (which of them draw together) and `repulsion` (how all push each
other apart). `mapped` has these beside what is known of the items, for files; `regions` says where the names of groups
stand, and `figure` draws it all.
"""
