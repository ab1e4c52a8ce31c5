"""Objectives: what scores an architecture at a cost, its measurement, and the label bought."""

from archscout.objectives.objective import (
    Direction,
    FunctionObjective,
    Label,
    Measurement,
    Objective,
)

__all__ = ["Direction", "FunctionObjective", "Label", "Measurement", "Objective"]
