"""Electric and electronic things."""
