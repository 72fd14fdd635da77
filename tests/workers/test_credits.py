"""What the clock does with credits and hours, by the workers that run in production."""

from datetime import datetime, timedelta

import pytest

from domain import bookings, credits, hours, ledger
from domain.bookings import statistics
from domain.credits import patronage
from domain.foundation.persistence.database import Transactions
from domain.hours import HourSide, HourTransferState
from domain.ledger import AccountKind
from tests import cast
from tests.domain.bookings.booking_factory import make_booking_factory
from tests.domain.contributions import contribution_market
from workers import credits as sweeps
from workers import hours as hours_jobs
from workers.task import Work

DAY = timedelta(days=1)


@pytest.fixture
def work(transactions: Transactions) -> Work:
    return Work(transactions, gateway=None)  # type: ignore[arg-type]  # these workers do not reach the world


def test_night_after_night_people_are_told_twice_and_then_credits_expire(
    work: Work, transactions: Transactions, at: datetime
) -> None:
    with transactions() as session:
        people = [cast.user(session, f"Person{number}").id for number in range(3)]
        for person in people:
            contribution_market.grant_credits(session, person, 1_000, at, expiry_days=40)
    for night in range(45):
        sweeps.expire_credits(work, at + night * DAY)
    with transactions() as session:
        assert [contribution_market.available_credits(session, person) for person in people] == [0, 0, 0]
        gone = ledger.get_account(session, AccountKind.BREAKAGE, "CRD")
        assert ledger.get_balance(session, gone) == 3_000
        assert contribution_market.ledger_violations(session) == {}
    assert sweeps.expire_credits(work, at + 50 * DAY) == 0


def test_a_batch_is_followed_by_the_next(
    work: Work, transactions: Transactions, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweeps, "BATCH", 2)
    with transactions() as session:
        for number in range(5):
            contribution_market.grant_credits(
                session, cast.user(session, f"Person{number}").id, 1_000, at, expiry_days=40
            )
    assert sweeps.expire_credits(work, at + 15 * DAY) == 5


def test_a_claim_that_nobody_answers_ends_by_itself(
    work: Work, transactions: Transactions, at: datetime
) -> None:
    with transactions() as session:
        market = contribution_market.create_market(session)
        said = hours.claim_hours(
            session,
            market_id=market.id,
            other_id=cast.ben(session).id,
            claimed_by=HourSide.GIVER,
            minutes=30,
            what="Carried the piano.",
            by=contribution_market.caller_of(session, cast.aino(session)),
            at=at,
        )
    assert hours_jobs.lapse_hours(work, at + timedelta(hours=167)) == 0
    assert hours_jobs.lapse_hours(work, at + timedelta(hours=168)) == 1
    with transactions() as session:
        ended = hours.get_hour_transfer(session, said.id, cast.ben(session).id)
        assert (ended.state, contribution_market.hours_balance(session, cast.ben(session).id)) == (
            HourTransferState.LAPSED,
            0,
        )


def test_shares_of_a_surplus_are_credited_once_with_the_policys_terms(
    work: Work, transactions: Transactions, at: datetime
) -> None:
    with transactions() as session:
        market = contribution_market.create_market(session)
        play = make_booking_factory(session, at)
        booking = play.make_delivered_booking()
        over = play.start + timedelta(hours=3)
        bookings.complete(session, booking.id, by=play.aino, at=over)
        play.sync_payment(booking, over)
        brought = statistics.list_platform_revenue(session, market.id, "EUR", since=at, until=over + DAY)
        made = patronage.post_patronage(
            session,
            market.id,
            starts_at=at,
            ends_at=over + DAY,
            surplus_amount=100,
            by=contribution_market.caller_of(session, cast.otto(session)),
            at=over + 2 * DAY,
        )
        aino, ellen = cast.aino(session).id, cast.ellen(session).user_id
    assert {one.user_id for one in brought} == {aino, ellen}
    assert sweeps.credit_patronage(work, over + 2 * DAY) == 2
    assert sweeps.credit_patronage(work, over + 2 * DAY) == 0
    with transactions() as session:
        had = contribution_market.available_credits(session, aino) + contribution_market.available_credits(
            session, ellen
        )
        assert had == 100 * 1_000 // 100
        [lot] = credits.get_credits_overview(session, aino, at=over).lots
        assert lot.expires_at == over + 2 * DAY + 365 * DAY
        assert patronage.list_rounds(session, market.id, after=None, limit=5).items[0].id == made.id
        assert not patronage.credit_share(session, made.id, aino, at=over)
        assert contribution_market.ledger_violations(session) == {}
