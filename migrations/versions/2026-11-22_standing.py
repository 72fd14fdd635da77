"""Standing: what confirmed contributions add up to, and the levels they open.

Why: recognition that cannot be bought or farmed is counted from confirmations. All tables are new; code that
is running knows none of them.
The statements stand beside this file as SQL.
"""

from pathlib import Path

from migrations.statements import run

revision = "standing"
down_revision = "contributions"

_UP = Path(__file__).with_suffix(".sql")
_DOWN = Path(__file__).with_suffix(".down.sql")


def upgrade() -> None:
    """Make what the statements say."""
    run(_UP.read_text())


def downgrade() -> None:
    """Take it away again."""
    run(_DOWN.read_text())
