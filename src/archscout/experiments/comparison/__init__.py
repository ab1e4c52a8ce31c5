"""Strategies side by side: paired seeds, intervals, tests, yardsticks."""
