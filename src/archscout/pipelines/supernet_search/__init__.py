"""SemiNAS on a supernet: labels are supernet accuracies, the winner is trained alone."""

from archscout.pipelines.supernet_search.run import search_supernet
from archscout.pipelines.supernet_search.settings import PUBLISHED, SupernetSearchSettings
from archscout.results.supernet import SupernetSearchResult

__all__ = ["PUBLISHED", "SupernetSearchResult", "SupernetSearchSettings", "search_supernet"]
