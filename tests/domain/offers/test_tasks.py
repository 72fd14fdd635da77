"""Tasks of an offer: added, edited, retired, and what several of them save together."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event
from sqlmodel import Session

from domain import offers
from domain.foundation.actors import Actor, ActorKind
from domain.foundation.errors import Stale
from domain.foundation.events import subject_history
from domain.foundation.lifecycle import TransitionNotAllowed
from domain.offers import Offer, OfferTask, SavingTerms, TaskContent, TaskKind
from domain.offers.errors import OfferUnknown, SavingsUnfit, TaskUnknown, TooManyTasks
from tests import cast
from tests.domain.offers.owner import by

CLEARING = TaskContent(kind=TaskKind.PREPARES, title="Clearing the table", saving_amount=400)
SOAP = TaskContent(kind=TaskKind.BRINGS_MATERIALS, title="Bringing the soap", saving_amount=300, position=1)

Add = Callable[[TaskContent], OfferTask]


@pytest.fixture
def offer(session: Session) -> Offer:
    """Ellen's ironing."""
    return cast.offer(session)


@pytest.fixture
def add(session: Session, offer: Offer, at: datetime) -> Add:
    return lambda content: offers.add_task(session, offer.id, content, by=by(offer), at=at)


def say(session: Session, offer: Offer, at: datetime, *named: tuple[int, UUID, UUID], **more: Any) -> None:
    together = [SavingTerms(tuple(task_ids), amount) for amount, *task_ids in named]
    offers.say_savings(session, offer.id, together, by=by(offer), at=at, **more)


def told(session: Session, offer: Offer) -> dict[tuple[UUID, ...], int]:
    return {one.task_ids: one.saving_amount for one in offers.terms(session, offer.id).savings}


def test_a_task_is_part_of_the_terms_with_what_it_saves(session: Session, offer: Offer, add: Add) -> None:
    soap, clearing = add(SOAP), add(CLEARING)
    terms = offers.terms(session, offer.id)
    assert [(task.task_id, task.title, task.kind) for task in terms.tasks] == [
        (clearing.id, "Clearing the table", TaskKind.PREPARES),
        (soap.id, "Bringing the soap", TaskKind.BRINGS_MATERIALS),
    ]
    assert told(session, offer) == {(clearing.id,): 400, (soap.id,): 300}
    assert offers.terms_of(session, [offer.id])[offer.id] == terms


def test_terms_with_tasks_are_read_in_one_statement(session: Session, offer: Offer, add: Add) -> None:
    for content in (SOAP, CLEARING):
        add(content)
    session.flush()
    statements: list[str] = []
    connection = session.connection()

    def heard(*args: Any) -> None:
        statements.append(args[2])

    event.listen(connection, "before_cursor_execute", heard)
    assert len(offers.terms(session, offer.id).tasks) == 2
    event.remove(connection, "before_cursor_execute", heard)
    assert len(statements) == 1


def test_what_several_save_together_is_said_once_for_the_set_in_any_order(
    session: Session, offer: Offer, add: Add, at: datetime
) -> None:
    one, two = add(CLEARING).id, add(SOAP).id
    say(session, offer, at, (900, two, one))
    assert told(session, offer) == {(one,): 400, (two,): 300, (one, two): 900}
    say(session, offer, at, (800, one, two))
    assert told(session, offer)[one, two] == 800
    say(session, offer, at)
    assert (one, two) not in told(session, offer)


def test_an_edit_keeps_what_was_named_and_changes_what_adds_up(
    session: Session, offer: Offer, add: Add, at: datetime
) -> None:
    one, two = add(CLEARING), add(SOAP)
    say(session, offer, at, (900, one.id, two.id))
    more = replace(CLEARING, saving_amount=500, title="Clearing the whole room")
    offers.edit_task(session, offer.id, one.id, more, by=by(offer), at=at)
    assert told(session, offer) == {(one.id,): 500, (two.id,): 300, (one.id, two.id): 900}
    assert offers.terms(session, offer.id).tasks[0].title == "Clearing the whole room"


def test_a_retired_task_takes_its_savings_along(
    session: Session, offer: Offer, add: Add, at: datetime
) -> None:
    one, two = add(CLEARING).id, add(SOAP).id
    say(session, offer, at, (900, one, two))
    offers.retire_task(session, offer.id, one, by=by(offer), at=at)
    assert told(session, offer) == {(two,): 300}
    assert [task.task_id for task in offers.terms(session, offer.id).tasks] == [two]
    with pytest.raises(TaskUnknown):
        offers.retire_task(session, offer.id, one, by=by(offer), at=at)


def test_every_change_counts_and_is_told(session: Session, offer: Offer, add: Add, at: datetime) -> None:
    version, one, two = offer.version, add(CLEARING).id, add(SOAP).id
    offers.edit_task(session, offer.id, one, CLEARING, by=by(offer), at=at)
    say(session, offer, at, (700, one, two))
    offers.retire_task(session, offer.id, two, by=by(offer), at=at)
    assert offer.version == version + 5
    facts = [fact for fact in subject_history(session, offer.id) if fact.data["version"] > version]
    assert [fact.name for fact in facts] == [
        "offer.task_added",
        "offer.task_added",
        "offer.task_edited",
        "offer.savings_said",
        "offer.task_retired",
    ]
    assert facts[3].data["savings"] == [[[str(one), str(two)], 700]]


def test_a_saving_that_does_not_fit_is_refused_with_its_field(
    session: Session, offer: Offer, add: Add, at: datetime
) -> None:
    one, two = add(CLEARING).id, add(SOAP).id
    for content, field in [
        (replace(CLEARING, saving_amount=-1), "saving_amount"),
        (replace(CLEARING, saving_amount=offer.from_amount - 299), "saving_amount"),
        (replace(CLEARING, position=-1), "position"),
    ]:
        with pytest.raises(SavingsUnfit) as refusal, session.begin_nested():
            offers.edit_task(session, offer.id, one, content, by=by(offer), at=at)
        assert refusal.value.field == field
    with pytest.raises(SavingsUnfit) as refusal, session.begin_nested():
        say(session, offer, at, (399, one, two))
    assert refusal.value.field == "savings"


def test_a_price_does_not_fall_below_what_the_tasks_save(
    session: Session, offer: Offer, add: Add, at: datetime
) -> None:
    add(CLEARING), add(SOAP)
    content = offers.content_of(offer)
    with pytest.raises(SavingsUnfit) as refusal, session.begin_nested():
        offers.edit(session, offer.id, replace(content, price_amount=699), by=by(offer), at=at)
    assert refusal.value.field == "price_amount"
    offers.edit(session, offer.id, replace(content, price_amount=700), by=by(offer), at=at)


def test_there_are_twelve_tasks_at_most(session: Session, add: Add) -> None:
    for number in range(12):
        add(replace(CLEARING, saving_amount=number))
    with pytest.raises(TooManyTasks):
        add(CLEARING)


def test_only_the_provider_changes_tasks_of_an_offer_that_changes(
    session: Session, offer: Offer, add: Add, at: datetime
) -> None:
    task = add(CLEARING)
    stranger = Actor(ActorKind.USER, cast.user(session, "aino").id)
    with pytest.raises(OfferUnknown):
        offers.add_task(session, offer.id, SOAP, by=stranger, at=at)
    with pytest.raises(Stale):
        offers.edit_task(session, offer.id, task.id, SOAP, by=by(offer), at=at, if_match=1)
    other = cast.offer(session)
    with pytest.raises(TaskUnknown):
        offers.edit_task(session, other.id, task.id, SOAP, by=by(other), at=at)
    offers.archive(session, offer.id, by=by(offer), at=at)
    with pytest.raises(TransitionNotAllowed):
        say(session, offer, at)
