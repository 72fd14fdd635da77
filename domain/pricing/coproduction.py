"""What a market lets customers give besides money: the sections `tasks` and `credits` of its policy.

They are parts of the one document `contributions`, whose other sections belong to the floor above; here they
are read because a price depends on them. A document without a section has none of what it is about. A field
may be added with a default that means what was so before; none is renamed or removed.
"""

from collections.abc import Mapping
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from domain.foundation.logging import get_logger
from domain.foundation.money import BASIS_POINTS
from domain.markets import PolicyVersion

# Less than half of what they save would make customers the cheapest helpers of somebody else's margin.
LEAST_SHARING_BP = 5_000
# Half of a fee at most, given or paid with: so who deals with themselves always loses (see `theta_bp`).
MOST_OF_A_FEE_BP = 5_000
MOST_KNOWN = 1_000  # policy versions; some kilobytes each

SharingBp = Annotated[int, Field(ge=LEAST_SHARING_BP, le=BASIS_POINTS, strict=True)]
HalfBp = Annotated[int, Field(ge=0, le=MOST_OF_A_FEE_BP, strict=True)]
Segment = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Sharing(_Value):
    """Which part of what a task saves the provider the customer is given, by the provider's segment."""

    default: SharingBp = 7_000
    by_segment: Mapping[Segment, SharingBp] = Field(default_factory=dict)


class TaskRules(_Value):
    """How customers take part in a service. The platform's own share of a saving is nothing, by definition.

    `sharing_bp` leaves a provider something for agreeing. `reminder_hours` before the start who took over a
    task is told again. A task about which both sides differ and nobody decides for `dispute_hours` counts as
    done: what the customer was promised is not lost because we are slow.
    """

    sharing_bp: Sharing = Sharing()
    reminder_hours: Annotated[int, Field(ge=1, le=14 * 24, strict=True)] = 24
    dispute_hours: Annotated[int, Field(ge=1, le=14 * 24, strict=True)] = 72

    def sharing_of(self, segment: str | None) -> int:
        """The customer's part where the provider is of this segment, in basis points."""
        return self.sharing_bp.by_segment.get(segment or "", self.sharing_bp.default)


class CreditRules(_Value):
    """What credits are worth when they pay, and how many a booking may give.

    One credit pays for `value_amount` minor units of the market's currency, up to `fee_discount_most_bp` of
    the service fee. A booking gives credits worth `theta_bp` of its fee at most; that is half or less, so
    nobody earns by booking with themselves. What was not used expires after `expiry_days`, never silently.
    """

    value_amount: Annotated[int, Field(ge=1, le=1_000_000, strict=True)] = 1
    fee_discount_most_bp: HalfBp = MOST_OF_A_FEE_BP
    theta_bp: HalfBp = 2_000
    expiry_days: Annotated[int, Field(ge=30, le=3_650, strict=True)] = 730


class _Sections(BaseModel):
    """The two sections; what else the document has is somebody else's to read."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    tasks: TaskRules | None = None
    credits: CreditRules | None = None


def task_rules(version: PolicyVersion) -> TaskRules | None:
    """How customers take part under this policy version; None where it says nothing of it."""
    return _sections(version).tasks


def credit_rules(version: PolicyVersion) -> CreditRules | None:
    """What credits pay for under this policy version; None where it says nothing of it."""
    return _sections(version).credits


def _sections(version: PolicyVersion) -> _Sections:
    """A version never changes, so it is read once."""
    if not version.rules.contributions:
        return _NONE
    if version.id not in _read:
        if len(_read) >= MOST_KNOWN:
            _read.clear()
        _read[version.id] = _readable(version)
    return _read[version.id]


def _readable(version: PolicyVersion) -> _Sections:
    """A document that cannot be read gives nothing and costs nobody anything."""
    try:
        return _Sections.model_validate(version.rules.contributions)
    except ValidationError as error:
        told = {"policy_version_id": str(version.id), "errors": error.error_count()}
        get_logger("pricing").error("coproduction_policy_unreadable", **told)
        return _NONE


_NONE = _Sections()
_read: dict[UUID, _Sections] = {}
