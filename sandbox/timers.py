"""What happens because time passes.

Each due timer in its order, at its own hour, however far the clock jumped.
"""

import logging
from collections.abc import Callable

from sandbox import books, disputes, intents, payouts, refunds
from sandbox.desk import Call
from sandbox.errors import ApiError
from sandbox.store import Store

_log = logging.getLogger(__name__)


def run(store: Store, now: int) -> int:
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
                    _ACTIONS[str(action)](Call(store, int(str(due_at)), str(account)), str(subject))
                    done += 1
        except (ApiError, LookupError, ValueError, TypeError, AttributeError):
            _log.exception("Timer %s (%s of %s) is set aside.", seq, action, subject)
            store.rows(_SET_ASIDE, seq)
            store.rows("DELETE FROM timers WHERE seq = ?", seq)


_SET_ASIDE = "INSERT INTO timers_set_aside SELECT * FROM timers WHERE seq = ?"


def _make_available(call: Call, key: str) -> None:
    books.make_available(call, key)
    entry = call.store.find(key)
    if entry is not None:
        payouts.schedule(call, entry["currency"])


_ACTIONS: dict[str, Callable[[Call, str], None]] = {
    "make_available": _make_available,
    "expire_authorization": intents.expire,
    "settle_refund": refunds.settle,
    "lose_dispute": disputes.lapse,
    "arrive": payouts.arrive,
    "pay_out": payouts.run_automatic,
}
