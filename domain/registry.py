"""Every table of the domain in one place, for migrations and tests.

Importing the nouns' models is all it takes: each registers itself with the one metadata.
"""

from sqlalchemy import MetaData

from domain.availability import models as availability
from domain.bookings import models as bookings
from domain.contributions import models as contributions
from domain.contributions.integrity import models as integrity_signals
from domain.contributions.referrals import models as referrals
from domain.contributions.valuation import models as contribution_valuation
from domain.credits import models as credits
from domain.credits.patronage import models as patronage
from domain.credits.pots import models as pots
from domain.foundation import events, idempotency
from domain.foundation.jobs import job_failures
from domain.foundation.persistence.tables import Table
from domain.hours import models as hours
from domain.identity import models as identity
from domain.ledger import models as ledger
from domain.markets import models as markets
from domain.offers import models as offers
from domain.payments import models as payments
from domain.pricing import models as pricing
from domain.providers import models as providers
from domain.ratings import models as ratings
from domain.standing import models as standing
from domain.surge import models as surge

__all__ = [
    "availability",
    "bookings",
    "contribution_valuation",
    "contributions",
    "credits",
    "events",
    "hours",
    "idempotency",
    "identity",
    "integrity_signals",
    "job_failures",
    "ledger",
    "markets",
    "metadata",
    "offers",
    "patronage",
    "payments",
    "pots",
    "pricing",
    "providers",
    "ratings",
    "referrals",
    "standing",
    "surge",
]


def metadata() -> MetaData:
    """The metadata with the tables of all nouns in it."""
    return Table.metadata
