"""What people should look at is written down with why; nothing is taken by it."""

from datetime import timedelta

import pytest

from domain.contributions import ContributionState
from domain.contributions.integrity import scan
from domain.contributions.integrity.errors import SignalAlreadyAssessed, SignalNotFound
from domain.contributions.integrity.kinds import ContributionSignalKind, ContributionSignalOutcome
from domain.contributions.kinds import AttestationRole, AttestationState, RejectionReason
from domain.contributions.models import Attestation
from domain.ledger import Wallet
from tests import cast
from tests.domain.contributions.contribution_market import link_devices
from tests.domain.contributions.valuation_factory import valuation_factory

DAY, WEEK = timedelta(days=1), timedelta(days=7)


@pytest.fixture
def market(session, at):
    made = valuation_factory(session, at)
    made.earn(1_000_000, at - DAY)
    cast.mira(session)
    return made


def noticed(market, at):
    """What is new, as what noticed it about whom."""
    scan.scan_market(market.session, market.market.id, at=at)
    page = scan.list_open_signals(
        market.session, market.market.id, by=market.caller("Mira"), after=None, limit=50
    )
    return {(item.watch, item.user_id): item for item in page.items}


def answered(market, name, number, at, *, rejects=False):
    """Somebody of a quorum answered about something of Aino's."""
    for place in range(number):
        contribution = market.verified("Aino", "guide", at=at - place * 4 * DAY)
        answer = (
            {"reason": RejectionReason.NOT_DONE} if rejects else {"quality_milli": 1_000, "units_milli": 1}
        )
        market.session.add(
            Attestation(
                contribution_id=contribution.id,
                contributor_id=contribution.user_id,
                attester_id=market.person(name).id,
                role=AttestationRole.QUORUM,
                seat=1,
                state=AttestationState.REJECTED if rejects else AttestationState.CONFIRMED,
                assigned_at=at,
                answered_at=at,
                **answer,
            )
        )
    market.session.flush()


def test_an_ordinary_market_gives_nothing_to_look_at(market, at):
    for name in ("Aino", "Ben", "Farah"):
        market.verified(name, at=at)
    market.close_and_settle(at + WEEK)
    assert noticed(market, at + WEEK) == {}


def test_bookings_between_two_who_may_be_one_are_noticed_and_nothing_is_taken(market, at):
    booking = market.completed()
    moment = at + 8 * DAY
    contribution = market.verified("Aino", "trial", at=moment, subject_type="booking", subject_id=booking.id)
    link_devices(market.session, booking.customer_id, booking.provider_user_id, moment)
    market.close(moment)
    market.earn(1_000_000, moment - WEEK)
    market.close_and_settle(moment + WEEK)
    before = market.wallet("Aino")
    rows = noticed(market, moment + WEEK)[ContributionSignalKind.SELF_DEALING, booking.customer_id]
    assert (rows.other_id, rows.evidence["contributions"]) == (booking.provider_user_id, 1)
    assert (market.wallet("Aino"), contribution.state) == (before, ContributionState.SETTLED)


def test_far_more_claims_on_a_day_than_is_usual_are_noticed(market, at):
    for _ in range(9):
        market.verified("Aino", at=at)
    for day in range(30):
        for _ in range(5):
            market.verified("Ben", at=at - day * DAY)
    rows = noticed(market, at + DAY)
    assert set(rows) == {
        (ContributionSignalKind.BURST, market.person("Aino").id)
    }  # Ben gives as much every day


def test_who_never_says_no_where_others_often_do_is_noticed(market, at):
    answered(market, "Ben", 22, at)
    answered(market, "Farah", 12, at, rejects=True)
    answered(market, "Farah", 12, at)
    rows = noticed(market, at + DAY)
    assert [user for watch, user in rows if watch is ContributionSignalKind.ALWAYS_AGREEING] == [
        market.person("Ben").id
    ]


def test_accounts_of_one_cluster_that_earn_side_by_side_are_noticed(market, at):
    link_devices(market.session, market.person("Aino").id, market.person("Ben").id, at)
    market.verified("Aino", at=at)
    market.verified("Ben", at=at)
    market.close_and_settle(at + WEEK)
    (rows,) = noticed(market, at + WEEK).values()
    assert (rows.watch, rows.evidence["accounts"]) == (ContributionSignalKind.CLUSTER, 2)


def test_two_who_confirm_each_other_are_no_signal(market, at):
    for item, other in (("Aino", "Ben"), ("Ben", "Aino")) * 3:
        contribution = market.verified(item, at=at)
        market.session.add(
            Attestation(
                contribution_id=contribution.id, contributor_id=contribution.user_id,
                attester_id=market.person(other).id,
                role=AttestationRole.COUNTERPARTY, state=AttestationState.CONFIRMED, quality_milli=1_000,
                units_milli=1_000, assigned_at=at, answered_at=at,
            )
        )  # fmt: skip
    assert noticed(market, at + DAY) == {}


def test_what_was_told_is_not_told_again_the_next_night(market, at):
    for _ in range(9):
        market.verified("Aino", at=at)
    scans = [scan.scan_market(market.session, market.market.id, at=at + days * DAY) for days in (1, 2, 32)]
    assert scans == [1, 0, 1]


def test_a_moderator_looks_once_and_nobody_else_sees_it(market, at):
    for _ in range(9):
        market.verified("Aino", at=at)
    (rows,) = noticed(market, at + DAY).values()
    fields = {"note": "A busy day.", "at": at + DAY}
    with pytest.raises(SignalNotFound):
        scan.assess_signal(
            market.session, rows.id, ContributionSignalOutcome.HARMLESS, by=market.caller("Aino"), **fields
        )
    with pytest.raises(SignalNotFound):
        scan.list_open_signals(
            market.session, market.market.id, by=market.caller("Aino"), after=None, limit=1
        )
    mira = market.caller("Mira")
    scan.assess_signal(market.session, rows.id, ContributionSignalOutcome.HARMLESS, by=mira, **fields)
    with pytest.raises(SignalAlreadyAssessed):
        scan.assess_signal(market.session, rows.id, ContributionSignalOutcome.ACTED_ON, by=mira, **fields)
    assert noticed(market, at + 2 * DAY) == {}
    assert market.wallet("Aino") == Wallet(0, 0, 0)
