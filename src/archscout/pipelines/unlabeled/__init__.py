"""Search without labels: a supernet on random labels, the angle of its weights, and its nulls."""

from archscout.pipelines.unlabeled.result import UnlabeledResult
from archscout.pipelines.unlabeled.run import search_unlabeled
from archscout.pipelines.unlabeled.settings import UnlabeledSettings

__all__ = ["UnlabeledResult", "UnlabeledSettings", "search_unlabeled"]
