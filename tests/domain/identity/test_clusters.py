"""Accounts that share a card, a device or a bank account are one cluster, in whatever order they are seen."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from itertools import combinations
from threading import Barrier, Thread
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlmodel import Session

from domain import identity
from domain.foundation import events
from domain.foundation.configuration.settings import settings
from domain.foundation.persistence.database import Transactions
from domain.identity import SignalKind, cluster_of, record_signal
from domain.identity.authentication.sessions import start_session
from domain.identity.clusters import MAX_USERS_PER_SIGNAL
from tests import cast

CARD, DEVICE = SignalKind.CARD, SignalKind.DEVICE


def people(session: Session, count: int) -> list[UUID]:
    return sorted(cast.user(session, f"Person{number}").id for number in range(count))


def events_named(session: Session, user_ids: Iterable[UUID], name: str) -> list[Mapping[str, object]]:
    events_seen = [row for user_id in user_ids for row in events.subject_history(session, user_id)]
    return [row.data for row in events_seen if row.name == name]


def test_two_who_paid_with_one_card_are_one_and_a_third_is_not(session: Session, at: datetime) -> None:
    first, second, third = people(session, 3)
    record_signal(session, first, CARD, "one", at)
    record_signal(session, second, CARD, "one", at)
    record_signal(session, third, CARD, "another", at)
    assert cluster_of(session, [first, second, third]) == {first: first, second: first, third: third}


def test_a_card_and_a_device_of_the_same_name_are_two_things(session: Session, at: datetime) -> None:
    first, second = people(session, 2)
    record_signal(session, first, CARD, "one", at)
    record_signal(session, second, DEVICE, "one", at)
    assert cluster_of(session, [first, second]) == {first: first, second: second}


def test_links_go_round_corners(session: Session, at: datetime) -> None:
    first, second, third = people(session, 3)
    record_signal(session, third, CARD, "card", at)
    record_signal(session, second, CARD, "card", at)
    record_signal(session, second, DEVICE, "phone", at)
    record_signal(session, first, DEVICE, "phone", at)
    assert set(cluster_of(session, [first, second, third]).values()) == {first}
    assert events_named(session, [first], "user.cluster_changed") == [
        {"user_id": str(first), "kind": "device", "user_ids": [str(first), str(second), str(third)]}
    ]


def test_what_is_seen_again_moves_instants_and_nothing_else(session: Session, at: datetime) -> None:
    [first] = people(session, 1)
    for seen_at in (at, at + timedelta(days=2), at - timedelta(days=1)):
        record_signal(session, first, CARD, "one", seen_at)
    rows = session.execute(text("SELECT first_seen_at, last_seen_at FROM identity_links")).all()
    assert [tuple(row) for row in rows] == [(at - timedelta(days=1), at + timedelta(days=2))]


def test_nothing_that_was_seen_is_stored(session: Session, at: datetime) -> None:
    [first] = people(session, 1)
    record_signal(session, first, CARD, "fingerprint-of-a-card", at)
    [row] = session.execute(text("SELECT to_jsonb(identity_links)::text FROM identity_links")).scalars()
    assert "fingerprint" not in row
    assert b"fingerprint".hex() not in row


def test_what_too_many_share_links_nobody_and_what_it_held_together_falls_apart(
    session: Session, at: datetime
) -> None:
    crowd = people(session, MAX_USERS_PER_SIGNAL + 2)
    for user_id in crowd[:MAX_USERS_PER_SIGNAL]:
        record_signal(session, user_id, DEVICE, "library", at)
    for user_id in crowd[:2]:
        record_signal(session, user_id, CARD, "of a pair", at)
    assert set(cluster_of(session, crowd[:MAX_USERS_PER_SIGNAL]).values()) == {crowd[0]}
    for user_id in crowd[MAX_USERS_PER_SIGNAL:]:
        record_signal(session, user_id, DEVICE, "library", at)
    assert cluster_of(session, crowd) == {user_id: user_id for user_id in crowd} | {crowd[1]: crowd[0]}
    [events_seen] = events_named(session, crowd, "user.signal_too_common")
    assert events_seen == {
        "user_id": str(crowd[MAX_USERS_PER_SIGNAL]),
        "kind": "device",
        "users": MAX_USERS_PER_SIGNAL + 1,
    }


def test_a_link_outlives_the_rotation_of_a_key(
    session: Session, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = "the-key-of-last-year-that-is-going-away", "the-key-of-this-year-that-is-here-to-stay"
    first, second, third = people(session, 3)
    for keys, user_id in ((old, first), (f"{new},{old}", second), (new, third)):
        monkeypatch.setenv("SIGNING_KEYS", keys)
        settings.cache_clear()
        record_signal(session, user_id, CARD, "one", at)
    monkeypatch.delenv("SIGNING_KEYS")
    settings.cache_clear()
    assert set(cluster_of(session, [first, second, third]).values()) == {first}


def test_two_who_sign_in_from_one_device_are_one(session: Session, at: datetime) -> None:
    aino, ben, ellen = (cast.user(session, name) for name in ("Aino", "Ben", "Ellen"))
    for person, device in ((aino, "phone"), (ben, "phone"), (ellen, "")):
        start_session(session, person, label="", device=device, at=at)
    clusters = cluster_of(session, [aino.id, ben.id, ellen.id])
    assert clusters[aino.id] == clusters[ben.id]
    assert clusters[ellen.id] == ellen.id


SIGHTINGS = st.lists(st.tuples(st.integers(0, 7), st.integers(0, 9)), max_size=30)


@given(seen=SIGHTINGS, order=st.randoms(use_true_random=False), most=st.integers(1, 5))
@hypothesis_settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_clusters_are_those_of_a_plain_union_find_in_any_order(
    session: Session, at: datetime, seen: list[tuple[int, int]], order, most: int
) -> None:
    order.shuffle(seen)
    with pytest.MonkeyPatch.context() as patch, session.begin_nested() as undone:
        patch.setattr(identity.clusters, "MAX_USERS_PER_SIGNAL", most)
        crowd = people(session, 8)
        for person, signal in seen:
            record_signal(session, crowd[person], CARD, str(signal), at)
        assert cluster_of(session, crowd) == plain(crowd, seen, most)
        undone.rollback()


def plain(crowd: list[UUID], seen: list[tuple[int, int]], most: int) -> dict[UUID, UUID]:
    leader = dict(zip(crowd, crowd, strict=True))

    def find(node: UUID) -> UUID:
        return node if leader[node] == node else find(leader[node])

    for signal in {signal for _, signal in seen}:
        sharing = {crowd[person] for person, shown in seen if shown == signal}
        for first, other in combinations(sharing if len(sharing) <= most else (), 2):
            low, high = sorted((find(first), find(other)))
            leader[high] = low
    return {first: find(first) for first in crowd}


# Signals recorded before, the signal of a first uncommitted transaction, and that of a second one meanwhile.
MEETINGS = {
    "one signal, shown by two at once": ([], (0, "one"), (1, "one")),
    "two signals that meet in somebody": ([(0, "one"), (1, "other")], (1, "one"), (2, "other")),
}


@pytest.mark.parametrize("meeting", MEETINGS)
def test_who_comes_second_waits_for_the_first_and_knows_of_it(
    transactions: Transactions, at: datetime, meeting: str
) -> None:
    before, first, second = MEETINGS[meeting]
    with transactions() as session:
        crowd = people(session, 3)
        for person, signal in before:
            record_signal(session, crowd[person], CARD, signal, at)

    def meanwhile() -> None:
        transactions.run(lambda session: record_signal(session, crowd[second[0]], CARD, second[1], at))

    other = Thread(target=meanwhile)
    with transactions() as session:
        record_signal(session, crowd[first[0]], CARD, first[1], at)
        other.start()
        other.join(timeout=0.5)
    other.join()
    with transactions() as session:
        clusters = cluster_of(session, crowd)
    linked = {0, first[0], second[0]}
    assert {clusters[crowd[person]] for person in linked} == {crowd[0]}


def test_many_at_once_end_in_one_cluster(transactions: Transactions, at: datetime) -> None:
    with transactions() as session:
        crowd = people(session, 8)
    together = Barrier(len(crowd))

    def show(place: int) -> None:
        together.wait()
        for signal in (place, (place + 1) % len(crowd)):
            transactions.run(
                lambda session, signal=signal: record_signal(session, crowd[place], CARD, str(signal), at)
            )

    threads = [Thread(target=show, args=(place,)) for place in range(len(crowd))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with transactions() as session:
        assert set(cluster_of(session, crowd).values()) == {crowd[0]}
