"""NAS-Bench-101: all that is known of the space."""
