"""All of Stripe's routes that we answer, gathered."""

from sandbox.connect import account_links, accounts, balance, payouts, transfers
from sandbox.payments import (
    charges,
    customers,
    disputes,
    payment_intents,
    payment_methods,
    refunds,
    setup_intents,
)
from sandbox.protocol.errors import ApiError
from sandbox.protocol.routing import ApiRoute
from sandbox.webhooks import events, webhook_endpoints

_NOUNS = (
    account_links, accounts, balance, charges, customers, disputes, events, payment_intents, payment_methods,
    payouts,
    refunds, setup_intents, transfers, webhook_endpoints,
)  # fmt: skip
ROUTES: list[ApiRoute] = [route for noun in _NOUNS for route in noun.ROUTES]


def find_route(method: str, path: str) -> tuple[ApiRoute, dict[str, str]]:
    """The first route that answers, with the names in its path; the order within a noun matters."""
    for route in ROUTES:
        names = route.match(method, path)
        if names is not None:
            return route, names
    message = f"Unrecognized request URL ({method}: {path}). Please see https://stripe.com/docs."
    raise ApiError(message, status=404, remembered=False)
