"""What workers do for resources."""

from datetime import timedelta

from sqlmodel import Session

from domain import availability
from domain.foundation import ids
from domain.foundation.actors import SYSTEM, ActorKind
from domain.foundation.events import EventRow
from domain.foundation.persistence.database import Transactions
from tests import cast
from tests.domain.availability.availability_factory import NOW, live_holds, make_hold, make_offer, on
from tests.domain.availability.truths import broken
from workers import availability as sweeps
from workers.task import Work

SOON = NOW + timedelta(minutes=15)


def test_an_approved_provider_finds_a_calendar(session: Session) -> None:
    ellen = cast.ellen(session)
    approved = EventRow(
        id=ids.new(),
        name="provider.approved",
        occurred_at=NOW,
        actor_kind=ActorKind.OPERATOR,
        actor_id=None,
        on_behalf_of=None,
        subject_type="provider_profile",
        subject_id=ellen.id,
        version=3,
        data={"profile_id": str(ellen.id)},
    )
    for _ in range(2):
        sweeps.open_calendar(session, approved)
    assert availability.open_calendar(session, ellen.id, by=SYSTEM, at=NOW).created_at == NOW


def test_the_sweep_gives_back_time_and_seats_that_lapsed(transactions: Transactions) -> None:
    with transactions() as session:
        ironing = make_offer(session)
        lesson = make_offer(session, category="lesson", provider=cast.farah(session))
        make_hold(session, ironing, on(25, "09:00"), expires_at=SOON)
        make_hold(session, ironing, on(25, "11:00"))
        make_hold(session, lesson, on(25, "09:00", 0.75), expires_at=SOON, seats=2)
    work = Work(transactions, None)  # type: ignore[arg-type]  # the sweep reaches nobody
    assert sweeps.release_expired_holds(work, SOON) == 2
    assert sweeps.release_expired_holds(work, SOON) == 0
    with transactions() as session:
        assert [hold.during for hold in live_holds(session)] == [on(25, "11:00")]
        assert broken(session) == {}
