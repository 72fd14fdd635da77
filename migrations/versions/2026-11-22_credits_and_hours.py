"""Credits and hours: pots, periods and what the ledger's units need.

Why: what contributions earn is spent, expires and is given back in the same books as money.
The statements stand beside this file as SQL.
"""

from pathlib import Path

from migrations.statements import run

revision = "credits_and_hours"
down_revision = "tasks_in_bookings"

_UP = Path(__file__).with_suffix(".sql")
_DOWN = Path(__file__).with_suffix(".down.sql")


def upgrade() -> None:
    """Make what the statements say."""
    run(_UP.read_text())


def downgrade() -> None:
    """Take it away again."""
    run(_DOWN.read_text())
