"""Who is asked whether a contribution happened: assigned by the system, never chosen by anybody.

The other person where the subject has one; else a quorum drawn from people whom trust has reached; where too
few of those are left, a moderator. Nobody is asked about their own, about what they benefit from, about
somebody of their own cluster of identities, or by whom they were confirmed in the last 90 days.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from domain import identity
from domain.contributions import queries, rules, verification
from domain.contributions.attestations import attester_sampling
from domain.contributions.events import AttesterAssigned, ContributionAssigned
from domain.contributions.kinds import (
    AttestationActor,
    AttestationRole,
    AttestationState,
    ContributionActor,
    ContributionFunder,
    ContributionState,
    ContributionVerifier,
)
from domain.contributions.lifecycle import CONTRIBUTIONS
from domain.contributions.models import Attestation, Contribution, ContributionDraw
from domain.contributions.policy import ContributionPolicy
from domain.contributions.rules import VerificationResult
from domain.foundation import events
from domain.foundation.actors import SYSTEM
from domain.standing import StandingPrivilege, first_level

# How far down the order is kept: seats for everybody who may be silent, many times over.
MAX_RANKED = 50
# Some of the first are left out, for they share a cluster with the contributor or with one another.
_MAX_CANDIDATES = 4 * MAX_RANKED

_ELIGIBLE = text(f"""
    SELECT users.id, count(*) OVER () AS eligible FROM users
    WHERE {identity.ACTIVE_ACCOUNT_SQL} AND users.created_at <= :known_since
      AND users.id <> :contributor_id AND users.id IS DISTINCT FROM :beneficiary_id
      AND users.id IN (
          SELECT customer_id FROM bookings
          WHERE market_id = :market_id AND state = 'completed' AND ended_at > :active_since
          UNION
          SELECT provider_user_id FROM bookings
          WHERE market_id = :market_id AND state = 'completed' AND ended_at > :active_since)
      AND (:least_standing = 0 OR :least_standing <= 1000 * (
          SELECT relative FROM standing_snapshots
          WHERE standing_snapshots.market_id = :market_id AND standing_snapshots.user_id = users.id
          ORDER BY on_date DESC LIMIT 1))
      AND (:least_level = 'L0' OR EXISTS (
          SELECT FROM level_states
          WHERE level_states.market_id = :market_id AND level_states.user_id = users.id
            AND level >= :least_level))
      AND NOT EXISTS (
          SELECT FROM attestations
          WHERE attestations.contributor_id = users.id AND attestations.attester_id = :contributor_id
            AND attestations.assigned_at > :reciprocal_since
            AND attestations.state NOT IN ('declined', 'replaced', 'released'))
    ORDER BY sha256(:seed || uuid_send(users.id)) LIMIT :most
""")  # noqa: S608 -- our own condition


def assign_verifier(session: Session, contribution: Contribution, *, at: datetime) -> None:
    """Ask whoever is to say whether a checked contribution happened. Lock it first."""
    _, kind = verification.get_rules(session, contribution)
    CONTRIBUTIONS.next_state(contribution.state, "assign", ContributionActor.SYSTEM)
    _assign(
        session,
        contribution,
        ContributionVerifier.SYSTEM if _is_observed(session, contribution) else kind.verifier,
        at,
    )


def assign_quorum(session: Session, contribution: Contribution, *, at: datetime) -> None:
    """Ask a quorum instead of the other person, who declined or is silent in a way that is no yes."""
    _assign(session, contribution, ContributionVerifier.QUORUM, at)


def replace_quorum_member(session: Session, contribution: Contribution, seat: int, *, at: datetime) -> None:
    """Ask the next of the order for a seat of the quorum that is free again; after the last a moderator."""
    market_policy, _ = verification.get_rules(session, contribution)
    drawn = queries.get_draw(session, contribution.id)
    assigned_ids = {
        attestation.attester_id for attestation in queries.list_attestations(session, contribution.id)
    }
    order = [] if drawn is None else [UUID(user_id) for user_id in drawn.ranked]
    left = (user_id for user_id in order if user_id not in assigned_ids)
    following = next((user_id for user_id in left if _is_available(session, contribution, user_id)), None)
    if following is None:
        verification.release_open_attestations(session, contribution, at=at)
        _set_verifier(session, contribution, ContributionVerifier.MODERATOR, at)
    else:
        due_at = at + timedelta(hours=market_policy.quorum.answer_hours)
        _create_attestation(session, contribution, following, AttestationRole.QUORUM, due_at, at, seat=seat)


def is_independent(session: Session, contribution: Contribution, user_id: UUID) -> bool:
    """Whether this person is neither a side of a contribution nor the same as one who is."""
    involved = [contribution.user_id] + (
        [contribution.beneficiary_id] if contribution.beneficiary_id is not None else []
    )
    clusters = identity.cluster_of(session, [*involved, user_id])
    return clusters[user_id] not in {clusters[involved_id] for involved_id in involved}


def is_different_person(session: Session, contribution: Contribution, user_id: UUID) -> bool:
    """Whether this person is not the contributor, as far as accounts can tell by now."""
    clusters = identity.cluster_of(session, [contribution.user_id, user_id])
    return clusters[contribution.user_id] != clusters[user_id]


def can_answer(session: Session, user_id: UUID) -> bool:
    """Whether this person can say anything: nobody's silence is theirs who cannot come in."""
    return not identity.inactive_accounts(session, [user_id])


def _is_available(session: Session, contribution: Contribution, user_id: UUID) -> bool:
    """Whether who was drawn some time ago can be asked now."""
    return can_answer(session, user_id) and is_independent(session, contribution, user_id)


def _assign(
    session: Session, contribution: Contribution, verifier: ContributionVerifier, at: datetime
) -> None:
    match verifier:
        case ContributionVerifier.SYSTEM:
            _verify_by_system(session, contribution, at)
        case ContributionVerifier.COUNTERPARTY if _has_counterparty(session, contribution):
            _assign_counterparty(session, contribution, at)
        case ContributionVerifier.MODERATOR:
            _set_verifier(session, contribution, ContributionVerifier.MODERATOR, at)
        case ContributionVerifier.COUNTERPARTY | ContributionVerifier.QUORUM:
            _assign_quorum_or_moderator(session, contribution, at)


def _is_observed(session: Session, contribution: Contribution) -> bool:
    """Whether we saw it ourselves, as we see whose code a newcomer used; then nobody else is asked."""
    if contribution.subject_id is None:
        return False
    return queries.is_observed(session, contribution.kind, contribution.subject_id, contribution.user_id)


def _verify_by_system(session: Session, contribution: Contribution, at: datetime) -> None:
    """What we saw was checked just now; good is all that a machine can say of it."""
    _set_verifier(session, contribution, ContributionVerifier.SYSTEM, at)
    result = VerificationResult(rules.STANDARD_QUALITY, contribution.units_milli)
    seen = _create_attestation(session, contribution, None, AttestationRole.SYSTEM, at, at)
    seen.quality_milli, seen.units_milli = result.quality_milli, result.units_milli
    verification.end_attestation(session, seen, "confirm", AttestationActor.SYSTEM, by=SYSTEM, at=at)
    verification.apply_verification(
        session, contribution, result, actor=ContributionActor.SYSTEM, by=SYSTEM, at=at
    )


def _has_counterparty(session: Session, contribution: Contribution) -> bool:
    if contribution.beneficiary_id is None or not can_answer(session, contribution.beneficiary_id):
        return False
    return is_different_person(session, contribution, contribution.beneficiary_id)


def _assign_counterparty(session: Session, contribution: Contribution, at: datetime) -> None:
    market_policy, _ = verification.get_rules(session, contribution)
    due_at = rules.next_action_at(at, 0, at, market_policy.counterparty)
    _set_verifier(session, contribution, ContributionVerifier.COUNTERPARTY, at)
    contribution.verify_by = at + timedelta(hours=market_policy.counterparty.silence_hours)
    _create_attestation(
        session, contribution, contribution.beneficiary_id, AttestationRole.COUNTERPARTY, due_at, at
    )


def _assign_quorum_or_moderator(session: Session, contribution: Contribution, at: datetime) -> None:
    """Fill the seats of a quorum, or wait for a moderator where the order does not fill them."""
    market_policy, kind = verification.get_rules(session, contribution)
    order = [] if kind.funder is ContributionFunder.HOURS else _draw(session, contribution, market_policy, at)
    if len(order) < market_policy.quorum.seats:
        _set_verifier(session, contribution, ContributionVerifier.MODERATOR, at)
        return
    _set_verifier(session, contribution, ContributionVerifier.QUORUM, at)
    contribution.verify_by = due_at = at + timedelta(hours=market_policy.quorum.answer_hours)
    for seat, user_id in enumerate(order[: market_policy.quorum.seats], start=1):
        _create_attestation(session, contribution, user_id, AttestationRole.QUORUM, due_at, at, seat=seat)


def _draw(
    session: Session, contribution: Contribution, policy: ContributionPolicy, at: datetime
) -> Sequence[UUID]:
    """Draw once; who was asked in another role before is no part of the order."""
    seed, quorum = attester_sampling.derive_seed(contribution.draw_id), policy.quorum
    terms = {
        "seed": seed,
        "market_id": contribution.market_id,
        "contributor_id": contribution.user_id,
        "beneficiary_id": contribution.beneficiary_id,
        "known_since": at - timedelta(days=quorum.account_days),
        "active_since": at - timedelta(days=quorum.active_days),
        "reciprocal_since": at - rules.RECIPROCITY_PERIOD,
        "least_standing": quorum.least_standing_milli,
        "least_level": first_level(StandingPrivilege.ATTEST, policy.levels.may),
        "most": _MAX_CANDIDATES,
    }
    rows = session.execute(_ELIGIBLE, terms).all()
    order = _without_related_accounts(session, contribution, [row.id for row in rows])[:MAX_RANKED]
    eligible = rows[0].eligible if rows else 0
    drawn = ContributionDraw(
        contribution_id=contribution.id,
        seed=seed,
        eligible=eligible,
        ranked=[str(user_id) for user_id in order],
        drawn_at=at,
    )
    session.add(drawn)
    session.flush()
    return order


def _without_related_accounts(
    session: Session, contribution: Contribution, order: Sequence[UUID]
) -> list[UUID]:
    involved = [contribution.user_id] + (
        [contribution.beneficiary_id] if contribution.beneficiary_id is not None else []
    )
    clusters = identity.cluster_of(session, [*involved, *order])
    return attester_sampling.first_of_each_cluster(
        order, clusters, {clusters[user_id] for user_id in involved}
    )


def _set_verifier(
    session: Session, contribution: Contribution, verifier: ContributionVerifier, at: datetime
) -> None:
    if contribution.state is ContributionState.CHECKED:
        contribution.state = CONTRIBUTIONS.next_state(contribution.state, "assign", ContributionActor.SYSTEM)
    contribution.verifier = verifier
    contribution.verify_by = at + rules.MODERATOR_WAIT if verifier is ContributionVerifier.MODERATOR else None
    event = ContributionAssigned(**verification.event_fields(contribution), verifier=verifier)
    verification.record_contribution_event(session, contribution, event, by=SYSTEM, at=at)


def _create_attestation(
    session: Session,
    contribution: Contribution,
    user_id: UUID | None,
    role: AttestationRole,
    due_at: datetime,
    at: datetime,
    *,
    seat: int | None = None,
) -> Attestation:
    attestation = Attestation(
        contribution_id=contribution.id,
        contributor_id=contribution.user_id,
        attester_id=user_id,
        role=role,
        seat=seat,
        state=AttestationState.ASKED,
        assigned_at=at,
        due_at=due_at,
    )
    session.add(attestation)
    session.flush()
    event = AttesterAssigned(
        attestation_id=attestation.id,
        contribution_id=contribution.id,
        attester_id=user_id,
        role=role,
        due_at=due_at,
    )
    events.record_event(session, event, subject=("contribution", contribution.id), by=SYSTEM, at=at)
    return attestation
