"""Contributions from the claim to the verdict, by the workers that run in production."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from domain import contributions, ratings
from domain.contributions import Asking, ContributionKind, ContributionState, RejectionReason, Said, Verdict
from domain.contributions import queries as asked
from domain.foundation import clock
from domain.foundation.persistence.database import Transactions
from domain.ratings import Content
from tests.domain.contributions.village import DAY, Village, village
from workers.contributions import (
    SUBSTANTIVE,
    act_when_due,
    check_waiting,
    close_calls,
    let_rejections_stand,
    raise_alarms,
)
from workers.relay import Message, dispatch
from workers.subscriptions import READERS
from workers.task import Work, deliver, name_of

HOUR = timedelta(hours=1)


@pytest.fixture
def work(transactions: Transactions) -> Work:
    return Work(transactions, gateway=None)  # type: ignore[arg-type]  # these workers do not reach the world


@pytest.fixture
def here(transactions: Transactions, at: datetime) -> Iterator[Village]:
    """A village that is really there; its session is not used after that."""
    with transactions() as session:
        made = village(session, at)
        session.expunge_all()
    return made


def told(work: Work, *, times: int = 1) -> None:
    """What the outbox holds reaches its readers, so many times each."""
    readers = {name_of(reader): reader for heard in READERS.values() for reader in heard}
    ours = {name: heard for name, heard in READERS.items() if name.startswith(("contribution.", "review."))}
    messages: list[Message] = []
    while dispatch(work.transactions, ours, messages.append):
        for message in messages * times:
            deliver(work, readers[message.reader], message.event_id)
        messages.clear()


def submitted(work: Work, here: Village, claim=None) -> UUID:
    with work.transactions() as session:
        made = claim or here.about_the_booking()
        return contributions.submit(session, made, by=here.aino, at=here.now).id


def seen(work: Work, contribution_id: UUID):
    with work.transactions.read_session() as session:
        return asked.contribution(session, contribution_id)


def count(work: Work, statement: str) -> int:
    with work.transactions.read_session() as session:
        return session.execute(text(statement)).scalar_one()


def test_a_claim_is_checked_and_somebody_asked_however_often_it_is_told(work, here, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: here.now)
    given = submitted(work, here)
    told(work, times=3)
    assert seen(work, given).state is ContributionState.AWAITING_VERIFICATION
    assert count(work, "SELECT count(*) FROM attestations") == 1


def test_a_claim_of_which_no_message_came_is_found_by_the_sweep(work, here):
    given = submitted(work, here)
    assert check_waiting(work, here.now) == 1
    assert check_waiting(work, here.now) == 0
    assert seen(work, given).state is ContributionState.AWAITING_VERIFICATION


def test_the_clock_reminds_twice_and_then_takes_silence_for_a_yes(work, here):
    given = submitted(work, here)
    check_waiting(work, here.now)
    acted = [act_when_due(work, here.now + hours * HOUR) for hours in (23, 24, 47, 48, 71, 72)]
    assert acted == [0, 1, 0, 1, 0, 1]
    assert count(work, "SELECT count(*) FROM events WHERE name = 'attestation.noticed'") == 2
    assert seen(work, given).state is ContributionState.VERIFIED


def test_calls_are_closed_and_promises_forgotten_by_the_clock(work, here):
    with work.transactions() as session:
        asking = Asking(here.market.id, ContributionKind.GUIDE, "How?", "So?", closes_at=here.now + DAY)
        call = contributions.open_call(session, asking, by=here.ben, at=here.now)
        contributions.commit(session, call.id, note=None, by=here.aino, at=here.now)
    assert [close_calls(work, here.now + days * DAY) for days in (0, 1, 30, 31)] == [0, 1, 0, 1]
    assert count(work, "SELECT count(*) FROM commitments WHERE state = 'lapsed'") == 1


def test_a_rejection_that_nobody_appeals_stands_in_the_end(work, here):
    given = submitted(work, here, here.claim(ContributionKind.DEFECT_REPORT))
    check_waiting(work, here.now)
    with work.transactions() as session:
        no = Said(Verdict.REJECT, reason=RejectionReason.NOT_USEFUL)
        contributions.verify(session, given, no, by=here.mira, at=here.now)
    assert [let_rejections_stand(work, here.now + days * DAY) for days in (182, 183, 184)] == [0, 1, 0]


def test_operators_hear_each_week_of_what_no_moderator_decides(work, here):
    given = submitted(work, here, here.claim(ContributionKind.DEFECT_REPORT))
    check_waiting(work, here.now)
    with capture_logs() as told:
        assert [raise_alarms(work, here.now + days * DAY) for days in (6, 7, 8, 13, 14)] == [0, 1, 0, 0, 1]
    assert count(work, "SELECT count(*) FROM events WHERE name = 'contribution.overdue'") == 2
    assert [(one["event"], one["log_level"]) for one in told] == [("contributions_overdue", "error")] * 2
    assert seen(work, given).state is ContributionState.AWAITING_VERIFICATION


@pytest.mark.parametrize(
    ("stars", "length", "counts"), [(1, SUBSTANTIVE, 1), (5, SUBSTANTIVE, 1), (5, 119, 0)]
)
def test_a_review_that_tells_something_can_be_claimed_whatever_its_stars(
    work, here, monkeypatch, stars, length, counts
):
    monkeypatch.setattr(clock, "now", lambda: here.now)
    with work.transactions() as session:
        by = (here.aino, here.ellen)
        for author, content in zip(
            by, (Content(stars, "en", "x" * length), Content(5, "en", "!")), strict=True
        ):
            ratings.submit(session, here.done.id, content, by=author, at=here.now)
    told(work)
    assert count(work, "SELECT count(*) FROM contribution_seen_deeds WHERE kind = 'review'") == counts
