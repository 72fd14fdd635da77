"""What one API process holds for its whole life: the way to the database, to the world, and its limits."""

from dataclasses import dataclass

from anyio import CapacityLimiter
from starlette.requests import Request

from api.rate_limits import RateLimits
from api.request_queue import RequestQueue
from domain.foundation.persistence.database import Transactions
from domain.payments import Gateway


@dataclass(frozen=True, slots=True)
class House:
    """Held by the app as `app.state.house`.

    `requests` bounds the requests at work at once: few threads, or they fight for the interpreter.
    `provider_requests` is a queue of its own for routes that wait for the payment provider, so that a slow
    provider cannot starve the rest. `threads` has no bound; the queues have.
    """

    transactions: Transactions
    gateway: Gateway
    limits: RateLimits
    requests: RequestQueue
    provider_requests: RequestQueue
    threads: CapacityLimiter


def house_of(request: Request) -> House:
    """The house that this request was sent to."""
    house: House = request.app.state.house
    return house
