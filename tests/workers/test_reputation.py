"""Reputation by the workers that run in production: scores follow the reveal, and the night learns."""

from collections.abc import Iterator
from datetime import datetime

import pytest
from sqlalchemy import text

from domain import ratings
from domain.foundation.persistence.database import Transactions
from domain.ratings import DecisionKind, DecisionReason
from tests.domain.ratings.stagecraft import DAY, Play, play
from workers.invariants import INVARIANTS, violations
from workers.ratings import decide_tiers, learn, notice, replay
from workers.relay import Message, dispatch
from workers.subscriptions import READERS
from workers.task import Work, deliver, name_of


@pytest.fixture
def work(transactions: Transactions) -> Work:
    return Work(transactions, gateway=None)  # type: ignore[arg-type]  # these workers do not reach the world


@pytest.fixture
def here(transactions: Transactions, at: datetime) -> Iterator[Play]:
    """Three bookings that both sides reviewed, committed; the play's session is not used after that."""
    with transactions() as session:
        played = play(session, at)
        played.told = [played.reviewed((stars, 5), days=2 * day)[1:] for day, stars in enumerate((5, 4, 5))]  # type: ignore[attr-defined]
    return played


def hear(work: Work, *, times: int = 1) -> None:
    readers = {name_of(reader): reader for heard in READERS.values() for reader in heard}
    ours = {name: heard for name, heard in READERS.items() if name.startswith("review")}
    messages: list[Message] = []
    while dispatch(work.transactions, ours, messages.append):
        for message in messages * times:
            deliver(work, readers[message.reader], message.event_id)
        messages.clear()


def value(work: Work, statement: str) -> object:
    with work.transactions.read_session() as session:
        return session.execute(text(statement)).scalar_one()


def test_a_score_follows_the_reveal_however_often_it_is_told(work: Work, here: Play):
    hear(work, times=3)
    assert value(work, "SELECT reviews FROM reputation_states WHERE role = 'provider'") == 3
    assert value(work, "SELECT max(version) FROM reputation_snapshots WHERE role = 'provider'") == 3


def test_a_removal_takes_its_stars_out_of_the_score(work: Work, here: Play):
    hear(work)
    with work.transactions() as session:
        why = {"reason_code": DecisionReason.SPAM, "statement": "So."}
        removed = here.told[1][0].id  # type: ignore[attr-defined]
        ratings.decide(session, removed, DecisionKind.REMOVE, by=here.mira, at=here.over + 9 * DAY, **why)
    hear(work)
    assert value(work, "SELECT reviews FROM reputation_states WHERE role = 'provider'") == 2
    assert value(work, "SELECT rated_4 FROM reputation_states WHERE role = 'provider'") == pytest.approx(0)


def test_a_night_learns_and_the_sums_still_add_up(work: Work, here: Play):
    hear(work)
    at = here.over + 10 * DAY
    before = value(work, "SELECT weight FROM reputation_states WHERE role = 'provider'")
    assert learn(work, at) > 0
    assert value(work, "SELECT weight FROM reputation_states WHERE role = 'provider'") > before  # type: ignore[operator]  # numbers
    assert learn(work, at) == 0, "the second time there is nothing to learn"
    with work.transactions.read_session() as session:
        assert violations(session, INVARIANTS) == {}


def test_a_replay_hears_what_was_missed_and_tells_what_drifted(work: Work, here: Play):
    at = here.over + 10 * DAY
    assert replay(work, at) == 6
    assert replay(work, at) == 0
    with work.transactions() as session:
        session.execute(text("UPDATE reputation_states SET weight = weight + 1 WHERE role = 'provider'"))
    assert replay(work, at) == 1


def test_a_quarter_is_decided_once_and_detectors_have_nothing_to_say_of_the_plain(work: Work, here: Play):
    hear(work)
    at = here.over + 10 * DAY
    decided = decide_tiers(work, at)
    assert decided == value(work, "SELECT count(*) FROM provider_profiles WHERE state = 'approved'")
    assert decide_tiers(work, at) == 0
    assert notice(work, at) >= 0
    assert notice(work, at) == 0
