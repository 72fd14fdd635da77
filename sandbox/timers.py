"""What happens because time passes.

Each due timer in its order, at its own hour, however far the clock jumped.
"""

import logging
from collections.abc import Callable

from sandbox import ledger
from sandbox.connect import payouts
from sandbox.payments import disputes, payment_intent_lifecycle, refunds
from sandbox.protocol.errors import ApiError
from sandbox.protocol.routing import ApiCall
from sandbox.store import SandboxStore

_log = logging.getLogger(__name__)


def run_due_timers(store: SandboxStore, now: int) -> int:
    """Carry out everything due by `now`.

    Returns how many things happened. Idle runs cost one indexed look. A timer that fails is set aside, so
    that it holds up neither the others nor the requests that let time pass.
    """
    done = 0
    while True:
        due = store.rows("SELECT seq, due_at, action, subject, account FROM timers WHERE due_at <= ?"
                         " ORDER BY due_at, seq LIMIT 1", now)  # fmt: skip
        if not due:
            return done
        seq, due_at, action, subject, account = due[0]
        try:
            with store.transaction():
                if store.rows("DELETE FROM timers WHERE seq = ? RETURNING seq", seq):
                    _ACTIONS[str(action)](ApiCall(store, int(str(due_at)), str(account)), str(subject))
                    done += 1
        except (ApiError, LookupError, ValueError, TypeError, AttributeError):
            _log.exception("Timer %s (%s of %s) is set aside.", seq, action, subject)
            store.rows(_SET_ASIDE, seq)
            store.rows("DELETE FROM timers WHERE seq = ?", seq)


_SET_ASIDE = "INSERT INTO timers_set_aside SELECT * FROM timers WHERE seq = ?"


def _make_available(call: ApiCall, key: str) -> None:
    ledger.make_available(call, key)
    entry = call.store.find(key)
    if entry is not None:
        payouts.schedule_payout(call, entry["currency"])


_ACTIONS: dict[str, Callable[[ApiCall, str], None]] = {
    "make_available": _make_available,
    "expire_authorization": payment_intent_lifecycle.expire_authorization,
    "settle_refund": refunds.finish_refund,
    "lose_dispute": disputes.expire_dispute,
    "arrive": payouts.complete_payout,
    "pay_out": payouts.run_automatic_payout,
}
