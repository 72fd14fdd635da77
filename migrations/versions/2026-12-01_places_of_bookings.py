"""Places of bookings: a booking keeps the offer's point only where the customer comes to the provider.

Why: the point of an offer that is given at the customer's, or on a route, is the provider's home, and no
place of the booking (decision 0014). Running code takes a booking without a point for one that happens
elsewhere.
The statements stand beside this file as SQL.
"""

from pathlib import Path

from migrations.statements import run

revision = "places_of_bookings"
down_revision = "suspensions"

_UP = Path(__file__).with_suffix(".sql")
_DOWN = Path(__file__).with_suffix(".down.sql")


def upgrade() -> None:
    """Make what the statements say."""
    run(_UP.read_text())


def downgrade() -> None:
    """Take it away again."""
    run(_DOWN.read_text())
