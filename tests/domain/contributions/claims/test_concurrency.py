"""Two at once: the same evidence, a quorum that answers, the last place of a call, the last of a limit."""

from collections.abc import Iterator
from datetime import datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from domain import contributions
from domain.contributions import ContributionKind, ContributionState, attestations, claims
from domain.contributions import queries as asked
from domain.contributions.attestations import AttestationAnswer, AttestationVerdict
from domain.contributions.claims import CallDraft
from domain.contributions.errors import (
    CallFull,
    ContributionLimitReached,
    DuplicateEvidence,
    SubjectAlreadyClaimed,
    UserAlreadyReferred,
)
from domain.foundation.errors import DomainError, error_class_for_constraint
from domain.foundation.persistence.database import Transactions
from tests.domain.contributions.claims_factory import (
    DAY,
    ClaimsFactory,
    caller_of_id,
    claims_factory,
    evidence_document,
)
from tests.together import together


@pytest.fixture
def factory(transactions: Transactions, at: datetime) -> Iterator[ClaimsFactory]:
    """A village that is really there; its session is not used after that."""
    with transactions() as session:
        made = claims_factory(session, at)
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


def test_the_same_evidence_by_two_at_once_counts_once(factory, transactions):
    drafts = [(factory.claim(evidence=evidence_document(7)), by) for by in factory.everybody]

    def submit(number: int) -> str:
        claim, by = drafts[number]
        return _tried(transactions, lambda session: claims.submit(session, claim, by=by, at=factory.now))

    outcomes = together(submit, 8)
    assert sorted(outcomes) == [DuplicateEvidence.__name__] * 7 + ["went"]


def test_the_same_booking_at_once_is_claimed_once(factory, transactions):
    def submit(number: int) -> str:
        claim = factory.about_the_booking(evidence=evidence_document(number))
        return _tried(
            transactions, lambda session: claims.submit(session, claim, by=factory.aino, at=factory.now)
        )

    assert sorted(together(submit, 6)) == [SubjectAlreadyClaimed.__name__] * 5 + ["went"]


def test_a_newcomer_is_brought_along_by_one_person(factory, transactions):
    about = {
        "subject_type": contributions.SubjectType.USER,
        "subject_id": factory.newcomer.user_id,
    }

    def submit(number: int) -> str:
        claim = factory.claim(ContributionKind.REFERRAL, **about)
        by = factory.everybody[number]
        return _tried(transactions, lambda session: claims.submit(session, claim, by=by, at=factory.now))

    assert sorted(together(submit, 6)) == [UserAlreadyReferred.__name__] * 5 + ["went"]


def test_a_limit_holds_for_claims_at_once(factory, transactions):
    drafts = [factory.claim() for _ in range(9)]

    def submit(number: int) -> str:
        return _tried(
            transactions,
            lambda session: claims.submit(session, drafts[number], by=factory.aino, at=factory.now),
        )

    assert sorted(together(submit, 9)) == [ContributionLimitReached.__name__] * 3 + ["went"] * 6


def test_the_last_place_of_a_call_is_taken_once(factory, transactions):
    with transactions() as session:
        draft = CallDraft(
            factory.market.id, ContributionKind.EVENT, "The yard's summer", "Who helps?", wanted=2
        )
        call_id = claims.open_call(session, draft, by=factory.mira, at=factory.now).id

    def commit(number: int) -> str:
        by = factory.everybody[number]
        return _tried(
            transactions,
            lambda session: claims.commit_to_call(session, call_id, note=None, by=by, at=factory.now),
        )

    assert sorted(together(commit, 8)) == [CallFull.__name__] * 6 + ["went"] * 2


def test_a_quorum_that_answers_at_once_concludes_once(factory, transactions):
    with transactions() as session:
        contribution = claims.submit(session, factory.claim(), by=factory.aino, at=factory.now)
        claims.check_submission(session, contribution.id, at=factory.now)
        seats = [(row.id, row.attester_id) for row in asked.list_attestations(session, contribution.id)]
        contribution_id = contribution.id

    def answer(number: int) -> str:
        seat, member = seats[number % 3]
        yes = AttestationAnswer(AttestationVerdict.CONFIRM, 900 + 100 * (number % 3))
        return _tried(
            transactions,
            lambda session: attestations.attest(
                session, seat, yes, by=caller_of_id(session, member), at=factory.now
            ),
        )

    outcomes = together(answer, 6)
    assert outcomes.count("went") == 3
    with transactions.read_session() as session:
        rows = asked.get_contribution(session, contribution_id)
        assert (rows.state, rows.quality_milli) == (ContributionState.VERIFIED, 1_000)
        verified = text("SELECT count(*) FROM events WHERE name = 'contribution.verified'")
        assert session.execute(verified).scalar_one() == 1


def test_following_a_submission_many_times_at_once_asks_once(factory, transactions):
    with transactions() as session:
        contribution_id = claims.submit(session, factory.claim(), by=factory.aino, at=factory.now).id

    def follow(_: int) -> str:
        return _tried(
            transactions, lambda session: claims.check_submission(session, contribution_id, at=factory.now)
        )

    together(follow, 6)
    with transactions.read_session() as session:
        assert len(asked.list_attestations(session, contribution_id)) == 3
