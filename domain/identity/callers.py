"""Who is asking: the value that authentication yields and every door passes on.

A **caller** is a person with a living session; a **grant** is a role that person holds, in one market or
everywhere. Callers are values, not rows: they outlive the short transaction that found them.

The same person books as a customer and decides as an operator, so a caller does not *have* one kind of
actor. `actor` is the person acting for themselves; `actor_in(market_id)` is the same person using the
highest role they hold there.
"""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from domain.foundation.actors import Actor, ActorKind


class UserRole(StrEnum):
    """What staff may hold; everybody else is simply a user."""

    OPERATOR = "operator"
    MODERATOR = "moderator"


@dataclass(frozen=True, slots=True)
class Grant:
    """A role held in one market, or everywhere when `market_id` is None."""

    role: UserRole
    market_id: UUID | None = None

    def covers(self, market_id: UUID | None) -> bool:
        """Whether the grant counts in this market; None asks for everywhere, and few grants reach that."""
        return self.market_id is None or self.market_id == market_id


@dataclass(frozen=True, slots=True)
class Caller:
    """A signed-in person, the session they use, and the roles they hold at this moment."""

    user_id: UUID
    session_id: UUID
    name: str
    grants: frozenset[Grant] = frozenset()

    @property
    def actor(self) -> Actor:
        """The person acting for themselves, as customer or provider, whatever roles they hold."""
        return Actor(ActorKind.USER, self.user_id)

    def actor_in(self, market_id: UUID | None) -> Actor:
        """The person in the highest role they hold there: operator, else moderator, else themselves."""
        if self.is_operator(market_id):
            return Actor(ActorKind.OPERATOR, self.user_id)
        if self.is_moderator(market_id):
            return Actor(ActorKind.MODERATOR, self.user_id)
        return self.actor

    def is_operator(self, market_id: UUID | None = None) -> bool:
        """Whether this person operates the market; without a market: whether they operate everywhere."""
        return self._holds(UserRole.OPERATOR, market_id)

    def is_moderator(self, market_id: UUID | None = None) -> bool:
        """Whether this person may moderate the market, as its operators may too; without one: everywhere."""
        return self._holds(UserRole.MODERATOR, market_id) or self.is_operator(market_id)

    def _holds(self, role: UserRole, market_id: UUID | None) -> bool:
        return any(grant.role is role and grant.covers(market_id) for grant in self.grants)


def actor_for(by: Actor | Caller, market_id: UUID | None) -> Actor:
    """Who does this in this market, for actions that learn the market only from the row they load."""
    return by.actor_in(market_id) if isinstance(by, Caller) else by
