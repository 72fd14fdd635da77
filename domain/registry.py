"""Every table of the domain in one place, for migrations and tests.

Importing the nouns' models is all it takes: each registers itself with the one metadata.
"""

from sqlalchemy import MetaData

from domain.availability import models as availability
from domain.bookings import models as bookings
from domain.contributions import models as contributions
from domain.foundation import events, idempotency
from domain.foundation.jobs import job_failures
from domain.foundation.persistence.tables import Table
from domain.identity import models as identity
from domain.ledger import models as ledger
from domain.markets import models as markets
from domain.offers import models as offers
from domain.payments import models as payments
from domain.pricing import models as pricing
from domain.providers import models as providers
from domain.ratings import models as ratings
from domain.surge import models as surge

__all__ = [
    "availability",
    "bookings",
    "contributions",
    "events",
    "idempotency",
    "identity",
    "job_failures",
    "ledger",
    "markets",
    "metadata",
    "offers",
    "payments",
    "pricing",
    "providers",
    "ratings",
    "surge",
]


def metadata() -> MetaData:
    """The metadata with the tables of all nouns in it."""
    return Table.metadata
