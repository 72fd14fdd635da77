"""Whatever the order, however often, wherever it crashes: the rows end as if all had gone plainly.

Commands come with the instant they were meant at. What is refused for now waits and is tried again, as a
retry would; what crashes before its commit leaves nothing and is tried again; what is delivered twice has one
effect. The sweep comes by again and again, as the
clock lets it. Only the outcome is compared: every column but ids.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlmodel import Session

from domain import ratings
from domain.foundation.errors import DomainError
from domain.ratings import Content, DecisionKind, DecisionReason, ReviewState, rules
from tests.domain.bookings.booking_factory import HOUR
from tests.domain.ratings.stagecraft import DAY, Play, play

Command = Callable[[Play, Any], object]


def _decided(kind: DecisionKind, later: int) -> Command:
    """A moderator's decision about Aino's review, once; told again, it is seen to be made."""

    def decide(here: Play, booking: Any) -> object:
        review = ratings.own(here.session, booking.id, by=here.scene.aino)
        if review.state is ReviewState.SEALED:
            raise DomainError
        made = ratings.decisions_about(here.session, review.id, by=here.mira, after=None, limit=9).items
        if any(one.kind is kind for one in made):
            return None
        told = {"reason_code": DecisionReason.SPAM, "statement": "So."}
        return ratings.decide(
            here.session, review.id, kind, by=here.mira, at=here.over + later * HOUR, **told
        )

    return decide


def _replied(here: Play, booking: Any) -> object:
    review = ratings.own(here.session, booking.id, by=here.scene.aino)
    return ratings.reply(here.session, review.id, "Thank you.", by=here.scene.ellen, at=here.over + 4 * HOUR)


COMMANDS: dict[str, Command] = {
    "open": lambda here, booking: ratings.open_window(here.session, booking.id),
    "aino writes": lambda here, booking: here.writes("aino", booking.id, 2, at=here.over + HOUR),
    "ellen writes": lambda here, booking: here.writes("ellen", booking.id, 5, at=here.over + 2 * HOUR),
    "sweep": lambda here, booking: ratings.reveal(here.session, booking.id, at=here.over + DAY),
    "aino edits": lambda here, booking: ratings.edit(
        here.session,
        booking.id,
        Content(2, "en", "In other words."),
        by=here.scene.aino,
        at=here.over + 3 * HOUR,
    ),
    "ellen replies": _replied,
    "remove": _decided(DecisionKind.REMOVE, 5),
    "restore": _decided(DecisionKind.RESTORE, 6),
}
_ROWS = {
    "windows": "SELECT to_jsonb(row) - 'booking_id' FROM review_windows row",
    "reviews": "SELECT to_jsonb(row) - 'id' FROM reviews row ORDER BY author_side",
    "versions": """
        SELECT author_side, to_jsonb(row) - 'review_id' FROM review_versions row
        JOIN reviews ON reviews.id = review_id ORDER BY author_side, row.version
    """,
    "replies": "SELECT to_jsonb(row) - 'review_id' FROM review_replies row",
    "decisions": "SELECT to_jsonb(row) - 'review_id' - 'id' FROM review_decisions row ORDER BY decided_at",
    "facts": "SELECT name, count(*) FROM events WHERE name LIKE 'review%' GROUP BY name ORDER BY name",
}

_REVEALED = text("SELECT count(*) FROM review_windows WHERE revealed_at IS NOT NULL")


def rows(session: Session) -> dict[str, list[Any]]:
    return {name: [tuple(row) for row in session.execute(text(query))] for name, query in _ROWS.items()}


def played(here: Play, booking: Any, order: list[tuple[str, str]]) -> dict[str, list[Any]]:
    """What is in the tables after these commands, each with what befalls it: "", "crash" or "twice"."""
    outer, waiting = here.session.begin_nested(), list(order)
    try:
        while waiting:
            left = [one for one in waiting if not _went(here, booking, *one)]
            before = here.session.execute(_REVEALED).scalar_one()
            _went(here, booking, "sweep", "")
            is_news = here.session.execute(_REVEALED).scalar_one() > before
            assert len(left) < len(waiting) or is_news, f"nothing can go on: {left}"
            waiting = [(name, "" if fate == "crash" else fate) for name, fate in left]
        return rows(here.session)
    finally:
        outer.rollback()
        here.session.expire_all()


def _went(here: Play, booking: Any, name: str, fate: str) -> bool:
    for again in range(2 if fate == "twice" else 1):
        attempt = here.session.begin_nested()
        try:
            COMMANDS[name](here, booking)
            here.session.flush()
        except DomainError:
            attempt.rollback()
            here.session.expire_all()
            if not again:
                return False
        else:
            if fate == "crash":
                attempt.rollback()
                here.session.expire_all()
                return _went(here, booking, name, "")
            attempt.commit()
    return True


ORDERS = st.permutations(list(COMMANDS)).flatmap(
    lambda names: st.tuples(
        *(st.tuples(st.just(name), st.sampled_from(("", "crash", "twice"))) for name in names)
    )
)


@pytest.mark.parametrize(
    "examples", [6, pytest.param(100, marks=[pytest.mark.long, pytest.mark.timeout(1_200)])]
)
def test_any_order_with_duplicates_and_crashes_ends_in_the_rows_of_the_plain_one(
    session: Session, at: datetime, examples: int
):
    here = play(session, at)
    booking = here.completed()
    plain = played(here, booking, [(name, "") for name in COMMANDS])
    assert [len(plain[name]) for name in ("windows", "reviews", "versions", "decisions")] == [1, 2, 3, 2]

    @settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(ORDERS)
    def in_any_order(order: tuple[tuple[str, str], ...]) -> None:
        assert played(here, booking, list(order)) == plain

    in_any_order()


def test_a_reveal_stamped_by_who_came_last_would_be_noticed(
    session: Session, at: datetime, monkeypatch: pytest.MonkeyPatch
):
    """The rows depend on what was done, not on who was served first: with that guard gone, they differ."""

    def stamped(closes_at: datetime, _: Any, submitted_at: Iterable[datetime]) -> datetime:
        instants = list(submitted_at)
        return instants[-1] if len(instants) > 1 else closes_at

    here = play(session, at)
    booking = here.completed()
    plain, names = played(here, booking, [(name, "") for name in COMMANDS]), list(COMMANDS)
    monkeypatch.setattr(rules, "reveal_due", stamped)
    swapped = [names[0], names[2], names[1], *names[3:]]
    assert played(here, booking, [(name, "") for name in swapped]) != plain
