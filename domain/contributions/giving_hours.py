"""Hours that a confirmed contribution passes: the giver gets the minutes that who was helped gives.

Only somebody's word passes them, never silence. What is taken back goes back whole, and passes again where an
appeal restores it; so they stand with the giver after every odd entry, and with who was helped after every
even one. Lock the contribution first.
"""

from datetime import datetime
from typing import Final

from sqlalchemy import text
from sqlmodel import Session

from domain.contributions.hours import pass_hours
from domain.contributions.models import Contribution
from domain.contributions.policy import HourRules
from domain.contributions.standard import ONE
from domain.foundation.actors import Actor
from domain.foundation.money import share

# Other than what two people say between them: an entry of this kind names a contribution, no transfer.
HOURS_GIVEN: Final = "hours_given"
MINUTES_IN_AN_HOUR: Final = 60
# What goes back or comes again may lean as far as the ledger lets anybody, however narrow the market is.
_WIDEST: Final = HourRules()

_ENTRIES = text("SELECT count(*) FROM ledger_entries WHERE subject_id = :id AND kind = :kind")


def pass_on(session: Session, given: Contribution, rules: HourRules, *, by: Actor, at: datetime) -> None:
    """Pass the minutes that were confirmed, where somebody was helped. Doing it twice does no harm.

    Raises `BalanceTooLow` and `BalanceTooHigh` where one of the two would lean too far.
    """
    if not _entries(session, given) % 2:
        _pass(session, given, rules, by=by, at=at)


def give_back(session: Session, given: Contribution, *, by: Actor, at: datetime) -> None:
    """Let the minutes go back whence they came, where some passed. Doing it twice does no harm."""
    if _entries(session, given) % 2:
        _pass(session, given, _WIDEST, by=by, at=at)


def pass_again(session: Session, given: Contribution, *, by: Actor, at: datetime) -> None:
    """Let the minutes pass once more, where some had gone back. Doing it twice does no harm."""
    entries = _entries(session, given)
    if entries and not entries % 2:
        _pass(session, given, _WIDEST, by=by, at=at)


def minutes_of(given: Contribution) -> int:
    """The confirmed units, which are hours, in minutes; half a minute goes to the even one."""
    return share(given.verified_units_milli or 0, MINUTES_IN_AN_HOUR, ONE)


def _pass(session: Session, given: Contribution, rules: HourRules, *, by: Actor, at: datetime) -> None:
    """Post the next entry: to who gave, and every other time back to who was helped."""
    minutes, other_id = minutes_of(given), given.beneficiary_id
    if other_id is None or not minutes:
        return
    before = _entries(session, given)
    giver_id, receiver_id = (other_id, given.user_id) if before % 2 else (given.user_id, other_id)
    pass_hours(
        session,
        giver_id=giver_id,
        receiver_id=receiver_id,
        minutes=minutes,
        least=rules.least_minutes,
        most=rules.most_minutes,
        key=f"hours:contribution:{given.id}:{before}",
        subject_id=given.id,
        by=by,
        at=at,
        kind=HOURS_GIVEN,
    )


def _entries(session: Session, given: Contribution) -> int:
    asked = {"id": given.id, "kind": HOURS_GIVEN}
    return int(session.execute(_ENTRIES, asked).scalar_one())
