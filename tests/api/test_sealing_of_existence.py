"""Nobody but its author is told whether there is a sealed review at all.

Two worlds as in `sealing.py`: in one a review is sealed, in the other its author stays silent. All that
others are told is compared byte by byte, but for the answer to their own review, which reveals both.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from domain.ratings import Content, Side, looking
from tests.api.sealing import BAD, UNSEALS, Sealing, World
from tests.api.theatre import Theatre

SILENT = Content(3, "en")
AT_ONCE, LATE = timedelta(), timedelta(days=12)


class OfExistence(Sealing):
    """The same, but that in one world the author stays silent; what is aimed at is that of the other."""

    def _writes(self, said: Content) -> None:
        if said is not SILENT:
            super()._writes(said)

    def _aim(self) -> None:
        if not hasattr(self, "_aims"):
            super()._aim()

    def _asked(self, *, quickly: bool) -> Iterator[tuple[tuple[str, ...], Any]]:
        for asked, told in super()._asked(quickly=quickly):
            if asked[1] != UNSEALS:
                yield asked, told


def differing(written: World, silent: World) -> list[tuple[str, ...]]:
    """What was told otherwise. Tables are not compared: the author's rows are in them."""
    assert set(written.told) == set(silent.told)
    return [asked for asked in written.told if written.told[asked] != silent.told[asked]]


@pytest.mark.parametrize(
    ("hidden", "after"),
    [
        (Side.CUSTOMER, AT_ONCE),
        pytest.param(Side.PROVIDER, AT_ONCE, marks=pytest.mark.long),
        pytest.param(Side.CUSTOMER, LATE, marks=pytest.mark.long),
    ],
)
def test_a_sealed_review_and_none_are_told_alike(
    theatre: Theatre, monkeypatch: pytest.MonkeyPatch, hidden: Side, after: timedelta
):
    sealing = OfExistence(theatre, monkeypatch, hidden)
    assert differing(sealing.world(BAD, after=after), sealing.world(SILENT, after=after)) == []


def test_a_window_that_only_shows_once_somebody_wrote_would_be_seen(
    theatre: Theatre, monkeypatch: pytest.MonkeyPatch
):
    shown = looking.window_of

    def telling(session: Any, booking: Any) -> Any:
        written = session.execute(
            text("SELECT 1 FROM reviews WHERE booking_id = :id"), {"id": booking.id}
        ).first()
        return shown(session, booking) if written else None

    monkeypatch.setattr(looking, "window_of", telling)
    sealing = OfExistence(theatre, monkeypatch, Side.CUSTOMER)
    written, silent = (sealing.world(said, after=AT_ONCE, quickly=True) for said in (BAD, SILENT))
    assert {asked[1] for asked in differing(written, silent)} == {"read_booking_reviews"}
