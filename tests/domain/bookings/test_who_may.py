"""Everybody acts only on what is theirs: strangers, other providers and moderators find nothing at all."""

import pytest
from sqlmodel import Session

from domain import bookings
from domain.bookings import BookingParty, BookingReasonCode, BookingState, booking_disputes, changes
from domain.bookings.changes import ProposedChange
from domain.bookings.errors import BookingNotFound
from domain.foundation import ids
from domain.foundation.actors import CLOCK, PAYMENT, SYSTEM, Actor, ActorKind
from domain.foundation.ids import new
from domain.identity import Caller, Grant, UserRole
from tests import cast
from tests.domain.bookings.booking_factory import HOUR, BookingFactory, make_booking_factory

DEEDS = {
    "see": lambda factory, booking, by: bookings.get_booking_details(factory.session, booking.id, by=by),
    "timeline": lambda factory, booking, by: bookings.list_timeline(
        factory.session, booking.id, by=by, after=None, limit=10
    ),
    "preview": lambda factory, booking, by: bookings.preview_cancellation(
        factory.session, booking.id, by=by, at=factory.at
    ),
    "accept": lambda factory, booking, by: bookings.accept(factory.session, booking.id, by=by, at=factory.at),
    "decline": lambda factory, booking, by: bookings.decline(
        factory.session, booking.id, by=by, at=factory.at, reason_code=BookingReasonCode.OTHER
    ),
    "withdraw": lambda factory, booking, by: bookings.withdraw(
        factory.session, booking.id, by=by, at=factory.at
    ),
    "cancel": lambda factory, booking, by: bookings.cancel(
        factory.session, booking.id, by=by, at=factory.at, reason_code=BookingReasonCode.OTHER
    ),
    "start": lambda factory, booking, by: bookings.start(
        factory.session, booking.id, by=by, at=factory.start
    ),
    "deliver": lambda factory, booking, by: bookings.deliver(
        factory.session, booking.id, by=by, at=factory.start
    ),
    "complete": lambda factory, booking, by: bookings.complete(
        factory.session, booking.id, by=by, at=factory.start
    ),
    "report": lambda factory, booking, by: bookings.report_no_show(
        factory.session, booking.id, by=by, at=factory.start
    ),
    "contest": lambda factory, booking, by: booking_disputes.contest_no_show(
        factory.session, booking.id, by=by, at=factory.start, statement="I was there."
    ),
    "dispute": lambda factory, booking, by: booking_disputes.open_dispute(
        factory.session,
        booking.id,
        by=by,
        at=factory.start,
        reason_code=BookingReasonCode.OTHER,
        statement="No.",
    ),
    "answer": lambda factory, booking, by: booking_disputes.answer_dispute(
        factory.session, booking.id, by=by, at=factory.start, statement="Yes."
    ),
    "resolve": lambda factory, booking, by: booking_disputes.resolve_dispute(
        factory.session,
        booking.id,
        by=by,
        at=factory.start,
        outcome=BookingState.CANCELLED,
        refund_bp=1,
        decision="So.",
    ),
    "propose": lambda factory, booking, by: changes.propose_change(
        factory.session, booking.id, ProposedChange(), by=by, at=factory.at
    ),
    "accept proposal": lambda factory, booking, by: changes.accept_proposal(
        factory.session, booking.id, new(), by=by, at=factory.at
    ),
    "decline proposal": lambda factory, booking, by: changes.decline_proposal(
        factory.session, booking.id, new(), by=by, at=factory.at
    ),
    "withdraw proposal": lambda factory, booking, by: changes.withdraw_proposal(
        factory.session, booking.id, new(), by=by, at=factory.at
    ),
}


@pytest.fixture
def factory(session: Session, at) -> BookingFactory:
    return make_booking_factory(session, at)


@pytest.mark.parametrize("deed", DEEDS)
def test_who_is_no_side_of_a_booking_finds_none(factory: BookingFactory, deed):
    booking = factory.make_confirmed_booking()
    elsewhere = frozenset({Grant(UserRole.OPERATOR, market_id=factory.offer.id)})
    mira = Caller(cast.mira(factory.session).id, ids.new(), "Mira", frozenset({Grant(UserRole.MODERATOR)}))
    operator_elsewhere = Caller(ids.new(), ids.new(), "Olga", elsewhere)
    for stranger in (
        factory.ben,
        factory.farah,
        mira,
        operator_elsewhere,
        Actor(ActorKind.USER, ids.new()),
        SYSTEM,
    ):
        with pytest.raises(BookingNotFound):
            DEEDS[deed](factory, booking, stranger)


@pytest.mark.parametrize("deed", DEEDS)
def test_a_booking_that_does_not_exist_is_refused_in_the_same_words(factory: BookingFactory, deed):
    booking = factory.make_requested_booking()
    with pytest.raises(BookingNotFound) as theirs:
        DEEDS[deed](factory, booking, factory.ben)
    booking.id = ids.new()
    factory.session.expunge(booking)
    with pytest.raises(BookingNotFound) as none:
        DEEDS[deed](factory, booking, factory.ben)
    assert theirs.value.detail == none.value.detail


def test_a_party_stands_on_its_own_side_even_with_a_role(factory: BookingFactory):
    booking = factory.make_requested_booking()
    everywhere = frozenset({Grant(UserRole.OPERATOR)})
    sides = {
        BookingParty.CUSTOMER: Caller(factory.aino.user_id, ids.new(), "Aino", everywhere),
        BookingParty.PROVIDER: Caller(factory.ellen.user_id, ids.new(), "Ellen", everywhere),
        BookingParty.OPERATOR: factory.otto,
        BookingParty.CLOCK: CLOCK,
        BookingParty.PAYMENT: PAYMENT,
    }
    assert {side: bookings.party_of(booking, by) for side, by in sides.items()} == {
        side: side for side in sides
    }


def test_a_customer_learns_the_true_place_a_day_before_a_confirmed_booking(session: Session, at):
    factory = make_booking_factory(session, at, category="lesson")
    booking, point = factory.make_paid_booking(units=None), (factory.offer.latitude, factory.offer.longitude)
    hour_before = factory.start - HOUR
    seen = {
        side: bookings.visible_place(booking, side, at=hour_before).point
        for side in (BookingParty.CUSTOMER, BookingParty.PROVIDER)
    }
    assert seen == {BookingParty.CUSTOMER: None, BookingParty.PROVIDER: point}
    bookings.accept(factory.session, booking.id, by=factory.ellen, at=factory.at)
    assert bookings.visible_place(booking, BookingParty.CUSTOMER, at=factory.at).point is None
    assert bookings.visible_place(booking, BookingParty.CUSTOMER, at=hour_before).point == point


def test_each_side_sees_the_timeline_in_order_and_as_much_as_concerns_it(factory: BookingFactory):
    booking = factory.make_delivered_booking()

    def told(by):
        page = bookings.list_timeline(factory.session, booking.id, by=by, after=None, limit=50)
        return [entry.name for entry in page.items]

    own = [
        "booking.requested",
        "booking.authorized",
        "booking.confirmed",
        "booking.started",
        "booking.delivered",
    ]
    assert told(factory.ellen) == own
    assert [name for name in told(factory.aino) if name.startswith("booking.")] == own
    assert {"payment.authorized", "payment.captured"} <= set(told(factory.aino))
    assert set(told(factory.otto)) >= set(told(factory.aino))


def test_a_timeline_is_read_page_by_page_and_names_sides_not_people(factory: BookingFactory):
    booking = factory.make_delivered_booking()
    entries, after = [], None
    while True:
        page = bookings.list_timeline(factory.session, booking.id, by=factory.otto, after=after, limit=2)
        entries += page.items
        if (after := page.next_cursor) is None:
            break
    assert [entry.version for entry in entries] == list(range(1, len(entries) + 1))
    assert {entry.by for entry in entries} == {"customer", "provider", "payment"}


def test_lists_are_by_side_newest_first_and_paged(factory: BookingFactory):
    made = [
        factory.make_requested_booking(start=factory.start + number * (factory.start - factory.at)).id
        for number in range(3)
    ]
    factory.session.flush()
    theirs = bookings.list_user_bookings(
        factory.session, factory.ellen.user_id, party=BookingParty.PROVIDER, state=None, after=None, limit=2
    )
    assert [row.id for row in theirs.items] == [made[2], made[1]]
    rest = bookings.list_user_bookings(
        factory.session,
        factory.ellen.user_id,
        party=BookingParty.PROVIDER,
        state=None,
        after=theirs.next_cursor,
        limit=2,
    )
    assert ([row.id for row in rest.items], rest.next_cursor) == ([made[0]], None)
    for by, side, state in (
        (factory.ellen, BookingParty.CUSTOMER, None),
        (factory.ben, BookingParty.CUSTOMER, None),
        (factory.aino, BookingParty.CUSTOMER, BookingState.CONFIRMED),
    ):
        assert not bookings.list_user_bookings(
            factory.session, by.user_id, party=side, state=state, after=None, limit=9
        ).items
