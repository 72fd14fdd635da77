"""Hours: neighbours help one another, minute for minute. They are never money, and never credits.

An hour given is an hour received, so all hours together are always zero. One of the two says what was given;
the other one confirms, and only then do the minutes pass. Silence ends it and nothing is posted, because
nobody owes an answer. How far somebody may lean to either side is guarded by the ledger in the statement
that posts, and by the market where it is narrower.
"""

from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import Session

from domain import identity, ledger, markets
from domain.foundation import events
from domain.foundation.actors import CLOCK, Actor
from domain.hours.errors import HoursNotEnabled
from domain.hours.events import HoursClaimed, HoursConfirmed, HoursEnded
from domain.hours.lifecycle import HOUR_TRANSFERS
from domain.hours.models import HourActor, HourSide, HourTransfer
from domain.hours.policy import HourRules, hour_rules_of_version
from domain.hours.queries import lock_due_transfer, lock_hour_transfer
from domain.identity import Caller
from domain.identity.errors import RelatedAccounts, SameUser
from domain.ledger import HOURS, AccountKind, BalanceTooHigh, BalanceTooLow, PostedEntry, Posting

TRANSFERRED_HOURS = "hours_passed"


def claim_hours(
    session: Session,
    *,
    market_id: UUID,
    other_id: UUID,
    claimed_by: HourSide,
    minutes: int,
    what: str,
    by: Caller,
    at: datetime,
) -> HourTransfer:
    """Say that you gave minutes to another user, or received them; the other one is asked.

    Raises `WithOneself`, `UserUnknown`, `SamePeople`, `HoursNotKept`, `AccountSuspended`, and `HoursWaiting`
    while an earlier claim between the two waits.
    """
    if other_id == by.user_id:
        raise SameUser
    rules = _rules(session, market_id, at)
    other = identity.get_user(session, other_id).id
    identity.require_active_accounts(session, by.user_id, other)
    require_distinct_people(session, by.user_id, other)
    giver, receiver = (by.user_id, other) if claimed_by is HourSide.GIVER else (other, by.user_id)
    transfer = HourTransfer(
        market_id=market_id,
        giver_id=giver,
        receiver_id=receiver,
        claimed_by=claimed_by,
        minutes=minutes,
        what=what,
        claimed_at=at,
        answer_by=at + timedelta(hours=rules.answer_hours),
    )
    session.add(transfer)
    session.flush()
    event = HoursClaimed(giver, receiver, minutes, transfer.answer_by)
    _record(session, transfer, event, by.actor, at)
    return transfer


def confirm_hours(session: Session, transfer_id: UUID, *, by: Caller, at: datetime) -> HourTransfer:
    """Agree with what the other one said: the minutes pass from giver to receiver.

    Raises `HoursNotFound`, `NotNow`, `SamePeople`, `AccountSuspended`, and `BalanceTooLow` or
    `BalanceTooHigh` where one of the two would lean too far.
    """
    transfer = lock_hour_transfer(session, transfer_id, by.user_id)
    state = HOUR_TRANSFERS.next_state(transfer.state, "confirm", _role(transfer, by.user_id))
    identity.require_active_accounts(session, transfer.giver_id, transfer.receiver_id)
    require_distinct_people(session, transfer.giver_id, transfer.receiver_id)
    rules = _rules(session, transfer.market_id, at)
    entry = post_hours(
        session,
        giver_id=transfer.giver_id,
        receiver_id=transfer.receiver_id,
        minutes=transfer.minutes,
        least=rules.least_minutes,
        most=rules.most_minutes,
        key=f"hours:{transfer.id}",
        subject_id=transfer.id,
        by=by.actor,
        at=at,
    )
    transfer.entry_id, transfer.state, transfer.ended_at = entry.id, state, at
    session.flush()
    event = HoursConfirmed(transfer.giver_id, transfer.receiver_id, transfer.minutes)
    _record(session, transfer, event, by.actor, at)
    return transfer


def decline_hours(session: Session, transfer_id: UUID, *, by: Caller, at: datetime) -> HourTransfer:
    """Say that it was not so; nothing passes and nothing follows. Raises `HoursNotFound` and `NotNow`."""
    return _end(session, lock_hour_transfer(session, transfer_id, by.user_id), "decline", by, at)


def withdraw_hours(session: Session, transfer_id: UUID, *, by: Caller, at: datetime) -> HourTransfer:
    """Take back what you said, while it waits. Raises `HoursNotFound` and `NotNow`."""
    return _end(session, lock_hour_transfer(session, transfer_id, by.user_id), "withdraw", by, at)


def lapse_hours(session: Session, transfer_id: UUID, *, at: datetime) -> bool:
    """End a claim that nobody answered in time. False where it is not due, or somebody is at it."""
    transfer = lock_due_transfer(session, transfer_id, at=at)
    if transfer is None:
        return False
    _close(session, transfer, "lapse", HourActor.CLOCK, CLOCK, at)
    return True


def post_hours(
    session: Session,
    *,
    giver_id: UUID,
    receiver_id: UUID,
    minutes: int,
    least: int,
    most: int,
    key: str,
    subject_id: UUID,
    by: Actor,
    at: datetime,
    kind: str = TRANSFERRED_HOURS,
) -> PostedEntry:
    """Post minutes from giver to receiver: the giver's balance grows by what the receiver's falls.

    `least` and `most` are the market's limits in minutes; the ledger's own are guarded by the posting. `kind`
    says whether `subject_id` is a transfer between the two or something else. The same key again answers the
    same entry. Raises `BalanceTooLow` and `BalanceTooHigh`.
    """
    giver, receiver = ledger.get_accounts(
        session, [(AccountKind.HOURS, HOURS, giver_id), (AccountKind.HOURS, HOURS, receiver_id)]
    )
    giver_balance, receiver_balance = ledger.lock_balances(session, [giver, receiver])
    if (before := ledger.find_posted_entry(session, key, kind, subject_id)) is not None:
        return before
    if receiver_balance - minutes < least:
        raise BalanceTooLow("Who receives would owe more hours than is good; they may give some first.")
    if giver_balance + minutes > most:
        raise BalanceTooHigh("Who gives has more hours waiting than is good; they may take some first.")
    return ledger.post(
        session,
        key=key,
        kind=kind,
        subject_id=subject_id,
        postings=[Posting(receiver, giver, minutes)],
        by=by,
        at=at,
    )


def require_distinct_people(session: Session, user_id: UUID, other_id: UUID) -> None:
    """Refuse `SamePeople` where two accounts are looked at as one."""
    clusters = identity.cluster_of(session, [user_id, other_id])
    if clusters[user_id] == clusters[other_id]:
        raise RelatedAccounts


def _rules(session: Session, market_id: UUID, at: datetime) -> HourRules:
    rules = hour_rules_of_version(markets.get_policy_at(session, market_id, at))
    if rules is None:
        raise HoursNotEnabled
    return rules


def _role(transfer: HourTransfer, user_id: UUID) -> HourActor:
    claimant = transfer.giver_id if transfer.claimed_by is HourSide.GIVER else transfer.receiver_id
    return HourActor.CLAIMANT if user_id == claimant else HourActor.OTHER


def _end(session: Session, transfer: HourTransfer, deed: str, by: Caller, at: datetime) -> HourTransfer:
    return _close(session, transfer, deed, _role(transfer, by.user_id), by.actor, at)


def _close(
    session: Session, transfer: HourTransfer, deed: str, role: HourActor, by: Actor, at: datetime
) -> HourTransfer:
    transfer.state, transfer.ended_at = HOUR_TRANSFERS.next_state(transfer.state, deed, role), at
    session.flush()
    event = HoursEnded(transfer.giver_id, transfer.receiver_id, transfer.state.value)
    _record(session, transfer, event, by, at)
    return transfer


def _record(
    session: Session, transfer: HourTransfer, event: events.DomainEvent, by: Actor, at: datetime
) -> None:
    events.record_event(session, event, subject=("hour_transfer", transfer.id), by=by, at=at)
