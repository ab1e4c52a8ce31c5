"""NAS-Bench-Macro: all that is known of the space."""
