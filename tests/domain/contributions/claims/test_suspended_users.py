"""Every gate of contributions, hours, credits and reviews × who is suspended: nothing begins with them."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from sqlmodel import Session

from domain import hours, identity, ratings
from domain.contributions import AttestationRole, ContributionKind, attestations, claims
from domain.contributions.attestations import AttestationVerdict
from domain.contributions.attestations.answers import AttestationAnswer
from domain.contributions.claims import CallDraft
from domain.credits import pots
from domain.foundation.actors import SYSTEM
from domain.foundation.errors import DomainError
from domain.hours import HourSide
from tests.domain.contributions.claims_factory import ClaimsFactory, claims_factory
from tests.domain.contributions.contribution_market import grant_credits
from tests.domain.ratings import stagecraft

Gate = tuple[Callable[[ClaimsFactory], Any], Callable[[ClaimsFactory, Any], Any]]


@pytest.fixture
def factory(session: Session, at: datetime) -> ClaimsFactory:
    return claims_factory(session, at)


def _nothing(_: ClaimsFactory) -> None:
    """Nothing has to be there before."""


def _call(factory: ClaimsFactory) -> Any:
    draft = CallDraft(factory.market.id, ContributionKind.GUIDE, "How the lift works", "For newcomers.")
    return claims.open_call(factory.session, draft, by=factory.ben, at=factory.now)


def _hours(factory: ClaimsFactory) -> Any:
    return hours.claim_hours(
        factory.session,
        market_id=factory.market.id,
        other_id=factory.ben.user_id,
        claimed_by=HourSide.GIVER,
        minutes=60,
        what="Cycling in snow",
        by=factory.aino,
        at=factory.now,
    )


def _pot(factory: ClaimsFactory) -> Any:
    grant_credits(factory.session, factory.aino.user_id, 5_000, factory.now)
    return pots.open_pot(
        factory.session,
        market_id=factory.market.id,
        title="For Ben's winter",
        beneficiary_id=factory.ben.user_id,
        by=factory.ellen,
        at=factory.now,
    )


def _checked_claim(factory: ClaimsFactory) -> Any:
    contribution = factory.checked(factory.about_the_booking())
    return factory.attestations(contribution, AttestationRole.COUNTERPARTY)[0]


# Aino acts in each of them; Ben (or Ellen, where a booking is meant) is the other side, if there is one.
GATES: dict[str, Gate] = {
    "claim": (_nothing, lambda factory, _: factory.submits()),
    "call": (
        _nothing,
        lambda factory, _: claims.open_call(
            factory.session,
            CallDraft(factory.market.id, ContributionKind.GUIDE, "The bins", "Which one is which?"),
            by=factory.aino,
            at=factory.now,
        ),
    ),
    "commitment": (
        _call,
        lambda factory, call: claims.commit_to_call(
            factory.session, call.id, note=None, by=factory.aino, at=factory.now
        ),
    ),
    "hours": (_nothing, lambda factory, _: _hours(factory)),
    "confirmation of hours": (
        _hours,
        lambda factory, made: hours.confirm_hours(factory.session, made.id, by=factory.ben, at=factory.now),
    ),
    "gift to a pot": (
        _pot,
        lambda factory, pot: pots.give_to_pot(
            factory.session, pot.id, 1_000, by=factory.aino, at=factory.now
        ),
    ),
}
NAMES_NO_OTHER_USER = ("claim", "call")
SUSPENDED: dict[str, str | None] = {"nobody": None, "who acts": "aino", "the other side": "ben"}


def suspend(factory: ClaimsFactory, user_id: Any) -> None:
    identity.suspend_user(factory.session, user_id, by=SYSTEM, reason_code="fraud", reason="", at=factory.now)
    factory.session.flush()


@pytest.mark.parametrize("who", SUSPENDED)
@pytest.mark.parametrize("gate", GATES)
def test_nothing_new_begins_with_a_suspended_person(factory: ClaimsFactory, gate: str, who: str) -> None:
    prepare, act = GATES[gate]
    prepared = prepare(factory)
    if (name := SUSPENDED[who]) is not None:
        suspend(factory, getattr(factory, name).user_id)
    if who == "nobody" or (who == "the other side" and gate in NAMES_NO_OTHER_USER):
        act(factory, prepared)
    else:
        with pytest.raises(DomainError) as refused:
            act(factory, prepared)
        assert refused.value.slug == "account-suspended"


def test_a_suspended_attester_says_nothing_any_more(factory: ClaimsFactory) -> None:
    attestation = _checked_claim(factory)
    suspend(factory, attestation.attester_id)
    by = identity.Caller(attestation.attester_id, attestation.id, "Attester")
    with pytest.raises(DomainError) as refused:
        attestations.attest(
            factory.session,
            attestation.id,
            AttestationAnswer(AttestationVerdict.CONFIRM),
            by=by,
            at=factory.now,
        )
    assert refused.value.slug == "account-suspended"


def test_the_calls_of_a_suspended_person_are_not_listed(factory: ClaimsFactory) -> None:
    call = _call(factory)
    page = claims.list_open_calls(factory.session, factory.market.id, after=None, limit=10)
    assert [row.id for row in page.items] == [call.id]
    suspend(factory, factory.ben.user_id)
    assert claims.list_open_calls(factory.session, factory.market.id, after=None, limit=10).items == []


@pytest.mark.parametrize("name", ["aino", "ellen"])
def test_a_suspended_person_writes_no_review_and_the_other_side_still_does(
    session: Session, at: datetime, name: str
) -> None:
    play = stagecraft.play(session, at)
    booking = play.completed()
    user_id = getattr(play.scene, name).user_id
    identity.suspend_user(session, user_id, by=SYSTEM, reason_code="fraud", reason="", at=play.over)
    session.flush()
    other = {"aino": "ellen", "ellen": "aino"}[name]
    assert play.writes(other, booking.id, at=play.over).state is ratings.ReviewState.SEALED
    with pytest.raises(DomainError) as refused:
        play.writes(name, booking.id, at=play.over)
    assert refused.value.slug == "account-suspended"
