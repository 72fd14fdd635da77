"""Tasks in bookings: who does what, what is at stake until it is confirmed, and what credits paid.

Why: a task that is left undone returns its own share and no more. Columns come with a default or empty, so
code that is running writes on.
The statements stand beside this file as SQL.
"""

from pathlib import Path

from migrations.statements import run

revision = "tasks_in_bookings"
down_revision = "tasks_in_offers_and_quotes"

_UP = Path(__file__).with_suffix(".sql")
_DOWN = Path(__file__).with_suffix(".down.sql")


def upgrade() -> None:
    """Make what the statements say."""
    run(_UP.read_text())


def downgrade() -> None:
    """Take it away again."""
    run(_DOWN.read_text())
