"""What time does to offers."""

from datetime import datetime

from domain import offers
from workers.task import Work, until_nothing_is_left

BATCH = 100


def analyse_words(work: Work, _at: datetime) -> int:
    """Analyse offers that older code wrote, or that a new version of the analyser has to read again."""
    return until_nothing_is_left(work, lambda session: offers.analyse_due(session, limit=BATCH))
