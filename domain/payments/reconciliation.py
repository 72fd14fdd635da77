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
from domain.ledger import AccountKind, Movement
from domain.payments import books, dispute_queries, queries
from domain.payments.errors import PaymentOutcomeUnknown, StretchImpossible
from domain.payments.events import BooksCompared
from domain.payments.gateway import BalanceRow, CallNotMadeError, CallUnknownError, Gateway
from domain.payments.models import Reconciliation

MARGIN = timedelta(days=1)
"""Around the stretch compared: the two sides write the same movement down at slightly different times."""

LONGEST = timedelta(days=31)
"""A month of movements still fits into one answer; whoever wants a year asks twelve times."""

Source = tuple[str, str]  # what caused a movement, as the provider names it, and the currency


@dataclass(frozen=True, slots=True)
class Unexplained:
    """A cause whose movements differ: what we have, what they have, and the rows on both sides."""

    source: str
    currency: str
    our_amount: int
    their_amount: int
    our_rows: list[str]
    their_rows: list[str]


@dataclass(frozen=True, slots=True)
class Row:
    """A movement of either side: its cause, by how much it changes our balance there, its name, its time."""

    source: Source
    change: int
    name: str
    moved_at: datetime


def reconcile(
    transactions: Transactions, gateway: Gateway, *, since: datetime, until: datetime, by: Actor, at: datetime
) -> Reconciliation:
    """Compare what moved from `since` up to `until`, keep the result, and say how much stayed unexplained.

    Raises `StretchImpossible`, and `PaymentOutcomeUnknown` while the provider does not answer.
    """
    if not timedelta(0) < until - since <= LONGEST:
        raise StretchImpossible("It ends after it begins, and spans 31 days at most.", field="until")
    try:
        theirs = [_theirs(row) for row in gateway.balance_rows(since - MARGIN, until + MARGIN)]
    except (CallNotMadeError, CallUnknownError) as error:
        raise PaymentOutcomeUnknown(retry_after=60) from error
    with transactions() as session:
        moved = ledger.movements(session, AccountKind.CLEARING, since=since - MARGIN, until=until + MARGIN)
        ours = _ours(session, moved)
        sources = {row.source for row in [*ours, *theirs] if since <= row.moved_at < until}
        found = compare(sources, ours, theirs)
        return _keep(session, sources, found, since=since, until=until, by=by, at=at)


def compare(sources: Iterable[Source], ours: Iterable[Row], theirs: Iterable[Row]) -> list[Unexplained]:
    """The causes among `sources` whose movements do not come to the same on both sides."""
    mine, other = _grouped(ours), _grouped(theirs)
    return [
        Unexplained(
            source=source[0],
            currency=source[1],
            our_amount=sum(row.change for row in mine[source]),
            their_amount=sum(row.change for row in other[source]),
            our_rows=[row.name for row in mine[source]],
            their_rows=[row.name for row in other[source]],
        )
        for source in sorted(sources)
        if sum(row.change for row in mine[source]) != sum(row.change for row in other[source])
    ]


def _grouped(rows: Iterable[Row]) -> defaultdict[Source, list[Row]]:
    groups: defaultdict[Source, list[Row]] = defaultdict(list)
    for row in rows:
        groups[row.source].append(row)
    return groups


def _theirs(row: BalanceRow) -> Row:
    return Row(
        (row.source or row.reference, row.currency), row.amount - row.fee, row.reference, row.created_at
    )


def _ours(session: Session, moved: list[Movement]) -> list[Row]:
    """Our movements under the provider's names; one that we cannot name is named after its own key."""
    refunds = queries.refunds_by_entry(
        session, [entry for row in moved for entry in (row.entry_id, row.corrects_id) if entry is not None]
    )
    disputes = dispute_queries.disputes_by_entry(session, [row.entry_id for row in moved])
    payments = queries.payments_by_subject(
        session, [row.subject_id for row in moved if row.kind in {books.CAPTURE, books.FEE}]
    )

    def source(row: Movement) -> str:
        refund = refunds.get(row.corrects_id or row.entry_id)
        payment = payments.get(row.subject_id) if row.kind in {books.CAPTURE, books.FEE} else None
        named = refund.provider_reference if refund else payment.charge_reference if payment else None
        return disputes.get(row.entry_id) or named or row.key

    return [Row((source(row), row.unit), row.change, row.key, row.recorded_at) for row in moved]


def _keep(
    session: Session,
    sources: set[Source],
    found: list[Unexplained],
    *,
    since: datetime,
    until: datetime,
    by: Actor,
    at: datetime,
) -> Reconciliation:
    rows: list[dict[str, Any]] = [asdict(row) for row in found]
    kept = Reconciliation(since=since, until=until, compared=len(sources), unexplained=rows, finished_at=at)
    session.add(kept)
    session.flush()
    fact = BooksCompared(compared=len(sources), unexplained=len(found))
    events.record_event(session, fact, subject=("reconciliation", kept.id), by=by, at=at)
    return kept
