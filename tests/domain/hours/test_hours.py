"""Hours pass from one neighbour to another when both say so, and all of them together are always zero."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from domain import hours, ledger
from domain.foundation import ids
from domain.foundation.actors import SYSTEM
from domain.foundation.errors import error_class_for_constraint
from domain.foundation.lifecycle import TransitionNotAllowed
from domain.foundation.persistence.database import Transactions
from domain.hours import HourSide, HourTransferState, actions
from domain.hours.errors import HourClaimPending, HoursNotEnabled, HourTransferNotFound
from domain.identity.errors import RelatedAccounts, SameUser, UserNotFound
from tests import cast
from tests.domain.contributions import contribution_market


def claim(session: Session, at: datetime, *, minutes: int = 60, **fields: Any) -> hours.HourTransfer:
    attestation = {
        "market_id": cast.market(session).id,
        "other_id": cast.ben(session).id,
        "claimed_by": HourSide.GIVER,
        "by": contribution_market.caller_of(session, cast.aino(session)),
    } | fields
    return hours.claim_hours(session, minutes=minutes, what="Cycling in snow", at=at, **attestation)


def test_hours_pass_when_the_receiver_confirms_what_the_giver_says(session: Session, at: datetime) -> None:
    contribution_market.create_market(session)
    aino, ben = cast.aino(session), cast.ben(session)
    transfer = claim(session, at, minutes=90)
    assert (
        contribution_market.hours_balance(session, aino.id),
        contribution_market.hours_balance(session, ben.id),
    ) == (0, 0)
    done = hours.confirm_hours(session, transfer.id, by=contribution_market.caller_of(session, ben), at=at)
    assert done.state is HourTransferState.CONFIRMED
    assert (
        contribution_market.hours_balance(session, aino.id),
        contribution_market.hours_balance(session, ben.id),
    ) == (90, -90)
    standing = hours.get_hours_balance(session, ben.id)
    assert (standing.given, standing.received, standing.lowest, standing.highest) == (0, 90, -600, 2_400)


def test_hours_pass_when_the_giver_confirms_what_the_receiver_says(session: Session, at: datetime) -> None:
    contribution_market.create_market(session)
    aino, ben = cast.aino(session), cast.ben(session)
    transfer = claim(session, at, claimed_by=HourSide.RECEIVER)
    hours.confirm_hours(session, transfer.id, by=contribution_market.caller_of(session, ben), at=at)
    assert (
        contribution_market.hours_balance(session, aino.id),
        contribution_market.hours_balance(session, ben.id),
    ) == (-60, 60)


def test_nobody_confirms_their_own_word_and_no_stranger_sees_it(session: Session, at: datetime) -> None:
    contribution_market.create_market(session)
    transfer = claim(session, at)
    with pytest.raises(TransitionNotAllowed):
        hours.confirm_hours(
            session, transfer.id, by=contribution_market.caller_of(session, cast.aino(session)), at=at
        )
    with pytest.raises(HourTransferNotFound):
        hours.confirm_hours(
            session, transfer.id, by=contribution_market.caller_of(session, cast.otto(session)), at=at
        )


@pytest.mark.parametrize(("deed", "who"), [("decline_hours", "ben"), ("withdraw_hours", "aino")])
def test_what_is_declined_or_withdrawn_is_not_posted(
    session: Session, at: datetime, deed: str, who: str
) -> None:
    contribution_market.create_market(session)
    transfer = claim(session, at)
    by = contribution_market.caller_of(session, getattr(cast, who)(session))
    ended = getattr(hours, deed)(session, transfer.id, by=by, at=at)
    assert (ended.ended_at, ended.entry_id) == (at, None)
    with pytest.raises(TransitionNotAllowed):
        hours.confirm_hours(
            session, transfer.id, by=contribution_market.caller_of(session, cast.ben(session)), at=at
        )


def test_silence_ends_a_claim_and_nothing_is_posted(session: Session, at: datetime) -> None:
    contribution_market.create_market(session)
    transfer = claim(session, at)
    assert not hours.lapse_hours(session, transfer.id, at=at + timedelta(hours=167))
    later = at + timedelta(hours=168)
    assert list(hours.list_due_hour_transfers(session, at=later, limit=9)) == [transfer.id]
    assert hours.lapse_hours(session, transfer.id, at=later)
    assert (transfer.state, contribution_market.hours_balance(session, cast.aino(session).id)) == (
        HourTransferState.LAPSED,
        0,
    )
    assert not hours.lapse_hours(session, transfer.id, at=later)


def test_hours_need_two_people_who_are_not_one(session: Session, at: datetime) -> None:
    contribution_market.create_market(session)
    aino, ben = cast.aino(session), cast.ben(session)
    with pytest.raises(SameUser):
        claim(session, at, other_id=aino.id)
    with pytest.raises(UserNotFound):
        claim(session, at, other_id=ids.new())
    transfer = claim(session, at)
    contribution_market.link_devices(session, aino.id, ben.id, at)
    with pytest.raises(RelatedAccounts):
        hours.confirm_hours(session, transfer.id, by=contribution_market.caller_of(session, ben), at=at)
    with pytest.raises(RelatedAccounts):
        claim(session, at)


def test_a_market_without_contributions_keeps_no_hours(session: Session, at: datetime) -> None:
    with pytest.raises(HoursNotEnabled):
        claim(session, at)


def test_one_claim_between_two_waits_at_a_time(session: Session, at: datetime) -> None:
    contribution_market.create_market(session)
    claim(session, at)
    with pytest.raises(IntegrityError) as twice, session.begin_nested():
        claim(session, at)
    assert error_class_for_constraint(twice.value.orig.diag.constraint_name) is HourClaimPending
    claim(session, at, claimed_by=HourSide.RECEIVER)


def posted_hours(session: Session, minutes: int, at: datetime, **limits: int) -> ledger.PostedEntry:
    fields = {"least": -600, "most": 2_400} | limits
    return actions.post_hours(
        session,
        giver_id=cast.aino(session).id,
        receiver_id=cast.ben(session).id,
        minutes=minutes,
        key=f"k{ids.new()}",
        subject_id=ids.new(),
        by=SYSTEM,
        at=at,
        **fields,
    )


def test_nobody_leans_further_than_their_market_lets_them(session: Session, at: datetime) -> None:
    with pytest.raises(ledger.BalanceTooLow):
        posted_hours(session, 121, at, least=-120)
    with pytest.raises(ledger.BalanceTooHigh):
        posted_hours(session, 121, at, most=120)
    posted_hours(session, 120, at, least=-120, most=120)


def test_the_posting_itself_refuses_what_a_careless_caller_lets_through(
    transactions: Transactions, at: datetime
) -> None:
    with pytest.raises(ledger.BalanceTooLow):
        transactions.run(lambda session: posted_hours(session, 601, at, least=-9_999))

    def pile_up(session: Session) -> None:
        for number in range(41):
            giver = cast.aino(session).id
            actions.post_hours(
                session,
                giver_id=giver,
                receiver_id=cast.user(session, f"Person{number}").id,
                minutes=60,
                least=-600,
                most=9_999,
                key=f"pile{number}",
                subject_id=giver,
                by=SYSTEM,
                at=at,
            )

    with pytest.raises(ledger.BalanceTooHigh):
        transactions.run(pile_up)
    with transactions() as session:
        assert contribution_market.ledger_violations(session) == {}


def test_a_market_may_be_narrower_than_the_ledger(session: Session, at: datetime) -> None:
    contribution_market.create_market(session, hours={"least_minutes": -30})
    transfer = claim(session, at, minutes=31)
    with pytest.raises(ledger.BalanceTooLow):
        hours.confirm_hours(
            session, transfer.id, by=contribution_market.caller_of(session, cast.ben(session)), at=at
        )


def test_somebodys_transfers_turn_pages_and_show_both_sides(session: Session, at: datetime) -> None:
    contribution_market.create_market(session)
    first = claim(session, at)
    second = claim(session, at, claimed_by=HourSide.RECEIVER)
    ben = cast.ben(session).id
    page = hours.list_hour_transfers(session, ben, after=None, limit=1)
    assert [row.id for row in page.items] == [second.id]
    rest = hours.list_hour_transfers(session, ben, after=page.next_cursor, limit=1)
    assert ([row.id for row in rest.items], rest.next_cursor) == ([first.id], None)
