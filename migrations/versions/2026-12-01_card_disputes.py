"""Card disputes: what a card network takes back, its fees, and the stop of what is not yet distributed.

Why: money that leaves without our asking is seen, posted and stops the distribution. Tables, columns and an
account kind are added; code that is running knows none of them.
The statements stand beside this file as SQL.
"""

from pathlib import Path

from migrations.statements import run

revision = "card_disputes"
down_revision = "settlements_after_moves"

_UP = Path(__file__).with_suffix(".sql")
_DOWN = Path(__file__).with_suffix(".down.sql")


def upgrade() -> None:
    """Make what the statements say."""
    run(_UP.read_text())


def downgrade() -> None:
    """Take it away again."""
    run(_DOWN.read_text())
