"""Suspensions: an account for pay that is held, and the reason with which they end what was agreed.

Why: while a user or a provider profile is suspended nothing is payable to them, and the other side of a
booking is told why it ended (decision 0013). The lists of known words only grow; code that is running writes
none of the new ones.
The statements stand beside this file as SQL.
"""

from pathlib import Path

from migrations.statements import run

revision = "suspensions"
down_revision = "job_failures"

_UP = Path(__file__).with_suffix(".sql")
_DOWN = Path(__file__).with_suffix(".down.sql")


def upgrade() -> None:
    """Make what the statements say."""
    run(_UP.read_text())


def downgrade() -> None:
    """Take it away again."""
    run(_DOWN.read_text())
