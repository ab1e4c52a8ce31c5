"""SemiNAS on a supernet: labels are supernet accuracies, the winner is trained alone."""

from archscout.pipelines.supernet_search.run import search_supernet
from archscout.pipelines.supernet_search.settings import SupernetSearchSettings, published
from archscout.results.supernet import SupernetSearchResult

__all__ = ["SupernetSearchResult", "SupernetSearchSettings", "published", "search_supernet"]
