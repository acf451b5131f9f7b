"""Vehicles on land, water, rails, in air and space."""
