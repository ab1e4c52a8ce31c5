"""NAS-Bench-201: all that is known of the space."""
