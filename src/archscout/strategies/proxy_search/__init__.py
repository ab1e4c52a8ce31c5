"""Search by a score that costs next to nothing: a population, or every architecture there is.

Labels are not bought here; a score without labels, such as the angle of random-label search or
the accuracy of a supernet, is maximised within a space or a space within limits.
"""

from __future__ import annotations

from archscout.strategies.proxy_search._result import ProxySearchResult, Score
from archscout.strategies.proxy_search.evolution import EvolutionPlan, evolve, plan_of
from archscout.strategies.proxy_search.exhaustive import score_all

__all__ = ["EvolutionPlan", "ProxySearchResult", "Score", "evolve", "plan_of", "score_all"]
