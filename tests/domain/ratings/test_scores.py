"""What reviews add up to in the database: one statement for each change, always the sum of what counts."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlmodel import Session

from domain import ratings
from domain.identity import SignalKind, record_signal
from domain.identity.clusters import MAX_USERS_PER_SIGNAL
from domain.ratings import replaying, reputation, scores, scoring
from domain.ratings.kinds import DecisionKind, DecisionReason, Side
from domain.ratings.ranking import Inputs, rank
from domain.ratings.weighing import StateKey, landmark
from tests import cast
from tests.domain.bookings.booking_factory import HOUR
from tests.domain.ratings.stagecraft import DAY, Play, play

SUMS = ("weight", "weighted", "weight_squared", "rated_1", "rated_2", "rated_3", "rated_4", "rated_5")


@pytest.fixture
def here(session: Session, at: datetime) -> Play:
    return play(session, at)


def states(session: Session) -> list[dict[str, Any]]:
    found = session.execute(text("SELECT * FROM reputation_states ORDER BY subject_id, role"))
    return [dict(row) for row in found.mappings()]


def of_ellen(session: Session) -> dict[str, Any]:
    return next(row for row in states(session) if row["role"] == "provider")


def credible(here: Play, value: float, *, bias: float = 0.0, on: str = "2026-11-01") -> None:
    here.session.execute(
        text(
            "INSERT INTO rater_credibilities (rater_id, as_of, value, bias) VALUES (:id, :on, :value, :bias)"
        ),
        {"id": here.scene.aino.user_id, "on": on, "value": value, "bias": bias},
    )


def decided(here: Play, review_id: Any, kind: DecisionKind, at: datetime) -> None:
    why = {"reason_code": DecisionReason.SPAM, "statement": "So."}
    ratings.decide(here.session, review_id, kind, by=here.mira, at=at, **why)


def test_a_revealed_review_weighs_by_credibility_and_age(here: Play):
    credible(here, 0.8)
    _, first, second = here.reviewed((4, 5))
    assert scores.follow(here.session, [first.id, second.id], at=here.over + DAY) == 2
    ellen = of_ellen(here.session)
    days = (first.submitted_at - landmark(here.over)) / timedelta(days=1)
    assert ellen["weight"] == pytest.approx(0.8 * 2 ** (days / scoring.HALF_LIFE_DAYS), rel=1e-12)
    assert ellen["weighted"] == pytest.approx(ellen["weight"] * 0.75, rel=1e-12)
    assert ellen["rated_4"] == ellen["weight"]
    assert ellen["reviews"] == 1


def test_a_sealed_review_weighs_nothing_and_leaves_no_trace(here: Play):
    booking = here.completed()
    review = here.writes("aino", booking.id, at=here.over + HOUR)
    assert scores.follow(here.session, [review.id], at=here.over + DAY) == 0
    assert states(here.session) == []


def test_told_twice_nothing_moves(here: Play):
    _, first, second = here.reviewed()
    scores.follow(here.session, [first.id, second.id], at=here.over + DAY)
    before = states(here.session)
    assert scores.follow(here.session, [first.id, second.id], at=here.over + 2 * DAY) == 0
    assert states(here.session) == before


def test_a_removed_review_leaves_nothing_and_a_restored_one_all_of_it(here: Play):
    _, first, second = here.reviewed()
    scores.follow(here.session, [first.id, second.id], at=here.over + DAY)
    before = of_ellen(here.session)
    decided(here, first.id, DecisionKind.REMOVE, here.over + DAY)
    scores.follow(here.session, [first.id], at=here.over + DAY)
    assert all(of_ellen(here.session)[name] == 0 for name in (*SUMS, "reviews"))
    decided(here, first.id, DecisionKind.RESTORE, here.over + DAY)
    scores.follow(here.session, [first.id], at=here.over + DAY)
    assert [of_ellen(here.session)[name] for name in SUMS] == [before[name] for name in SUMS]


def test_a_pairs_second_review_weighs_half_whichever_was_heard_of_first(here: Play):
    credible(here, 1.0)
    _, early, _ = here.reviewed((5, 5))
    _, late, _ = here.reviewed((5, 5), days=3)
    for review in (late, early):
        scores.follow(here.session, [review.id], at=here.over + 9 * DAY)
    weights = dict(here.session.execute(text("SELECT review_id, weight FROM review_weighings")).all())
    assert weights[early.id] == pytest.approx(1.0)
    assert weights[late.id] == pytest.approx(0.5)


def test_all_of_low_credibility_together_add_three_tenths_in_a_week(here: Play):
    credible(here, 0.4)
    ids = [here.reviewed(days=day)[1].id for day in range(3)]
    for review_id in ids:
        scores.follow(here.session, [review_id], at=here.over + 9 * DAY)
    weeks = "SELECT sum(weight) FROM review_weighings GROUP BY floor(extract(epoch FROM written_at) / 604800)"
    assert max(here.session.scalars(text(weeks))) <= 0.3 + 1e-12
    assert replaying.drifted(here.session) == []


def test_a_rater_who_turns_out_credible_counts_by_it(here: Play):
    credible(here, 0.1)
    _, first, _ = here.reviewed((5, 5))
    scores.follow(here.session, [first.id], at=here.over + DAY)
    before = of_ellen(here.session)["weight"]
    credible(here, 1.0, bias=0.1, on="2026-12-01")
    assert scores.follow(here.session, [first.id], at=here.over + DAY) == 0, "what was taken down stands"
    assert scores.follow_credibility(here.session, [first.id], at=here.over + 2 * DAY) == 1
    after = of_ellen(here.session)
    assert after["weight"] == pytest.approx(10 * before)
    assert after["weighted"] == pytest.approx(0.9 * after["weight"])
    assert replaying.drifted(here.session) == []


def test_every_number_that_was_shown_or_ranks_can_be_counted_again(here: Play):
    _, first, second = here.reviewed((4, 5))
    scores.follow(here.session, [first.id, second.id], at=here.over + DAY)
    kept = here.session.execute(text("SELECT inputs, ranking FROM reputation_snapshots")).all()
    assert len(kept) == 2
    for row in kept:
        assert rank(Inputs.thawed(row.inputs)).frozen() == row.ranking
    assert of_ellen(here.session)["ranking"] in [row.ranking["score"] for row in kept]


def test_a_state_that_drifted_is_told_and_counted_again(here: Play):
    _, first, second = here.reviewed()
    scores.follow(here.session, [first.id, second.id], at=here.over + DAY)
    right = of_ellen(here.session)["weight"]
    here.session.execute(text("UPDATE reputation_states SET weight = weight + 1e-6 WHERE role = 'provider'"))
    (drift,) = replaying.drifted(here.session)
    assert drift.key.role is Side.PROVIDER
    assert replaying.recount(here.session, drift.key, at=here.over + DAY)
    assert of_ellen(here.session)["weight"] == pytest.approx(right, rel=1e-12)
    assert not replaying.recount(here.session, drift.key, at=here.over + DAY)


def test_news_that_was_not_heard_is_found(here: Play):
    _, first, second = here.reviewed()
    assert set(replaying.behind(here.session, limit=9)) == {first.id, second.id}
    scores.follow(here.session, [first.id, second.id], at=here.over + DAY)
    assert replaying.behind(here.session, limit=9) == []


def test_a_new_landmark_changes_no_score(here: Play):
    credible(here, 0.9)
    ids = [here.reviewed((stars, 5), days=day)[1].id for day, stars in enumerate((5, 2))]
    scores.follow(here.session, ids, at=here.over + DAY)
    later = landmark(here.over) + timedelta(days=41 * scoring.HALF_LIFE_DAYS)
    key = StateKey(here.scene.ellen.user_id, Side.PROVIDER, of_ellen(here.session)["category_id"])
    before = rank(scores.standings(here.session, [key], at=later)[0].inputs)
    assert replaying.move_landmarks(here.session, at=here.over + DAY) == 0
    assert replaying.move_landmarks(here.session, at=later) == 1
    after = rank(scores.standings(here.session, [key], at=later)[0].inputs)
    assert after.score == pytest.approx(before.score, abs=1e-12)
    assert replaying.drifted(here.session) == []


def together(here: Play, device: str = "phone") -> None:
    """Aino and Ellen sign in from one device."""
    for person in (here.scene.aino, here.scene.ellen):
        record_signal(here.session, person.user_id, SignalKind.DEVICE, device, here.over)


@pytest.mark.parametrize("known", ["before", "after"])
def test_who_shares_a_device_with_the_subject_weighs_nothing_whenever_that_comes_out(here: Play, known: str):
    credible(here, 1.0)
    if known == "before":
        together(here)
    _, first, second = here.reviewed((5, 5))
    scores.follow(here.session, [first.id, second.id], at=here.over + DAY)
    if known == "after":
        assert of_ellen(here.session)["weight"] > 0
        together(here)
        both = [here.scene.aino.user_id, here.scene.ellen.user_id]
        assert scores.follow_clusters(here.session, both, at=here.over + DAY) == 2
        assert scores.follow_clusters(here.session, both, at=here.over + DAY) == 0
    ellen = of_ellen(here.session)
    assert (ellen["weight"], ellen["reviews"]) == (0, 1), "it is shown, and weighs nothing"
    known = reputation.about(
        here.session, here.scene.ellen.user_id, Side.PROVIDER, profile_id=None, at=here.over + DAY
    )
    assert [scored.set_aside for scored in known.categories] == [1]
    assert replaying.drifted(here.session) == []


def test_when_a_crowd_turns_out_to_share_a_device_all_weigh_again(here: Play):
    credible(here, 1.0)
    together(here)
    _, first, _ = here.reviewed((5, 5))
    scores.follow(here.session, [first.id], at=here.over + DAY)
    for number in range(MAX_USERS_PER_SIGNAL - 1):
        record_signal(
            here.session, cast.user(here.session, f"Reader{number}").id, SignalKind.DEVICE, "phone", here.over
        )
    both = [here.scene.aino.user_id, here.scene.ellen.user_id]
    assert scores.follow_clusters(here.session, both, at=here.over + DAY) == 1
    assert of_ellen(here.session)["weight"] > 0


STEPS = ("reveal", "edit", "remove", "restore", "believe")


def _told(here: Play, ids: list[Any], step: str, which: int, fate: str) -> None:
    """What befalls a review, and that its score hears of it: not at all (a crash before), once or twice."""
    at = here.over + 20 * DAY
    attempt = here.session.begin_nested()
    state = here.session.execute(
        text("SELECT state FROM reviews WHERE id = :id"), {"id": ids[which]}
    ).scalar()
    if step == "remove" and state == "published":
        decided(here, ids[which], DecisionKind.REMOVE, at)
    if step == "restore" and state == "removed":
        decided(here, ids[which], DecisionKind.RESTORE, at)
    for _ in range(2 if fate == "twice" else 1):
        if step == "believe":
            scores.follow_credibility(here.session, [ids[which]], at=at)
        else:
            scores.follow(here.session, [ids[which]], at=at)
    if fate == "crash":
        attempt.rollback()
        here.session.expire_all()
    else:
        attempt.commit()


def _ended(here: Play, ids: list[Any], order: list[tuple[str, int, str]]) -> list[dict[str, Any]]:
    """The states after all that, and after what did not go through was told again."""
    outer = here.session.begin_nested()
    try:
        for step, which, fate in order:
            _told(here, ids, step, which, fate)
        for which, review_id in enumerate(ids):
            held = here.session.execute(
                text("SELECT state FROM reviews WHERE id = :id"), {"id": review_id}
            ).scalar()
            if which == 0 and held == "published":
                decided(here, review_id, DecisionKind.REMOVE, here.over + 20 * DAY)
            if which != 0 and held == "removed":
                decided(here, review_id, DecisionKind.RESTORE, here.over + 20 * DAY)
            scores.follow_credibility(here.session, [review_id], at=here.over + 20 * DAY)
            scores.follow(here.session, [review_id], at=here.over + 20 * DAY)
        assert replaying.drifted(here.session) == []
        return states(here.session)
    finally:
        outer.rollback()
        here.session.expire_all()


ORDERS = st.lists(
    st.tuples(st.sampled_from(STEPS), st.integers(0, 2), st.sampled_from(("", "crash", "twice"))),
    min_size=3,
    max_size=9,
)


@pytest.mark.parametrize("examples", [3, pytest.param(150, marks=pytest.mark.long)])
def test_any_order_with_duplicates_and_crashes_ends_in_the_same_sums(here: Play, examples: int):
    ids = [here.reviewed((stars, 5), days=2 * day)[1].id for day, stars in enumerate((5, 1, 4))]
    credible(here, 0.45, bias=0.05)
    plain = _ended(here, ids, [])

    @settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(ORDERS)
    def in_any_order(order: list[tuple[str, int, str]]) -> None:
        for was, now in zip(plain, _ended(here, ids, order), strict=True):
            assert [now[name] for name in SUMS] == pytest.approx([was[name] for name in SUMS], abs=1e-9)
            assert now["reviews"] == was["reviews"]

    in_any_order()


def test_a_telling_that_counts_twice_would_be_noticed(here: Play):
    """A weighing that forgets what it has added adds it again; the comparison sees it."""
    _, first, _ = here.reviewed((5, 5))
    scores.follow(here.session, [first.id], at=here.over + DAY)
    here.session.execute(text("UPDATE review_weighings SET weight = 0, counts = false"))
    scores.follow(here.session, [first.id], at=here.over + DAY)
    assert [drift.key.role for drift in replaying.drifted(here.session)] == [Side.PROVIDER]
