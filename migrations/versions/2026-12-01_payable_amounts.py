"""Payments that a card was charged for are in the steps of their currency.

Why: cards pay three-decimal currencies in tens and ariary in whole ones
(`domain/foundation/payable_amounts.py`).
Payments that no card ever took stay as they are, so the statement holds for what is stored and for code that
is running.
The statements stand beside this file as SQL.
"""

from pathlib import Path

from migrations.statements import run

revision = "payable_amounts"
down_revision = "places_of_bookings"

_UP = Path(__file__).with_suffix(".sql")
_DOWN = Path(__file__).with_suffix(".down.sql")


def upgrade() -> None:
    """Make what the statements say."""
    run(_UP.read_text())


def downgrade() -> None:
    """Take it away again."""
    run(_DOWN.read_text())
