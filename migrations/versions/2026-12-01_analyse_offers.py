"""Analyse the offers that are there, in batches of one transaction each, with the function that the API uses.

Why: a search compares with stored words, and the stored ones were cut by the database's rule. Stopped
half-way, it goes on where it was; what is left is done by the scheduled job `offers.analyse_words` too.
"""

from alembic import op
from sqlmodel import Session

from domain import offers

revision = "analyse_offers"
down_revision = "offer_words_by_one_analyser"

_BATCH = 500


def upgrade() -> None:
    """Store the words of every offer whose stored words are of another text."""
    if op.get_context().as_sql:
        return
    with op.get_context().autocommit_block():
        engine, more = op.get_bind().engine, True
        while more:
            with Session(engine) as session, session.begin():
                more = offers.analyse_due(session, limit=_BATCH) > 0


def downgrade() -> None:
    """Leave the words; the migration before takes the column away."""
