"""Every gate that begins something new × every state of an account: it opens for active people only."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from sqlmodel import Session

from domain import availability, bookings, identity, offers, payments, pricing, providers, search, surge
from domain.bookings import Change, State
from domain.foundation.actors import SYSTEM
from domain.foundation.errors import DomainError
from domain.foundation.spans import Span
from domain.offers.errors import OfferUnknown
from domain.providers.errors import ProviderProfileNotFound
from domain.search.rules import Wanted
from tests import cast
from tests.domain.bookings.bank import OneSession
from tests.domain.bookings.scene import DAY, HOUR, Scene, scene

_OVER = {State.EXPIRED, State.CANCELLED, State.DECLINED}
Prepared = Any
Gate = tuple[Callable[[Scene], Prepared], Callable[[Scene, Prepared], bool]]


def _opens(act: Callable[[], Any]) -> bool:
    """Whether the domain lets this happen; only a domain error is a no."""
    try:
        act()
    except DomainError:
        return False
    return True


def _nothing(_: Scene) -> None:
    """Nothing has to be there before, or happens."""


def _is_found(play: Scene, _: Prepared) -> bool:
    market = cast.market(play.session).slug
    page = search.find(play.session, Wanted(market=market), after=None, limit=20, at=play.at)
    return play.offer.id in {row.offer_id for row in page.items}


def _is_free(play: Scene, _: Prepared) -> bool:
    during = Span(play.start, play.start + 4 * HOUR)
    return play.offer.id in availability.free_offers(play.session, [play.offer.id], during, at=play.at)


def _has_slots(play: Scene, _: Prepared) -> bool:
    found = availability.timetable(
        play.session, play.offer.id, Span(play.start, play.start + DAY), find=availability.slots, at=play.at
    )
    return bool(found.slots)


def _has_prices(play: Scene, _: Prepared) -> bool:
    during = Span(play.start, play.start + DAY)
    return bool(pricing.curve_of_offer(play.session, play.offer.id, during=during, at=play.at).points)


def _offer_is_shown(play: Scene, _: Prepared) -> bool:
    try:
        providers.get_public_profile(play.session, play.offer.profile_id)
        offers.public_offer(play.session, play.offer.id)
    except (OfferUnknown, ProviderProfileNotFound):
        return False
    return True


def _is_present(play: Scene, _: Prepared) -> bool:
    point = {"latitude": 60.18, "longitude": 24.95}
    return _opens(
        lambda: surge.be_present(
            play.session, play.offer.profile_id, **point, by=play.ellen.user_id, at=play.at
        )
    )


def _pays(play: Scene, booking: bookings.Booking) -> bool:
    return _opens(lambda: play.pay(booking.id)) and booking.state not in _OVER


def _authorized_late(play: Scene, booking: bookings.Booking) -> bool:
    """The bank had said yes already; only the news of it comes now."""
    bookings.follow_payment(play.session, booking.id, at=play.at)
    return booking.state is State.REQUESTED


def _authorized(play: Scene) -> bookings.Booking:
    booking = play.requested()
    payments.authorize(
        OneSession(play.session), play.bank, booking.payment_id, payment_method="pm_card_visa", at=play.at
    )
    return booking


def _proposed(play: Scene) -> tuple[bookings.Booking, Any]:
    booking = play.confirmed()
    change = Change(start=play.start + DAY)
    return booking, bookings.propose(play.session, booking.id, change, by=play.aino, at=play.at)


GATES: dict[str, Gate] = {
    "search": (_nothing, _is_found),
    "free time": (_nothing, _is_free),
    "slots": (_nothing, _has_slots),
    "price curve": (_nothing, _has_prices),
    "profile and offer": (_nothing, _offer_is_shown),
    "presence": (_nothing, _is_present),
    "quote": (_nothing, lambda play, _: _opens(play.quoted)),
    "request": (
        Scene.quoted,
        lambda play, quote: _opens(
            lambda: bookings.request(play.session, quote.id, by=play.aino, at=play.at)
        ),
    ),
    "payment": (Scene.requested, _pays),
    "news of a payment": (_authorized, _authorized_late),
    "acceptance": (
        Scene.paid,
        lambda play, booking: _opens(
            lambda: bookings.accept(play.session, booking.id, by=play.ellen, at=play.at)
        ),
    ),
    "proposal": (
        Scene.confirmed,
        lambda play, booking: _opens(
            lambda: bookings.propose(
                play.session, booking.id, Change(start=play.start + DAY), by=play.aino, at=play.at
            )
        ),
    ),
    "answer to a proposal": (
        _proposed,
        lambda play, made: _opens(
            lambda: bookings.accept_proposal(play.session, made[0].id, made[1].id, by=play.ellen, at=play.at)
        ),
    ),
}
ABOUT_THE_PROVIDER = ("search", "free time", "slots", "price curve", "profile and offer", "presence")
CHANGES_WHAT_IS_AGREED = ("proposal", "answer to a proposal")


def _profile_step(step: providers.ProviderTransition) -> Callable[[Scene], None]:
    return lambda play: _ignored(
        providers.apply_transition(
            play.session, play.offer.profile_id, step, by=SYSTEM, reason_code="unsafe", at=play.at
        )
    )


def _ignored(_: object) -> None:
    return None


def suspend(user_id_of: Callable[[Scene], Any]) -> Callable[[Scene], None]:
    return lambda play: _ignored(
        identity.suspend_user(
            play.session, user_id_of(play), by=SYSTEM, reason_code="fraud", reason="", at=play.at
        )
    )


CONDITIONS: dict[str, Callable[[Scene], None]] = {
    "everybody is active": _nothing,
    "the provider's user is suspended": suspend(lambda play: play.ellen.user_id),
    "the provider profile is suspended": _profile_step(providers.ProviderTransition.SUSPEND),
    "the provider profile is closed": _profile_step(providers.ProviderTransition.CLOSE),
    "the customer is suspended": suspend(lambda play: play.aino.user_id),
}


def _should_open(gate: str, condition: str) -> bool:
    if condition == "everybody is active":
        return True
    if condition == "the customer is suspended":
        return gate in ABOUT_THE_PROVIDER
    # What was agreed with a business that closed or is under review is carried out, and may be moved.
    return "profile is" in condition and gate in CHANGES_WHAT_IS_AGREED


@pytest.mark.parametrize("condition", CONDITIONS)
@pytest.mark.parametrize("gate", GATES)
def test_a_gate_opens_for_exactly_who_may_be_dealt_with(session: Session, at: datetime, gate, condition):
    play = scene(session, at)
    prepare, is_open = GATES[gate]
    prepared = prepare(play)
    CONDITIONS[condition](play)
    session.flush()
    assert is_open(play, prepared) is _should_open(gate, condition)
