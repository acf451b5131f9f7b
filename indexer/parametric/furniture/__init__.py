"""Furniture, fittings, lamps and bathroom ware."""
