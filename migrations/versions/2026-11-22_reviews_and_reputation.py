"""Reviews and reputation: two-sided sealed reviews, decisions about them, and what they add up to.

Why: who books a neighbour wants to know how it went for others, and a statement is honest only while its
author cannot answer another one with it. All tables are new; code that is running knows none of them. The
statements stand beside this file as SQL.
"""

from pathlib import Path

from migrations.statements import remove_all, run

revision = "reviews_and_reputation"
down_revision = "surge_in_quotes_and_bookings"

_SCHEMA = Path(__file__).with_suffix(".sql")


def upgrade() -> None:
    """Make the tables."""
    run(_SCHEMA.read_text())


def downgrade() -> None:
    """Remove them, and every review with them."""
    remove_all(_SCHEMA.read_text())
