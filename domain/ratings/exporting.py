"""One's own reputation to take along: a document signed by us, which anybody can have verified here.

The signature is over the text of the document, byte by byte, so what is handed on must be that text.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from domain.foundation import ids, signing
from domain.identity import Caller
from domain.providers import ProviderProfile
from domain.ratings import reputation
from domain.ratings.kinds import Side
from domain.ratings.ranking import Counts
from domain.ratings.reputation import Reputation, of_customer

_PURPOSE = "reputation-export/1"


@dataclass(frozen=True, slots=True)
class Export:
    """The text of a summary, and our signature over it."""

    document: str
    signature: str


def export(session: Session, *, by: Caller, at: datetime) -> Export:
    """A signed summary of what the caller's published reviews add up to, in both roles."""
    roles = {"customer": _summary(of_customer(session, by.user_id, at=at))}
    profile_id = session.scalars(
        select(col(ProviderProfile.id)).where(col(ProviderProfile.user_id) == by.user_id).limit(1)
    ).first()
    if profile_id is not None:
        known = reputation.about(session, by.user_id, Side.PROVIDER, profile_id=None, at=at)
        roles["provider"] = _summary(known)
    summary = {"user_id": ids.encode("usr", by.user_id), "issued_at": at.isoformat(), "roles": roles}
    document = json.dumps(summary, sort_keys=True, ensure_ascii=False)
    return Export(document, signing.sign(_PURPOSE, document.encode()))


def is_ours(document: str, signature: str) -> bool:
    """Whether this text was signed here, unchanged since."""
    return signing.verify(_PURPOSE, document.encode(), signature)


def _summary(known: Reputation) -> dict[str, Any]:
    return {
        "all_time": _counts(known.all_time),
        "last_year": _counts(known.last_year),
        "completed_bookings_last_year": known.reliability.completed_bookings,
    }


def _counts(counts: Counts) -> dict[str, Any]:
    return {"reviews": counts.reviews, "mean": counts.mean, "histogram": list(counts.histogram)}
