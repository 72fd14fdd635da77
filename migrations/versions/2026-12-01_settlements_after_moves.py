"""The cause of a refund, and what of a settlement had moved before it.

Why: what a booking's end gives back is counted from what has moved, and goodwill stands beside it. Everything
is added. Code that is running writes none of it: a refund without a cause counts as all refunds did, and a
settlement without the new amounts is as its terms say.
The statements stand beside this file as SQL.
"""

from pathlib import Path

from migrations.statements import run

revision = "settlements_after_moves"
down_revision = "payable_amounts"

_UP = Path(__file__).with_suffix(".sql")
_DOWN = Path(__file__).with_suffix(".down.sql")


def upgrade() -> None:
    """Make what the statements say."""
    run(_UP.read_text())


def downgrade() -> None:
    """Take it away again."""
    run(_DOWN.read_text())
