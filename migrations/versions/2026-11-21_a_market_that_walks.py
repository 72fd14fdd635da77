"""A market that walks: the first schema.

Why: people, markets and their policies, provider profiles, offers, time and the promises on it, quotes,
bookings, the ledger, payments, and the facts that tell all of it. The statements stand beside this file as
SQL, because that is what runs and what one wants to read.
"""

import re
from pathlib import Path

from alembic import op

revision = "a_market_that_walks"
down_revision = None

_SCHEMA = Path(__file__).with_suffix(".sql")


def upgrade() -> None:
    """Make all tables."""
    _run(_SCHEMA.read_text())


def downgrade() -> None:
    """Remove them, with all that is in them."""
    schema = _SCHEMA.read_text()
    for table in reversed(re.findall(r"^CREATE TABLE (\w+)", schema, re.MULTILINE)):
        _run(f"DROP TABLE {table} CASCADE")
    for function in re.findall(r"^CREATE (?:OR REPLACE )?FUNCTION (\w+)", schema, re.MULTILINE):
        _run(f"DROP FUNCTION {function}()")


def _run(statements: str) -> None:
    """Hand the text to the driver as it is: SQLAlchemy would take its percent signs for parameters."""
    cursor = op.get_bind().connection.cursor()
    cursor.execute(statements)
    cursor.close()
