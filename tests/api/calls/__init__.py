"""A call of every route that succeeds on the stage: who makes it, where, with what, and who else is let in.

`{words}` are names of the stage. `also` are those besides `by` to whom the route opens; what it then tells
them (a conflict, mostly: it is not their turn) is the noun's own affair. `others` are answers to particular
people where the rule of the route's permission says less than the noun knows. "signed_in" stands for all who
are signed in, and "anyone" for all.

Each noun has its calls in a file of its own; a route that is called twice would hide one of its calls.
"""

from tests.api.calls import (
    availability,
    bookings,
    contribution_valuation,
    contributions,
    credits,
    identity,
    markets,
    offers,
    payments,
    pricing,
    providers,
    ratings,
    standing,
    surge,
)
from tests.api.calls.call import Call

_NOUNS = (
    identity,
    markets,
    providers,
    availability,
    offers,
    pricing,
    surge,
    bookings,
    ratings,
    contributions,
    standing,
    contribution_valuation,
    credits,
    payments,
)
CALLS: dict[str, Call] = {name: call for noun in _NOUNS for name, call in noun.CALLS.items()}

assert len(CALLS) == sum(len(noun.CALLS) for noun in _NOUNS), "A route has one call, under one noun."

__all__ = ["CALLS", "Call"]
