"""Experiments: strategies or predictors side by side on paired seeds."""
