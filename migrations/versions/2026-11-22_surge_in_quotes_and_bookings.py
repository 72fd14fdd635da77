"""Surge in quotes and bookings: what demand adds, what the provider gets on top, and who agreed to what.

Why: surge is a part of the pay-in that goes to a pool and a bonus that comes out of it, so the balances of
quotes and bookings have one part more; a provider names the lowest price they work for when few ask; and a
quote knows whether both sides agreed to its booking, because that is what a customer's protections look at.

Columns come with a default or empty, so code that is running writes on. A CHECK is added unvalidated in the
place of the one it replaces, and validated afterwards. Bookings that stand as agreed are noted as such.
"""

from pathlib import Path

from migrations.statements import run

revision = "surge_in_quotes_and_bookings"
down_revision = "demand_supply_and_snapshots"

_UP = Path(__file__).with_suffix(".sql")
_DOWN = Path(__file__).with_suffix(".down.sql")


def upgrade() -> None:
    """Add the columns, replace the balances, let agreements be noted."""
    run(_UP.read_text())


def downgrade() -> None:
    """Take them away again. Refused by the old balances while any quote carries surge."""
    run(_DOWN.read_text())
