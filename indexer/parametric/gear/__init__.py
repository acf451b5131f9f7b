"""Weapons, tools and hardware."""
