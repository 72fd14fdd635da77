"""Rewrite stored texts in composed form (NFC), give addresses their keys, and validate the constraints.

Why: only then do comparisons and constraints hold for old rows too. Each step is a transaction of its own,
so no lock is held for long; stopped half-way, it goes on where it was. Accounts whose addresses turn out to
be one stay as they are (`identity.emails.email_keys`). A composed text is seldom longer than it was; where
it does not fit its column any more, its last character goes.
"""

from alembic import op
from sqlalchemy import Engine, text
from sqlmodel import Session

from domain import identity
from domain.foundation import clock

revision = "compose_text"
down_revision = "text_in_one_form"

_COLUMNS = (
    ("resources", "name", 120),
    ("categories", "name", 120),
    ("markets", "name", 120),
    ("offers", "title", 120),
    ("offers", "description", None),
    ("offer_options", "title", 120),
    ("offer_tasks", "title", 120),
    ("offer_tasks", "description", None),
    ("provider_profiles", "display_name", 120),
    ("provider_profiles", "about", None),
    ("users", "name", 120),
)
_BATCH = 500


def upgrade() -> None:
    """Rewrite and validate, column by column; then the addresses."""
    if op.get_context().as_sql:
        return
    with op.get_context().autocommit_block():
        engine = op.get_bind().engine
        for table, column, longest in _COLUMNS:
            _compose(engine, table, column, longest)
        _key_addresses(engine)


def downgrade() -> None:
    """Leave the texts; the migration before takes the constraints away."""


def _compose(engine: Engine, table: str, column: str, longest: int | None) -> None:
    composed = f"normalize({column}, NFC)"
    stored = composed if longest is None else f"left({composed}, {longest})"
    rewrite = f"UPDATE {table} SET {column} = {stored} WHERE {column} IS NOT NFC NORMALIZED"  # noqa: S608 -- our own names
    with engine.begin() as connection:
        connection.execute(text(rewrite))
    with engine.begin() as connection:
        connection.execute(text(f"ALTER TABLE {table} VALIDATE CONSTRAINT {table}_{column}_is_composed"))


def _key_addresses(engine: Engine) -> None:
    more = True
    while more:
        with Session(engine) as session, session.begin():
            more = identity.assign_email_keys(session, clock.now(), limit=_BATCH) > 0
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE users VALIDATE CONSTRAINT users_email_key_is_composed"))
