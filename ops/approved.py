"""Providers that a command of ours brings along: approved, without having waited for anybody.

Only the platform can do this, so it happens behind the front door; what they then offer is theirs.
"""

from datetime import datetime

from sqlmodel import Session, col, select

from domain import providers
from domain.foundation.actors import SYSTEM, Actor, ActorKind
from domain.foundation.text import normalization
from domain.identity import User
from domain.markets import Market
from domain.providers import ProviderProfile, ProviderTransition

LONGEST_NAME = 120  # as at sign-up


def provider(
    session: Session, market: Market, *, email: str, name: str, reason_code: str, at: datetime
) -> ProviderProfile:
    """The approved profile of whoever has this address, who need not have a password."""
    name = normalization.readable_name(name, longest=LONGEST_NAME) or email.partition("@")[0]
    person = session.exec(select(User).where(col(User.email) == email)).first()
    if person is None:
        person = User(email=email, name=name, locale=market.locale, created_at=at)
        session.add(person)
        session.flush()
    elif profiles := [
        each for each in providers.list_user_profiles(session, person.id) if each.market_id == market.id
    ]:
        return profiles[0]
    by = Actor(ActorKind.USER, person.id)
    profile = providers.apply_as_provider(session, market.id, display_name=name, about="", by=by, at=at)
    for step in (ProviderTransition.REVIEW, ProviderTransition.APPROVE):
        providers.apply_transition(session, profile.id, step, by=SYSTEM, reason_code=reason_code, at=at)
    return profile
