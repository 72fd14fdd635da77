"""The market's rules on levels: the section `levels` of its contribution policy."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Annotated, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from domain.foundation.logging import get_logger
from domain.markets import PolicyVersion
from domain.standing.privileges import StandingLevel, StandingPrivilege


class _StandingModel(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class LevelThreshold(_StandingModel):
    """What a level asks for within the window; for how many people and on how many days follows from it."""

    contributions: Annotated[int, Field(ge=1, le=10_000, strict=True)]
    standing: Annotated[float, Field(ge=0, le=1_000)] = 0.0


class LevelsPolicy(_StandingModel):
    """L1 to L4 in their order. Public leader-boards are off: they make a gift a race.

    `may` gives a job from another level on than usually; which jobs there are is no market's to invent.
    """

    rules: Annotated[tuple[LevelThreshold, ...], Field(min_length=4, max_length=4)] = (
        LevelThreshold(contributions=3),
        LevelThreshold(contributions=12, standing=0.1),
        LevelThreshold(contributions=30, standing=0.5),
        LevelThreshold(contributions=60, standing=1.0),
    )
    may: Mapping[StandingPrivilege, StandingLevel] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _check_ascending(self) -> Self:
        for lower, higher in pairwise(self.rules):
            if higher.contributions < lower.contributions or higher.standing < lower.standing:
                raise ValueError("a higher level never asks for less")
        return self


def levels_policy_of_version(version: PolicyVersion) -> LevelsPolicy | None:
    """The rules of a policy version; None where it has no contributions, or cannot be read."""
    document = version.rules.contributions
    if not document:
        return None
    try:
        return LevelsPolicy.model_validate(document.get("levels", {}))
    except ValidationError as error:
        fields = {"policy_version_id": str(version.id), "errors": error.error_count()}
        get_logger("standing").error("policy_unreadable", **fields)
        return None
