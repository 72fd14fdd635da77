"""Nothing that anybody but its author is told differs by what a sealed review says.

How this is tried, and what is compared, stands in `sealing.py`. A comparison that cannot fail would be worth
nothing, so guards are broken here, one by one, and each time the difference is seen.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, ClassVar
from uuid import UUID

import pytest
from sqlalchemy import text

from domain import ratings
from domain.foundation import clock
from domain.foundation.events import DomainEvent
from domain.foundation.persistence.database import Transactions
from domain.ratings import Content, DecisionReason, HoldReason, Side, looking, windows, writing
from tests.api.sealing import BAD, GOOD, Sealing, differences
from tests.api.theatre import Theatre

RETALIATION = DecisionReason.RETALIATION
AT_ONCE, LATE = timedelta(), timedelta(days=12)


@pytest.mark.parametrize("hidden", [Side.CUSTOMER, pytest.param(Side.PROVIDER, marks=pytest.mark.long)])
def test_every_answer_is_the_same_whether_one_star_or_five_is_sealed(
    theatre: Theatre, monkeypatch: pytest.MonkeyPatch, hidden: Side
):
    sealing = Sealing(theatre, monkeypatch, hidden)
    assert differences(sealing.world(BAD, after=AT_ONCE), sealing.world(GOOD, after=AT_ONCE)) == []


@pytest.mark.long
def test_on_the_last_day_everything_is_still_the_same(theatre: Theatre, monkeypatch: pytest.MonkeyPatch):
    sealing = Sealing(theatre, monkeypatch, Side.CUSTOMER)
    assert differences(sealing.world(BAD, after=LATE), sealing.world(GOOD, after=LATE)) == []


@pytest.mark.long
def test_a_detector_that_asks_for_a_look_at_one_star_shows_nowhere(
    theatre: Theatre, monkeypatch: pytest.MonkeyPatch
):
    def look(transactions: Transactions, review_id: UUID, said: Content) -> None:
        if said is BAD:
            with transactions() as session:
                ratings.hold_for_a_look(
                    session, review_id, reason_code=RETALIATION, statement="Soon.", at=clock.now()
                )

    sealing = Sealing(theatre, monkeypatch, Side.CUSTOMER, look)
    assert differences(sealing.world(BAD, after=AT_ONCE), sealing.world(GOOD, after=AT_ONCE)) == []


@pytest.mark.long
def test_after_the_close_everybody_is_told_what_was_sealed(theatre: Theatre, monkeypatch: pytest.MonkeyPatch):
    """The worlds do differ, and the comparison sees it, as soon as it may."""
    sealing, later = Sealing(theatre, monkeypatch, Side.CUSTOMER), timedelta(days=15)
    one, other = (sealing.world(said, after=later, quickly=True) for said in (BAD, GOOD))
    routes = {asked[1] for asked in differences(one, other)}
    assert {"read_booking_reviews", "list_provider_reviews"} <= routes


# --- guards that are broken on purpose


@dataclass(frozen=True)
class Told(DomainEvent):
    """A fact about a booking that says too much."""

    name: ClassVar[str] = "booking.reviewed_so"
    audit_only: ClassVar[bool] = True

    stars: int


def stars_stand_in_the_timeline(patch: pytest.MonkeyPatch) -> None:
    submitted = writing.reveal_if_due

    def telling(session: Any, window: Any, **more: Any) -> bool:
        stars = session.execute(text("SELECT max(stars) FROM reviews WHERE revealed_at IS NULL")).scalar()
        writing.events.record_event(session, Told(stars), subject=("booking", window.booking_id), **more)
        return submitted(session, window, **more)

    patch.setattr(writing, "reveal_if_due", telling)
    _whenever_it_is_edited(patch, telling)


def a_bad_review_waits_for_a_person(patch: pytest.MonkeyPatch) -> None:
    def waiting(session: Any, window: Any, **more: Any) -> bool:
        stars = session.execute(text("SELECT stars FROM reviews WHERE revealed_at IS NULL")).scalars().all()
        if 1 in stars:
            window.held_at, window.held_until = more["at"], more["at"] + timedelta(hours=72)
            window.held_why = HoldReason.INVESTIGATION
        return False

    _whenever_it_is_edited(patch, waiting)


def sealed_reviews_are_read(patch: pytest.MonkeyPatch) -> None:
    _read_instead(patch, "'published'", "'sealed'")


def only_the_length_of_a_sealed_text_is_told(patch: pytest.MonkeyPatch) -> None:
    told = "CASE WHEN reviews.state = 'sealed' THEN repeat('x', length(reviews.text)) END AS text"
    _read_instead(patch, "CASE WHEN reviews.state = 'published' THEN reviews.text END AS text", told)


def good_reviews_are_counted(patch: pytest.MonkeyPatch) -> None:
    statement = looking._ABOUT.text.replace(
        "reviews.state = 'published' AND", "(reviews.state = 'published' OR reviews.stars > 3) AND"
    )
    patch.setattr(looking, "_ABOUT", text(_with_an_instant(statement)))


LEAKS = [
    stars_stand_in_the_timeline,
    *(
        pytest.param(leak, marks=pytest.mark.long)
        for leak in (
            a_bad_review_waits_for_a_person,
            sealed_reviews_are_read,
            only_the_length_of_a_sealed_text_is_told,
            good_reviews_are_counted,
        )
    ),
]


@pytest.mark.parametrize("leak", LEAKS, ids=lambda leak: leak.__name__)
def test_a_leak_is_seen(theatre: Theatre, monkeypatch: pytest.MonkeyPatch, leak: Any):
    leak(monkeypatch)
    sealing = Sealing(theatre, monkeypatch, Side.CUSTOMER)
    one, other = (sealing.world(said, after=AT_ONCE, quickly=True) for said in (BAD, GOOD))
    found = [asked for asked in differences(one, other) if asked[0] == sealing.other]
    assert found, "the other side could tell one star from five, and nothing was seen"


def _whenever_it_is_edited(patch: pytest.MonkeyPatch, then: Callable[..., bool]) -> None:
    change = writing._change

    def changed(session: Any, review: Any, content: Any, at: Any) -> None:
        change(session, review, content, at)
        window = writing.queries.window(session, review.booking_id)
        then(session, window, by=windows.CLOCK, at=at)

    patch.setattr(writing, "_change", changed)


def _read_instead(patch: pytest.MonkeyPatch, what: str, instead: str) -> None:
    statement = looking._OF_BOOKING.text.replace(what, instead)
    statement = statement.replace("AND reviews.revealed_at IS NOT NULL", "")
    patch.setattr(looking, "_OF_BOOKING", text(_with_an_instant(statement)))


def _with_an_instant(statement: str) -> str:
    """A sealed review has no instant of its reveal; the leaking view makes one up."""
    made_up = "coalesce(reviews.revealed_at, reviews.submitted_at)"
    shown = statement.replace("reviews.revealed_at,", f"{made_up} AS revealed_at,", 1)
    return shown.replace("(reviews.revealed_at, reviews.id) <", f"({made_up}, reviews.id) <")
