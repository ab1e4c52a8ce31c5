"""SemiNAS on a supernet: labels are supernet accuracies, the winner is trained alone."""

from archscout.pipelines.supernet_search.result import SupernetSearchResult
from archscout.pipelines.supernet_search.run import search_supernet
from archscout.pipelines.supernet_search.settings import PUBLISHED, SupernetSearchSettings

__all__ = ["PUBLISHED", "SupernetSearchResult", "SupernetSearchSettings", "search_supernet"]
