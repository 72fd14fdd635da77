"""Who referred whom is told by a code, once, and earns with the first booking alone."""

from datetime import timedelta

import pytest

from domain.contributions import ContributionKind, ContributionState
from domain.contributions.referrals import actions
from domain.contributions.referrals.errors import ReferralAlreadyUsed, ReferralNotPossible
from domain.contributions.referrals.kinds import ReferralEnd
from domain.foundation.money import BASIS_POINTS
from domain.identity import User
from tests.domain.contributions.contribution_market import ledger_violations, link_devices
from tests.domain.contributions.valuation_factory import KINDS, valuation_factory

DAY, WEEK = timedelta(days=1), timedelta(days=7)


@pytest.fixture
def market(session, at):
    return valuation_factory(session, at)


@pytest.fixture
def nea(market, at):
    """A newcomer of yesterday, who is the customer of the scene."""
    bookings_factory = market.scene
    someone = User(email="nea@example.org", name="Nea", locale="en", created_at=at - DAY)
    market.session.add(someone)
    market.session.flush()
    bookings_factory.aino = market.caller("Nea")
    return bookings_factory.aino


def code(market, name="Ben", at=None):
    made = actions.get_referral_code(
        market.session, market.market.id, by=market.caller(name), at=at or market.at
    )
    return made.code


def test_a_person_has_one_code_in_a_market(market):
    assert code(market) == code(market)
    assert code(market) != code(market, "Farah")


def test_the_first_completed_booking_claims_the_referral_and_nobody_is_asked(market, nea, at):
    made = actions.use_referral_code(market.session, code(market), by=nea, at=at)
    booking = market.completed()
    claimed = actions.claim_referral(market.session, booking.id, at=booking.ended_at)
    assert (claimed.kind, claimed.user_id) == (ContributionKind.REFERRAL, market.person("Ben").id)
    assert (claimed.state, made.contribution_id) == (ContributionState.VERIFIED, claimed.id)
    assert actions.claim_referral(market.session, booking.id, at=booking.ended_at) is None
    later = market.completed()
    assert actions.claim_referral(market.session, later.id, at=later.ended_at) is None


def test_a_referral_earns_a_share_of_the_first_bookings_fee_at_most(market, nea, at):
    actions.use_referral_code(market.session, code(market), by=nea, at=at)
    market.earn(10_000_000, at + 2 * DAY)
    booking = market.completed()
    claimed = actions.claim_referral(market.session, booking.id, at=booking.ended_at)
    market.close_all(booking.ended_at + 2 * WEEK)
    fee = booking.kept_service_fee_amount + booking.kept_commission_amount
    assert market.credits_of(claimed) == fee * 2_000 * 1_000 // (BASIS_POINTS * 100)
    assert claimed.credits < KINDS["referral"]["base_milli"]
    assert ledger_violations(market.session) == {}


def test_nobody_refers_themselves_or_somebody_of_their_cluster_or_who_is_not_new(market, nea, at):
    own = actions.get_referral_code(market.session, market.market.id, by=nea, at=at).code
    bens = code(market)
    link_devices(market.session, market.person("Ben").id, nea.user_id, at)
    for tried, by in (
        (own, nea),
        (bens, nea),
        ("0" * 10, nea),
        (code(market, "Farah"), market.caller("Ben")),
    ):
        with pytest.raises(ReferralNotPossible):
            actions.use_referral_code(market.session, tried, by=by, at=at)


def test_who_has_booked_is_not_referred_any_more(market, nea, at):
    market.booked()
    with pytest.raises(ReferralNotPossible):
        actions.use_referral_code(market.session, code(market), by=nea, at=at)


def test_a_person_is_referred_once(market, nea, at):
    actions.use_referral_code(market.session, code(market), by=nea, at=at)
    with pytest.raises(ReferralAlreadyUsed):
        actions.use_referral_code(market.session, code(market, "Farah"), by=nea, at=at)


def test_a_cluster_that_shows_later_earns_nothing(market, nea, at):
    made = actions.use_referral_code(market.session, code(market), by=nea, at=at)
    link_devices(market.session, market.person("Ben").id, nea.user_id, at)
    booking = market.completed()
    assert actions.claim_referral(market.session, booking.id, at=booking.ended_at) is None
    assert made.ended_as is ReferralEnd.SAME_CLUSTER


def test_a_market_that_takes_no_referrals_claims_none(session, at):
    market = valuation_factory(session, at, kinds={name: KINDS[name] for name in ("answer", "patience")})
    someone = User(email="nea@example.org", name="Nea", locale="en", created_at=at - DAY)
    session.add(someone)
    session.flush()
    market.scene.aino = market.caller("Nea")
    made = actions.use_referral_code(session, code(market), by=market.scene.aino, at=at)
    booking = market.completed()
    assert actions.claim_referral(session, booking.id, at=booking.ended_at) is None
    assert made.ended_as is ReferralEnd.NOT_TAKEN


def test_who_brought_whom_turns_pages(market, nea, at):
    actions.use_referral_code(market.session, code(market), by=nea, at=at)
    page = actions.list_user_referrals(market.session, by=market.caller("Ben"), after=None, limit=1)
    assert [item.referred_id for item in page.items] == [nea.user_id]
    assert actions.list_user_referrals(market.session, by=nea, after=None, limit=1).items == []
