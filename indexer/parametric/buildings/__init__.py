"""Buildings, bridges and what stands in streets."""
