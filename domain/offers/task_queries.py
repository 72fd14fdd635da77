"""Reads of an offer's tasks and of what they save."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import Session, col, select

from domain.offers.errors import TaskUnknown
from domain.offers.models import OfferTask, OfferTaskSaving
from domain.offers.term_sheet import SavingTerms


def tasks_of(session: Session, offer_ids: Sequence[UUID]) -> dict[UUID, tuple[OfferTask, ...]]:
    """The tasks that can be taken over, by offer and in the provider's order."""
    wanted = select(OfferTask).where(col(OfferTask.offer_id).in_(offer_ids), _IN_FORCE)
    found = session.exec(wanted.order_by(col(OfferTask.position), col(OfferTask.id))).all()
    return {key: tuple(task for task in found if task.offer_id == key) for key in offer_ids}


def savings_of(session: Session, tasks: Sequence[OfferTask]) -> tuple[SavingTerms, ...]:
    """What sets of these tasks save, the small sets first. They are all the tasks of their offers."""
    rows = saving_rows(session, tasks)
    found = [SavingTerms(tuple(row.task_ids), row.saving_amount) for row in rows]
    return tuple(sorted(found, key=lambda saving: (len(saving.task_ids), saving.task_ids)))


def task(session: Session, offer_id: UUID, task_id: UUID) -> OfferTask:
    """A task of this offer that is not retired; raises `TaskUnknown`."""
    found = session.get(OfferTask, task_id)
    if found is None or found.offer_id != offer_id or found.retired_at is not None:
        raise TaskUnknown
    return found


def saving_rows(session: Session, tasks: Sequence[OfferTask]) -> list[OfferTaskSaving]:
    """The rows of what sets of these tasks save, each found by its first task."""
    if not tasks:
        return []
    wanted = select(OfferTaskSaving).where(col(OfferTaskSaving.task_id).in_([task.id for task in tasks]))
    return [*session.exec(wanted)]


_IN_FORCE = col(OfferTask.retired_at).is_(None)
