"""Who did it: a person in a role, or the clock, the payment provider, or the system itself."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class ActorKind(StrEnum):
    """In which capacity something was done."""

    USER = "user"
    OPERATOR = "operator"
    MODERATOR = "moderator"
    CLOCK = "clock"
    PAYMENT = "payment"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Actor:
    """The doer of a deed, and for whom it was done when that is somebody else."""

    kind: ActorKind
    user_id: UUID | None = None
    on_behalf_of: UUID | None = None


CLOCK = Actor(ActorKind.CLOCK)
PAYMENT = Actor(ActorKind.PAYMENT)
SYSTEM = Actor(ActorKind.SYSTEM)
