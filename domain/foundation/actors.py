"""Actors of events: a person in a role, the clock, the payment provider, or the system itself."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class ActorKind(StrEnum):
    """The capacity in which an actor acts."""

    USER = "user"
    OPERATOR = "operator"
    MODERATOR = "moderator"
    CLOCK = "clock"
    PAYMENT = "payment"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did something. `on_behalf_of` is set if it was done for another user."""

    kind: ActorKind
    user_id: UUID | None = None
    on_behalf_of: UUID | None = None


CLOCK = Actor(ActorKind.CLOCK)
PAYMENT = Actor(ActorKind.PAYMENT)
SYSTEM = Actor(ActorKind.SYSTEM)
