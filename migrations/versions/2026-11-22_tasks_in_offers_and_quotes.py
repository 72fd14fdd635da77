"""Tasks in offers and quotes: what a customer may take over, what it saves, and what credits pay.

Why: customers co-produce a service, and the price says so. Columns come with a default or empty, so code that
is running writes on.
The statements stand beside this file as SQL.
"""

from pathlib import Path

from migrations.statements import run

revision = "tasks_in_offers_and_quotes"
down_revision = "identity_links"

_UP = Path(__file__).with_suffix(".sql")
_DOWN = Path(__file__).with_suffix(".down.sql")


def upgrade() -> None:
    """Make what the statements say."""
    run(_UP.read_text())


def downgrade() -> None:
    """Take it away again."""
    run(_DOWN.read_text())
