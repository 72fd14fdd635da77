"""Pure decisions about contributions: limits, the middle of a quorum, when the clock acts, who may appeal."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from domain.contributions.errors import AppealPeriodOver, ContributionLimitReached, InvalidAttestation
from domain.contributions.kinds import RejectionReason
from domain.contributions.policy import CounterpartyRules

# A month as people count it; caps and limits roll, so that no day of the month is better than another.
CLAIM_WINDOW: Final = timedelta(days=30)
# The time in which decisions of platforms can be contested (Digital Services Act, article 20: six months).
APPEAL_WINDOW: Final = timedelta(days=183)
# Long enough for a small market's only other moderator to come back from a holiday.
APPEAL_ANSWER_PERIOD: Final = timedelta(days=30)
# As long as a period: a market in which nobody moderates for a week is one whose operator wants to know.
MODERATOR_WAIT: Final = timedelta(days=7)
# After its call is closed a promise is kept for as long as caps count; then it is forgotten without a trace.
COMMITMENT_RETENTION: Final = timedelta(days=30)
# As long as a friendship of convenience would have to wait before it can return a favour.
RECIPROCITY_PERIOD: Final = timedelta(days=90)
# Who came this lately is new, and may have been brought along.
NEWCOMER_PERIOD: Final = timedelta(days=90)
# A provider of whom so few know is a risk to try; ratings are not shown before a few are in, either.
UNTRIED_BOOKINGS: Final = 5
# Standing in for somebody who did not come happens on the same day or the next.
NO_SHOW_COVER_WINDOW: Final = timedelta(hours=24)
# As good as could be asked for. Whoever says nothing says no more than that.
STANDARD_QUALITY: Final = 1_000


@dataclass(frozen=True, slots=True)
class ClaimedUnits:
    """Units that count against a limit, and since when."""

    units_milli: int
    submitted_at: datetime


@dataclass(frozen=True, slots=True)
class VerificationResult:
    """What one attester of a quorum said: quality 0 … 1,500 and units, or why not."""

    quality_milli: int = 0
    units_milli: int = 0
    reason: RejectionReason | None = None
    statement: str | None = None


def check_unit_limit(
    earlier: Sequence[ClaimedUnits], units_milli: int, most_milli: int, at: datetime
) -> None:
    """Refuse `ContributionLimit` where these units do not fit beside those of the last 30 days.

    It says when they will: when enough of the oldest have left the window. Never, if they never fit alone.
    """
    counted = sorted(
        (claimed for claimed in earlier if claimed.submitted_at > at - CLAIM_WINDOW),
        key=lambda claimed: claimed.submitted_at,
    )
    over = sum(claimed.units_milli for claimed in counted) + units_milli - most_milli
    if over <= 0:
        return
    raise ContributionLimitReached(
        "Enough of this kind for now; thank you.",
        most_units_milli=most_milli,
        possible_again_at=_possible_again_at(counted, over),
    )


def quorum_median(answers: Sequence[VerificationResult]) -> VerificationResult:
    """What a quorum says: the median of qualities, a no counting as nothing, and of the units confirmed.

    An odd number of answers has one middle, so more people who agree with it change nothing. Where it is
    nothing, most said no, and their most frequent reason is the quorum's, the first among equals.
    """
    qualities = sorted(answer.quality_milli for answer in answers)
    quality = qualities[len(qualities) // 2]
    if quality == 0:
        return _rejection(answers)
    units = sorted(answer.units_milli for answer in answers if answer.quality_milli > 0)
    return VerificationResult(quality, units[(len(units) - 1) // 2])


def check_confirmation(quality_milli: int, units_milli: int, claimed_milli: int) -> None:
    """Refuse `AttestationUnfit` for a yes about nothing, or about more than was claimed."""
    if not 0 < units_milli <= claimed_milli:
        raise InvalidAttestation("Confirm more than nothing and no more than was claimed.", field="units")
    if quality_milli == 0:
        raise InvalidAttestation("What was worth nothing is rejected, with a reason.", field="quality")


def next_action_at(
    assigned_at: datetime, notices: int, acted_at: datetime, rules: CounterpartyRules
) -> datetime:
    """When the clock acts next on an asked counterparty who has had so many notices.

    Where the clock itself was late, the person still has the whole time between one notice and the next.
    """
    hours = [rules.first_notice_hours, rules.second_notice_hours, rules.silence_hours]
    planned = assigned_at + timedelta(hours=hours[notices])
    if notices == 0:
        return planned
    return max(planned, acted_at + timedelta(hours=hours[notices] - hours[notices - 1]))


def check_appeal_window(rejected_at: datetime, at: datetime) -> None:
    """Refuse `AppealOver` after 183 days."""
    if at >= rejected_at + APPEAL_WINDOW:
        raise AppealPeriodOver


def _possible_again_at(counted: Sequence[ClaimedUnits], over: int) -> str | None:
    for claimed in counted:
        over -= claimed.units_milli
        if over <= 0:
            return (claimed.submitted_at + CLAIM_WINDOW).isoformat()
    return None


def _rejection(answers: Sequence[VerificationResult]) -> VerificationResult:
    noes = [answer for answer in answers if answer.reason is not None]
    reason = Counter(answer.reason for answer in noes).most_common(1)[0][0]
    statement = next((answer.statement for answer in noes if answer.reason is reason), None)
    return VerificationResult(reason=reason, statement=statement)
