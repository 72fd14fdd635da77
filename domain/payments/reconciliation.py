"""Our books beside the provider's: what one side has and the other has not is named, row by row.

Both sides are grouped by what caused the movement: a charge, refund or dispute as the provider names it.
Ours are the postings to the clearing account, theirs the movements of our balance, fees included. A group is
explained when both sides come to the same amount.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session

from domain import ledger
from domain.foundation import events
from domain.foundation.actors import Actor
from domain.foundation.persistence.database import Transactions
from domain.ledger import AccountKind, AccountMovement
from domain.payments import card_dispute_queries, ledger_entries, queries
from domain.payments.errors import InvalidReconciliationPeriod, PaymentOutcomeUnknown
from domain.payments.events import ReconciliationFinished
from domain.payments.models import Reconciliation
from domain.payments.provider.gateway import (
    CallNotMadeError,
    CallOutcomeUnknownError,
    Gateway,
    ProviderBalanceRow,
)

TIME_MARGIN = timedelta(days=1)
"""Around the stretch compared: the two sides write the same movement down at slightly different times."""

MAX_PERIOD = timedelta(days=31)
"""A month of movements still fits into one answer; whoever wants a year asks twelve times."""

MovementSource = tuple[str, str]  # what caused a movement, as the provider names it, and the currency


@dataclass(frozen=True, slots=True)
class UnexplainedDifference:
    """A cause whose movements differ: what we have, what they have, and the rows on both sides."""

    source: str
    currency: str
    our_amount: int
    their_amount: int
    our_rows: list[str]
    their_rows: list[str]


@dataclass(frozen=True, slots=True)
class ReconciliationRow:
    """A movement of either side: its cause, by how much it changes our balance there, its name, its time."""

    source: MovementSource
    change: int
    name: str
    moved_at: datetime


def reconcile(
    transactions: Transactions, gateway: Gateway, *, since: datetime, until: datetime, by: Actor, at: datetime
) -> Reconciliation:
    """Compare what moved from `since` up to `until`, keep the result, and say how much stayed unexplained.

    Raises `InvalidReconciliationPeriod`, and `PaymentOutcomeUnknown` while the provider does not answer.
    """
    if not timedelta(0) < until - since <= MAX_PERIOD:
        raise InvalidReconciliationPeriod(
            "It ends after it begins, and spans 31 days at most.", field="until"
        )
    try:
        theirs = [
            _provider_row(row) for row in gateway.balance_rows(since - TIME_MARGIN, until + TIME_MARGIN)
        ]
    except (CallNotMadeError, CallOutcomeUnknownError) as error:
        raise PaymentOutcomeUnknown(retry_after=60) from error
    with transactions() as session:
        movements = ledger.list_movements(
            session, AccountKind.CLEARING, since=since - TIME_MARGIN, until=until + TIME_MARGIN
        )
        ours = _ledger_rows(session, movements)
        sources = {row.source for row in [*ours, *theirs] if since <= row.moved_at < until}
        differences = compare_movements(sources, ours, theirs)
        return _store_reconciliation(session, sources, differences, since=since, until=until, by=by, at=at)


def compare_movements(
    sources: Iterable[MovementSource], ours: Iterable[ReconciliationRow], theirs: Iterable[ReconciliationRow]
) -> list[UnexplainedDifference]:
    """The causes among `sources` whose movements do not come to the same on both sides."""
    our_groups, their_groups = _group_by_source(ours), _group_by_source(theirs)
    return [
        UnexplainedDifference(
            source=source[0],
            currency=source[1],
            our_amount=sum(row.change for row in our_groups[source]),
            their_amount=sum(row.change for row in their_groups[source]),
            our_rows=[row.name for row in our_groups[source]],
            their_rows=[row.name for row in their_groups[source]],
        )
        for source in sorted(sources)
        if sum(row.change for row in our_groups[source]) != sum(row.change for row in their_groups[source])
    ]


def _group_by_source(
    rows: Iterable[ReconciliationRow],
) -> defaultdict[MovementSource, list[ReconciliationRow]]:
    groups: defaultdict[MovementSource, list[ReconciliationRow]] = defaultdict(list)
    for row in rows:
        groups[row.source].append(row)
    return groups


def _provider_row(row: ProviderBalanceRow) -> ReconciliationRow:
    return ReconciliationRow(
        (row.source or row.reference, row.currency), row.amount - row.fee, row.reference, row.created_at
    )


def _ledger_rows(session: Session, movements: list[AccountMovement]) -> list[ReconciliationRow]:
    """Our movements under the provider's names; one that we cannot name is named after its own key."""
    refunds = queries.refunds_by_entry(
        session,
        [entry for row in movements for entry in (row.entry_id, row.corrects_id) if entry is not None],
    )
    disputes = card_dispute_queries.disputes_by_entry(session, [row.entry_id for row in movements])
    payments = queries.payments_by_subject(
        session,
        [row.subject_id for row in movements if row.kind in {ledger_entries.CAPTURE, ledger_entries.FEE}],
    )

    def source(row: AccountMovement) -> str:
        refund = refunds.get(row.corrects_id or row.entry_id)
        payment = (
            payments.get(row.subject_id) if row.kind in {ledger_entries.CAPTURE, ledger_entries.FEE} else None
        )
        named = refund.provider_reference if refund else payment.charge_reference if payment else None
        return disputes.get(row.entry_id) or named or row.key

    return [
        ReconciliationRow((source(row), row.unit), row.change, row.key, row.recorded_at) for row in movements
    ]


def _store_reconciliation(
    session: Session,
    sources: set[MovementSource],
    differences: list[UnexplainedDifference],
    *,
    since: datetime,
    until: datetime,
    by: Actor,
    at: datetime,
) -> Reconciliation:
    rows: list[dict[str, Any]] = [asdict(row) for row in differences]
    reconciliation = Reconciliation(
        since=since, until=until, compared=len(sources), unexplained=rows, finished_at=at
    )
    session.add(reconciliation)
    session.flush()
    event = ReconciliationFinished(compared=len(sources), unexplained=len(differences))
    events.record_event(session, event, subject=("reconciliation", reconciliation.id), by=by, at=at)
    return reconciliation
