"""What soon follows a dispute or a refund waits for a person, whatever it says."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlmodel import Session

from domain import ratings
from domain.bookings import BookingParty, BookingReasonCode
from domain.bookings.events import BookingDisputed, NoShowReported
from domain.foundation import events, ids
from domain.foundation.actors import SYSTEM
from domain.foundation.events import DomainEvent
from domain.payments.events import RefundPlanned
from domain.payments.kinds import LiableParty
from domain.ratings.kinds import DecisionKind, DecisionReason, ReviewState
from tests.domain.bookings.booking_factory import HOUR
from tests.domain.ratings.stagecraft import DAY, Play, play

CUSTOMER, PROVIDER = BookingParty.CUSTOMER, BookingParty.PROVIDER


@pytest.fixture
def here(session: Session, at: datetime) -> Play:
    return play(session, at)


def disputed(booking_id: UUID, by: BookingParty, at: datetime) -> DomainEvent:
    return BookingDisputed(
        booking_id=booking_id, opened_by=by, reason_code=BookingReasonCode.NO_SHOW, answer_by=at
    )


def refunded(liable: LiableParty) -> DomainEvent:
    return RefundPlanned(ids.new(), ids.new(), 500, "EUR", liable, "goodwill")


def happens(here: Play, booking_id: UUID, fact: DomainEvent, at: datetime) -> None:
    events.record_event(here.session, fact, subject=("booking", booking_id), by=SYSTEM, at=at)


def states(here: Play, booking_id: UUID) -> dict[str, str]:
    found = here.session.execute(
        text("SELECT author_side, state FROM reviews WHERE booking_id = :id"), {"id": booking_id}
    )
    return {row.author_side: row.state for row in found}


TROUBLES = [
    ("dispute by the customer", lambda b, at: disputed(b, CUSTOMER, at), "provider"),
    ("dispute by the provider", lambda b, at: disputed(b, PROVIDER, at), "customer"),
    ("no-show of the customer", lambda b, at: NoShowReported(b, CUSTOMER, at), "customer"),
    ("refund from the provider", lambda *_: refunded(LiableParty.BOOKING), "provider"),
    ("refund from the platform", lambda *_: refunded(LiableParty.PLATFORM), None),
]


@pytest.mark.parametrize("stars", [1, 5])
@pytest.mark.parametrize(("what", "fact", "held"), TROUBLES, ids=[row[0] for row in TROUBLES])
def test_a_review_soon_after_what_the_other_side_did_is_held_at_the_reveal_whatever_its_stars(
    here: Play, what: str, fact: Any, held: str | None, stars: int
):
    booking = here.completed()
    happens(here, booking.id, fact(booking.id, here.over), here.over)
    here.writes("aino", booking.id, stars, at=here.over + HOUR)
    assert states(here, booking.id) == {"customer": "sealed"}
    here.writes("ellen", booking.id, stars, at=here.over + 24 * HOUR)
    assert states(here, booking.id) == {
        side: "held" if side == held else "published" for side in ("customer", "provider")
    }


def test_a_day_later_nothing_is_held(here: Play):
    booking = here.completed()
    happens(here, booking.id, disputed(booking.id, CUSTOMER, here.over), here.over)
    here.writes("ellen", booking.id, 1, at=here.over + 24 * HOUR + timedelta(seconds=1))
    here.writes("aino", booking.id, 5, at=here.over + 2 * DAY)
    assert set(states(here, booking.id).values()) == {"published"}


def test_what_was_not_committed_yet_is_seen_by_the_reader_once(here: Play):
    booking = here.completed()
    review = here.writes("ellen", booking.id, 1, at=here.over + HOUR)
    happens(here, booking.id, disputed(booking.id, CUSTOMER, here.over), here.over)
    held = [ratings.hold_retaliation(here.session, booking.id, at=here.over + HOUR) for _ in range(2)]
    assert held == [1, 0]
    rows = here.session.execute(text("SELECT detector, review_id, evidence FROM review_signals")).all()
    assert [(row.detector, row.review_id) for row in rows] == [("retaliation", review.id)]
    assert rows[0].evidence == {"after": "dispute", "hours_after": 1.0, "hold_hours": 72.0}


def test_what_is_edited_after_the_dispute_is_held_and_a_word_changed_after_the_reveal_is_not(here: Play):
    booking, other = here.completed(), here.completed(days=3)
    later = here.over + 3 * DAY
    here.writes("ellen", booking.id, 4, at=here.over + HOUR)
    here.writes("ellen", other.id, 4, at=later + HOUR)
    here.writes("aino", other.id, 4, at=later + 2 * HOUR)
    for booking_id, at in ((booking.id, here.over + 5 * HOUR), (other.id, later + 5 * HOUR)):
        happens(here, booking_id, disputed(booking_id, CUSTOMER, at), at)
        content = ratings.Content(4, "en", text="On second thoughts.")
        ratings.edit(here.session, booking_id, content, by=here.scene.ellen, at=at + HOUR)
    assert ratings.hold_retaliation(here.session, booking.id, at=here.over + 6 * HOUR) == 1
    assert ratings.hold_retaliation(here.session, other.id, at=later + 6 * HOUR) == 0


def test_what_a_person_let_go_is_not_held_again(here: Play):
    booking = here.completed()
    happens(here, booking.id, disputed(booking.id, CUSTOMER, here.over), here.over)
    review = here.writes("ellen", booking.id, 1, at=here.over + HOUR)
    here.writes("aino", booking.id, 1, at=here.over + 30 * HOUR)
    assert states(here, booking.id)["provider"] == ReviewState.HELD
    decided = {"reason_code": DecisionReason.NOTHING_FOUND, "statement": "Fair.", "by": here.mira}
    ratings.decide(here.session, review.id, DecisionKind.RELEASE, at=here.over + 31 * HOUR, **decided)
    assert ratings.hold_retaliation(here.session, booking.id, at=here.over + 32 * HOUR) == 0
    assert states(here, booking.id)["provider"] == ReviewState.PUBLISHED
