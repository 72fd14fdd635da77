"""Every posting of credits explains itself: its document alone gives the same integer."""

import json
from dataclasses import asdict
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlmodel import select

from domain import bookings, contributions, credits, ledger, markets, pricing
from domain.bookings import BookingReasonCode, BookingState
from domain.contributions import invariants as contributions_invariants
from domain.contributions.errors import ContributionNotFound
from domain.contributions.explanations import posting, recompute, trace
from domain.contributions.explanations.errors import PostingNotFound
from domain.contributions.valuation import claw_back_appeals, claw_backs
from domain.contributions.valuation.kinds import ClawBackOutcome, ClawBackReason
from domain.credits import patronage, pots
from domain.foundation import ids
from domain.foundation.actors import SYSTEM
from tests import cast
from tests.domain.bookings.booking_factory import HOUR
from tests.domain.contributions.contribution_market import grant_credits, ledger_violations
from tests.domain.contributions.valuation_factory import CREDITS, KINDS, valuation_factory

# How each is broken, with constraints and triggers asleep.
BREACHES_OF_WORTH = {
    "a contribution has the credits that its valuation found": (
        "UPDATE contributions SET credits = credits + 1 WHERE credits > 0"
    ),
    "the books hold what a contribution is worth less what was taken back": (
        "DELETE FROM ledger_postings WHERE entry_id IN "
        "(SELECT id FROM ledger_entries WHERE subject_id IN (SELECT id FROM contributions))"
    ),
    "a period follows the one before without a gap": (
        "UPDATE contribution_periods SET end_at = end_at - interval '1 hour'"
    ),
}
DAY, WEEK = timedelta(days=1), timedelta(days=7)
EVERY_KIND = {
    "contribution", "release", "claw_back", "redemption", "redemption_return", "breakage", "pot_gift",
    "patronage", "correction", "grant",
}  # fmt: skip


@pytest.fixture
def market(session, at):
    made = valuation_factory(session, at, credits=CREDITS | {"value_amount": 10, "expiry_days": 90})
    made.earn(1_000_000, at - DAY)
    cast.otto(session)
    cast.mira(session)
    return made


def booked(market, days, *, cancelled=False, amount=10_000):
    """Aino books with credits; the day tells bookings apart."""
    bookings_factory = market.scene
    start = bookings_factory.start + (100 + days) * HOUR * 3
    booking = bookings_factory.make_requested_booking(
        start=start, credits=pricing.Wish(fee_discount_amount=amount)
    )
    if cancelled:
        bookings_factory.pay(booking.id)
        bookings.accept(market.session, booking.id, by=bookings_factory.ellen, at=bookings_factory.at)
        bookings_factory.sync_payment(booking, bookings_factory.at)
        bookings.cancel(
            market.session,
            booking.id,
            by=bookings_factory.ellen,
            at=bookings_factory.at + HOUR,
            reason_code=BookingReasonCode.ILLNESS,
        )
    return booking


def taken(market, contribution, at, reason=ClawBackReason.FRAUD):
    fields = {"reason": reason, "statement": "It was not so.", "at": at}
    return claw_backs.claw_back(market.session, contribution.id, by=market.caller("Mira"), **fields)


def restored(market, claw_back, at):
    claw_back_appeals.appeal_claw_back(
        market.session, claw_back.id, "It was.", by=market.caller("Aino"), at=at
    )
    answered = {"statement": "It was.", "by": market.caller("Otto"), "at": at}
    claw_back_appeals.answer_claw_back_appeal(
        market.session, claw_back.id, ClawBackOutcome.RESTORED, **answered
    )


def played(market, at):
    """Everything that can happen to credits, in one market."""
    session, bookings_factory, otto = market.session, market.scene, market.caller("Otto")
    first = market.verified("Aino", at=at)
    market.verified("Ben", at=at, quality_milli=1_300)
    market.verified("Farah", "guide", at=at, units_milli=2_700)
    market.close_and_settle(at + WEEK)
    grant_credits(session, market.person("Ben").id, 9_000, at)
    pot = pots.open_pot(
        session, market_id=market.market.id, title="For Aino", beneficiary_id=bookings_factory.aino.user_id,
        by=market.caller("Ben"), at=at,
    )  # fmt: skip
    pots.give_to_pot(session, pot.id, 7_500, by=market.caller("Ben"), at=at)
    grant_credits(session, bookings_factory.aino.user_id, 60_000, at)
    booked(market, 1)  # the pot pays what it has, Aino the rest
    booked(market, 2, cancelled=True)
    ended = booked(market, 3)
    bookings.run_due_transition(session, ended.id, at=bookings_factory.at + HOUR)
    assert ended.state is BookingState.EXPIRED
    restored(market, taken(market, first, at + 2 * WEEK), at + 2 * WEEK)
    about_booking(market, at)
    owe_and_earn(market, at)
    brought_in = {"starts_at": at - 30 * DAY, "ends_at": at + 30 * DAY, "surplus_amount": 101}
    made = patronage.post_patronage(session, market.market.id, by=otto, at=at + 60 * DAY, **brought_in)
    for share in session.scalars(text("SELECT user_id FROM patronage_shares")).all():
        patronage.credit_share(session, made.id, share, at=at + 60 * DAY)
    wrong = grant_credits(session, bookings_factory.aino.user_id, 300, at)
    ledger.correct(session, wrong.id, key="corrected", by=SYSTEM, at=at)
    for night in range(140):
        credits.expire_credits(session, market.person("Ben").id, at=at + night * DAY)
    assert ledger_violations(session) == {}
    for name in BREACHES_OF_WORTH:
        assert session.execute(text(contributions_invariants.INVARIANTS[name])).all() == [], name


def about_booking(market, at):
    """A trial earns with a booking's fee, and a refund takes a part of it back."""
    booking = market.completed()
    moment = at + 15 * DAY
    for name in ("Aino", "Ben"):
        market.verified(
            name, "trial", at=moment, units_milli=40_000, subject_type="booking", subject_id=booking.id
        )
    market.earn(1_000_000, moment - WEEK)
    market.close_and_settle(moment + WEEK)
    pools = {"goodwill": "refunds_in_flight"}
    for kind, other in pools.items():
        accounts = [
            ledger.get_account(market.session, ledger.AccountKind(name), "EUR") for name in (kind, other)
        ]
        ledger.post(
            market.session, key="given back", kind="refund_planned", subject_id=booking.id,
            postings=[ledger.Posting(*accounts, 333)], by=SYSTEM, at=moment + WEEK,
        )  # fmt: skip
    assert claw_backs.claw_back_refunded(market.session, booking.id, at=moment + WEEK) > 0


def owe_and_earn(market, at):
    """Farah spends what is taken back afterwards; what she earns next pays it off."""
    farah = market.person("Farah").id
    moment = at + 30 * DAY
    had = ledger.get_wallet(market.session, farah).available
    pot = pots.open_pot(
        market.session, market_id=market.market.id, title="For Ellen",
        beneficiary_id=market.scene.ellen.user_id, by=market.caller("Farah"), at=moment,
    )  # fmt: skip
    pots.give_to_pot(market.session, pot.id, had, by=market.caller("Farah"), at=moment)
    (contribution,) = market.session.exec(
        select(contributions.Contribution).where(contributions.Contribution.user_id == farah)
    ).all()
    taken(market, contribution, moment)
    assert ledger.get_wallet(market.session, farah).owed == had
    market.earn(1_000_000, moment)
    market.verified("Farah", at=moment + WEEK)
    market.close_and_settle(moment + 3 * WEEK)


def postings(session):
    return list(session.scalars(text("SELECT id FROM ledger_postings WHERE unit = 'CRD' ORDER BY id")).all())


def test_every_posting_of_a_played_market_is_counted_again_from_its_explanation_alone(market, at):
    played(market, at)
    kinds, rules = set(), set()
    for posting_id in postings(market.session):
        fields = posting.explain_posting(market.session, posting_id, by=market.caller("Otto"))
        document = json.loads(json.dumps(fields.document))
        assert recompute.recompute_posting(document) == fields.amount, (fields.kind, fields.document)
        kinds.add(fields.kind)
        rules |= {(document["rule"], document["cut"]["rule"], document["cut"].get("from"))}
    assert kinds >= EVERY_KIND
    assert {rule for rule, _, _ in rules} >= {
        "contribution", "restoration", "release", "claw_back", "refund", "redemption", "booking_ended",
        "expiry", "patronage", "decided", "correction",
    }  # fmt: skip
    assert {cut for _, cut, _ in rules} == {
        "whole", "pays_off", "after_owed", "taken", "by_a_pot", "by_oneself", "returned"
    }  # fmt: skip


def test_each_breach_of_what_things_are_worth_is_seen(market, at):
    played(market, at)
    market.session.flush()
    for name, breach in BREACHES_OF_WORTH.items():
        with market.session.begin_nested() as tried:
            market.session.execute(text("SET LOCAL session_replication_role = replica"))
            market.session.execute(text(breach))
            assert market.session.execute(text(contributions_invariants.INVARIANTS[name])).all(), name
            tried.rollback()


def test_a_document_that_was_tampered_with_gives_another_integer(market, at):
    market.verified("Aino", at=at)
    market.close_and_settle(at + WEEK)
    (grant, _) = postings(market.session)
    document = posting.explain_posting(market.session, grant, by=market.caller("Aino")).document
    document["factors"]["worth"]["rate"]["quality_milli"] += 1
    assert recompute.recompute_posting(document) != 4_765


def test_an_explanation_names_event_evidence_policy_quorum_hold_and_corrections(market, at):
    contribution = market.verified("Aino", at=at)
    market.close_and_settle(at + WEEK)
    restored(market, taken(market, contribution, at + 2 * WEEK), at + 2 * WEEK)
    fields = posting.explain_posting(market.session, postings(market.session)[0], by=market.caller("Aino"))
    assert (fields.event_type, fields.event_id) == ("contribution", contribution.id)
    assert fields.contribution.evidence_hash == contribution.evidence_hash.hex()
    assert fields.policy_version_id == contribution.policy_version_id
    assert fields.contribution.hold_until == at + 2 * WEEK
    (correction,) = fields.contribution.corrections
    assert (correction.credits, correction.reason, correction.outcome) == (4_765, "fraud", "restored")
    assert "I did." not in str(asdict(fields))


def test_only_whose_credits_moved_and_operators_read_an_explanation(market, at):
    market.verified("Aino", at=at)
    market.close_and_settle(at + WEEK)
    posting_id = postings(market.session)[0]
    for name in ("Aino", "Otto"):
        assert posting.explain_posting(market.session, posting_id, by=market.caller(name)).amount == 4_765
    for wrong in (posting_id, ids.new()):
        with pytest.raises(PostingNotFound):
            posting.explain_posting(market.session, wrong, by=market.caller("Ben"))


def test_a_trace_leads_back_to_the_evidence_and_forward_to_the_booking_that_used_it(market, at):
    contribution = market.verified("Aino", at=at)
    market.close_and_settle(at + WEEK)
    later = market.verified("Aino", "guide", at=at + WEEK)
    market.close(at + 2 * WEEK)
    booking = booked(market, 1, amount=30)
    fields = trace.trace_contribution(market.session, contribution.id, by=market.caller("Aino"))
    assert [item.kind for item in fields.postings] == ["contribution", "release"]
    assert (fields.evidence_hash, fields.worth["units_milli"]) == (contribution.evidence_hash.hex(), 1_000)
    (used,) = fields.used
    assert (used.kind, used.subject_id, used.credits + fields.left) == ("redemption", booking.id, 4_765)
    assert (used.booking_id, used.pot_id) == (booking.id, None)
    assert trace.trace_contribution(market.session, later.id, by=market.caller("Aino")).used == []
    bookings.run_due_transition(market.session, booking.id, at=market.scene.at + HOUR)
    assert trace.trace_contribution(market.session, contribution.id, by=market.caller("Mira")).left == 4_765
    with pytest.raises(ContributionNotFound):
        trace.trace_contribution(market.session, contribution.id, by=market.caller("Ben"))


def test_the_oldest_credits_are_used_first(market, at):
    first = market.verified("Aino", at=at)
    market.close_and_settle(at + WEEK)
    grant_credits(market.session, market.person("Aino").id, 50_000, at + 3 * WEEK)
    booking = booked(market, 1)
    fields = trace.trace_contribution(market.session, first.id, by=market.caller("Aino"))
    assert ([item.subject_id for item in fields.used], fields.left) == ([booking.id], 0)


def test_the_policy_of_a_kind_is_not_needed_to_count_again(market, at):
    """What a market publishes later changes no explanation."""
    market.verified("Aino", at=at)
    market.close_and_settle(at + WEEK)
    before = posting.explain_posting(market.session, postings(market.session)[0], by=market.caller("Aino"))
    markets.publish_policy(
        market.session,
        market.market.id,
        rules=markets.MarketPolicy(
            contributions={"credits": CREDITS, "kinds": {"patience": KINDS["patience"]}}
        ),
        by=SYSTEM,
        at=at + WEEK,
    )
    after = posting.explain_posting(market.session, postings(market.session)[0], by=market.caller("Aino"))
    assert (before.document, recompute.recompute_posting(after.document)) == (after.document, 4_765)
