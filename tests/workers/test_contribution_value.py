"""The clock closes, holds and settles; facts take back, claim and remember; twice does no harm."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from domain import ledger
from domain.foundation import events, ids
from domain.ledger import Wallet
from tests.domain.contributions.harvest import harvest
from workers import contribution_value
from workers.task import Work

DAY, WEEK = timedelta(days=1), timedelta(days=7)


@dataclass
class Town:
    """Aino gave something in a market that earned; its ids outlive their session."""

    work: Work
    aino: UUID
    given: UUID


@pytest.fixture
def town(transactions, at):
    with transactions() as session:
        market = harvest(session, at)
        market.earn(100_000, at - DAY)
        given = market.verified(at=at)
        return Town(Work(transactions, None), market.person("Aino").id, given.id)


def wallet(town):
    with town.work.transactions() as session:
        return ledger.get_wallet(session, town.aino)


def test_the_clock_brings_what_was_verified_all_the_way_to_a_wallet(town, at):
    assert contribution_value.close_periods(town.work, at + DAY) == 0
    assert contribution_value.close_periods(town.work, at + WEEK) == 1
    assert contribution_value.close_periods(town.work, at + WEEK) == 0
    assert [contribution_value.hold_credits(town.work, at + WEEK) for _ in range(2)] == [1, 0]
    assert wallet(town) == Wallet(0, 4_765, 0)
    assert contribution_value.settle_credits(town.work, at + WEEK) == 0
    assert [contribution_value.settle_credits(town.work, at + 2 * WEEK) for _ in range(2)] == [1, 0]
    assert wallet(town) == Wallet(4_765, 0, 0)


def test_what_a_better_claim_replaces_is_taken_back(town, at):
    contribution_value.close_periods(town.work, at + WEEK)
    contribution_value.hold_credits(town.work, at + WEEK)
    for _ in range(2):
        with town.work.transactions() as session:
            contribution_value.follow_correction(session, event(town.given, "contribution.corrected", at))
    assert wallet(town) == Wallet(0, 0, 0)


def test_reviews_know_their_booking_and_strange_bookings_do_no_harm(town, at):
    with town.work.transactions() as session:
        booking = session.scalar(text("SELECT id FROM bookings LIMIT 1"))
        told = {"review_ids": [str(ids.new())], "booking_id": str(booking)}
        for _ in range(2):
            contribution_value.remember_reviews(session, event(booking, "review.revealed", at, **told))
        assert session.scalar(text("SELECT count(*) FROM reviewed_bookings")) == 1
        contribution_value.follow_completion(session, event(booking, "booking.completed", at))
        contribution_value.follow_refund(session, event(booking, "payment.refund_planned", at))


def test_a_scan_looks_at_every_market_where_something_was_given(town, at):
    assert contribution_value.scan_integrity(town.work, at + DAY) == 1


def event(subject_id, name, at, **data):
    return events.EventRow(
        ids.new(), name, at, events.ActorKind.SYSTEM, None, None, "any", subject_id, 1, data
    )
