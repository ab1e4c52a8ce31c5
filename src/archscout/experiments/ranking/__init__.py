"""Predictors side by side: label counts, paired seeds, intervals, tests."""
