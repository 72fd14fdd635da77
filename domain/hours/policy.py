"""The market's rules on hours: the section `hours` of its contribution policy."""

from typing import Annotated

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
)

from domain.foundation.logging import get_logger
from domain.markets import PolicyVersion

Hours = Annotated[int, Field(ge=1, le=30 * 24, strict=True)]


class _HoursModel(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class HourRules(_HoursModel):
    """How far hours may lean, in minutes: ten taken before any is given, forty given before some are taken.

    The ledger holds these; a market may be narrower. A claim of hours waits `answer_hours` for the other
    side's word, a week as people meet; then it ends and nothing passes.
    """

    least_minutes: Annotated[int, Field(ge=-600, le=0, strict=True)] = -600
    most_minutes: Annotated[int, Field(ge=0, le=2_400, strict=True)] = 2_400
    answer_hours: Hours = 168


def hour_rules_of_version(version: PolicyVersion) -> HourRules | None:
    """The rules of a policy version; None where it has no contributions, or cannot be read."""
    document = version.rules.contributions
    if not document:
        return None
    try:
        return HourRules.model_validate(document.get("hours", {}))
    except ValidationError as error:
        fields = {"policy_version_id": str(version.id), "errors": error.error_count()}
        get_logger("hours").error("policy_unreadable", **fields)
        return None
