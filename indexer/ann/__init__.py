"""Building an approximate index: trained on the vectors, tuned on queries of the kinds that will be asked."""
