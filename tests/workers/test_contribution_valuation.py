"""The clock closes, holds and settles; facts take back, claim and remember; twice does no harm."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from domain import ledger
from domain.foundation import events, ids
from domain.ledger import Wallet
from tests.domain.contributions.valuation_factory import valuation_factory
from workers import contribution_valuation
from workers.task import Work

DAY, WEEK = timedelta(days=1), timedelta(days=7)


@dataclass
class ValuationMarket:
    """Aino gave something in a market that earned; its ids outlive their session."""

    work: Work
    aino: UUID
    contribute: UUID


@pytest.fixture
def valuation_market(transactions, at):
    with transactions() as session:
        market = valuation_factory(session, at)
        market.earn(100_000, at - DAY)
        given = market.verified(at=at)
        return ValuationMarket(Work(transactions, None), market.person("Aino").id, given.id)


def wallet(valuation_market):
    with valuation_market.work.transactions() as session:
        return ledger.get_wallet(session, valuation_market.aino)


def test_the_clock_brings_what_was_verified_all_the_way_to_a_wallet(valuation_market, at):
    assert contribution_valuation.close_periods(valuation_market.work, at + DAY) == 0
    assert contribution_valuation.close_periods(valuation_market.work, at + WEEK) == 1
    assert contribution_valuation.close_periods(valuation_market.work, at + WEEK) == 0
    assert [contribution_valuation.hold_credits(valuation_market.work, at + WEEK) for _ in range(2)] == [1, 0]
    assert wallet(valuation_market) == Wallet(0, 4_765, 0)
    assert contribution_valuation.settle_credits(valuation_market.work, at + WEEK) == 0
    assert [
        contribution_valuation.settle_credits(valuation_market.work, at + 2 * WEEK) for _ in range(2)
    ] == [1, 0]
    assert wallet(valuation_market) == Wallet(4_765, 0, 0)


def test_what_a_better_claim_replaces_is_taken_back(valuation_market, at):
    contribution_valuation.close_periods(valuation_market.work, at + WEEK)
    contribution_valuation.hold_credits(valuation_market.work, at + WEEK)
    for _ in range(2):
        with valuation_market.work.transactions() as session:
            contribution_valuation.claw_back_corrected(
                session, event(valuation_market.contribute, "contribution.corrected", at)
            )
    assert wallet(valuation_market) == Wallet(0, 0, 0)


def test_reviews_know_their_booking_and_strange_bookings_do_no_harm(valuation_market, at):
    with valuation_market.work.transactions() as session:
        booking = session.scalar(text("SELECT id FROM bookings LIMIT 1"))
        fields = {"review_ids": [str(ids.new())], "booking_id": str(booking)}
        for _ in range(2):
            contribution_valuation.link_reviews_to_bookings(
                session, event(booking, "review.revealed", at, **fields)
            )
        assert session.scalar(text("SELECT count(*) FROM reviewed_bookings")) == 1
        contribution_valuation.claim_referral(session, event(booking, "booking.completed", at))
        contribution_valuation.claw_back_refunded(session, event(booking, "payment.refund_planned", at))


def test_a_scan_looks_at_every_market_where_something_was_given(valuation_market, at):
    assert contribution_valuation.scan_integrity(valuation_market.work, at + DAY) == 1


def event(subject_id, name, at, **data):
    return events.EventRow(
        ids.new(), name, at, events.ActorKind.SYSTEM, None, None, "any", subject_id, 1, data
    )
