"""Periods are closed once, by the clock; what was verified in them is valued, held and settled."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest

from domain import contributions, ledger, markets
from domain.contributions import ContributionState
from domain.contributions.valuation import credit_settlement, period_close, periods
from domain.foundation.actors import SYSTEM
from domain.foundation.money import BASIS_POINTS
from domain.ledger import Wallet
from tests.domain.contributions.contribution_market import ledger_violations, link_devices
from tests.domain.contributions.valuation_factory import ANSWER, CREDITS, KINDS, valuation_factory

DAY, WEEK = timedelta(days=1), timedelta(days=7)


@pytest.fixture
def market(session, at):
    return valuation_factory(session, at)


def test_a_period_lasts_a_week_from_midnight_of_the_first_verified_contribution(market, at):
    assert market.close(at) is None  # nothing was ever verified
    market.verified(at=at)
    assert market.close(at + 6 * DAY) is None
    period = market.close(at + WEEK)
    assert (period.number, period.end_at - period.start_at) == (1, WEEK)
    assert period.start_at.isoformat() == "2026-11-22T22:00:00+00:00"  # midnight in Helsinki
    following = market.close(at + 2 * WEEK)
    assert (following.number, following.start_at, following.claims) == (2, period.end_at, 0)


def test_the_pool_is_a_tenth_of_what_was_earned_in_the_week_before(market, at):
    market.earn(1_000, at - 8 * DAY)  # too long ago
    market.earn(30_001, at - 2 * DAY)
    market.earn(9_000, at)  # for the next one
    market.verified(at=at)
    period = market.close(at + WEEK)
    assert (period.fees_amount, period.share_bp, period.value_amount) == (30_001, 1_000, 100)
    assert period.pool == 30_001 * 1_000 * 1_000 // (BASIS_POINTS * 100) == 30_001
    assert market.close(at + 2 * WEEK).fees_amount == 9_000


def test_one_answer_earns_what_the_policy_publishes(market, at):
    market.earn(100_000, at - DAY)
    contribution = market.verified(at=at)
    market.close(at + WEEK)
    assert market.credits_of(contribution) == 4_765  # 5 · 10 · ln(1 + 1/10) credits


def test_a_pool_that_is_too_small_is_shared_to_the_last_thousandth(market, at):
    market.earn(1_000, at - DAY)
    contribution = [market.verified(name, at=at) for name in ("Aino", "Ben", "Farah")]
    period = market.close(at + WEEK)
    assert (period.pool, period.given) == (1_000, 1_000)
    assert sorted(market.credits_of(item) for item in contribution) == [333, 333, 334]


def test_thanks_alone_hours_and_patience_take_nothing_from_the_pool(market, at):
    market.earn(100_000, at - DAY)
    market.verified(at=at, wants_thanks_only=True)
    market.verified(kind="mentoring", at=at)
    market.verified(kind="patience", at=at, wants_thanks_only=True)
    assert market.close(at + WEEK).claims == 0
    assert market.wallet("Aino") == Wallet(0, 0, 0)


def test_credits_are_held_for_as_long_as_their_kind_says_and_then_settled(market, at):
    market.earn(100_000, at - DAY)
    contribution = market.verified(at=at)
    market.close(at + WEEK)
    assert market.hold(at + WEEK) == 1
    assert market.wallet("Aino") == Wallet(available=0, pending=4_765, owed=0)
    assert market.settle(at + 2 * WEEK - timedelta(seconds=1)) == 0
    assert market.settle(at + 2 * WEEK) == 1
    assert market.wallet("Aino") == Wallet(available=4_765, pending=0, owed=0)
    assert (contribution.state, market.entries(contribution.id)) == (
        ContributionState.SETTLED,
        ["contribution", "release"],
    )
    assert ledger_violations(market.session) == {}


def test_doing_it_twice_posts_once(market, at):
    market.earn(100_000, at - DAY)
    contribution = market.verified(at=at)
    market.close(at + WEEK)
    assert market.close(at + WEEK) is None
    for _ in range(2):
        credit_settlement.hold_credits(market.session, contribution.id, at=at + WEEK)
        credit_settlement.settle_credits(market.session, contribution.id, at=at + 2 * WEEK)
    assert market.wallet("Aino") == Wallet(available=4_765, pending=0, owed=0)


def test_a_contribution_worth_nothing_is_settled_without_a_posting(market, at):
    contribution = market.verified(at=at)  # nobody earned anything last week, so there is no pool
    market.close_and_settle(at + WEEK)
    assert (market.credits_of(contribution), contribution.state) == (0, ContributionState.SETTLED)
    assert market.entries(contribution.id) == []


def test_what_a_cluster_gave_before_in_thirty_days_makes_the_next_worth_less(market, at):
    market.earn(1_000_000, at - DAY)
    market.earn(1_000_000, at + DAY)
    link_devices(market.session, market.person("Aino").id, market.person("Ben").id, at)
    first = market.verified("Aino", at=at)
    second = market.verified("Ben", at=at + 8 * DAY)
    stranger = market.verified("Farah", at=at + 8 * DAY)
    market.close_all(at + 2 * WEEK)
    assert [market.credits_of(item) for item in (first, second, stranger)] == [4_765, 4_350, 4_765]


def test_a_month_later_it_is_worth_as_much_again(market, at):
    market.earn(1_000_000, at - DAY)
    first = market.verified(at=at)
    market.close(at + WEEK)
    for week in range(1, 6):
        market.earn(1_000_000, at + week * WEEK - DAY)
    later = market.verified(at=at + 5 * WEEK)
    market.close_all(at + 6 * WEEK)
    assert [market.credits_of(item) for item in (first, later)] == [4_765, 4_765]


def test_what_is_about_a_booking_earns_a_share_of_its_fee_at_most_and_waits_for_its_books(market, at):
    market.earn(10_000_000, at - DAY)
    unpaid = market.booked()
    waiting = market.verified(
        "Aino", "trial", at=at, units_milli=40_000, subject_type="booking", subject_id=unpaid.id
    )
    market.close(at + WEEK)
    assert market.credits_of(waiting) is None
    booking = market.completed()
    market.earn(10_000_000, at + WEEK - DAY)
    bounded = market.verified(
        "Aino", "trial", at=at + 8 * DAY, units_milli=40_000, subject_type="booking", subject_id=booking.id
    )
    market.close(at + 2 * WEEK)
    fee = booking.kept_service_fee_amount + booking.kept_commission_amount
    assert market.credits_of(bounded) == fee * 2_000 * 1_000 // (BASIS_POINTS * 100) > 0


def test_a_booking_without_a_fee_policy_of_credits_gives_none(session, at):
    market = valuation_factory(session, at, credits=CREDITS | {"theta_bp": 0})
    market.earn(1_000_000, at - DAY)
    booking = market.completed()
    moment = at + 8 * DAY
    contribution = market.verified("Aino", "trial", at=moment, subject_type="booking", subject_id=booking.id)
    market.close_all(moment + WEEK)
    assert market.credits_of(contribution) == 0


def test_the_same_event_in_two_segments_earns_the_two_published_amounts(session, at):
    market = valuation_factory(session, at, segments={"newcomers": {"factor_milli": 1_500}})
    market.earn(1_000_000, at - DAY)
    usual = market.verified("Aino", at=at)
    special = market.verified("Ben", at=at, segment="newcomers")
    market.close(at + WEEK)
    assert [market.credits_of(item) for item in (usual, special)] == [4_765, 7_148]


def test_an_old_claim_is_valued_by_the_version_it_was_made_under(session, at):
    market = valuation_factory(session, at)
    market.earn(1_000_000, at - DAY)
    before = market.verified("Aino", at=at)
    dearer = {"credits": CREDITS, "kinds": KINDS | {"answer": ANSWER | {"base_milli": 50_000}}}
    markets.publish_policy(
        session,
        market.market.id,
        rules=markets.MarketPolicy(contributions=dearer),
        active_from=at + DAY,
        by=SYSTEM,
        at=at,
    )
    after = market.verified("Ben", at=at + 2 * DAY)
    market.close(at + WEEK)
    assert [market.credits_of(item) for item in (before, after)] == [4_765, 47_655]


def test_who_dies_while_closing_has_closed_nothing(transactions, at):
    with transactions() as session:
        market = valuation_factory(session, at)
        market.earn(100_000, at - DAY)
        contribution, factory = market.verified(at=at).id, market.market.id

    class PowerCutError(Exception):
        """The lights go out."""

    def close_and_die():
        with transactions() as session:
            period_close.close_period(session, factory, at=at + WEEK)
            raise PowerCutError

    with pytest.raises(PowerCutError):
        close_and_die()
    with transactions() as session:
        assert periods.get_latest_period(session, factory) is None
        assert period_close.close_period(session, factory, at=at + WEEK).given == 4_765
        assert session.get(contributions.Contribution, contribution).credits == 4_765


def test_two_who_close_one_period_at_once_post_once(transactions, at):
    with transactions() as session:
        market = valuation_factory(session, at)
        market.earn(100_000, at - DAY)
        contribution, factory, aino = market.verified(at=at).id, market.market.id, market.person("Aino").id
    ready = Barrier(4)

    def work():
        ready.wait()
        with transactions() as session:
            closed = period_close.close_period(session, factory, at=at + WEEK)
        with transactions() as session:
            credit_settlement.hold_credits(session, contribution, at=at + WEEK)
        with transactions() as session:
            credit_settlement.settle_credits(session, contribution, at=at + 2 * WEEK)
        return closed

    with ThreadPoolExecutor(4) as crowd:
        closed = [rows.result() for rows in [crowd.submit(work) for _ in range(4)]]
    assert sum(period is not None for period in closed) == 1
    with transactions() as session:
        assert ledger.get_wallet(session, aino) == Wallet(available=4_765, pending=0, owed=0)
        assert ledger_violations(session) == {}
