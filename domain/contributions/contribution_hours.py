"""Hours that a confirmed contribution passes: the giver gets the minutes that who was helped gives.

Only somebody's word passes them, never silence. What is taken back goes back whole, and passes again where an
appeal restores it; so they stand with the giver after every odd entry, and with who was helped after every
even one. Lock the contribution first.
"""

from datetime import datetime
from typing import Final

from sqlalchemy import text
from sqlmodel import Session

from domain.contributions.default_kinds import UNIT_MILLI
from domain.contributions.models import Contribution
from domain.foundation.actors import Actor
from domain.foundation.money import share
from domain.hours import HourRules, post_hours

# Other than what two people say between them: an entry of this kind names a contribution, no transfer.
CONTRIBUTION_HOURS: Final = "hours_given"
MINUTES_IN_AN_HOUR: Final = 60
# What goes back or comes again may lean as far as the ledger lets anybody, however narrow the market is.
_WIDEST_LIMITS: Final = HourRules()

_COUNT_ENTRIES = text("SELECT count(*) FROM ledger_entries WHERE subject_id = :id AND kind = :kind")


def transfer_hours(
    session: Session, contribution: Contribution, rules: HourRules, *, by: Actor, at: datetime
) -> None:
    """Pass the minutes that were confirmed, where somebody was helped. Doing it twice does no harm.

    Raises `BalanceTooLow` and `BalanceTooHigh` where one of the two would lean too far.
    """
    if not _count_entries(session, contribution) % 2:
        _post_next_entry(session, contribution, rules, by=by, at=at)


def return_hours(session: Session, contribution: Contribution, *, by: Actor, at: datetime) -> None:
    """Let the minutes go back whence they came, where some passed. Doing it twice does no harm."""
    if _count_entries(session, contribution) % 2:
        _post_next_entry(session, contribution, _WIDEST_LIMITS, by=by, at=at)


def transfer_hours_again(session: Session, contribution: Contribution, *, by: Actor, at: datetime) -> None:
    """Let the minutes pass once more, where some had gone back. Doing it twice does no harm."""
    entries = _count_entries(session, contribution)
    if entries and not entries % 2:
        _post_next_entry(session, contribution, _WIDEST_LIMITS, by=by, at=at)


def confirmed_minutes(contribution: Contribution) -> int:
    """The confirmed units, which are hours, in minutes; half a minute goes to the even one."""
    return share(contribution.verified_units_milli or 0, MINUTES_IN_AN_HOUR, UNIT_MILLI)


def _post_next_entry(
    session: Session, contribution: Contribution, rules: HourRules, *, by: Actor, at: datetime
) -> None:
    """Post the next entry: to who gave, and every other time back to who was helped."""
    minutes, other_id = confirmed_minutes(contribution), contribution.beneficiary_id
    if other_id is None or not minutes:
        return
    before = _count_entries(session, contribution)
    giver_id, receiver_id = (
        (other_id, contribution.user_id) if before % 2 else (contribution.user_id, other_id)
    )
    post_hours(
        session,
        giver_id=giver_id,
        receiver_id=receiver_id,
        minutes=minutes,
        least=rules.least_minutes,
        most=rules.most_minutes,
        key=f"hours:contribution:{contribution.id}:{before}",
        subject_id=contribution.id,
        by=by,
        at=at,
        kind=CONTRIBUTION_HOURS,
    )


def _count_entries(session: Session, contribution: Contribution) -> int:
    parameters = {"id": contribution.id, "kind": CONTRIBUTION_HOURS}
    return int(session.execute(_COUNT_ENTRIES, parameters).scalar_one())
