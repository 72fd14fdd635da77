"""Scheduled jobs of hours: claims that were not answered in time end."""

from datetime import datetime
from functools import partial
from uuid import UUID

from domain import hours
from workers.due import each_due
from workers.task import Work

BATCH = 200  # rows of one run; each has a transaction of its own, so that none holds up the others


def lapse_hours(work: Work, at: datetime) -> int:
    """End claims of hours that nobody answered in time. Returns how many."""
    find, act = partial(hours.list_due_hour_transfers, at=at), partial(_lapse, work, at)
    return each_due(work, "hours.lapse_hours", find, act, batch=BATCH)


def _lapse(work: Work, at: datetime, transfer_id: UUID) -> bool:
    return work.transactions.run(lambda session: hours.lapse_hours(session, transfer_id, at=at))
