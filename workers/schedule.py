"""What happens because time passes, as sentences: which sweep, and how often the clock asks for it.

A sweep is a query for rows that are due and the same action a person would have used. It does nothing when
nothing is due, so asking often costs little, and asking twice does no harm.
"""

from dataclasses import dataclass
from datetime import timedelta

from workers import (
    availability,
    bookings,
    contribution_valuation,
    contributions,
    credits,
    hours,
    idempotency,
    identity,
    invariants,
    offers,
    payments,
    pricing,
    ratings,
    standing,
    surge,
)
from workers.task import Sweep


@dataclass(frozen=True, slots=True)
class Entry:
    """A sweep and how much real time passes between two askings."""

    sweep: Sweep
    every: timedelta

    @property
    def name(self) -> str:
        """How messages call the sweep: `bookings.expire_requests`."""
        return f"{self.sweep.__module__.rpartition('.')[2]}.{self.sweep.__name__}"


SECOND, MINUTE, HOUR, NIGHT = (
    timedelta(seconds=1),
    timedelta(minutes=1),
    timedelta(hours=1),
    timedelta(days=1),
)

_ENTRIES = (
    # Promises between people: what is due is done within a second.
    Entry(bookings.run_due_transitions, SECOND),
    Entry(bookings.expire_proposals, 5 * SECOND),
    Entry(bookings.decide_overdue_tasks, 10 * SECOND),
    Entry(bookings.remind_of_tasks, MINUTE),
    Entry(availability.release_expired_holds, 10 * SECOND),
    Entry(ratings.reveal_due, SECOND),
    Entry(ratings.release_held, MINUTE),
    # Money: what is open is looked at again until it is closed.
    Entry(payments.sync_due, 5 * SECOND),
    Entry(payments.apply_waiting_webhooks, 10 * SECOND),
    Entry(payments.refresh_stale, MINUTE),
    Entry(payments.alert_overdue_calls, MINUTE),
    Entry(payments.sync_unknown_changes, HOUR),
    Entry(payments.reconcile, NIGHT),
    # Prices: each market is asked often and does nothing until its next tick is due.
    Entry(surge.tick, 5 * SECOND),
    Entry(surge.learn_hours, 10 * MINUTE),
    Entry(surge.learn_days, HOUR),
    Entry(surge.audit, HOUR),
    # Reputation: what a night learns, and whether the sums are still what they add up to.
    Entry(ratings.learn, NIGHT),
    Entry(ratings.replay, 7 * NIGHT),
    Entry(ratings.decide_tiers, HOUR),
    Entry(ratings.notice, NIGHT),
    # Credits and hours: what was told twice expires, what was shared is credited, silence ends a claim.
    Entry(credits.credit_patronage, 10 * SECOND),
    Entry(hours.lapse_hours, 10 * MINUTE),
    Entry(credits.expire_credits, NIGHT),
    # Standing: a night's count; levels are asked often and decided once a week.
    Entry(standing.compute_standing, NIGHT),
    Entry(standing.decide_levels, HOUR),
    # What people give: who was asked is reminded by the hour, what nobody heard of is looked at at once.
    Entry(contributions.check_waiting_submissions, MINUTE),
    Entry(contributions.process_due_attestations, MINUTE),
    Entry(contributions.close_calls, 10 * MINUTE),
    Entry(contributions.finalize_rejections, HOUR),
    Entry(contributions.raise_alarms, HOUR),
    # What it is worth: a period is closed once, its credits are held and settled; people look at the rest.
    Entry(contribution_valuation.close_periods, 10 * MINUTE),
    Entry(contribution_valuation.hold_credits, 10 * SECOND),
    Entry(contribution_valuation.settle_credits, MINUTE),
    Entry(contribution_valuation.scan_integrity, NIGHT),
    # Search: what was written without its words gets them.
    Entry(offers.analyse_words, MINUTE),
    # Housekeeping.
    Entry(identity.end_expired_sessions, 10 * MINUTE),
    Entry(identity.assign_email_keys, MINUTE),
    Entry(identity.delete_expired_tokens, HOUR),
    Entry(idempotency.delete_stored_responses, 10 * MINUTE),
    Entry(idempotency.delete_old_failures, HOUR),
    Entry(pricing.forget_quotes, HOUR),
    Entry(surge.forget, HOUR),
    Entry(invariants.check_invariants, NIGHT),
)

SCHEDULE = {entry.name: entry for entry in _ENTRIES}
