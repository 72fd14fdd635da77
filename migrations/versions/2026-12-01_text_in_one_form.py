"""Names, titles and descriptions are stored in one Unicode form; two spellings of an address have one key.

Why: what reads the same was compared byte by byte. The constraints hold for what is written from now on; the
next migration rewrites what is there and validates them. Code that is running goes on: the new columns may be
null, and it fails only for a text that is sent decomposed, with the constraint's name.
The statements stand beside this file as SQL.
"""

from pathlib import Path

from migrations.statements import run

revision = "text_in_one_form"
down_revision = "analyse_offers"

_UP = Path(__file__).with_suffix(".sql")
_DOWN = Path(__file__).with_suffix(".down.sql")


def upgrade() -> None:
    """Make what the statements say."""
    run(_UP.read_text())


def downgrade() -> None:
    """Take it away again."""
    run(_DOWN.read_text())
