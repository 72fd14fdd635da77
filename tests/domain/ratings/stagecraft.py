"""Bookings between Aino and Ellen that are over, and what both say about each other."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlmodel import Session

from domain import bookings, ratings
from domain.bookings import Booking
from domain.foundation import ids
from domain.identity import Caller, Grant, UserRole
from domain.ratings import Content, Review
from tests import cast
from tests.domain.bookings.booking_factory import HOUR, BookingFactory, make_booking_factory

DAY = timedelta(days=1)


@dataclass
class Play:
    """A scene of bookings, with moderators. `over` is when the first booking was completed."""

    scene: BookingFactory
    mira: Caller

    @property
    def session(self) -> Session:
        return self.scene.session

    @property
    def over(self) -> datetime:
        return self.scene.start + 3 * HOUR

    def completed(self, *, days: int = 0) -> Booking:
        """A booking that was carried out, so many days later than the first."""
        start = self.scene.start + timedelta(days=days)
        booking = self.scene.make_confirmed_booking(start=start)
        bookings.start(self.session, booking.id, by=self.scene.ellen, at=start)
        bookings.deliver(self.session, booking.id, by=self.scene.ellen, at=start + 2 * HOUR)
        return bookings.complete(self.session, booking.id, by=self.scene.aino, at=start + 3 * HOUR)

    def writes(self, name: str, booking_id: UUID, stars: int = 5, *, at: datetime, **more: Any) -> Review:
        content = Content(stars, "en", **({"text": f"{name} says so."} | more))
        return ratings.submit(self.session, booking_id, content, by=getattr(self.scene, name), at=at)

    def reviewed(self, stars: tuple[int, int] = (4, 5), *, days: int = 0) -> tuple[Booking, Review, Review]:
        """A booking that both reviewed an hour and two after it was over: revealed."""
        booking = self.completed(days=days)
        at = self.over + timedelta(days=days) + HOUR
        first = self.writes("aino", booking.id, stars[0], at=at)
        second = self.writes("ellen", booking.id, stars[1], at=at + HOUR)
        return booking, first, second


def play(session: Session, at: datetime) -> Play:
    everywhere = frozenset({Grant(UserRole.MODERATOR)})
    mira = Caller(cast.mira(session).id, ids.new(), "Mira", everywhere)
    return Play(make_booking_factory(session, at), mira)
