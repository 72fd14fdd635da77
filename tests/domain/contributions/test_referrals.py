"""Who referred whom is told by a code, once, and earns with the first booking alone."""

from datetime import timedelta

import pytest

from domain.contributions import ContributionKind, ContributionState, referrals
from domain.contributions.value_errors import ReferralMadeAlready, ReferralNotPossible
from domain.contributions.value_kinds import ReferralEnd
from domain.foundation.money import BASIS_POINTS
from domain.identity import User
from tests.domain.contributions.harvest import KINDS, harvest
from tests.domain.contributions.neighbourhood import linked, violations

DAY, WEEK = timedelta(days=1), timedelta(days=7)


@pytest.fixture
def market(session, at):
    return harvest(session, at)


@pytest.fixture
def nea(market, at):
    """A newcomer of yesterday, who is the customer of the scene."""
    stage = market.scene
    someone = User(email="nea@example.org", name="Nea", locale="en", created_at=at - DAY)
    market.session.add(someone)
    market.session.flush()
    stage.aino = market.caller("Nea")
    return stage.aino


def code(market, name="Ben", at=None):
    made = referrals.code_of(market.session, market.market.id, by=market.caller(name), at=at or market.at)
    return made.code


def test_a_person_has_one_code_in_a_market(market):
    assert code(market) == code(market)
    assert code(market) != code(market, "Farah")


def test_the_first_completed_booking_claims_the_referral_and_nobody_is_asked(market, nea, at):
    made = referrals.use_code(market.session, code(market), by=nea, at=at)
    booking = market.completed()
    claimed = referrals.follow_completion(market.session, booking.id, at=booking.ended_at)
    assert (claimed.kind, claimed.user_id) == (ContributionKind.REFERRAL, market.person("Ben").id)
    assert (claimed.state, made.contribution_id) == (ContributionState.VERIFIED, claimed.id)
    assert referrals.follow_completion(market.session, booking.id, at=booking.ended_at) is None
    later = market.completed()
    assert referrals.follow_completion(market.session, later.id, at=later.ended_at) is None


def test_a_referral_earns_a_share_of_the_first_bookings_fee_at_most(market, nea, at):
    referrals.use_code(market.session, code(market), by=nea, at=at)
    market.earn(10_000_000, at + 2 * DAY)
    booking = market.completed()
    claimed = referrals.follow_completion(market.session, booking.id, at=booking.ended_at)
    market.close_all(booking.ended_at + 2 * WEEK)
    fee = booking.kept_service_fee_amount + booking.kept_commission_amount
    assert market.credits_of(claimed) == fee * 2_000 * 1_000 // (BASIS_POINTS * 100)
    assert claimed.credits < KINDS["referral"]["base_milli"]
    assert violations(market.session) == {}


def test_nobody_refers_themselves_or_somebody_of_their_cluster_or_who_is_not_new(market, nea, at):
    own = referrals.code_of(market.session, market.market.id, by=nea, at=at).code
    bens = code(market)
    linked(market.session, market.person("Ben").id, nea.user_id, at)
    for tried, by in (
        (own, nea),
        (bens, nea),
        ("0" * 10, nea),
        (code(market, "Farah"), market.caller("Ben")),
    ):
        with pytest.raises(ReferralNotPossible):
            referrals.use_code(market.session, tried, by=by, at=at)


def test_who_has_booked_is_not_referred_any_more(market, nea, at):
    market.booked()
    with pytest.raises(ReferralNotPossible):
        referrals.use_code(market.session, code(market), by=nea, at=at)


def test_a_person_is_referred_once(market, nea, at):
    referrals.use_code(market.session, code(market), by=nea, at=at)
    with pytest.raises(ReferralMadeAlready):
        referrals.use_code(market.session, code(market, "Farah"), by=nea, at=at)


def test_a_cluster_that_shows_later_earns_nothing(market, nea, at):
    made = referrals.use_code(market.session, code(market), by=nea, at=at)
    linked(market.session, market.person("Ben").id, nea.user_id, at)
    booking = market.completed()
    assert referrals.follow_completion(market.session, booking.id, at=booking.ended_at) is None
    assert made.ended_as is ReferralEnd.SAME_CLUSTER


def test_a_market_that_takes_no_referrals_claims_none(session, at):
    market = harvest(session, at, kinds={name: KINDS[name] for name in ("answer", "patience")})
    someone = User(email="nea@example.org", name="Nea", locale="en", created_at=at - DAY)
    session.add(someone)
    session.flush()
    market.scene.aino = market.caller("Nea")
    made = referrals.use_code(session, code(market), by=market.scene.aino, at=at)
    booking = market.completed()
    assert referrals.follow_completion(session, booking.id, at=booking.ended_at) is None
    assert made.ended_as is ReferralEnd.NOT_TAKEN


def test_who_brought_whom_turns_pages(market, nea, at):
    referrals.use_code(market.session, code(market), by=nea, at=at)
    page = referrals.referrals_by(market.session, by=market.caller("Ben"), after=None, limit=1)
    assert [one.referred_id for one in page.items] == [nea.user_id]
    assert referrals.referrals_by(market.session, by=nea, after=None, limit=1).items == []
