"""Search without labels: a supernet on random labels, the angle of its weights, and its nulls."""

from archscout.random_label_search.result import UnlabeledResult
from archscout.random_label_search.run import search_unlabeled
from archscout.random_label_search.settings import UnlabeledSettings

__all__ = ["UnlabeledResult", "UnlabeledSettings", "search_unlabeled"]
