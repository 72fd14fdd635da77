"""What is refused says which field is wrong and what can be done; and nobody decides in their own cause."""

from datetime import datetime, timedelta

import pytest
from sqlmodel import Session

from domain import bookings, ratings
from domain.bookings import BookingReasonCode
from domain.identity import Caller, Grant, UserRole
from domain.ratings import Content, DecisionKind, DecisionReason, HoldReason, rules
from domain.ratings.errors import (
    NotAppealable,
    NotImpartial,
    NotReviewable,
    ReasonUnfit,
    ReviewFinal,
    ReviewThereAlready,
)
from tests.domain.bookings.booking_factory import HOUR
from tests.domain.ratings.stagecraft import DAY, Play, play

UNREASONED = (DecisionReason.NOTHING_FOUND, DecisionReason.APPEAL_GRANTED)


@pytest.fixture
def here(session: Session, at: datetime) -> Play:
    return play(session, at)


@pytest.mark.parametrize("reason_code", UNREASONED)
@pytest.mark.parametrize("kind", [DecisionKind.HOLD, DecisionKind.REMOVE])
def test_a_review_is_not_taken_from_the_readers_for_nothing(
    here: Play, kind: DecisionKind, reason_code: DecisionReason
):
    _, review, _ = here.reviewed()
    with pytest.raises(ReasonUnfit) as refused:
        decided(here, review, kind, reason_code)
    assert (refused.value.field, refused.value.extras["known"]) == ("reason_code", sorted(rules.WRONG))
    assert ratings.METHODOLOGY.removal_reasons == rules.WRONG
    for wrong in rules.WRONG:
        decided(here, review, DecisionKind.REMOVE, wrong)
        decided(here, review, DecisionKind.RESTORE, DecisionReason.NOTHING_FOUND)


@pytest.mark.parametrize("who", ["aino", "ellen"])
def test_an_operator_does_not_hold_or_release_reviews_of_their_own_booking(here: Play, who: str):
    booking = here.completed()
    party: Caller = getattr(here.scene, who)
    grants = frozenset({Grant(UserRole.OPERATOR, booking.market_id)})
    operating = Caller(party.user_id, party.session_id, party.name, grants)
    with pytest.raises(NotImpartial):
        ratings.hold_window(
            here.session, booking.id, why=HoldReason.DISPUTE, by=operating, at=here.over + HOUR
        )
    ratings.hold_window(
        here.session, booking.id, why=HoldReason.DISPUTE, by=here.scene.otto, at=here.over + HOUR
    )
    with pytest.raises(NotImpartial):
        ratings.release_window(here.session, booking.id, by=operating, at=here.over + 2 * HOUR)


def test_a_booking_that_is_not_reviewed_says_why(here: Play):
    booking = here.scene.make_confirmed_booking()
    with pytest.raises(NotReviewable, match="once it is completed; now it is confirmed"):
        here.writes("aino", booking.id, at=here.over)
    bookings.cancel(
        here.session,
        booking.id,
        reason_code=BookingReasonCode.ILLNESS,
        by=here.scene.ellen,
        at=here.over - 9 * HOUR,
    )
    with pytest.raises(NotReviewable, match="cancelled before it began") as refused:
        here.writes("aino", booking.id, at=here.over)
    assert refused.value.extras == {"state": "cancelled"}


def test_who_has_written_is_told_what_can_still_be_done(here: Play):
    booking, _, _ = here.reviewed((4, 5))
    at = here.over + 3 * HOUR
    with pytest.raises(ReviewThereAlready, match="PUT"):
        here.writes("aino", booking.id, at=at)
    for content, later, told in (
        (Content(1, "en"), timedelta(), "another text"),
        (Content(4, "en", "Hm."), 3 * DAY, "could be changed until"),
    ):
        with pytest.raises(ReviewFinal, match=told) as refused:
            ratings.edit(here.session, booking.id, content, by=here.scene.aino, at=at + later)
        assert "possible_until" in refused.value.extras


def test_what_cannot_be_appealed_says_why(here: Play):
    _, review, _ = here.reviewed()
    for kind, at, told in (
        (DecisionKind.REMOVE, here.over + 2 * rules.APPEAL_WITHIN, "until then"),
        (DecisionKind.RESTORE, here.over + DAY, "in your favour"),
    ):
        made = decided(here, review, kind, DecisionReason.SPAM)
        with pytest.raises(NotAppealable, match=told):
            ratings.appeal(here.session, made.id, "No.", by=here.scene.aino, at=at)
    made = decided(here, review, DecisionKind.REMOVE, DecisionReason.SPAM)
    ratings.appeal(here.session, made.id, "No.", by=here.scene.aino, at=here.over + DAY)
    with pytest.raises(NotAppealable, match="already"):
        ratings.appeal(here.session, made.id, "No.", by=here.scene.aino, at=here.over + DAY)


def decided(
    here: Play, review: ratings.Review, kind: DecisionKind, reason_code: DecisionReason
) -> ratings.ReviewDecision:
    return ratings.decide(
        here.session,
        review.id,
        kind,
        reason_code=reason_code,
        statement="So.",
        by=here.mira,
        at=here.over + DAY,
    )
