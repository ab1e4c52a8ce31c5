"""The ranges that parameters of predictors are declared with; `Predictor.check` reads them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from archscout._common.settings import Number, Whole

OneOrMore = Annotated[Whole, Field(ge=1)]
TwoOrMore = Annotated[Whole, Field(ge=2)]
ThreeOrMore = Annotated[Whole, Field(ge=3)]
NoneOrMore = Annotated[Whole, Field(ge=0)]
AboveZero = Annotated[Number, Field(gt=0)]
NotNegative = Annotated[Number, Field(ge=0)]
Share = Annotated[Number, Field(gt=0, le=1)]
ShareInside = Annotated[Number, Field(gt=0, lt=1)]
ShareBelowOne = Annotated[Number, Field(ge=0, lt=1)]

LossName = Literal["squared", "pairwise-logistic", "pairwise-hinge", "listwise"]
TargetName = Literal["rank", "z-score"]
