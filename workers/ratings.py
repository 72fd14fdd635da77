"""Windows open when bookings end; the clock reveals what is due; scores follow what becomes of reviews.

What soon follows a dispute or a refund waits for a person.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from datetime import datetime
from functools import partial
from uuid import UUID

from sqlmodel import Session

from domain import ratings
from domain.foundation import clock
from domain.foundation.events import EventRow
from domain.foundation.logging import get_logger
from workers.due import each_due
from workers.task import Item, Work, each, until_nothing_is_left

MOST_BATCHES = 500  # of reviews to weigh anew; a hundred thousand in a night, and the rest in the next
BATCH = 200  # windows of a sweep; each has a transaction of its own, so that none holds up the others


def open_window(session: Session, event: EventRow) -> None:
    """Let the parties of a booking that has ended review each other, where it is one that is reviewed."""
    ratings.open_window(session, event.subject_id)


def follow_scores(session: Session, event: EventRow) -> None:
    """Let reputation follow what became of reviews. News that is late or comes twice does no harm."""
    told = event.data.get("review_ids") or [event.data["review_id"]]
    ratings.follow(session, [UUID(review_id) for review_id in told], at=clock.now())


def follow_clusters(session: Session, event: EventRow) -> None:
    """Let nobody's word weigh who turns out to share a card, a device or a bank account with its subject."""
    changed = [UUID(user_id) for user_id in event.data["user_ids"]]
    ratings.follow_clusters(session, changed, at=clock.now())


def hold_retaliation(session: Session, event: EventRow) -> None:
    """Ask for a person where a review comes soon after what its subject did, whatever it says."""
    ratings.hold_retaliation(session, UUID(event.data["booking_id"]), at=clock.now())


def reveal_due(work: Work, at: datetime) -> int:
    """Reveal the reviews of every window whose time is over. Returns how many windows."""
    find, act = partial(ratings.due, at=at), partial(_reveal, work, at)
    return each_due(work, "ratings.reveal_due", find, act, batch=BATCH)


def release_held(work: Work, at: datetime) -> int:
    """Show the reviews again that were held and that nobody decided about. Returns how many."""
    find, act = partial(ratings.lapsed, at=at), partial(_release, work, at)
    return each_due(work, "ratings.release_held", find, act, batch=BATCH)


def learn(work: Work, at: datetime) -> int:
    """Learn what is usual and whose word weighs what; let weights and rankings follow. Returns how many."""
    work.transactions.run(lambda session: ratings.learn_norms(session, at=at))
    work.transactions.run(lambda session: ratings.learn_credibility(session, at=at))
    until_nothing_is_left(work, lambda session: ratings.move_landmarks(session, at=at))
    work.transactions.run(lambda session: ratings.welcome_newcomers(session, at=at))
    return _reweigh(work, at) + _refresh(work, at)


def replay(work: Work, at: datetime) -> int:
    """Count all sums from the beginning; what differs is an alarm. What was not heard is followed now."""
    with work.transactions.read_session() as session:
        drifted = ratings.drifted(session)
        behind = ratings.behind(session, limit=MOST_BATCHES * BATCH)
    for drift in drifted:
        get_logger("ratings").error("sums_drifted", **asdict(drift), at=at.isoformat())
    get_logger("ratings").info("sums_replayed", drifted=len(drifted), behind=len(behind), at=at.isoformat())
    return len(drifted) + each(behind, partial(_follow, work, at))


def decide_tiers(work: Work, at: datetime) -> int:
    """Decide the tiers of providers of whom nothing was decided in this quarter. Returns how many."""
    find, act = partial(ratings.undecided, at=at), partial(_decide_tier, work, at)
    return each_due(work, "ratings.decide_tiers", find, act, batch=BATCH)


def notice(work: Work, at: datetime) -> int:
    """Let the detectors look at what is published; nothing follows from a signal by itself."""
    return work.transactions.run(lambda session: ratings.notice(session, at=at))


def _follow(work: Work, at: datetime, review_id: UUID) -> None:
    work.transactions.run(lambda session: ratings.follow(session, [review_id], at=at))


def _decide_tier(work: Work, at: datetime, profile_id: UUID) -> bool:
    return work.transactions.run(lambda session: ratings.decide_tier(session, profile_id, at=at))


def _reweigh(work: Work, at: datetime) -> int:
    """Subject after subject, and no more than so many batches of reviews in a night."""
    moved, batches = 0, 0
    for keys in _states(work):
        with work.transactions.read_session() as session:
            known_otherwise = ratings.known_otherwise(session, keys)
        some = [known_otherwise[start : start + BATCH] for start in range(0, len(known_otherwise), BATCH)]
        moved += _added(some, partial(_believe, work, at))
        batches += len(some)
        if batches >= MOST_BATCHES:
            break
    return moved


def _refresh(work: Work, at: datetime) -> int:
    return _added(_states(work), partial(_rank, work, at))


def _believe(work: Work, at: datetime, review_ids: list[UUID]) -> int:
    return work.transactions.run(partial(ratings.follow_credibility, review_ids=review_ids, at=at))


def _rank(work: Work, at: datetime, keys: list[ratings.StateKey]) -> int:
    return work.transactions.run(partial(ratings.refresh, keys=keys, at=at))


def _added(items: Iterable[Item], act: Callable[[Item], int]) -> int:
    """What acting on each adds up to; one that fails is told and left for the next night."""
    answers: list[int] = []
    each(items, lambda item: answers.append(act(item)))
    return sum(answers)


def _states(work: Work) -> Iterator[list[ratings.StateKey]]:
    """All states, some at a time; those that are begun meanwhile too, if they come after."""
    last = None
    while True:
        with work.transactions.read_session() as session:
            keys = ratings.states_after(session, last, limit=BATCH)
        if not keys:
            return
        yield keys
        last = keys[-1]


def _reveal(work: Work, at: datetime, booking_id: UUID) -> bool:
    return work.transactions.run(lambda session: ratings.reveal(session, booking_id, at=at))


def _release(work: Work, at: datetime, review_id: UUID) -> bool:
    return work.transactions.run(lambda session: ratings.lapse(session, review_id, at=at))
