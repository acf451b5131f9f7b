"""Plants and animals."""
