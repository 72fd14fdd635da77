"""Callers: the value that authentication returns and endpoints pass to actions.

A **caller** is a user with an active session; a **grant** is a role of a user in one market or everywhere.
Callers are values, not rows: they are used after the short transaction that loaded them.

The same person books as a customer and decides as an operator. So `actor` is the person acting for
themselves, and `actor_in(market_id)` the same person in the highest role they have in that market.
"""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from domain.foundation.actors import Actor, ActorKind


class UserRole(StrEnum):
    """The roles of staff. A user without a grant has no role."""

    OPERATOR = "operator"
    MODERATOR = "moderator"


@dataclass(frozen=True, slots=True)
class Grant:
    """A role held in one market, or everywhere when `market_id` is None."""

    role: UserRole
    market_id: UUID | None = None

    def covers(self, market_id: UUID | None) -> bool:
        """Whether the grant is valid in this market; with None: whether it is valid everywhere."""
        return self.market_id is None or self.market_id == market_id


@dataclass(frozen=True, slots=True)
class Caller:
    """A signed-in user, the session of the request, and the roles the user has now."""

    user_id: UUID
    session_id: UUID
    name: str
    grants: frozenset[Grant] = frozenset()

    @property
    def actor(self) -> Actor:
        """The user acting for themselves, as customer or provider, without any role."""
        return Actor(ActorKind.USER, self.user_id)

    def actor_in(self, market_id: UUID | None) -> Actor:
        """The user in their highest role in the market: operator, else moderator, else as a user."""
        if self.is_operator(market_id):
            return Actor(ActorKind.OPERATOR, self.user_id)
        if self.is_moderator(market_id):
            return Actor(ActorKind.MODERATOR, self.user_id)
        return self.actor

    def is_operator(self, market_id: UUID | None = None) -> bool:
        """Whether the user is an operator of the market; with None: an operator everywhere."""
        return self._holds(UserRole.OPERATOR, market_id)

    def is_moderator(self, market_id: UUID | None = None) -> bool:
        """Whether the user is a moderator or operator of the market; with None: everywhere."""
        return self._holds(UserRole.MODERATOR, market_id) or self.is_operator(market_id)

    def _holds(self, role: UserRole, market_id: UUID | None) -> bool:
        return any(grant.role is role and grant.covers(market_id) for grant in self.grants)


def actor_for(by: Actor | Caller, market_id: UUID | None) -> Actor:
    """The actor in this market, for actions that know the market only after they loaded a row."""
    return by.actor_in(market_id) if isinstance(by, Caller) else by
