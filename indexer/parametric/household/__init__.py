"""Small things of the house."""
