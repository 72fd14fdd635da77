"""Two at once: the same evidence, a quorum that answers, the last place of a call, the last of a limit."""

from collections.abc import Iterator
from datetime import datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from domain import contributions
from domain.contributions import Asking, ContributionKind, ContributionState, Said, Verdict
from domain.contributions import queries as asked
from domain.contributions.errors import (
    CallFull,
    ContributionLimit,
    EvidenceKnown,
    ReferredAlready,
    SubjectClaimed,
)
from domain.foundation.errors import DomainError, error_class_for_constraint
from domain.foundation.persistence.database import Transactions
from tests.domain.contributions.village import DAY, Village, person, said, village
from tests.together import together


@pytest.fixture
def here(transactions: Transactions, at: datetime) -> Iterator[Village]:
    """A village that is really there; its session is not used after that."""
    with transactions() as session:
        made = village(session, at)
        made.everybody = made.neighbours(8)  # type: ignore[attr-defined]
        made.newcomer = made.neighbour(since=made.now - 3 * DAY)  # type: ignore[attr-defined]
        session.expunge_all()
    return made


def _tried(transactions: Transactions, deed) -> str:
    """How it went: a refusal by its name, as the door would tell it."""
    try:
        with transactions() as session:
            deed(session)
    except DomainError as refused:
        return type(refused).__name__
    except IntegrityError as broken:
        return getattr(error_class_for_constraint(broken.orig.diag.constraint_name), "__name__", str(broken))
    return "went"


def test_the_same_evidence_by_two_at_once_counts_once(here, transactions):
    claims = [(here.claim(evidence=said(7)), by) for by in here.everybody]

    def submit(number: int) -> str:
        claim, by = claims[number]
        return _tried(transactions, lambda session: contributions.submit(session, claim, by=by, at=here.now))

    outcomes = together(submit, 8)
    assert sorted(outcomes) == [EvidenceKnown.__name__] * 7 + ["went"]


def test_the_same_booking_at_once_is_claimed_once(here, transactions):
    def submit(number: int) -> str:
        claim = here.about_the_booking(evidence=said(number))
        return _tried(
            transactions, lambda session: contributions.submit(session, claim, by=here.aino, at=here.now)
        )

    assert sorted(together(submit, 6)) == [SubjectClaimed.__name__] * 5 + ["went"]


def test_a_newcomer_is_brought_along_by_one_person(here, transactions):
    about = {
        "subject_type": contributions.SubjectType.USER,
        "subject_id": here.newcomer.user_id,
    }

    def submit(number: int) -> str:
        claim = here.claim(ContributionKind.REFERRAL, **about)
        by = here.everybody[number]
        return _tried(transactions, lambda session: contributions.submit(session, claim, by=by, at=here.now))

    assert sorted(together(submit, 6)) == [ReferredAlready.__name__] * 5 + ["went"]


def test_a_limit_holds_for_claims_at_once(here, transactions):
    claims = [here.claim() for _ in range(9)]

    def submit(number: int) -> str:
        return _tried(
            transactions,
            lambda session: contributions.submit(session, claims[number], by=here.aino, at=here.now),
        )

    assert sorted(together(submit, 9)) == [ContributionLimit.__name__] * 3 + ["went"] * 6


def test_the_last_place_of_a_call_is_taken_once(here, transactions):
    with transactions() as session:
        asking = Asking(here.market.id, ContributionKind.EVENT, "The yard's summer", "Who helps?", wanted=2)
        call_id = contributions.open_call(session, asking, by=here.mira, at=here.now).id

    def commit(number: int) -> str:
        by = here.everybody[number]
        return _tried(
            transactions,
            lambda session: contributions.commit(session, call_id, note=None, by=by, at=here.now),
        )

    assert sorted(together(commit, 8)) == [CallFull.__name__] * 6 + ["went"] * 2


def test_a_quorum_that_answers_at_once_concludes_once(here, transactions):
    with transactions() as session:
        given = contributions.submit(session, here.claim(), by=here.aino, at=here.now)
        contributions.follow_submission(session, given.id, at=here.now)
        seats = [(row.id, row.attester_id) for row in asked.attestations(session, given.id)]
        given_id = given.id

    def answer(number: int) -> str:
        seat, member = seats[number % 3]
        yes = Said(Verdict.CONFIRM, 900 + 100 * (number % 3))
        return _tried(
            transactions,
            lambda session: contributions.attest(session, seat, yes, by=person(session, member), at=here.now),
        )

    outcomes = together(answer, 6)
    assert outcomes.count("went") == 3
    with transactions.read_session() as session:
        found = asked.contribution(session, given_id)
        assert (found.state, found.quality_milli) == (ContributionState.VERIFIED, 1_000)
        verified = text("SELECT count(*) FROM events WHERE name = 'contribution.verified'")
        assert session.execute(verified).scalar_one() == 1


def test_following_a_submission_many_times_at_once_asks_once(here, transactions):
    with transactions() as session:
        given_id = contributions.submit(session, here.claim(), by=here.aino, at=here.now).id

    def follow(_: int) -> str:
        return _tried(
            transactions, lambda session: contributions.follow_submission(session, given_id, at=here.now)
        )

    together(follow, 6)
    with transactions.read_session() as session:
        assert len(asked.attestations(session, given_id)) == 3
