"""Search without labels: a supernet on random labels, the angle of its weights, and its nulls."""

from archscout.pipelines.unlabeled.run import search_unlabeled
from archscout.pipelines.unlabeled.settings import UnlabeledSettings
from archscout.results.unlabeled import UnlabeledResult

__all__ = ["UnlabeledResult", "UnlabeledSettings", "search_unlabeled"]
