"""What a verdict does to a contribution: verified, thanked where thanks are all, or rejected with a reason.

Whose verdict it was is said by attestations; here it has no weight any more.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final, TypedDict
from uuid import UUID

from sqlmodel import Session

from domain import markets
from domain.contributions import giving_hours, policy, queries
from domain.contributions.attestation_models import Attestation
from domain.contributions.events import (
    AttestationEnded,
    ContributionCorrected,
    ContributionRejected,
    ContributionThanked,
    ContributionVerified,
)
from domain.contributions.kinds import (
    AttestationActor,
    AttestationState,
    ContributionActor,
    ContributionKind,
    ContributionState,
    Funder,
    RejectionReason,
)
from domain.contributions.lifecycle import ATTESTATIONS, CONTRIBUTIONS
from domain.contributions.models import Contribution
from domain.contributions.policy import ContributionPolicy, KindRules
from domain.contributions.rules import Answer
from domain.foundation import events
from domain.foundation.actors import SYSTEM, Actor
from domain.foundation.events import DomainEvent


class About(TypedDict):
    """What every fact about a contribution says."""

    contribution_id: UUID
    market_id: UUID
    kind: ContributionKind


_WITHOUT_CREDITS: Final = frozenset({Funder.NOBODY, Funder.HOURS})
_GRANTING: Final[Mapping[ContributionState, str]] = {
    ContributionState.AWAITING_VERIFICATION: "verify",
    ContributionState.APPEALED: "grant",
}


def conclude(
    session: Session,
    given: Contribution,
    said: Answer,
    *,
    actor: ContributionActor,
    by: Actor,
    at: datetime,
) -> None:
    """Let a verdict stand. Lock the contribution first."""
    if said.quality_milli == 0:
        reason = said.reason or RejectionReason.NOT_DONE
        reject(session, given, reason, said.statement, actor=actor, by=by, at=at)
    else:
        _verify(session, given, said, actor=actor, by=by, at=at)


def reject(
    session: Session,
    given: Contribution,
    reason: RejectionReason,
    statement: str | None,
    *,
    actor: ContributionActor,
    by: Actor,
    at: datetime,
) -> None:
    """Reject a contribution, with a reason its contributor reads and may appeal."""
    given.state = CONTRIBUTIONS.next_state(given.state, "reject", actor)
    given.rejected_at, given.rejected_reason, given.rejected_statement = at, reason, statement
    release(session, given, at=at)
    tell(session, given, ContributionRejected(**about(given), reason=reason), by=by, at=at)


def release(session: Session, given: Contribution, *, at: datetime) -> None:
    """Let everybody who was asked and has not answered go."""
    for asked in queries.attestations(session, given.id):
        if asked.state is AttestationState.ASKED:
            end(session, asked, "release", AttestationActor.SYSTEM, by=SYSTEM, at=at)


def end(
    session: Session, asked: Attestation, step: str, actor: AttestationActor, *, by: Actor, at: datetime
) -> None:
    """Take the step that ends an asking. What was said is written down before."""
    asked.state = ATTESTATIONS.next_state(asked.state, step, actor)
    asked.answered_at, asked.due_at = at, None
    session.flush()
    fact = AttestationEnded(
        attestation_id=asked.id,
        contribution_id=asked.contribution_id,
        attester_id=asked.attester_id,
        role=asked.role,
        state=asked.state,
    )
    events.record_event(session, fact, subject=("contribution", asked.contribution_id), by=by, at=at)


def rules_for(session: Session, given: Contribution) -> tuple[ContributionPolicy, KindRules]:
    """The rules a contribution was claimed under; claims are only taken where there are some."""
    rules = policy.rules_of(markets.get_policy_version(session, given.policy_version_id))
    kind = None if rules is None else rules.rules_of(given.kind, given.segment)
    assert rules is not None  # noqa: S101 -- a claim under no rules is refused when it is made
    assert kind is not None  # noqa: S101 -- likewise
    return rules, kind


def tell(session: Session, given: Contribution, fact: DomainEvent, *, by: Actor, at: datetime) -> None:
    """Record a fact about a contribution."""
    session.flush()
    events.record_event(session, fact, subject=("contribution", given.id), by=by, at=at)


def about(given: Contribution) -> About:
    """What every fact about a contribution says."""
    return {"contribution_id": given.id, "market_id": given.market_id, "kind": given.kind}


def _verify(
    session: Session, given: Contribution, said: Answer, *, actor: ContributionActor, by: Actor, at: datetime
) -> None:
    given.state = CONTRIBUTIONS.next_state(given.state, _GRANTING[given.state], actor)
    given.verified_at, given.verified_units_milli, given.quality_milli = (
        at,
        said.units_milli,
        said.quality_milli,
    )
    release(session, given, at=at)
    fact = ContributionVerified(
        **about(given),
        user_id=given.user_id,
        units_milli=said.units_milli,
        quality_milli=said.quality_milli,
        wants_thanks_only=given.wants_thanks_only,
        corrects_id=given.corrects_id,
    )
    tell(session, given, fact, by=by, at=at)
    _correct(session, given, by=by, at=at)
    whole, kind = rules_for(session, given)
    if kind.funder is Funder.HOURS and not given.wants_thanks_only:
        giving_hours.pass_on(session, given, whole.hours, by=by, at=at)
    if given.wants_thanks_only or kind.funder in _WITHOUT_CREDITS:
        given.state = CONTRIBUTIONS.next_state(given.state, "thank", ContributionActor.SYSTEM)
        given.thanked_at = at
        tell(session, given, ContributionThanked(**about(given)), by=SYSTEM, at=at)


def _correct(session: Session, given: Contribution, *, by: Actor, at: datetime) -> None:
    """Tell that this takes the place of what it corrects; what that earned is taken back by who hears it."""
    if given.corrects_id is None:
        return
    old = queries.contribution(session, given.corrects_id)
    if old.verified_at is not None:
        tell(session, old, ContributionCorrected(**about(old), corrected_by=given.id), by=by, at=at)
