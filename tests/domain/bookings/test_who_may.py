"""Everybody acts only on what is theirs: strangers, other providers and moderators find nothing at all."""

import pytest
from sqlmodel import Session

from domain import bookings
from domain.bookings import Change, ReasonCode, Side, State
from domain.bookings.errors import BookingNotFound
from domain.foundation import ids
from domain.foundation.actors import CLOCK, PAYMENT, SYSTEM, Actor, ActorKind
from domain.foundation.ids import new
from domain.identity import Caller, Grant, UserRole
from tests import cast
from tests.domain.bookings.scene import HOUR, Scene, scene

DEEDS = {
    "see": lambda play, booking, by: bookings.whole(play.session, booking.id, by=by),
    "timeline": lambda play, booking, by: bookings.timeline(
        play.session, booking.id, by=by, after=None, limit=10
    ),
    "preview": lambda play, booking, by: bookings.preview(play.session, booking.id, by=by, at=play.at),
    "accept": lambda play, booking, by: bookings.accept(play.session, booking.id, by=by, at=play.at),
    "decline": lambda play, booking, by: bookings.decline(
        play.session, booking.id, by=by, at=play.at, reason_code=ReasonCode.OTHER
    ),
    "withdraw": lambda play, booking, by: bookings.withdraw(play.session, booking.id, by=by, at=play.at),
    "cancel": lambda play, booking, by: bookings.cancel(
        play.session, booking.id, by=by, at=play.at, reason_code=ReasonCode.OTHER
    ),
    "start": lambda play, booking, by: bookings.start(play.session, booking.id, by=by, at=play.start),
    "deliver": lambda play, booking, by: bookings.deliver(play.session, booking.id, by=by, at=play.start),
    "complete": lambda play, booking, by: bookings.complete(play.session, booking.id, by=by, at=play.start),
    "report": lambda play, booking, by: bookings.report_no_show(
        play.session, booking.id, by=by, at=play.start
    ),
    "contest": lambda play, booking, by: bookings.contest_no_show(
        play.session, booking.id, by=by, at=play.start, statement="I was there."
    ),
    "dispute": lambda play, booking, by: bookings.dispute(
        play.session, booking.id, by=by, at=play.start, reason_code=ReasonCode.OTHER, statement="No."
    ),
    "answer": lambda play, booking, by: bookings.answer(
        play.session, booking.id, by=by, at=play.start, statement="Yes."
    ),
    "resolve": lambda play, booking, by: bookings.resolve(
        play.session, booking.id, by=by, at=play.start, outcome=State.CANCELLED, refund_bp=1, decision="So."
    ),
    "propose": lambda play, booking, by: bookings.propose(
        play.session, booking.id, Change(), by=by, at=play.at
    ),
    "accept proposal": lambda play, booking, by: bookings.accept_proposal(
        play.session, booking.id, new(), by=by, at=play.at
    ),
    "decline proposal": lambda play, booking, by: bookings.decline_proposal(
        play.session, booking.id, new(), by=by, at=play.at
    ),
    "withdraw proposal": lambda play, booking, by: bookings.withdraw_proposal(
        play.session, booking.id, new(), by=by, at=play.at
    ),
}


@pytest.fixture
def play(session: Session, at) -> Scene:
    return scene(session, at)


@pytest.mark.parametrize("deed", DEEDS)
def test_who_is_no_side_of_a_booking_finds_none(play: Scene, deed):
    booking = play.confirmed()
    elsewhere = frozenset({Grant(UserRole.OPERATOR, market_id=play.offer.id)})
    mira = Caller(cast.mira(play.session).id, ids.new(), "Mira", frozenset({Grant(UserRole.MODERATOR)}))
    operator_elsewhere = Caller(ids.new(), ids.new(), "Olga", elsewhere)
    for stranger in (
        play.ben,
        play.farah,
        mira,
        operator_elsewhere,
        Actor(ActorKind.USER, ids.new()),
        SYSTEM,
    ):
        with pytest.raises(BookingNotFound):
            DEEDS[deed](play, booking, stranger)


@pytest.mark.parametrize("deed", DEEDS)
def test_a_booking_that_does_not_exist_is_refused_in_the_same_words(play: Scene, deed):
    booking = play.requested()
    with pytest.raises(BookingNotFound) as theirs:
        DEEDS[deed](play, booking, play.ben)
    booking.id = ids.new()
    play.session.expunge(booking)
    with pytest.raises(BookingNotFound) as none:
        DEEDS[deed](play, booking, play.ben)
    assert theirs.value.detail == none.value.detail


def test_a_party_stands_on_its_own_side_even_with_a_role(play: Scene):
    booking = play.requested()
    everywhere = frozenset({Grant(UserRole.OPERATOR)})
    sides = {
        Side.CUSTOMER: Caller(play.aino.user_id, ids.new(), "Aino", everywhere),
        Side.PROVIDER: Caller(play.ellen.user_id, ids.new(), "Ellen", everywhere),
        Side.OPERATOR: play.otto,
        Side.CLOCK: CLOCK,
        Side.PAYMENT: PAYMENT,
    }
    assert {side: bookings.side_of(booking, by) for side, by in sides.items()} == {
        side: side for side in sides
    }


def test_a_customer_learns_the_true_place_a_day_before_a_confirmed_booking(session: Session, at):
    play = scene(session, at, category="lesson")
    booking, point = play.paid(units=None), (play.offer.latitude, play.offer.longitude)
    hour_before = play.start - HOUR
    seen = {
        side: bookings.place(booking, side, at=hour_before).point for side in (Side.CUSTOMER, Side.PROVIDER)
    }
    assert seen == {Side.CUSTOMER: None, Side.PROVIDER: point}
    bookings.accept(play.session, booking.id, by=play.ellen, at=play.at)
    assert bookings.place(booking, Side.CUSTOMER, at=play.at).point is None
    assert bookings.place(booking, Side.CUSTOMER, at=hour_before).point == point


def test_each_side_sees_the_timeline_in_order_and_as_much_as_concerns_it(play: Scene):
    booking = play.delivered()

    def told(by):
        page = bookings.timeline(play.session, booking.id, by=by, after=None, limit=50)
        return [entry.name for entry in page.items]

    own = [
        "booking.requested",
        "booking.authorized",
        "booking.confirmed",
        "booking.started",
        "booking.delivered",
    ]
    assert told(play.ellen) == own
    assert [name for name in told(play.aino) if name.startswith("booking.")] == own
    assert {"payment.authorized", "payment.captured"} <= set(told(play.aino))
    assert set(told(play.otto)) >= set(told(play.aino))


def test_a_timeline_is_read_page_by_page_and_names_sides_not_people(play: Scene):
    booking = play.delivered()
    entries, after = [], None
    while True:
        page = bookings.timeline(play.session, booking.id, by=play.otto, after=after, limit=2)
        entries += page.items
        if (after := page.next_cursor) is None:
            break
    assert [entry.version for entry in entries] == list(range(1, len(entries) + 1))
    assert {entry.by for entry in entries} == {"customer", "provider", "payment"}


def test_lists_are_by_side_newest_first_and_paged(play: Scene):
    made = [play.requested(start=play.start + number * (play.start - play.at)).id for number in range(3)]
    play.session.flush()
    theirs = bookings.page(
        play.session, play.ellen.user_id, side=Side.PROVIDER, state=None, after=None, limit=2
    )
    assert [row.id for row in theirs.items] == [made[2], made[1]]
    rest = bookings.page(
        play.session, play.ellen.user_id, side=Side.PROVIDER, state=None, after=theirs.next_cursor, limit=2
    )
    assert ([row.id for row in rest.items], rest.next_cursor) == ([made[0]], None)
    for by, side, state in (
        (play.ellen, Side.CUSTOMER, None),
        (play.ben, Side.CUSTOMER, None),
        (play.aino, Side.CUSTOMER, State.CONFIRMED),
    ):
        assert not bookings.page(play.session, by.user_id, side=side, state=state, after=None, limit=9).items
