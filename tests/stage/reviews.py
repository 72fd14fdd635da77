"""Reviews of the stage's bookings, and what was decided about one of them."""

from uuid import UUID

from domain import identity, ratings
from tests.stage.names import HOUR
from tests.stage.stagehand import Stagehand


def review(hand: Stagehand) -> None:
    """One booking half reviewed, one from both sides, one that waits for a dispute, one not at all."""
    for word in ("half_reviewed", "reviewed"):
        _submit(hand, word, "aino", stars=4)
    _submit(hand, "reviewed", "ellen", stars=5)
    written = ratings.own(hand.session, hand.stage.ids["reviewed"], by=hand.caller("aino"))
    hand.stage.named("review", written.id)
    ratings.hold_window(
        hand.session,
        hand.stage.ids["waiting"],
        why=ratings.HoldReason.DISPUTE,
        by=hand.staff("otto", identity.UserRole.OPERATOR),
        at=hand.at,
    )
    for word in ("appealed", "decision"):
        for kind in (ratings.DecisionKind.HOLD, ratings.DecisionKind.RELEASE):
            decided = _decide(hand, written.id, kind)
            if kind is ratings.DecisionKind.HOLD:
                hand.stage.named(word, decided.id)
    ratings.appeal(
        hand.session, hand.stage.ids["appealed"], "It is true.", by=hand.caller("aino"), at=hand.at
    )


def _submit(hand: Stagehand, word: str, name: str, *, stars: int) -> None:
    content = ratings.Content(stars, "en", "All went well.")
    ratings.submit(hand.session, hand.stage.ids[word], content, by=hand.caller(name), at=hand.at - HOUR)


def _decide(hand: Stagehand, review_id: UUID, kind: ratings.DecisionKind) -> ratings.ReviewDecision:
    return ratings.decide(
        hand.session,
        review_id,
        kind,
        reason_code=ratings.DecisionReason.PERSONAL_DATA,
        statement="It seems to name a street.",
        by=hand.staff("otto", identity.UserRole.OPERATOR),
        at=hand.at,
    )
