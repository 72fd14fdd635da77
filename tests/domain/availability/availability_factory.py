"""Offers with a calendar, as these tests need them: hours every day of the week unless a test says else."""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from domain import availability, offers
from domain.availability import Hold, Resource, opening_hours
from domain.availability.opening_hours import DatedException, WeeklyRule
from domain.foundation import ids
from domain.foundation.actors import Actor, ActorKind
from domain.foundation.spans import Span
from domain.offers import Offer, Terms
from domain.providers import ProviderProfile
from tests import cast

# Helsinki is two hours ahead of UTC in November; a rule from 10 to 18 is open from 08:00 to 16:00 UTC.
EVERY_DAY = [WeeklyRule(weekday, time(10), time(18)) for weekday in range(7)]
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def provider_of(profile: ProviderProfile) -> Actor:
    return Actor(ActorKind.USER, profile.user_id)


def terms_of(session: Session, offer: Offer) -> Terms:
    return offers.terms(session, offer.id)


def make_offer(
    session: Session,
    rules: Sequence[WeeklyRule] = EVERY_DAY,
    provider: ProviderProfile | None = None,
    **content: Any,
) -> Terms:
    """A published offer whose provider has an open calendar with these hours."""
    profile = provider or cast.ellen(session)
    content_defaults = {"notice_minutes": 0, "buffer_before_minutes": 0, "buffer_after_minutes": 0, **content}
    offer = cast.offer(session, provider=profile, **content_defaults)
    resource = make_calendar(session, profile)
    opening_hours.set_schedule(session, resource.id, rules, by=provider_of(profile), at=NOW)
    session.flush()
    return terms_of(session, offer)


def make_calendar(session: Session, profile: ProviderProfile) -> Resource:
    return availability.open_calendar(session, profile.id, by=provider_of(profile), at=NOW)


def make_thing(session: Session, profile: ProviderProfile, name: str = "Sauna") -> Resource:
    return availability.add_thing(session, profile.id, name=name, by=provider_of(profile), at=NOW)


def on(day: int, clock: str, hours: float = 1) -> Span:
    """So many hours from a UTC time of a day in November 2026."""
    start = datetime.combine(datetime(2026, 11, day, tzinfo=UTC), time.fromisoformat(clock), UTC)
    return Span(start, start + timedelta(hours=hours))


def a_day(day: int, days: int = 1) -> Span:
    return on(day, "00:00", 24 * days)


def closed(day: int, until: int | None = None) -> DatedException:
    first = datetime(2026, 11, day, tzinfo=UTC).date()
    return DatedException(first, first.replace(day=until or day))


def make_hold(session: Session, terms: Terms, during: Span, **more: Any) -> UUID:
    """A promise to a booking of nobody in particular; answers the booking's id."""
    params: dict[str, Any] = {
        "seats": 1,
        "option_ids": [],
        "expires_at": None,
        "booking_id": ids.new(),
        "at": NOW,
    }
    params |= more
    availability.hold_time(session, terms=terms, during=during, **params)
    booking_id: UUID = params["booking_id"]
    return booking_id


def slot_starts(slots: Sequence[availability.Slot]) -> list[str]:
    return [availability.from_epoch_seconds(slot.start).strftime("%d %H:%M") for slot in slots]


def live_holds(session: Session) -> Sequence[Hold]:
    return session.exec(select(Hold).where(col(Hold.released_at).is_(None)).order_by(Hold.during)).all()
