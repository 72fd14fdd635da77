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
from domain.contributions import drawing, queries, rules, verifying
from domain.contributions.attestation_models import Attestation, ContributionDraw
from domain.contributions.events import AttesterAsked, ContributionAssigned
from domain.contributions.kinds import (
    AttestationActor,
    AttestationRole,
    AttestationState,
    ContributionActor,
    ContributionState,
    Funder,
    Verifier,
)
from domain.contributions.lifecycle import CONTRIBUTIONS
from domain.contributions.models import Contribution
from domain.contributions.policy import ContributionPolicy
from domain.contributions.privileges import Privilege, first_level
from domain.contributions.rules import Answer
from domain.foundation import events
from domain.foundation.actors import SYSTEM

# How far down the order is kept: seats for everybody who may be silent, many times over.
MOST_RANKED = 50
# Some of the first are left out, for they share a cluster with the contributor or with one another.
_MOST_LOOKED_AT = 4 * MOST_RANKED

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


def assign(session: Session, given: Contribution, *, at: datetime) -> None:
    """Ask whoever is to say whether a checked contribution happened. Lock it first."""
    _, kind = verifying.rules_for(session, given)
    CONTRIBUTIONS.next_state(given.state, "assign", ContributionActor.SYSTEM)
    _ask_by(session, given, Verifier.SYSTEM if _is_seen(session, given) else kind.verifier, at)


def ask_a_quorum(session: Session, given: Contribution, *, at: datetime) -> None:
    """Ask a quorum instead of the other person, who declined or is silent in a way that is no yes."""
    _ask_by(session, given, Verifier.QUORUM, at)


def refill(session: Session, given: Contribution, seat: int, *, at: datetime) -> None:
    """Ask the next of the order for a seat of the quorum that is free again; after the last a moderator."""
    rules_of, _ = verifying.rules_for(session, given)
    drawn = queries.draw(session, given.id)
    asked = {one.attester_id for one in queries.attestations(session, given.id)}
    order = [] if drawn is None else [UUID(user_id) for user_id in drawn.ranked]
    left = (user_id for user_id in order if user_id not in asked)
    following = next((user_id for user_id in left if _may_still(session, given, user_id)), None)
    if following is None:
        verifying.release(session, given, at=at)
        _wait_for(session, given, Verifier.MODERATOR, at)
    else:
        due_at = at + timedelta(hours=rules_of.quorum.answer_hours)
        _ask(session, given, following, AttestationRole.QUORUM, due_at, at, seat=seat)


def may_attest(session: Session, given: Contribution, user_id: UUID) -> bool:
    """Whether this person is neither a side of a contribution nor the same as one who is."""
    involved = [given.user_id] + ([given.beneficiary_id] if given.beneficiary_id is not None else [])
    clusters = identity.cluster_of(session, [*involved, user_id])
    return clusters[user_id] not in {clusters[one] for one in involved}


def is_another_person(session: Session, given: Contribution, user_id: UUID) -> bool:
    """Whether this person is not the contributor, as far as accounts can tell by now."""
    clusters = identity.cluster_of(session, [given.user_id, user_id])
    return clusters[given.user_id] != clusters[user_id]


def can_answer(session: Session, user_id: UUID) -> bool:
    """Whether this person can say anything: nobody's silence is theirs who cannot come in."""
    return not identity.inactive_accounts(session, [user_id])


def _may_still(session: Session, given: Contribution, user_id: UUID) -> bool:
    """Whether who was drawn some time ago can be asked now."""
    return can_answer(session, user_id) and may_attest(session, given, user_id)


def _ask_by(session: Session, given: Contribution, verifier: Verifier, at: datetime) -> None:
    match verifier:
        case Verifier.SYSTEM:
            _say_so_ourselves(session, given, at)
        case Verifier.COUNTERPARTY if _has_another_side(session, given):
            _ask_the_other_side(session, given, at)
        case Verifier.MODERATOR:
            _wait_for(session, given, Verifier.MODERATOR, at)
        case Verifier.COUNTERPARTY | Verifier.QUORUM:
            _ask_whom_the_draw_says(session, given, at)


def _is_seen(session: Session, given: Contribution) -> bool:
    """Whether we saw it ourselves, as we see whose code a newcomer used; then nobody else is asked."""
    if given.subject_id is None:
        return False
    return queries.has_seen(session, given.kind, given.subject_id, given.user_id)


def _say_so_ourselves(session: Session, given: Contribution, at: datetime) -> None:
    """What we saw was checked just now; good is all that a machine can say of it."""
    _wait_for(session, given, Verifier.SYSTEM, at)
    said = Answer(rules.GOOD, given.units_milli)
    seen = _ask(session, given, None, AttestationRole.SYSTEM, at, at)
    seen.quality_milli, seen.units_milli = said.quality_milli, said.units_milli
    verifying.end(session, seen, "confirm", AttestationActor.SYSTEM, by=SYSTEM, at=at)
    verifying.conclude(session, given, said, actor=ContributionActor.SYSTEM, by=SYSTEM, at=at)


def _has_another_side(session: Session, given: Contribution) -> bool:
    if given.beneficiary_id is None or not can_answer(session, given.beneficiary_id):
        return False
    return is_another_person(session, given, given.beneficiary_id)


def _ask_the_other_side(session: Session, given: Contribution, at: datetime) -> None:
    rules_of, _ = verifying.rules_for(session, given)
    due_at = rules.next_act(at, 0, at, rules_of.counterparty)
    _wait_for(session, given, Verifier.COUNTERPARTY, at)
    given.verify_by = at + timedelta(hours=rules_of.counterparty.silence_hours)
    _ask(session, given, given.beneficiary_id, AttestationRole.COUNTERPARTY, due_at, at)


def _ask_whom_the_draw_says(session: Session, given: Contribution, at: datetime) -> None:
    """Fill the seats of a quorum, or wait for a moderator where the order does not fill them."""
    rules_of, kind = verifying.rules_for(session, given)
    order = [] if kind.funder is Funder.HOURS else _draw(session, given, rules_of, at)
    if len(order) < rules_of.quorum.seats:
        _wait_for(session, given, Verifier.MODERATOR, at)
        return
    _wait_for(session, given, Verifier.QUORUM, at)
    given.verify_by = due_at = at + timedelta(hours=rules_of.quorum.answer_hours)
    for seat, user_id in enumerate(order[: rules_of.quorum.seats], start=1):
        _ask(session, given, user_id, AttestationRole.QUORUM, due_at, at, seat=seat)


def _draw(session: Session, given: Contribution, policy: ContributionPolicy, at: datetime) -> Sequence[UUID]:
    """Draw once; who was asked in another role before is no part of the order."""
    seed, quorum = drawing.seed_of(given.draw_id), policy.quorum
    terms = {
        "seed": seed,
        "market_id": given.market_id,
        "contributor_id": given.user_id,
        "beneficiary_id": given.beneficiary_id,
        "known_since": at - timedelta(days=quorum.account_days),
        "active_since": at - timedelta(days=quorum.active_days),
        "reciprocal_since": at - rules.RECIPROCITY,
        "least_standing": quorum.least_standing_milli,
        "least_level": first_level(Privilege.ATTEST, policy.levels.may),
        "most": _MOST_LOOKED_AT,
    }
    rows = session.execute(_ELIGIBLE, terms).all()
    order = _without_the_same_people(session, given, [row.id for row in rows])[:MOST_RANKED]
    eligible = rows[0].eligible if rows else 0
    drawn = ContributionDraw(
        contribution_id=given.id,
        seed=seed,
        eligible=eligible,
        ranked=[str(user_id) for user_id in order],
        drawn_at=at,
    )
    session.add(drawn)
    session.flush()
    return order


def _without_the_same_people(session: Session, given: Contribution, order: Sequence[UUID]) -> list[UUID]:
    involved = [given.user_id] + ([given.beneficiary_id] if given.beneficiary_id is not None else [])
    clusters = identity.cluster_of(session, [*involved, *order])
    return drawing.one_of_each(order, clusters, {clusters[one] for one in involved})


def _wait_for(session: Session, given: Contribution, verifier: Verifier, at: datetime) -> None:
    if given.state is ContributionState.CHECKED:
        given.state = CONTRIBUTIONS.next_state(given.state, "assign", ContributionActor.SYSTEM)
    given.verifier = verifier
    given.verify_by = at + rules.MODERATOR_WAIT if verifier is Verifier.MODERATOR else None
    fact = ContributionAssigned(**verifying.about(given), verifier=verifier)
    verifying.tell(session, given, fact, by=SYSTEM, at=at)


def _ask(
    session: Session,
    given: Contribution,
    user_id: UUID | None,
    role: AttestationRole,
    due_at: datetime,
    at: datetime,
    *,
    seat: int | None = None,
) -> Attestation:
    asked = Attestation(
        contribution_id=given.id,
        contributor_id=given.user_id,
        attester_id=user_id,
        role=role,
        seat=seat,
        state=AttestationState.ASKED,
        assigned_at=at,
        due_at=due_at,
    )
    session.add(asked)
    session.flush()
    fact = AttesterAsked(
        attestation_id=asked.id, contribution_id=given.id, attester_id=user_id, role=role, due_at=due_at
    )
    events.record_event(session, fact, subject=("contribution", given.id), by=SYSTEM, at=at)
    return asked
