"""Limits on costs: what they are, exact draws within them, and the cost of time."""
