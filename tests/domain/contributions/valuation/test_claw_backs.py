"""Credits are taken back with a reason: pending first, then available, then owed; an appeal restores them."""

from datetime import timedelta

import pytest

from domain import ledger
from domain.contributions import ContributionState
from domain.contributions.errors import ContributionNotFound
from domain.contributions.valuation import claw_back_appeals, claw_backs
from domain.contributions.valuation.errors import (
    AutomaticClawBackReason,
    ClawBackNotAppealable,
    ClawBackNotFound,
    DifferentModeratorRequired,
    NoOpenClawBackAppeal,
)
from domain.contributions.valuation.kinds import ClawBackOutcome, ClawBackReason
from domain.foundation import ids
from domain.foundation.actors import SYSTEM
from domain.foundation.lifecycle import TransitionNotAllowed
from domain.ledger import AccountKind, Posting, Wallet
from tests import cast
from tests.domain.contributions.contribution_market import ledger_violations
from tests.domain.contributions.valuation_factory import valuation_factory

DAY, WEEK = timedelta(days=1), timedelta(days=7)
WORTH = 4_765


@pytest.fixture
def market(session, at):
    made = valuation_factory(session, at)
    made.earn(1_000_000, at - DAY)
    cast.otto(session)
    cast.mira(session)
    return made


@pytest.fixture
def settled(market, at):
    contribution = market.verified(at=at)
    market.close_and_settle(at + WEEK)
    return contribution


def claw_back_by_moderator(market, contribution, at, name="Mira"):
    return claw_backs.claw_back(
        market.session,
        contribution.id,
        by=market.caller(name),
        reason=ClawBackReason.FRAUD,
        statement="The photos are from a catalogue.",
        at=at,
    )


def spend(market, name, credits_, at):
    user_id = market.person(name).id
    terms = {"fee_discount": credits_, "surge_shield": 0, "key": f"spent:{ids.new()}"}
    terms["market_id"] = market.market.id
    ledger.redeem_credits(market.session, user_id, **terms, subject_id=ids.new(), by=SYSTEM, at=at)


@pytest.mark.parametrize(
    ("spent", "left"), [(0, Wallet(0, 0, 0)), (1_000, Wallet(0, 0, 1_000)), (WORTH, Wallet(0, 0, WORTH))]
)
def test_what_is_spent_already_is_owed(market, settled, at, spent, left):
    if spent:
        spend(market, "Aino", spent, at + 2 * WEEK)
    taken = claw_back_by_moderator(market, settled, at + 3 * WEEK)
    assert (taken.credits, market.wallet("Aino")) == (WORTH, left)
    assert (settled.state, settled.clawed_back_reason) == (ContributionState.CLAWED_BACK, "fraud")
    assert ledger_violations(market.session) == {}


def test_pending_credits_go_first(market, settled, at):
    market.earn(1_000_000, at + 3 * WEEK)
    market.verified("Aino", at=at + 5 * WEEK)
    for week in range(2, 6):
        market.close(at + week * WEEK)
    market.earn(1_000_000, at + 5 * WEEK - DAY)
    market.close(at + 6 * WEEK)
    market.hold(at + 6 * WEEK)
    before = market.wallet("Aino")
    assert before.pending > 0
    claw_back_by_moderator(market, settled, at + 6 * WEEK)
    after = market.wallet("Aino")
    assert after.pending == max(0, before.pending - WORTH)
    assert before.pending + before.available - WORTH == after.pending + after.available


def test_what_comes_in_next_pays_off_what_is_owed(market, settled, at):
    spend(market, "Aino", WORTH, at + 2 * WEEK)
    taken = claw_back_by_moderator(market, settled, at + 2 * WEEK)
    claw_back_appeals.appeal_claw_back(
        market.session, taken.id, "They are mine.", by=market.caller("Aino"), at=at + 2 * WEEK
    )
    answered = {"statement": "They are.", "by": market.caller("Otto"), "at": at + 2 * WEEK}
    claw_back_appeals.answer_claw_back_appeal(market.session, taken.id, ClawBackOutcome.RESTORED, **answered)
    assert market.wallet("Aino") == Wallet(0, 0, 0)  # as if nothing had been taken
    assert settled.state is ContributionState.SETTLED


@pytest.mark.parametrize("after", ["verified", "valued", "held", "settled"])
def test_an_appeal_that_is_granted_puts_everything_back_on_its_way(market, at, after):
    contribution = market.verified(at=at)
    if after != "verified":
        market.close(at + WEEK)
    if after in {"held", "settled"}:
        market.hold(at + WEEK)
    if after == "settled":
        market.settle(at + 2 * WEEK)
    taken = claw_back_by_moderator(market, contribution, at + 2 * WEEK)
    assert market.wallet("Aino") == Wallet(0, 0, 0)
    claw_back_appeals.appeal_claw_back(
        market.session, taken.id, "Mine.", by=market.caller("Aino"), at=at + 2 * WEEK
    )
    answered = {"statement": "Yes.", "by": market.caller("Otto"), "at": at + 2 * WEEK}
    claw_back_appeals.answer_claw_back_appeal(market.session, taken.id, ClawBackOutcome.RESTORED, **answered)
    market.close_and_settle(at + 2 * WEEK)
    assert market.wallet("Aino") == Wallet(available=WORTH, pending=0, owed=0)
    assert contribution.state is ContributionState.SETTLED
    assert ledger_violations(market.session) == {}


def test_an_appeal_that_is_not_granted_leaves_it(market, settled, at):
    taken = claw_back_by_moderator(market, settled, at + 2 * WEEK)
    claw_back_appeals.appeal_claw_back(
        market.session, taken.id, "Mine.", by=market.caller("Aino"), at=at + 2 * WEEK
    )
    answered = {"statement": "No.", "by": market.caller("Otto"), "at": at + 2 * WEEK}
    claw_back_appeals.answer_claw_back_appeal(market.session, taken.id, ClawBackOutcome.UPHELD, **answered)
    assert market.wallet("Aino") == Wallet(0, 0, 0)
    with pytest.raises(NoOpenClawBackAppeal):
        claw_back_appeals.answer_claw_back_appeal(
            market.session, taken.id, ClawBackOutcome.RESTORED, **answered
        )


def test_only_the_contributor_appeals_once_and_within_183_days_and_somebody_else_answers(market, settled, at):
    taken = claw_back_by_moderator(market, settled, at + 2 * WEEK)
    fields = {"statement": "Mine.", "at": at + 2 * WEEK}
    with pytest.raises(ClawBackNotFound):
        claw_back_appeals.appeal_claw_back(market.session, taken.id, by=market.caller("Ben"), **fields)
    with pytest.raises(ClawBackNotAppealable):
        claw_back_appeals.appeal_claw_back(
            market.session, taken.id, "Mine.", by=market.caller("Aino"), at=at + 2 * WEEK + 183 * DAY
        )
    claw_back_appeals.appeal_claw_back(market.session, taken.id, by=market.caller("Aino"), **fields)
    with pytest.raises(ClawBackNotAppealable):
        claw_back_appeals.appeal_claw_back(market.session, taken.id, by=market.caller("Aino"), **fields)
    with pytest.raises(DifferentModeratorRequired):
        claw_back_appeals.answer_claw_back_appeal(
            market.session, taken.id, ClawBackOutcome.UPHELD, by=market.caller("Mira"), **fields
        )
    with pytest.raises(ClawBackNotFound):
        claw_back_appeals.answer_claw_back_appeal(
            market.session, taken.id, ClawBackOutcome.UPHELD, by=market.caller("Ben"), **fields
        )


def test_nobody_gives_a_refund_as_their_reason(market, settled, at):
    with pytest.raises(AutomaticClawBackReason):
        claw_backs.claw_back(
            market.session, settled.id, by=market.caller("Mira"), reason=ClawBackReason.REFUNDED,
            statement="It was.", at=at,
        )  # fmt: skip


def test_only_moderators_take_back_and_only_once(market, settled, at):
    with pytest.raises(ContributionNotFound):
        claw_back_by_moderator(market, settled, at + 2 * WEEK, "Ben")
    claw_back_by_moderator(market, settled, at + 2 * WEEK)
    with pytest.raises(TransitionNotAllowed):
        claw_back_by_moderator(market, settled, at + 2 * WEEK)


def test_what_was_taken_back_does_not_make_the_next_one_worth_less(market, settled, at):
    claw_back_by_moderator(market, settled, at + 2 * WEEK)
    market.close(at + 2 * WEEK)
    market.earn(1_000_000, at + 2 * WEEK - DAY)
    again = market.verified("Aino", at=at + 2 * WEEK)
    market.close(at + 3 * WEEK)
    assert market.credits_of(again) == WORTH


def test_a_better_claim_takes_the_place_of_the_one_it_corrects(market, settled, at):
    assert claw_backs.claw_back_corrected(market.session, settled.id, at=at + 2 * WEEK)
    assert not claw_backs.claw_back_corrected(market.session, settled.id, at=at + 2 * WEEK)
    (taken,) = claw_back_appeals.list_claw_backs(market.session, settled.id)
    assert (taken.reason, market.wallet("Aino")) == (ClawBackReason.CORRECTED, Wallet(0, 0, 0))
    with pytest.raises(ClawBackNotAppealable):
        claw_back_appeals.appeal_claw_back(
            market.session, taken.id, "No.", by=market.caller("Aino"), at=at + 2 * WEEK
        )


def refund(market, booking, amount, at, key):
    """The platform gives so much back itself, after the books were closed."""
    goodwill = ledger.get_account(market.session, AccountKind.GOODWILL, "EUR")
    flight = ledger.get_account(market.session, AccountKind.REFUNDS_IN_FLIGHT, "EUR")
    ledger.post(
        market.session,
        key=key,
        kind="refund_planned",
        subject_id=booking.id,
        postings=[Posting(goodwill, flight, amount)],
        by=SYSTEM,
        at=at,
    )


def test_a_refund_takes_back_what_the_booking_can_no_longer_bear_and_no_more(market, at):
    booking = market.completed()
    moment = at + 8 * DAY
    about = {"at": moment, "units_milli": 40_000, "subject_type": "booking", "subject_id": booking.id}
    contribution = [market.verified(name, "trial", **about) for name in ("Aino", "Ben")]
    market.close(moment)
    market.earn(1_000_000, moment - WEEK)
    market.close_and_settle(moment + WEEK)
    worth = [market.credits_of(item) for item in contribution]
    assert sum(worth) == 1_350 * 2_000 * 10 // 10_000  # a fifth of the fee of 13.50, in credits of a euro
    assert claw_backs.claw_back_refunded(market.session, booking.id, at=moment) == 0
    refund(market, booking, 350, moment, "some")
    assert claw_backs.claw_back_refunded(market.session, booking.id, at=moment) == 700
    assert claw_backs.claw_back_refunded(market.session, booking.id, at=moment) == 0
    assert market.wallet("Aino").available + market.wallet("Ben").available == sum(worth) - 700
    refund(market, booking, 9_000, moment, "all")
    claw_backs.claw_back_refunded(market.session, booking.id, at=moment)
    assert market.wallet("Aino") == market.wallet("Ben") == Wallet(0, 0, 0)
    assert [item.state for item in contribution] == [ContributionState.SETTLED] * 2
    assert ledger_violations(market.session) == {}
