"""The words by which a search finds an offer, taken from its title and description by the one analyser."""

from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from domain.foundation.text import text_analysis
from domain.offers.models import ANALYSED_TEXT, TO_ANALYSE, Offer

_STORE = text(f"""
    UPDATE offers SET words = array_to_tsvector(CAST(:terms AS text[])), words_of = {ANALYSED_TEXT}
    WHERE id = :id
""")  # noqa: S608 -- our own constant
_DUE = text(f"""
    SELECT id, title, description FROM offers WHERE {TO_ANALYSE}
    ORDER BY id LIMIT :limit FOR UPDATE SKIP LOCKED
""")  # noqa: S608 -- our own constant


def store_words(session: Session, offer: Offer) -> None:
    """Store the words of the offer as it is now, so that it is found from this transaction on."""
    session.flush()
    _store(session, offer.id, offer.title, offer.description)


def analyse_due(session: Session, *, limit: int) -> int:
    """Store the words of up to `limit` offers whose stored words are of another text; return how many."""
    rows = session.execute(_DUE, {"limit": limit}).all()
    for row in rows:
        _store(session, row.id, row.title, row.description)
    return len(rows)


def _store(session: Session, offer_id: UUID, title: str, description: str) -> None:
    terms = text_analysis.index_terms(f"{title}\n{description}")
    session.execute(_STORE, {"id": offer_id, "terms": terms})
