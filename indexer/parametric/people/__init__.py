"""Human figures and parts of them."""
