"""What a person should look at: each scan notices and says why; nothing is taken, closed or lowered by it.

**Self-dealing**: credits came of a booking whose two sides share a card, a device or a bank account.
**Burst**: far more claims on a day than the same person's usual day. **Always agreeing**: an attester who
never rejects where others do so often that chance does not explain it. **Cluster**: several accounts of one
cluster earned in the same month. That two confirm each other is no signal: 79 % of honest edges are mutual.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import log10
from typing import Any, Final
from uuid import UUID

from scipy.special import gammainc
from sqlalchemy import text
from sqlmodel import Session, col, select

from domain import identity
from domain.contributions.integrity.errors import SignalAlreadyAssessed, SignalNotFound
from domain.contributions.integrity.events import SignalAssessed
from domain.contributions.integrity.kinds import ContributionSignalKind, ContributionSignalOutcome
from domain.contributions.integrity.models import ContributionSignal
from domain.foundation import events
from domain.foundation.paging import Page, build_page, decode_cursor
from domain.identity import Caller

SCAN_WINDOW: Final = timedelta(days=90)
REPEAT_AFTER: Final = timedelta(days=30)  # who saw it and let it be is not asked every night
MIN_BURST_CLAIMS: Final = 5  # fewer claims on a day are a good day
MAX_BURST_PROBABILITY: Final = (
    1e-4  # one false alarm in ten thousand days; a market of a thousand people sees one a week
)
BASE_CLAIMS_PER_DAY: Final = (
    0.1  # claims added to everybody's usual day, so that a quiet person's second is no burst
)
MIN_ANSWERS: Final = 20
MAX_AGREEMENT_PROBABILITY: Final = 1e-3

_VALUED_BOOKINGS = text("""
    SELECT c.user_id, b.customer_id, b.provider_user_id, count(*) AS contributions,
           sum(v.credits) AS credits
    FROM contribution_valuations v
    JOIN contributions c ON c.id = v.contribution_id
    JOIN bookings b ON b.id = v.booking_id
    WHERE c.market_id = :market_id AND v.valued_at > :since
    GROUP BY c.user_id, b.customer_id, b.provider_user_id
""")
_CLAIMS_PER_DAY = text("""
    SELECT user_id, (submitted_at AT TIME ZONE markets.time_zone)::date AS on_date, count(*) AS claims
    FROM contributions JOIN markets ON markets.id = contributions.market_id
    WHERE market_id = :market_id AND submitted_at > :since GROUP BY user_id, on_date
    ORDER BY user_id, on_date
""")
_ANSWERS = text("""
    SELECT a.attester_id, count(*) AS answers, count(*) FILTER (WHERE a.state = 'rejected') AS rejected
    FROM attestations a JOIN contributions c ON c.id = a.contribution_id
    WHERE c.market_id = :market_id AND a.answered_at > :since AND a.role = 'quorum'
      AND a.state IN ('confirmed', 'rejected')
    GROUP BY a.attester_id ORDER BY a.attester_id
""")
_EARNED = text("""
    SELECT v.cluster_id, c.user_id, sum(v.credits) AS credits
    FROM contribution_valuations v JOIN contributions c ON c.id = v.contribution_id
    WHERE c.market_id = :market_id AND v.valued_at > :since AND v.credits > 0
    GROUP BY v.cluster_id, c.user_id ORDER BY v.cluster_id, c.user_id
""")
_RECENT_SIGNALS = text("""
    SELECT watch, user_id, other_id FROM contribution_signals
    WHERE market_id = :market_id AND noticed_at > :since
""")


@dataclass(frozen=True, slots=True)
class IntegrityFinding:
    """Something about somebody (and perhaps another), how strongly, why, and the numbers behind it."""

    watch: ContributionSignalKind
    user_id: UUID
    other_id: UUID | None
    strength: float
    why: str
    evidence: dict[str, Any]


def scan_market(session: Session, market_id: UUID, *, at: datetime) -> int:
    """Look at a market's last 90 days and write down what is new. Returns how many signals."""
    known_keys = {
        (row.watch, row.user_id, row.other_id)
        for row in session.execute(_RECENT_SIGNALS, {"market_id": market_id, "since": at - REPEAT_AFTER})
    }
    new = 0
    for finding in _findings(session, market_id, at):
        if (finding.watch, finding.user_id, finding.other_id) in known_keys:
            continue
        known_keys.add((finding.watch, finding.user_id, finding.other_id))
        session.add(
            ContributionSignal(
                market_id=market_id,
                watch=finding.watch,
                user_id=finding.user_id,
                other_id=finding.other_id,
                strength=finding.strength,
                why=finding.why,
                evidence=finding.evidence,
                noticed_at=at,
            )
        )
        new += 1
    session.flush()
    return new


def list_open_signals(
    session: Session, market_id: UUID, *, by: Caller, after: str | None, limit: int
) -> Page[ContributionSignal]:
    """What nobody has looked at yet in a market, the oldest first. Raises `SignalNotFound` to others."""
    if not by.is_moderator(market_id):
        raise SignalNotFound
    query = select(ContributionSignal).where(
        ContributionSignal.market_id == market_id, col(ContributionSignal.looked_at).is_(None)
    )
    if after is not None:
        query = query.where(col(ContributionSignal.id) > decode_cursor(after, [UUID])[0])
    rows = session.exec(query.order_by(col(ContributionSignal.id)).limit(limit + 1)).all()
    return build_page(rows, limit, lambda row: [row.id])


def assess_signal(
    session: Session,
    signal_id: UUID,
    outcome: ContributionSignalOutcome,
    *,
    note: str | None,
    by: Caller,
    at: datetime,
) -> ContributionSignal:
    """Say what a moderator made of a signal; whatever follows is done elsewhere, by a decision with reasons.

    Raises `SignalNotFound` to others, and `LookedAtAlready`.
    """
    query = select(ContributionSignal).where(ContributionSignal.id == signal_id).with_for_update()
    signal = session.exec(query).first()
    if signal is None or not by.is_moderator(signal.market_id):
        raise SignalNotFound
    if signal.looked_at is not None:
        raise SignalAlreadyAssessed
    signal.looked_at, signal.looked_by, signal.outcome, signal.note = at, by.user_id, outcome, note
    session.flush()
    subject = ("contribution_signal", signal.id)
    actor = by.actor_in(signal.market_id)
    events.record_event(session, SignalAssessed(signal.id), subject=subject, by=actor, at=at)
    return signal


def _findings(session: Session, market_id: UUID, at: datetime) -> Iterator[IntegrityFinding]:
    parameters = {"market_id": market_id, "since": at - SCAN_WINDOW}
    yield from _detect_self_dealing(session, parameters)
    yield from _detect_bursts(session, parameters)
    yield from _detect_always_agreeing(session, parameters)
    yield from _detect_earning_clusters(session, {"market_id": market_id, "since": at - timedelta(days=30)})


def _detect_self_dealing(session: Session, parameters: dict[str, Any]) -> Iterator[IntegrityFinding]:
    rows = session.execute(_VALUED_BOOKINGS, parameters).all()
    clusters = identity.cluster_of(
        session, {user_id for row in rows for user_id in (row.customer_id, row.provider_user_id)}
    )
    for row in rows:
        if clusters[row.customer_id] != clusters[row.provider_user_id]:
            continue
        other = row.provider_user_id if row.user_id == row.customer_id else row.customer_id
        numbers = {"contributions": row.contributions, "credits": int(row.credits)}
        why = "Both sides of bookings that earned credits share a card, a device or a bank account."
        yield IntegrityFinding(
            ContributionSignalKind.SELF_DEALING, row.user_id, other, float(row.contributions), why, numbers
        )


def _detect_bursts(session: Session, parameters: dict[str, Any]) -> Iterator[IntegrityFinding]:
    """A day whose claims the Poisson tail of the same person's other days does not explain."""
    days: dict[UUID, list[tuple[str, int]]] = {}
    for row in session.execute(_CLAIMS_PER_DAY, parameters):
        days.setdefault(row.user_id, []).append((row.on_date.isoformat(), row.claims))
    for user_id, claims in days.items():
        day, most = max(claims, key=lambda day_claims: day_claims[1])
        usual = BASE_CLAIMS_PER_DAY + (sum(count for _, count in claims) - most) / SCAN_WINDOW.days
        chance = float(gammainc(most, usual))
        if most >= MIN_BURST_CLAIMS and chance < MAX_BURST_PROBABILITY:
            numbers = {"on_date": day, "claims": most, "usual": usual, "chance": chance}
            why = f"{most} claims on one day, where {usual:.1f} are usual for the same person."
            yield IntegrityFinding(
                ContributionSignalKind.BURST, user_id, None, -log10(max(chance, 1e-300)), why, numbers
            )


def _detect_always_agreeing(session: Session, parameters: dict[str, Any]) -> Iterator[IntegrityFinding]:
    """Who never rejects, while the others reject so often that so many yeses in a row are no chance."""
    rows = session.execute(_ANSWERS, parameters).all()
    answers, rejected = sum(row.answers for row in rows), sum(row.rejected for row in rows)
    for row in rows:
        others = answers - row.answers
        if row.rejected or row.answers < MIN_ANSWERS or not others:
            continue
        share = (rejected - row.rejected) / others
        chance = (1 - share) ** row.answers
        if chance < MAX_AGREEMENT_PROBABILITY:
            numbers = {"answers": row.answers, "others_reject": share, "chance": chance}
            why = f"{row.answers} answers and not one no, where others reject {share:.0%}."
            strength = -log10(max(chance, 1e-300))
            yield IntegrityFinding(
                ContributionSignalKind.ALWAYS_AGREEING, row.attester_id, None, strength, why, numbers
            )


def _detect_earning_clusters(session: Session, parameters: dict[str, Any]) -> Iterator[IntegrityFinding]:
    """Accounts that may be one person earned side by side; they are valued as one already."""
    earned: dict[UUID, dict[UUID, int]] = {}
    for row in session.execute(_EARNED, parameters):
        earned.setdefault(row.cluster_id, {})[row.user_id] = int(row.credits)
    for members in earned.values():
        if len(members) > 1:
            first, *_ = members
            numbers = {"accounts": len(members), "credits": sum(members.values())}
            why = f"{len(members)} accounts that share a card, a device or a bank account earned this month."
            yield IntegrityFinding(
                ContributionSignalKind.CLUSTER, first, None, float(len(members)), why, numbers
            )
