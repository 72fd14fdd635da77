"""Identity links: accounts that share a card, a device or a bank account are looked at as one.

Why: a person with two accounts must not confirm themselves. The table is new; code that is running knows
none of it.
The statements stand beside this file as SQL.
"""

from pathlib import Path

from migrations.statements import run

revision = "identity_links"
down_revision = "reviews_and_reputation"

_UP = Path(__file__).with_suffix(".sql")
_DOWN = Path(__file__).with_suffix(".down.sql")


def upgrade() -> None:
    """Make what the statements say."""
    run(_UP.read_text())


def downgrade() -> None:
    """Take it away again."""
    run(_DOWN.read_text())
