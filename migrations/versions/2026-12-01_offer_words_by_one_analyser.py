"""The words of an offer are no longer cut by the database: it only compares what `analysis` has cut.

Why: `to_tsvector` cut texts by one rule and the query was cut by another, so an offer was not found by its
own title. The column keeps its name, its values and its index, so code that is running goes on searching;
what it writes meanwhile differs from `words_of` and is analysed by the scheduled job `offers.analyse_words`.
The statements stand beside this file as SQL. The rows that are there are analysed by the next migration.
"""

from pathlib import Path

from migrations.statements import run

revision = "offer_words_by_one_analyser"
down_revision = "card_disputes"

_UP = Path(__file__).with_suffix(".sql")
_DOWN = Path(__file__).with_suffix(".down.sql")


def upgrade() -> None:
    """Make what the statements say."""
    run(_UP.read_text())


def downgrade() -> None:
    """Take it away again."""
    run(_DOWN.read_text())
