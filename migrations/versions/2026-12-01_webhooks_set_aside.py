"""Webhook events that cannot be followed are set aside, with the reason.

Why: a signed event with odd metadata raised in a worker every ten seconds for ever. Columns come empty, so
code that is running writes on.
The statements stand beside this file as SQL.
"""

from pathlib import Path

from migrations.statements import run

revision = "webhooks_set_aside"
down_revision = "standing"

_UP = Path(__file__).with_suffix(".sql")
_DOWN = Path(__file__).with_suffix(".down.sql")


def upgrade() -> None:
    """Make what the statements say."""
    run(_UP.read_text())


def downgrade() -> None:
    """Take it away again."""
    run(_DOWN.read_text())
