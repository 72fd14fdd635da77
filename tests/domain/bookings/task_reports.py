"""What the two sides say of Aino's first task, the sorting: left undone, made impossible, not so."""

from datetime import datetime, timedelta

from domain.bookings import Booking, booking_tasks
from tests.domain.bookings.booking_factory import HOUR, BookingFactory
from tests.domain.bookings.task_factory import list_tasks, make_delivered_booking, reference_of

SECOND = timedelta(seconds=1)


def report_unmet(factory: BookingFactory, booking: Booking, at: datetime, *, by: str = "ellen") -> None:
    task = list_tasks(factory, booking)[0]
    booking_tasks.report_task_unmet(
        factory.session, reference_of(task), by=getattr(factory, by), at=at, reason="Nothing was sorted."
    )


def report_blocked(factory: BookingFactory, booking: Booking, at: datetime, *, by: str = "aino") -> None:
    task = list_tasks(factory, booking)[0]
    booking_tasks.report_task_blocked(
        factory.session, reference_of(task), by=getattr(factory, by), at=at, reason="She came an hour early."
    )


def object_to(factory: BookingFactory, booking: Booking, at: datetime, *, by: str = "aino") -> None:
    task = list_tasks(factory, booking)[0]
    booking_tasks.object_to_task(
        factory.session,
        reference_of(task),
        by=getattr(factory, by),
        at=at,
        statement="They were sorted by colour.",
    )


def make_disputed_booking(factory: BookingFactory) -> Booking:
    """The provider says unmet, the customer objects, three and four hours after the start."""
    booking = make_delivered_booking(factory)
    report_unmet(factory, booking, factory.start + 3 * HOUR)
    object_to(factory, booking, factory.start + 4 * HOUR)
    return booking
