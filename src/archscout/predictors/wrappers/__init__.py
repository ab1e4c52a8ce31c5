"""Wrappers: predictors around any predictor, named before a colon as in ``"pseudo:forest"``."""
