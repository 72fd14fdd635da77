"""What was learned of reviews that were all removed since is forgotten by the next night."""

from datetime import datetime

from sqlalchemy import text
from sqlmodel import Session

from domain import ratings
from domain.ratings import DecisionKind, DecisionReason, scores
from tests.domain.ratings.stagecraft import DAY, play

_NORMS = text("SELECT role, histogram, usual_amounts, reviews FROM reputation_norms ORDER BY role")


def test_shares_learned_of_removed_reviews_are_nobodys_prior(session: Session, at: datetime):
    here = play(session, at)
    _, mine, theirs = here.reviewed((1, 5))
    night = here.over + DAY
    scores.follow(session, [mine.id, theirs.id], at=night)
    ratings.learn_norms(session, at=night)
    assert [row.role for row in session.execute(_NORMS)] == ["customer", "provider"]
    why = {"reason_code": DecisionReason.SPAM, "statement": "So."}
    ratings.decide(session, mine.id, DecisionKind.REMOVE, by=here.mira, at=night, **why)
    scores.follow(session, [mine.id], at=night)
    ratings.learn_norms(session, at=night + DAY)
    assert [row.role for row in session.execute(_NORMS)] == ["customer"]
    ratings.decide(session, mine.id, DecisionKind.RESTORE, by=here.mira, at=night + DAY, **why)
    scores.follow(session, [mine.id], at=night + DAY)
    ratings.learn_norms(session, at=night + 2 * DAY)
    assert [row.reviews for row in session.execute(_NORMS)] == [1, 1]
