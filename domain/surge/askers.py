"""Whose signs of demand count, and who of them are one: accounts are cheap, and prices must not be pumped.

Accounts that share a card, a device or a bank account (a cluster of `identity`) ask as one person, however
many they are. Whoever offers a category themselves, or is one with somebody who does, is no demand for it:
they would earn by what their asking does to the price.
"""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from domain import identity

_OFFERING = text("""
    SELECT DISTINCT askers.id, categories.slug
    FROM unnest(cast(:people AS uuid[])) AS askers (id)
    LEFT JOIN identity_clusters AS mine ON mine.user_id = askers.id
    LEFT JOIN identity_clusters AS theirs ON theirs.cluster_id = mine.cluster_id
    JOIN provider_profiles ON provider_profiles.user_id = coalesce(theirs.user_id, askers.id)
    JOIN offers ON offers.profile_id = provider_profiles.id
    JOIN categories ON categories.id = offers.category_id
    WHERE offers.market_id = :market_id AND offers.state = 'published' AND categories.slug = ANY(:slugs)
""")


def persons(session: Session, people: Collection[UUID]) -> Mapping[UUID, int]:
    """A number for each account; those that are looked at as one share theirs."""
    one_of = identity.cluster_of(session, people) if people else {}
    numbers = {person: number for number, person in enumerate(dict.fromkeys(one_of[each] for each in people))}
    return {each: numbers[one_of[each]] for each in people}


def offering(
    session: Session, market_id: UUID, slugs: Sequence[str], people: Collection[UUID]
) -> Collection[tuple[UUID, str]]:
    """Which of these accounts offer which of these categories in the market, or are one with who does."""
    if not people:
        return frozenset()
    wanted = {"market_id": market_id, "slugs": list(slugs), "people": list(people)}
    return {(row.id, row.slug) for row in session.execute(_OFFERING, wanted)}
