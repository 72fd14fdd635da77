"""A small market with its doors open and its workers at hand, for stories through HTTP and workers."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from domain import ledger
from domain.foundation import clock
from domain.ledger import AccountKind
from tests import cast, market_calendar
from tests.client import Client
from workers import bookings as booking_work
from workers import relay
from workers.invariants import INVARIANTS, violations
from workers.subscriptions import READERS
from workers.task import Work, deliver, name_of

HOUR, DAY = timedelta(hours=1), timedelta(days=1)

UNDONE = "SELECT * FROM event_deliveries WHERE done_at IS NULL"
BY_NAME = {name_of(reader): reader for several in READERS.values() for reader in several}


@dataclass
class Market:
    """What everybody does in it, and what its books say."""

    client: Client
    work: Work
    opened_at: datetime

    def person(self, name: str) -> Client:
        """Somebody with a fresh session: the clock may have walked past the last one."""
        with self.client.transactions() as session:
            found = getattr(cast, name)(session)
        return self.client.sign_in(getattr(found, "user_id", found.id))

    def walk_to(self, instant: datetime) -> None:
        """Let it become that late, and everybody do what is then to be done."""
        market_calendar.show(instant)
        booking_work.decide_overdue_tasks(self.work, clock.now())
        booking_work.remind_of_tasks(self.work, clock.now())
        booking_work.run_due_transitions(self.work, clock.now())
        booking_work.expire_proposals(self.work, clock.now())
        self.follow()

    def follow(self) -> None:
        """Deliver news until there is none."""
        while relay.dispatch(self.work.transactions, READERS, self._deliver):
            pass

    def balance(self, kind: AccountKind, owner_id: UUID | None = None) -> int:
        with self.work.transactions() as session:
            return ledger.get_balance(session, ledger.get_account(session, kind, "EUR", owner_id))

    def broken(self) -> dict[str, Any]:
        """What does not hold of all that must, and deliveries that failed."""
        with self.work.transactions.read_session() as session:
            return violations(session, {**INVARIANTS, "every delivery is done": UNDONE})

    def _deliver(self, message: relay.Message) -> None:
        deliver(self.work, BY_NAME[message.reader], message.event_id)
