"""What the two sides say of Aino's first task, the sorting: left undone, made impossible, not so."""

from datetime import datetime, timedelta

from domain import bookings
from domain.bookings import Booking
from tests.domain.bookings.scene import HOUR, Scene
from tests.domain.bookings.task_scene import delivered, tasks, which

SECOND = timedelta(seconds=1)


def unmet(play: Scene, booking: Booking, at: datetime, *, by: str = "ellen") -> None:
    task = tasks(play, booking)[0]
    bookings.report_task_unmet(
        play.session, which(task), by=getattr(play, by), at=at, reason="Nothing was sorted."
    )


def blocked(play: Scene, booking: Booking, at: datetime, *, by: str = "aino") -> None:
    task = tasks(play, booking)[0]
    bookings.report_task_blocked(
        play.session, which(task), by=getattr(play, by), at=at, reason="She came an hour early."
    )


def objected(play: Scene, booking: Booking, at: datetime, *, by: str = "aino") -> None:
    task = tasks(play, booking)[0]
    bookings.object_to_task(
        play.session, which(task), by=getattr(play, by), at=at, statement="They were sorted by colour."
    )


def disputed(play: Scene) -> Booking:
    """The provider says unmet, the customer objects, three and four hours after the start."""
    booking = delivered(play)
    unmet(play, booking, play.start + 3 * HOUR)
    objected(play, booking, play.start + 4 * HOUR)
    return booking
