"""Offers with a calendar, as these tests need them: hours every day of the week unless a test says else."""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from domain import availability, offers
from domain.availability import DatedException, Hold, Resource, WeeklyRule
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


def an_offer(
    session: Session,
    rules: Sequence[WeeklyRule] = EVERY_DAY,
    provider: ProviderProfile | None = None,
    **content: Any,
) -> Terms:
    """A published offer whose provider has an open calendar with these hours."""
    profile = provider or cast.ellen(session)
    told = {"notice_minutes": 0, "buffer_before_minutes": 0, "buffer_after_minutes": 0, **content}
    made = cast.offer(session, provider=profile, **told)
    resource = a_calendar(session, profile)
    availability.set_schedule(session, resource.id, rules, by=provider_of(profile), at=NOW)
    session.flush()
    return terms_of(session, made)


def a_calendar(session: Session, profile: ProviderProfile) -> Resource:
    return availability.open_calendar(session, profile.id, by=provider_of(profile), at=NOW)


def a_thing(session: Session, profile: ProviderProfile, name: str = "Sauna") -> Resource:
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


def promise(session: Session, terms: Terms, during: Span, **more: Any) -> UUID:
    """A promise to a booking of nobody in particular; answers the booking's id."""
    given: dict[str, Any] = {
        "seats": 1,
        "option_ids": [],
        "expires_at": None,
        "booking_id": ids.new(),
        "at": NOW,
    }
    given |= more
    availability.promise(session, terms=terms, during=during, **given)
    booking_id: UUID = given["booking_id"]
    return booking_id


def starts(found: Sequence[availability.Slot]) -> list[str]:
    return [availability.instant(slot.start).strftime("%d %H:%M") for slot in found]


def live_holds(session: Session) -> Sequence[Hold]:
    return session.exec(select(Hold).where(col(Hold.released_at).is_(None)).order_by(Hold.during)).all()
