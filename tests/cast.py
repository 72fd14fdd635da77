"""The known cast: a handful of neighbours in Helsinki. Everybody is made when first asked for, then found.

Aino and Ben are customers, Ellen and Farah providers, Otto operates the market and Mira moderates it. All of
it happened long before the tests' Monday, so that policies are in force and people are not new.
"""

from datetime import UTC, datetime, time
from typing import Any

from sqlmodel import Session, select

from domain import availability, identity, markets, offers, providers
from domain.availability import opening_hours
from domain.foundation.actors import SYSTEM, Actor, ActorKind
from domain.identity import User
from domain.markets import Market
from domain.offers import Category, Content, Offer
from domain.providers import ProviderProfile

LONG_AGO = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)

# What an offer in each standard category says when a test does not care.
CONTENTS: dict[str, dict[str, Any]] = {
    "hourly-service": {"minimum_minutes": 60, "maximum_minutes": 240},
    "task": {"duration_minutes": 90},
    "lesson": {"duration_minutes": 45, "seats": 6, "attributes": {"subject": "Finnish"}},
    "ride": {
        "minimum_minutes": 30,
        "maximum_minutes": 240,
        "attributes": {"vehicle": "van", "passengers": 2},
    },
    "stay": {
        "minimum_minutes": 1_440,
        "maximum_minutes": 14_400,
        "check_in_at": time(15),
        "check_out_at": time(11),
        "attributes": {"room_type": "private_room", "accommodates": 2},
    },
}
HAKANIEMI = {"latitude": 60.17938, "longitude": 24.95152}


def user(session: Session, name: str) -> User:
    """The user of this name, without a password: tests open sessions for them."""
    email = f"{name.lower()}@example.org"
    found = session.exec(select(User).where(User.email == email)).first()
    if found is None:
        found = User(email=email, name=name, locale="en", created_at=LONG_AGO)
        session.add(found)
        session.flush()
    return found


def actor(someone: User) -> Actor:
    """This person, acting for themselves."""
    return Actor(ActorKind.USER, someone.id)


def aino(session: Session) -> User:
    """A customer."""
    return user(session, "Aino")


def ben(session: Session) -> User:
    """Another customer."""
    return user(session, "Ben")


def ellen(session: Session) -> ProviderProfile:
    """An approved provider."""
    return provider(session, "Ellen")


def farah(session: Session) -> ProviderProfile:
    """Another approved provider."""
    return provider(session, "Farah")


def otto(session: Session) -> User:
    """The operator, everywhere."""
    return _with_role(session, "Otto", identity.UserRole.OPERATOR)


def mira(session: Session) -> User:
    """The moderator, everywhere."""
    return _with_role(session, "Mira", identity.UserRole.MODERATOR)


def market(session: Session) -> Market:
    """Helsinki: euros, Finnish time, the policy every market starts with."""
    found = session.exec(select(Market).where(Market.slug == "helsinki")).first()
    return found or markets.create_market(
        session,
        slug="helsinki",
        name="Helsinki",
        currency="EUR",
        time_zone="Europe/Helsinki",
        locale="fi-FI",
        country="FI",
        by=SYSTEM,
        at=LONG_AGO,
    )


def provider(session: Session, name: str) -> ProviderProfile:
    """Somebody's approved profile in Helsinki."""
    someone, here = user(session, name), market(session)
    for profile in providers.list_user_profiles(session, someone.id):
        return profile
    profile = providers.apply_as_provider(
        session, here.id, display_name=name, about="", by=actor(someone), at=LONG_AGO
    )
    operator = Actor(ActorKind.OPERATOR, otto(session).id)
    for step in (providers.ProviderTransition.REVIEW, providers.ProviderTransition.APPROVE):
        providers.apply_transition(session, profile.id, step, by=operator, reason_code="known", at=LONG_AGO)
    return profile


def category(session: Session, slug: str) -> Category:
    """One of the standard categories."""
    offers.define_standard_categories(session, LONG_AGO)
    return offers.category_by_slug(session, slug)


def drafted(
    session: Session,
    *,
    provider: ProviderProfile | None = None,
    category: str = "hourly-service",
    **content: Any,
) -> Offer:
    """An offer that nobody else has seen yet; `content` changes what it says."""
    profile = provider or ellen(session)
    told = {"title": "Ironing", "price_amount": 4_500, **HAKANIEMI, **CONTENTS[category], **content}
    return offers.draft(
        session,
        profile_id=profile.id,
        category_id=_category(session, category).id,
        content=Content(**told),
        by=Actor(ActorKind.USER, profile.user_id),
        at=LONG_AGO,
    )


def offer(session: Session, *, at: datetime = LONG_AGO, **terms: Any) -> Offer:
    """An offer that is published; the terms are those of `drafted`."""
    made = drafted(session, **terms)
    return offers.publish(session, made.id, by=Actor(ActorKind.USER, made.provider_user_id), at=at)


def open_always(session: Session, profile: ProviderProfile) -> availability.Resource:
    """The provider's calendar, open around the clock every day."""
    by = Actor(ActorKind.USER, profile.user_id)
    calendar = availability.open_calendar(session, profile.id, by=by, at=LONG_AGO)
    midnight = datetime(2026, 1, 5).time()  # noqa: DTZ001 -- a reading of the wall, on no day
    rules = [opening_hours.WeeklyRule(weekday, midnight, midnight) for weekday in range(7)]
    return opening_hours.set_schedule(session, calendar.id, rules, by=by, at=LONG_AGO)


_category = category


def _with_role(session: Session, name: str, role: identity.UserRole) -> User:
    someone = user(session, name)
    if not identity.list_role_grants(session, someone.id):
        session.add(
            identity.RoleGrant(user_id=someone.id, role=role, granted_by=someone.id, granted_at=LONG_AGO)
        )
        session.flush()
    return someone
