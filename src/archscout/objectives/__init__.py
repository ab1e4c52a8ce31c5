"""Objectives: what scores an architecture at a cost, its measurement, and the label bought."""

from archscout.objectives._function import FunctionObjective
from archscout.objectives._label import Label
from archscout.objectives._objective import Direction, Measurement, Objective, Rounds

__all__ = ["Direction", "FunctionObjective", "Label", "Measurement", "Objective", "Rounds"]
