"""Demand, supply and snapshots: what surge prices are counted from, and what was counted.

Why: every tick writes one immutable snapshot with all it depends on and flips a pointer, so that a price can
be counted again bit for bit, and a tick that died leaves the old prices in force. All tables are new; code
that is running knows none of them. The statements stand beside this file as SQL.
"""

from pathlib import Path

from migrations.statements import remove_all, run

revision = "demand_supply_and_snapshots"
down_revision = "a_market_that_walks"

_SCHEMA = Path(__file__).with_suffix(".sql")


def upgrade() -> None:
    """Make the tables."""
    run(_SCHEMA.read_text())


def downgrade() -> None:
    """Remove them: prices go back to the tariff's, and what was counted is lost."""
    remove_all(_SCHEMA.read_text())
