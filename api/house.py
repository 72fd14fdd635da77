"""What one API process holds for its whole life: the way to the database, to the world, and its limits."""

from dataclasses import dataclass

from anyio import CapacityLimiter
from starlette.requests import Request

from api.rate_limits import RateLimits
from domain.foundation.database import Transactions
from domain.payments import Gateway


@dataclass(frozen=True, slots=True)
class House:
    """Held by the app as `app.state.house`.

    `threads` bounds the requests at work at once: few threads, or they fight for the interpreter.
    `world_threads` is a bound of its own for routes that wait for the payment provider, so that a slow
    provider cannot starve the rest.
    """

    transactions: Transactions
    gateway: Gateway
    limits: RateLimits
    threads: CapacityLimiter
    world_threads: CapacityLimiter


def house_of(request: Request) -> House:
    """The house that this request was sent to."""
    house: House = request.app.state.house
    return house
