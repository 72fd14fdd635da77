"""Hours that a confirmed contribution passes: the giver gets the minutes that who was helped gives.

Only somebody's word passes them, never silence. What is taken back goes back whole.
"""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from domain import ledger
from domain.foundation.actors import Actor
from domain.foundation.money import share

from .hours import HOURS_PASSED, pass_hours
from .models import Contribution
from .policy import HourRules
from .standard import ONE

MINUTES_IN_AN_HOUR = 60
# What goes back may lean as far as the ledger lets anybody, whatever the market has narrowed since.
_WIDEST = HourRules()


def pass_on(session: Session, given: Contribution, rules: HourRules, *, by: Actor, at: datetime) -> None:
    """Pass the minutes that were confirmed, where somebody was helped. Doing it twice does no harm.

    Refuses `BalanceTooLow` and `BalanceTooHigh` where one of the two would lean too far.
    """
    minutes = minutes_of(given)
    if given.beneficiary_id is None or not minutes:
        return
    pass_hours(
        session,
        giver_id=given.user_id,
        receiver_id=given.beneficiary_id,
        minutes=minutes,
        least=rules.least_minutes,
        most=rules.most_minutes,
        key=_key(given.id),
        subject_id=given.id,
        by=by,
        at=at,
    )


def give_back(session: Session, given: Contribution, *, by: Actor, at: datetime) -> None:
    """Let the minutes go back whence they came, where some passed. Doing it twice does no harm."""
    passed = ledger.before_under(session, _key(given.id), HOURS_PASSED, given.id)
    if passed is None or given.beneficiary_id is None:
        return
    pass_hours(
        session,
        giver_id=given.beneficiary_id,
        receiver_id=given.user_id,
        minutes=minutes_of(given),
        least=_WIDEST.least_minutes,
        most=_WIDEST.most_minutes,
        key=f"{_key(given.id)}:back",
        subject_id=given.id,
        by=by,
        at=at,
    )


def minutes_of(given: Contribution) -> int:
    """The confirmed units, which are hours, in minutes; half a minute goes to the even one."""
    return share(given.verified_units_milli or 0, MINUTES_IN_AN_HOUR, ONE)


def _key(contribution_id: UUID) -> str:
    return f"hours:contribution:{contribution_id}"
