"""Every gate that begins something new × every state of an account: it opens for active people only."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from sqlmodel import Session

from domain import availability, bookings, identity, offers, payments, pricing, providers, search, surge
from domain.bookings import BookingState, changes
from domain.bookings.changes import ProposedChange
from domain.foundation.actors import SYSTEM
from domain.foundation.errors import DomainError
from domain.foundation.spans import Span
from domain.offers.errors import OfferUnknown
from domain.providers.errors import ProviderProfileNotFound
from domain.search.rules import Wanted
from tests import cast
from tests.domain.bookings.booking_factory import DAY, HOUR, BookingFactory, make_booking_factory
from tests.domain.bookings.fake_gateway import SingleSessionTransactions

_OVER = {BookingState.EXPIRED, BookingState.CANCELLED, BookingState.DECLINED}
Prepared = Any
Gate = tuple[Callable[[BookingFactory], Prepared], Callable[[BookingFactory, Prepared], bool]]


def _opens(act: Callable[[], Any]) -> bool:
    """Whether the domain lets this happen; only a domain error is a no."""
    try:
        act()
    except DomainError:
        return False
    return True


def _nothing(_: BookingFactory) -> None:
    """Nothing has to be there before, or happens."""


def _is_found(factory: BookingFactory, _: Prepared) -> bool:
    market = cast.market(factory.session).slug
    page = search.find(factory.session, Wanted(market=market), after=None, limit=20, at=factory.at)
    return factory.offer.id in {row.offer_id for row in page.items}


def _is_free(factory: BookingFactory, _: Prepared) -> bool:
    during = Span(factory.start, factory.start + 4 * HOUR)
    return factory.offer.id in availability.free_offer_ids(
        factory.session, [factory.offer.id], during, at=factory.at
    )


def _has_slots(factory: BookingFactory, _: Prepared) -> bool:
    found = availability.list_offer_slots(
        factory.session,
        factory.offer.id,
        Span(factory.start, factory.start + DAY),
        find=availability.list_bookable_slots,
        at=factory.at,
    )
    return bool(found.slots)


def _has_prices(factory: BookingFactory, _: Prepared) -> bool:
    during = Span(factory.start, factory.start + DAY)
    return bool(
        pricing.curve_of_offer(factory.session, factory.offer.id, during=during, at=factory.at).points
    )


def _offer_is_shown(factory: BookingFactory, _: Prepared) -> bool:
    try:
        providers.get_public_profile(factory.session, factory.offer.profile_id)
        offers.public_offer(factory.session, factory.offer.id)
    except (OfferUnknown, ProviderProfileNotFound):
        return False
    return True


def _is_present(factory: BookingFactory, _: Prepared) -> bool:
    point = {"latitude": 60.18, "longitude": 24.95}
    return _opens(
        lambda: surge.be_present(
            factory.session, factory.offer.profile_id, **point, by=factory.ellen.user_id, at=factory.at
        )
    )


def _pays(factory: BookingFactory, booking: bookings.Booking) -> bool:
    return _opens(lambda: factory.pay(booking.id)) and booking.state not in _OVER


def _authorized_late(factory: BookingFactory, booking: bookings.Booking) -> bool:
    """The bank had said yes already; only the news of it comes now."""
    bookings.apply_payment_state(factory.session, booking.id, at=factory.at)
    return booking.state is BookingState.REQUESTED


def _authorized(factory: BookingFactory) -> bookings.Booking:
    booking = factory.make_requested_booking()
    payments.authorize(
        SingleSessionTransactions(factory.session),
        factory.gateway,
        booking.payment_id,
        payment_method="pm_card_visa",
        at=factory.at,
    )
    return booking


def _proposed(factory: BookingFactory) -> tuple[bookings.Booking, Any]:
    booking = factory.make_confirmed_booking()
    change = ProposedChange(start=factory.start + DAY)
    return booking, changes.propose_change(
        factory.session, booking.id, change, by=factory.aino, at=factory.at
    )


GATES: dict[str, Gate] = {
    "search": (_nothing, _is_found),
    "free time": (_nothing, _is_free),
    "slots": (_nothing, _has_slots),
    "price curve": (_nothing, _has_prices),
    "profile and offer": (_nothing, _offer_is_shown),
    "presence": (_nothing, _is_present),
    "quote": (_nothing, lambda factory, _: _opens(factory.make_quote)),
    "request": (
        BookingFactory.make_quote,
        lambda factory, quote: _opens(
            lambda: bookings.request(factory.session, quote.id, by=factory.aino, at=factory.at)
        ),
    ),
    "payment": (BookingFactory.make_requested_booking, _pays),
    "news of a payment": (_authorized, _authorized_late),
    "acceptance": (
        BookingFactory.make_paid_booking,
        lambda factory, booking: _opens(
            lambda: bookings.accept(factory.session, booking.id, by=factory.ellen, at=factory.at)
        ),
    ),
    "proposal": (
        BookingFactory.make_confirmed_booking,
        lambda factory, booking: _opens(
            lambda: changes.propose_change(
                factory.session,
                booking.id,
                ProposedChange(start=factory.start + DAY),
                by=factory.aino,
                at=factory.at,
            )
        ),
    ),
    "answer to a proposal": (
        _proposed,
        lambda factory, made: _opens(
            lambda: changes.accept_proposal(
                factory.session, made[0].id, made[1].id, by=factory.ellen, at=factory.at
            )
        ),
    ),
}
ABOUT_THE_PROVIDER = ("search", "free time", "slots", "price curve", "profile and offer", "presence")
CHANGES_WHAT_IS_AGREED = ("proposal", "answer to a proposal")


def _profile_step(step: providers.ProviderTransition) -> Callable[[BookingFactory], None]:
    return lambda factory: _ignored(
        providers.apply_transition(
            factory.session, factory.offer.profile_id, step, by=SYSTEM, reason_code="unsafe", at=factory.at
        )
    )


def _ignored(_: object) -> None:
    return None


def suspend(user_id_of: Callable[[BookingFactory], Any]) -> Callable[[BookingFactory], None]:
    return lambda factory: _ignored(
        identity.suspend_user(
            factory.session, user_id_of(factory), by=SYSTEM, reason_code="fraud", reason="", at=factory.at
        )
    )


CONDITIONS: dict[str, Callable[[BookingFactory], None]] = {
    "everybody is active": _nothing,
    "the provider's user is suspended": suspend(lambda factory: factory.ellen.user_id),
    "the provider profile is suspended": _profile_step(providers.ProviderTransition.SUSPEND),
    "the provider profile is closed": _profile_step(providers.ProviderTransition.CLOSE),
    "the customer is suspended": suspend(lambda factory: factory.aino.user_id),
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
    factory = make_booking_factory(session, at)
    prepare, is_open = GATES[gate]
    prepared = prepare(factory)
    CONDITIONS[condition](factory)
    session.flush()
    assert is_open(factory, prepared) is _should_open(gate, condition)
