"""Decisions of staff: with reasons, appealable, made by the impartial, and blind to stars."""

import ast
import inspect
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, select

from domain import ratings
from domain.foundation import events, ids
from domain.foundation.lifecycle import TransitionNotAllowed
from domain.identity import Caller
from domain.ratings import (
    AppealOutcome,
    DecisionKind,
    DecisionReason,
    Review,
    ReviewDecision,
    ReviewState,
    appealing,
    deciding,
)
from domain.ratings.errors import DecisionNotFound, NoAppealOpen, NotAppealable, NotImpartial, ReviewNotFound
from domain.ratings.queries import Case
from tests.domain.bookings.booking_factory import HOUR
from tests.domain.ratings.stagecraft import DAY, Play, play

REASONED = {"reason_code": DecisionReason.PERSONAL_DATA, "statement": "It names a street."}


@pytest.fixture
def here(session: Session, at: datetime) -> Play:
    return play(session, at)


def decide(
    here: Play, review: Review, kind: DecisionKind, *, by: Caller | None = None, at: datetime
) -> ReviewDecision:
    return ratings.decide(here.session, review.id, kind, by=by or here.mira, at=at, **REASONED)


def facts(here: Play, review: Review) -> list[str]:
    return [row.name for row in events.subject_history(here.session, review.id)]


def shown(here: Play) -> list[int | None]:
    page = ratings.about_provider(here.session, here.scene.offer.profile_id, after=None, limit=9)
    return [one.stars for one in page.items]


def test_a_removed_review_is_shown_to_nobody_and_a_restored_one_again(here: Play):
    booking, review, _ = here.reviewed((4, 5))
    decide(here, review, DecisionKind.REMOVE, at=here.over + DAY)
    assert shown(here) == []
    own = ratings.own(here.session, booking.id, by=here.scene.aino)
    assert (own.state, own.stars) == (ReviewState.REMOVED, 4)
    (theirs,) = [
        one
        for one in ratings.of_booking(here.session, booking.id, by=here.scene.ellen).reviews
        if one.state is ReviewState.REMOVED
    ]
    assert (theirs.stars, theirs.text) == (None, None)
    decide(here, review, DecisionKind.RESTORE, at=here.over + 2 * DAY)
    assert shown(here) == [4]


def test_what_is_held_is_shown_again_after_three_days_unless_somebody_decides(here: Play):
    _, review, _ = here.reviewed((4, 5))
    held_at = here.over + DAY
    decide(here, review, DecisionKind.HOLD, at=held_at)
    assert shown(here) == []
    assert ratings.lapsed(here.session, at=held_at + 72 * HOUR - timedelta(seconds=1), limit=9) == []
    assert not ratings.lapse(here.session, review.id, at=held_at + HOUR)
    assert ratings.lapsed(here.session, at=held_at + 72 * HOUR, limit=9) == [review.id]
    assert ratings.lapse(here.session, review.id, at=held_at + 72 * HOUR)
    assert not ratings.lapse(here.session, review.id, at=held_at + 72 * HOUR)
    assert shown(here) == [4]


def test_a_detector_asks_for_a_look_at_a_sealed_review_and_nobody_can_tell_before_the_reveal(here: Play):
    booking = here.completed()
    review = here.writes("aino", booking.id, 1, at=here.over)
    before = ratings.of_booking(here.session, booking.id, by=here.scene.ellen)
    made = ratings.hold_for_a_look(
        here.session,
        review.id,
        reason_code=DecisionReason.RETALIATION,
        statement="Soon after a refund.",
        at=here.over,
    )
    assert made.decided_by is None
    assert facts(here, review) == ["review.submitted"]
    assert ratings.of_booking(here.session, booking.id, by=here.scene.ellen) == before
    assert ratings.own(here.session, booking.id, by=here.scene.aino).state is ReviewState.SEALED
    here.writes("ellen", booking.id, 5, at=here.over + HOUR)
    states = {
        one.author_side: (one.state, one.stars)
        for one in ratings.of_booking(here.session, booking.id, by=here.scene.ellen).reviews
    }
    assert states == {"customer": (ReviewState.HELD, None), "provider": (ReviewState.PUBLISHED, 5)}
    assert facts(here, review) == ["review.submitted", "review.held"]
    assert ratings.lapse(here.session, review.id, at=here.over + 73 * HOUR)
    assert shown(here) == [1]


def test_a_hold_on_a_sealed_review_begins_with_its_reveal(here: Play):
    booking = here.completed()
    review = here.writes("aino", booking.id, 1, at=here.over)
    ratings.hold_for_a_look(
        here.session, review.id, reason_code=DecisionReason.RETALIATION, statement="Soon.", at=here.over
    )
    here.writes("ellen", booking.id, 5, at=here.over + 4 * DAY)
    assert shown(here) == []
    assert not ratings.lapse(here.session, review.id, at=here.over + 6 * DAY)
    assert ratings.lapse(here.session, review.id, at=here.over + 7 * DAY)
    assert shown(here) == [1]


def test_a_sealed_review_is_not_moderated_nor_one_of_another_market(here: Play):
    booking = here.completed()
    review = here.writes("aino", booking.id, at=here.over)
    with pytest.raises(ReviewNotFound):
        decide(here, review, DecisionKind.REMOVE, at=here.over)
    here.writes("ellen", booking.id, at=here.over)
    for stranger in (here.scene.ben, here.scene.ellen):
        with pytest.raises(ReviewNotFound):
            decide(here, review, DecisionKind.REMOVE, by=stranger, at=here.over)


def test_nobody_decides_about_a_review_of_or_by_themselves(here: Play):
    _, review, _ = here.reviewed()
    for party in (here.scene.aino, here.scene.ellen):
        staff = Caller(party.user_id, ids.new(), party.name, here.mira.grants)
        with pytest.raises(NotImpartial):
            decide(here, review, DecisionKind.REMOVE, by=staff, at=here.over + DAY)


def test_what_cannot_be_done_now_is_refused(here: Play):
    _, review, _ = here.reviewed()
    for kind in (DecisionKind.RELEASE, DecisionKind.RESTORE):
        with pytest.raises(TransitionNotAllowed):
            decide(here, review, kind, at=here.over + DAY)
    decide(here, review, DecisionKind.REMOVE, at=here.over + DAY)
    with pytest.raises(TransitionNotAllowed):
        decide(here, review, DecisionKind.REMOVE, at=here.over + DAY)


def test_an_appeal_goes_to_a_different_person_and_undoes_what_it_overturns(here: Play):
    _, review, _ = here.reviewed((4, 5))
    made = decide(here, review, DecisionKind.REMOVE, at=here.over + DAY)
    answered = {"statement": "It is on their sign.", "at": here.over + 3 * DAY}
    with pytest.raises(NoAppealOpen):
        ratings.answer_appeal(here.session, made.id, AppealOutcome.UPHELD, by=here.scene.otto, **answered)
    ratings.appeal(here.session, made.id, "It is true.", by=here.scene.aino, at=here.over + 2 * DAY)
    with pytest.raises(NotImpartial):
        ratings.answer_appeal(here.session, made.id, AppealOutcome.UPHELD, by=here.mira, **answered)
    ratings.answer_appeal(here.session, made.id, AppealOutcome.OVERTURNED, by=here.scene.otto, **answered)
    assert shown(here) == [4]
    with pytest.raises(NoAppealOpen):
        ratings.answer_appeal(here.session, made.id, AppealOutcome.UPHELD, by=here.scene.otto, **answered)
    page = ratings.decisions_about(here.session, review.id, by=here.scene.aino, after=None, limit=9)
    assert [(one.kind, one.reason_code) for one in page.items] == [
        (DecisionKind.REMOVE, DecisionReason.PERSONAL_DATA),
        (DecisionKind.RESTORE, DecisionReason.APPEAL_GRANTED),
    ]


def test_an_appeal_that_is_not_granted_leaves_it_removed(here: Play):
    _, review, _ = here.reviewed()
    made = decide(here, review, DecisionKind.REMOVE, at=here.over + DAY)
    ratings.appeal(here.session, made.id, "It is true.", by=here.scene.aino, at=here.over + 2 * DAY)
    ratings.answer_appeal(
        here.session,
        made.id,
        AppealOutcome.UPHELD,
        statement="No.",
        by=here.scene.otto,
        at=here.over + 3 * DAY,
    )
    assert shown(here) == []


def test_decisions_are_appealed_once_within_183_days_by_the_author(here: Play):
    _, review, _ = here.reviewed()
    decided_at = here.over + DAY
    made = decide(here, review, DecisionKind.REMOVE, at=decided_at)
    restored = decide(here, review, DecisionKind.RESTORE, at=decided_at)
    for stranger in (here.scene.ellen, here.scene.ben, here.mira):
        with pytest.raises(DecisionNotFound):
            ratings.appeal(here.session, made.id, "No.", by=stranger, at=decided_at)
    for decision, later in ((made, timedelta(days=183, seconds=1)), (restored, HOUR)):
        with pytest.raises(NotAppealable):
            ratings.appeal(here.session, decision.id, "No.", by=here.scene.aino, at=decided_at + later)
    ratings.appeal(here.session, made.id, "No.", by=here.scene.aino, at=decided_at + timedelta(days=183))
    with pytest.raises(NotAppealable):
        ratings.appeal(here.session, made.id, "No!", by=here.scene.aino, at=decided_at + timedelta(days=183))


def test_the_database_refuses_an_appeal_answered_by_who_decided(here: Play):
    _, review, _ = here.reviewed()
    made = decide(here, review, DecisionKind.REMOVE, at=here.over + DAY)
    ratings.appeal(here.session, made.id, "No.", by=here.scene.aino, at=here.over + DAY)
    here.session.flush()
    with pytest.raises(IntegrityError, match="different_person"), here.session.begin_nested():
        here.session.execute(
            text("""
                UPDATE review_decisions SET appeal_decided_at = now(), appeal_decided_by = decided_by,
                       appeal_outcome = 'upheld', appeal_answer = '' WHERE id = :id
            """),
            {"id": made.id},
        )


# --- no star value enters a decision


def test_nothing_of_what_a_review_says_reaches_a_decision():
    assert not set(Case.__dataclass_fields__) & set(_SAYS)
    for room in (deciding, appealing):
        assert not _named(inspect.getsource(room)) & _SAYS, f"{room.__name__} looks at what a review says"


def test_a_decision_that_looked_at_stars_would_be_seen():
    assert _named("def decide(session, review):\n    return review.stars < 3") & _SAYS
    assert _named("_CASE = 'SELECT reviews.stars FROM reviews'") & _SAYS


@pytest.mark.parametrize("stars", [(1, 3, 5), (3, 5, 1), (5, 1, 3)])
def test_with_the_stars_shuffled_the_same_decisions_are_made(here: Play, stars: tuple[int, ...]):
    """The same corpus of texts, reasons and appeals; only the numbers change places."""
    script = (DecisionKind.HOLD, DecisionKind.REMOVE, DecisionKind.RESTORE)
    for day, (one, kind) in enumerate(zip(stars, script, strict=True)):
        _, review, _ = here.reviewed((one, one), days=day)
        if kind is DecisionKind.RESTORE:
            decide(here, review, DecisionKind.REMOVE, at=here.over + 9 * DAY)
        decide(here, review, kind, at=here.over + 9 * DAY)
    rows = here.session.exec(select(ReviewDecision).order_by(ReviewDecision.id)).all()
    states = here.session.exec(select(Review.state).order_by(Review.id)).all()
    assert [one.kind for one in rows] == [
        DecisionKind.HOLD,
        DecisionKind.REMOVE,
        DecisionKind.REMOVE,
        DecisionKind.RESTORE,
    ]
    assert states == ["held", "published", "removed", "published", "published", "published"]


_SAYS = {"stars", "dimensions", "text_of", "would_book_again"}


def _named(source: str) -> set[str]:
    """Every attribute, name and word of a statement in this source, without its prose."""
    tree = ast.parse(source)
    prose = {
        node.body[0].value
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef)
        and isinstance(node.body[0], ast.Expr)
    }
    words: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            words.add(node.attr)
        elif isinstance(node, ast.Name):
            words.add(node.id)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in prose:
            words |= set(node.value.replace(".", " ").replace(",", " ").split())
    return words
