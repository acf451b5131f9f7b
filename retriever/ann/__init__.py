"""Vectors -> neighbours: one contract, one file a backend, and the plan that picks one."""
