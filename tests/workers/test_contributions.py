"""Contributions from the claim to the verdict, by the workers that run in production."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from domain import ratings
from domain.contributions import ContributionKind, ContributionState, RejectionReason, attestations, claims
from domain.contributions import queries as asked
from domain.contributions.attestations import AttestationAnswer, AttestationVerdict
from domain.contributions.claims import CallDraft
from domain.foundation import clock
from domain.foundation.persistence.database import Transactions
from domain.ratings import Content
from tests.domain.contributions.claims_factory import DAY, ClaimsFactory, claims_factory
from workers.contributions import (
    SUBSTANTIVE_LENGTH,
    check_waiting_submissions,
    close_calls,
    finalize_rejections,
    process_due_attestations,
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
def factory(transactions: Transactions, at: datetime) -> Iterator[ClaimsFactory]:
    """A village that is really there; its session is not used after that."""
    with transactions() as session:
        made = claims_factory(session, at)
        session.expunge_all()
    return made


def told(work: Work, *, times: int = 1) -> None:
    """What the outbox holds reaches its readers, so many times each."""
    readers = {name_of(reader): reader for events in READERS.values() for reader in events}
    ours = {name: events for name, events in READERS.items() if name.startswith(("contribution.", "review."))}
    messages: list[Message] = []
    while dispatch(work.transactions, ours, messages.append):
        for message in messages * times:
            deliver(work, readers[message.reader], message.event_id)
        messages.clear()


def submitted(work: Work, factory: ClaimsFactory, claim=None) -> UUID:
    with work.transactions() as session:
        made = claim or factory.about_the_booking()
        return claims.submit(session, made, by=factory.aino, at=factory.now).id


def seen(work: Work, contribution_id: UUID):
    with work.transactions.read_session() as session:
        return asked.get_contribution(session, contribution_id)


def count(work: Work, statement: str) -> int:
    with work.transactions.read_session() as session:
        return session.execute(text(statement)).scalar_one()


def test_a_claim_is_checked_and_somebody_asked_however_often_it_is_told(work, factory, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: factory.now)
    contribution = submitted(work, factory)
    told(work, times=3)
    assert seen(work, contribution).state is ContributionState.AWAITING_VERIFICATION
    assert count(work, "SELECT count(*) FROM attestations") == 1


def test_a_claim_of_which_no_message_came_is_found_by_the_sweep(work, factory):
    contribution = submitted(work, factory)
    assert check_waiting_submissions(work, factory.now) == 1
    assert check_waiting_submissions(work, factory.now) == 0
    assert seen(work, contribution).state is ContributionState.AWAITING_VERIFICATION


def test_the_clock_reminds_twice_and_then_takes_silence_for_a_yes(work, factory):
    contribution = submitted(work, factory)
    check_waiting_submissions(work, factory.now)
    acted = [process_due_attestations(work, factory.now + hours * HOUR) for hours in (23, 24, 47, 48, 71, 72)]
    assert acted == [0, 1, 0, 1, 0, 1]
    assert count(work, "SELECT count(*) FROM events WHERE name = 'attestation.noticed'") == 2
    assert seen(work, contribution).state is ContributionState.VERIFIED


def test_calls_are_closed_and_promises_forgotten_by_the_clock(work, factory):
    with work.transactions() as session:
        draft = CallDraft(
            factory.market.id, ContributionKind.GUIDE, "How?", "So?", closes_at=factory.now + DAY
        )
        call = claims.open_call(session, draft, by=factory.ben, at=factory.now)
        claims.commit_to_call(session, call.id, note=None, by=factory.aino, at=factory.now)
    assert [close_calls(work, factory.now + days * DAY) for days in (0, 1, 30, 31)] == [0, 1, 0, 1]
    assert count(work, "SELECT count(*) FROM commitments WHERE state = 'lapsed'") == 1


def test_a_rejection_that_nobody_appeals_stands_in_the_end(work, factory):
    contribution = submitted(work, factory, factory.claim(ContributionKind.DEFECT_REPORT))
    check_waiting_submissions(work, factory.now)
    with work.transactions() as session:
        no = AttestationAnswer(AttestationVerdict.REJECT, reason=RejectionReason.NOT_USEFUL)
        attestations.verify_as_moderator(session, contribution, no, by=factory.mira, at=factory.now)
    assert [finalize_rejections(work, factory.now + days * DAY) for days in (182, 183, 184)] == [0, 1, 0]


def test_operators_hear_each_week_of_what_no_moderator_decides(work, factory):
    contribution = submitted(work, factory, factory.claim(ContributionKind.DEFECT_REPORT))
    check_waiting_submissions(work, factory.now)
    with capture_logs() as told:
        assert [raise_alarms(work, factory.now + days * DAY) for days in (6, 7, 8, 13, 14)] == [0, 1, 0, 0, 1]
    assert count(work, "SELECT count(*) FROM events WHERE name = 'contribution.overdue'") == 2
    assert [(item["event"], item["log_level"]) for item in told] == [("contributions_overdue", "error")] * 2
    assert seen(work, contribution).state is ContributionState.AWAITING_VERIFICATION


@pytest.mark.parametrize(
    ("stars", "length", "counts"), [(1, SUBSTANTIVE_LENGTH, 1), (5, SUBSTANTIVE_LENGTH, 1), (5, 119, 0)]
)
def test_a_review_that_tells_something_can_be_claimed_whatever_its_stars(
    work, factory, monkeypatch, stars, length, counts
):
    monkeypatch.setattr(clock, "now", lambda: factory.now)
    with work.transactions() as session:
        by = (factory.aino, factory.ellen)
        for author, content in zip(
            by, (Content(stars, "en", "x" * length), Content(5, "en", "!")), strict=True
        ):
            ratings.submit(session, factory.done.id, content, by=author, at=factory.now)
    told(work)
    assert count(work, "SELECT count(*) FROM contribution_seen_deeds WHERE kind = 'review'") == counts
