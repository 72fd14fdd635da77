"""Tasks: work that a customer may take over, and what it saves the provider who then asks for less.

The provider says what each task saves alone, and what several of them save together where that is not simply
the sum. A retired task can no longer be chosen and what it saved goes with it; bookings that have it keep it.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session

from domain.foundation.actors import Actor
from domain.offers import savings as rules
from domain.offers import task_queries as queries
from domain.offers.changes import changeable_locked, count, tell
from domain.offers.content import TaskContent
from domain.offers.errors import TooManyTasks
from domain.offers.events import SavingsSaid, TaskAdded, TaskEdited, TaskRetired
from domain.offers.models import Offer, OfferTask, OfferTaskSaving
from domain.offers.term_sheet import SavingTerms


def add_task(
    session: Session,
    offer_id: UUID,
    content: TaskContent,
    *,
    by: Actor,
    at: datetime,
    if_match: int | None = None,
) -> OfferTask:
    """Let customers take this over.

    Raises `OfferUnknown`, `Stale`, `NotNow`, `SavingsUnfit`, `TooManyTasks`.
    """
    offer = changeable_locked(session, offer_id, by=by, if_match=if_match)
    rules.check_task(content)
    if len(_tasks(session, offer)) >= rules.MOST_TASKS:
        raise TooManyTasks(f"{rules.MOST_TASKS} is the most; retire one first.")
    task = OfferTask(offer_id=offer.id, created_at=at, **_told(content))
    session.add(task)
    session.flush()
    _save(session, task, content.saving_amount, at)
    check_saved(session, offer, field="saving_amount")
    fact = TaskAdded(offer.id, count(offer, at), task.id, content.saving_amount)
    tell(session, offer, fact, by=by, at=at)
    return task


def edit_task(
    session: Session,
    offer_id: UUID,
    task_id: UUID,
    content: TaskContent,
    *,
    by: Actor,
    at: datetime,
    if_match: int | None = None,
) -> OfferTask:
    """Let the task be this from now on; quotes and bookings keep what they were promised.

    Raises `OfferUnknown`, `TaskUnknown`, `Stale`, `NotNow`, `SavingsUnfit`.
    """
    offer = changeable_locked(session, offer_id, by=by, if_match=if_match)
    task = queries.task(session, offer.id, task_id)
    rules.check_task(content)
    task.sqlmodel_update(_told(content))
    for row in queries.saving_rows(session, [task]):
        if len(row.task_ids) == 1:
            row.saving_amount, row.said_at = content.saving_amount, at
    session.flush()
    check_saved(session, offer, field="saving_amount")
    fact = TaskEdited(offer.id, count(offer, at), task.id, content.saving_amount)
    tell(session, offer, fact, by=by, at=at)
    return task


def retire_task(
    session: Session,
    offer_id: UUID,
    task_id: UUID,
    *,
    by: Actor,
    at: datetime,
    if_match: int | None = None,
) -> None:
    """Let nobody take the task over any more. Raises `OfferUnknown`, `TaskUnknown`, `Stale`, `NotNow`."""
    offer = changeable_locked(session, offer_id, by=by, if_match=if_match)
    task = queries.task(session, offer.id, task_id)
    for row in queries.saving_rows(session, _tasks(session, offer)):
        if task.id in row.task_ids:
            session.delete(row)
    task.retired_at = at
    tell(session, offer, TaskRetired(offer.id, count(offer, at), task.id), by=by, at=at)


def say_savings(
    session: Session,
    offer_id: UUID,
    together: Sequence[SavingTerms],
    *,
    by: Actor,
    at: datetime,
    if_match: int | None = None,
) -> None:
    """Let sets of several tasks save this from now on; what other sets save is the sum of their parts.

    All sets are said at once, for one alone might not fit to the others. Raises `OfferUnknown`, `Stale`,
    `NotNow`, `SavingsUnfit`.
    """
    offer = changeable_locked(session, offer_id, by=by, if_match=if_match)
    named = [SavingTerms(tuple(sorted(one.task_ids)), one.saving_amount) for one in together]
    tasks = _tasks(session, offer)
    rules.check_sets(named, [task.id for task in tasks])
    for row in queries.saving_rows(session, tasks):
        if len(row.task_ids) > 1:
            session.delete(row)
    session.flush()
    for saving in named:
        session.add(_row(saving, at))
    session.flush()
    check_saved(session, offer, field="savings")
    said = [([*saving.task_ids], saving.saving_amount) for saving in named]
    tell(session, offer, SavingsSaid(offer.id, count(offer, at), said), by=by, at=at)


def check_saved(session: Session, offer: Offer, *, field: str) -> None:
    """All that the offer's tasks save fits together and its price; raises `SavingsUnfit` with the field."""
    tasks = _tasks(session, offer)
    savings = queries.savings_of(session, tasks)
    rules.check_savings(savings, [task.id for task in tasks], from_amount=offer.from_amount, field=field)


def _tasks(session: Session, offer: Offer) -> tuple[OfferTask, ...]:
    return queries.tasks_of(session, [offer.id])[offer.id]


def _save(session: Session, task: OfferTask, saving_amount: int, at: datetime) -> None:
    session.add(_row(SavingTerms((task.id,), saving_amount), at))
    session.flush()


def _row(saving: SavingTerms, at: datetime) -> OfferTaskSaving:
    return OfferTaskSaving(
        task_id=saving.task_ids[0],
        task_ids=[*saving.task_ids],
        saving_amount=saving.saving_amount,
        said_at=at,
    )


def _told(content: TaskContent) -> dict[str, Any]:  # a row's values
    """What the row of a task says; what it saves stands elsewhere."""
    return {
        "kind": content.kind,
        "title": content.title,
        "description": content.description,
        "position": content.position,
    }
