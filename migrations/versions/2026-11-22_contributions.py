"""Contributions: calls, commitments, claims, attestations, and what they are worth.

Why: what people give beyond the paid work is asked for, confirmed by others and explained. All tables are
new; code that is running knows none of them.
The statements stand beside this file as SQL.
"""

from pathlib import Path

from migrations.statements import run

revision = "contributions"
down_revision = "credits_and_hours"

_UP = Path(__file__).with_suffix(".sql")
_DOWN = Path(__file__).with_suffix(".down.sql")


def upgrade() -> None:
    """Make what the statements say."""
    run(_UP.read_text())


def downgrade() -> None:
    """Take it away again."""
    run(_DOWN.read_text())
