"""One call of a route, and what calls of several nouns say."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

EVERYBODY = frozenset({"aino", "ben", "ellen", "farah", "mira", "otto", "olga"})


@dataclass(frozen=True)
class Call:
    """One call; `raw` names bytes of the stage that are sent as they are."""

    by: str
    method: str
    path: str
    body: Mapping[str, Any] | None = None
    also: str = ""
    others: Mapping[str, int] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    raw: str = ""

    @property
    def let_in(self) -> frozenset[str]:
        """Everybody to whom the route opens."""
        named = frozenset(self.also.split())
        if "anyone" in named:
            return EVERYBODY | {"nobody", self.by}
        return (EVERYBODY if "signed_in" in named else named) | {self.by}


LATEST = {"if-match": "*"}
OURS = {"reason_code": "known", "reason": "We looked."}  # why staff decided

# Where.
BOOKING, PROFILE = "/bookings", "/provider-profiles"
NEXT_WEEK = "from={day_7}&to={day_8}"

# Both sides of a booking, and who operates its market.
SIDES = "aino ellen otto"
