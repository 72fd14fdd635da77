"""Every gate of contributions, hours, credits and reviews × who is suspended: nothing begins with them."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from sqlmodel import Session

from domain import contributions, identity, ratings
from domain.contributions import Asking, AttestationRole, ContributionKind, HourSide, Verdict
from domain.contributions.attesting import Said
from domain.foundation.actors import SYSTEM
from domain.foundation.errors import DomainError
from tests.domain.contributions.neighbourhood import earned
from tests.domain.contributions.village import Village, village
from tests.domain.ratings import stagecraft

Gate = tuple[Callable[[Village], Any], Callable[[Village, Any], Any]]


@pytest.fixture
def here(session: Session, at: datetime) -> Village:
    return village(session, at)


def _nothing(_: Village) -> None:
    """Nothing has to be there before."""


def _call(here: Village) -> Any:
    asking = Asking(here.market.id, ContributionKind.GUIDE, "How the lift works", "For newcomers.")
    return contributions.open_call(here.session, asking, by=here.ben, at=here.now)


def _hours(here: Village) -> Any:
    return contributions.claim_hours(
        here.session,
        market_id=here.market.id,
        other_id=here.ben.user_id,
        claimed_by=HourSide.GIVER,
        minutes=60,
        what="Cycling in snow",
        by=here.aino,
        at=here.now,
    )


def _pot(here: Village) -> Any:
    earned(here.session, here.aino.user_id, 5_000, here.now)
    return contributions.open_pot(
        here.session,
        market_id=here.market.id,
        title="For Ben's winter",
        beneficiary_id=here.ben.user_id,
        by=here.ellen,
        at=here.now,
    )


def _asked(here: Village) -> Any:
    given = here.asked(here.about_the_booking())
    return here.attestations(given, AttestationRole.COUNTERPARTY)[0]


# Aino acts in each of them; Ben (or Ellen, where a booking is meant) is the other side, if there is one.
GATES: dict[str, Gate] = {
    "claim": (_nothing, lambda here, _: here.submits()),
    "call": (
        _nothing,
        lambda here, _: contributions.open_call(
            here.session,
            Asking(here.market.id, ContributionKind.GUIDE, "The bins", "Which one is which?"),
            by=here.aino,
            at=here.now,
        ),
    ),
    "commitment": (
        _call,
        lambda here, call: contributions.commit(here.session, call.id, note=None, by=here.aino, at=here.now),
    ),
    "hours": (_nothing, lambda here, _: _hours(here)),
    "confirmation of hours": (
        _hours,
        lambda here, made: contributions.confirm_hours(here.session, made.id, by=here.ben, at=here.now),
    ),
    "gift to a pot": (
        _pot,
        lambda here, pot: contributions.feed_pot(here.session, pot.id, 1_000, by=here.aino, at=here.now),
    ),
}
NAMES_NOBODY_ELSE = ("claim", "call")
SUSPENDED: dict[str, str | None] = {"nobody": None, "who acts": "aino", "the other side": "ben"}


def suspend(here: Village, user_id: Any) -> None:
    identity.suspend_user(here.session, user_id, by=SYSTEM, reason_code="fraud", reason="", at=here.now)
    here.session.flush()


@pytest.mark.parametrize("who", SUSPENDED)
@pytest.mark.parametrize("gate", GATES)
def test_nothing_new_begins_with_a_suspended_person(here: Village, gate: str, who: str) -> None:
    prepare, act = GATES[gate]
    prepared = prepare(here)
    if (name := SUSPENDED[who]) is not None:
        suspend(here, getattr(here, name).user_id)
    if who == "nobody" or (who == "the other side" and gate in NAMES_NOBODY_ELSE):
        act(here, prepared)
    else:
        with pytest.raises(DomainError) as refused:
            act(here, prepared)
        assert refused.value.slug == "account-suspended"


def test_a_suspended_attester_says_nothing_any_more(here: Village) -> None:
    asked = _asked(here)
    suspend(here, asked.attester_id)
    by = identity.Caller(asked.attester_id, asked.id, "Attester")
    with pytest.raises(DomainError) as refused:
        contributions.attest(here.session, asked.id, Said(Verdict.CONFIRM), by=by, at=here.now)
    assert refused.value.slug == "account-suspended"


def test_the_calls_of_a_suspended_person_are_not_listed(here: Village) -> None:
    call = _call(here)
    page = contributions.open_calls(here.session, here.market.id, after=None, limit=10)
    assert [row.id for row in page.items] == [call.id]
    suspend(here, here.ben.user_id)
    assert contributions.open_calls(here.session, here.market.id, after=None, limit=10).items == []


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
