"""Tasks of offers: work that a customer may take over, and what it saves both sides."""

from datetime import datetime

from sqlmodel import Session

from api.schemas.offer_tasks import OfferTasksView, SavingsDraft, TaskDraft
from api.schemas.offers import OwnOfferView
from api.transaction import Router
from domain import offers, pricing
from domain.foundation.ids import OfferId, TaskId
from domain.foundation.lifecycle import TransitionNotAllowed
from domain.identity import Caller
from domain.offers.errors import OfferUnknown, SavingsUnfit, TaskUnknown, TooManyTasks

router = Router(tags=["offers"])


@router.get("/offers/{offer_id}/tasks", may="offers.read", errors=[OfferUnknown])
def list_tasks(offer_id: OfferId, session: Session, at: datetime) -> OfferTasksView:
    """See what you may take over in a service, and what it takes off. Taking over nothing costs nothing."""
    whole = offers.public_offer(session, offer_id)
    return OfferTasksView.of(whole, pricing.customer_savings(session, [whole], at))


@router.post(
    "/offers/{offer_id}/tasks",
    may="offers.change",
    status_code=201,
    errors=[TransitionNotAllowed, OfferUnknown, SavingsUnfit, TooManyTasks],
)
def add_task(
    offer_id: OfferId,
    body: TaskDraft,
    session: Session,
    caller: Caller,
    at: datetime,
    if_match: int | None,
) -> OwnOfferView:
    """Let customers take something over from you, for less."""
    offers.add_task(session, offer_id, body.content(), by=caller.actor, at=at, if_match=if_match)
    return _own(session, offer_id, caller, at)


@router.put(
    "/offers/{offer_id}/tasks/{task_id}",
    may="offers.change",
    errors=[TransitionNotAllowed, OfferUnknown, SavingsUnfit, TaskUnknown],
)
def edit_task(
    offer_id: OfferId,
    task_id: TaskId,
    body: TaskDraft,
    session: Session,
    caller: Caller,
    at: datetime,
    if_match: int | None,
) -> OwnOfferView:
    """Replace all that a task says; quotes and bookings keep what they were promised."""
    offers.edit_task(session, offer_id, task_id, body.content(), by=caller.actor, at=at, if_match=if_match)
    return _own(session, offer_id, caller, at)


@router.delete(
    "/offers/{offer_id}/tasks/{task_id}",
    may="offers.change",
    errors=[TransitionNotAllowed, OfferUnknown, TaskUnknown],
)
def retire_task(
    offer_id: OfferId,
    task_id: TaskId,
    session: Session,
    caller: Caller,
    at: datetime,
    if_match: int | None,
) -> OwnOfferView:
    """Let nobody take the task over any more; bookings that have it keep it."""
    offers.retire_task(session, offer_id, task_id, by=caller.actor, at=at, if_match=if_match)
    return _own(session, offer_id, caller, at)


@router.put(
    "/offers/{offer_id}/task-savings",
    may="offers.change",
    errors=[TransitionNotAllowed, OfferUnknown, SavingsUnfit],
)
def say_task_savings(
    offer_id: OfferId,
    body: SavingsDraft,
    session: Session,
    caller: Caller,
    at: datetime,
    if_match: int | None,
) -> OwnOfferView:
    """Say what several tasks save together, all sets at once; what you do not name is the sum of its parts.

    One task more never saves less, and all together save no more than your shortest service costs.
    """
    offers.say_savings(session, offer_id, body.together(), by=caller.actor, at=at, if_match=if_match)
    return _own(session, offer_id, caller, at)


def _own(session: Session, offer_id: OfferId, caller: Caller, at: datetime) -> OwnOfferView:
    whole = offers.own_offer(session, offer_id, caller.user_id)
    problems = pricing.price_problems(session, [whole], at)[whole.offer.id]
    return OwnOfferView.own(whole, pricing.customer_savings(session, [whole], at), problems)
