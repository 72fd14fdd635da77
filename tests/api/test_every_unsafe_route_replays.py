"""A retry never repeats an effect, on any route: generated over all that change something.

The same key and body give the same bytes, with one effect; another body is refused; of many at once one is at
work and the others hear the same or are told to wait; and when the process dies on the way, trying again does
it once. What is an effect: any row of any table but the keys' own, and any call to the payment provider.
"""

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from httpx2 import Response
from sqlalchemy import event, text
from sqlmodel import Session

from api.admission import AT_THE_DOOR
from domain.foundation import ids
from domain.foundation.errors import Unavailable
from domain.foundation.idempotency import CLAIM_TIMEOUT
from tests.api.calls import CALLS, Call
from tests.api.theatre import DOORS, UNSAFE, Theatre
from tests.photograph import changed
from tests.stage import Killed
from tests.together import together

AT_ONCE = 8
REQUIRED = [name for name in UNSAFE if DOORS[name].idempotency == "required"]
HOME = [name for name in UNSAFE if not DOORS[name].reaches_the_world]
ANONYMOUS = [name for name in UNSAFE if DOORS[name].may in AT_THE_DOOR]
# What is sent to these is too much for an address; they count, answer and keep nothing.
ANSWERS_ONLY = {"try_surge", "verify_reputation_export"}
# Each call to the payment provider that a route makes, at which the process may die.
DEATHS = [
    (name, call, when)
    for name, call in {"pay_booking": "authorize", "sync_payment": "refund"}.items()
    for when in ("before", "after")
]


def test_every_unsafe_route_is_tried():
    assert {name for name in CALLS if CALLS[name].method != "GET"} == set(UNSAFE), (
        "A new route needs a line in tests/api/calls/."
    )


@pytest.mark.parametrize("name", UNSAFE)
def test_the_same_again_has_one_effect_and_the_same_answer(theatre: Theatre, name: str):
    call, key, before = CALLS[name], str(ids.new()), theatre.rows()
    first = theatre.send(call, key=key)
    assert 200 <= first.status_code < 300, first.text
    assert "idempotent-replayed" not in first.headers
    after, asked = theatre.rows(), Counter(theatre.till.calls)
    assert changed(before, after) or name in ANSWERS_ONLY, "nothing happened: give the call something to do"
    again = theatre.send(call, key=key)
    assert again.headers["idempotent-replayed"] == "true"
    assert _told(again) == _told(first)
    assert (changed(after, theatre.rows()), Counter(theatre.till.calls)) == ({}, asked)
    for other in _others(theatre, call, key):
        assert _problem(other) == (422, "idempotency-key-reused")
        assert other.json()["field"] == "Idempotency-Key"
    assert changed(after, theatre.rows()) == {}

    theatre.restore()
    crowd = _at_once(theatre, call, str(ids.new()))
    assert changed(before, theatre.rows()) == changed(before, after)
    assert Counter(theatre.till.calls) == asked
    done = [answer for answer in crowd if answer.status_code == first.status_code]
    assert len({_told(answer) for answer in done}) == 1
    assert sum("idempotent-replayed" not in answer.headers for answer in done) == 1
    for waiting in crowd:
        if waiting.status_code != first.status_code:
            assert _problem(waiting) == (409, "request-in-flight")
            assert int(waiting.headers["retry-after"]) >= 1


@pytest.mark.long
@pytest.mark.parametrize("name", UNSAFE)
def test_who_looked_a_moment_too_soon_does_it_no_second_time_and_hears_the_same(theatre: Theatre, name: str):
    """The statement that looks for the key sees the table as it was just before it holds the key.

    So of two at once the second may hold the key, not see the answer of the first, and begin the work; what
    it then runs into is its own effect, and must not be its answer.
    """
    call, key = CALLS[name], str(ids.new())
    first = theatre.send(call, key=key)
    done, asked = theatre.rows(), Counter(theatre.till.calls)
    with _looking_too_soon(theatre):
        again = theatre.send(call, key=key)
    assert _told(again) == _told(first)
    assert again.headers["idempotent-replayed"] == "true"
    assert (changed(done, theatre.rows()), Counter(theatre.till.calls)) == ({}, asked)


@pytest.mark.parametrize("name", REQUIRED)
def test_where_money_moves_or_a_booking_is_made_a_key_is_needed(theatre: Theatre, name: str):
    with theatre.unchanged():
        answer = theatre.send(CALLS[name], key=None)
    assert _problem(answer) == (422, "idempotency-key-required")
    assert answer.json()["field"] == "Idempotency-Key"


def test_money_and_bookings_ask_for_a_key():
    assert set(REQUIRED) >= {"request_booking", "pay_booking", "cancel_booking", "refund_payment"}


@pytest.mark.parametrize("name", HOME)
def test_who_dies_before_the_commit_leaves_nothing_and_the_retry_does_it_once(theatre: Theatre, name: str):
    call, key = CALLS[name], str(ids.new())
    with theatre.unchanged(), _dying_at_commit(), pytest.raises(Killed):
        theatre.send(call, key=key)
    answer = theatre.send(call, key=key)
    assert 200 <= answer.status_code < 300, answer.text
    assert "idempotent-replayed" not in answer.headers


@pytest.mark.parametrize(("name", "asked", "when"), DEATHS)
def test_who_dies_at_the_payment_provider_did_it_once_when_it_was_tried_again(
    theatre: Theatre, name: str, asked: str, when: str
):
    call, key, before = CALLS[name], str(ids.new()), theatre.rows()
    assert theatre.send(call).status_code == 200
    once, calls = theatre.rows(), Counter(theatre.till.calls)
    assert calls[asked] == 1, "the route calls the provider elsewhere now: mend the table of deaths"
    kept = dict(theatre.till.payments)
    theatre.restore()

    setattr(theatre.till, f"dies_{when}", asked)
    with pytest.raises(Killed):
        theatre.send(call, key=key)
    waiting = theatre.send(call, key=key)
    assert _problem(waiting) == (409, "request-in-flight")
    assert int(waiting.headers["retry-after"]) >= 1
    theatre.later(CLAIM_TIMEOUT + timedelta(minutes=1))
    answer = theatre.send(call, key=key)
    assert answer.status_code == 200, answer.text
    assert theatre.till.payments.keys() == kept.keys()
    for reference, seen in theatre.till.payments.items():
        assert (seen.authorized_amount, seen.captured_amount, len(seen.refunds)) == (
            kept[reference].authorized_amount,
            kept[reference].captured_amount,
            len(kept[reference].refunds),
        )
    # An operator who asks again is written down again; what was done stands there once.
    events = {"events", "event_subjects"}
    assert _without(events, changed(before, theatre.rows())) == _without(events, changed(before, once))
    assert theatre.send(call, key=key).headers["idempotent-replayed"] == "true"


@pytest.mark.parametrize("name", ANONYMOUS)
def test_an_answer_to_nobody_in_particular_is_sealed(theatre: Theatre, name: str):
    """Whoever reads the table of keys learns no token, and nothing that was sent."""
    call = CALLS[name]
    answer = theatre.send(call, key=str(ids.new()))
    with theatre.transactions() as session:
        (row,) = session.execute(text("SELECT * FROM idempotency_keys")).mappings()
    stored = b"\0".join(
        bytes(value) if isinstance(value, bytes) else str(value).encode() for value in row.values()
    )
    secrets = [*answer.json().values(), *(theatre.stage.filled(call.body) or {}).values()]
    assert re.fullmatch(r"anyone:[0-9a-f]{32}", row["scope"])
    assert [told for told in secrets if str(told).encode() in stored] == []


def test_answers_to_people_are_not_shared_between_them(theatre: Theatre):
    key, call = str(ids.new()), CALLS["ask_for_quote"]
    aino, ben = (theatre.send(call, who, key=key) for who in ("aino", "ben"))
    assert (aino.status_code, ben.status_code) == (201, 201)
    assert aino.json()["id"] != ben.json()["id"]


def test_a_key_that_cannot_be_one_is_refused(theatre: Theatre):
    for key in ("", "x" * 256, "tab\there", "caf\xe9"):
        answer = theatre.send(CALLS["ask_for_quote"], key=None, headers={"idempotency-key": key})
        assert _problem(answer) == (422, "invalid-idempotency-key"), key


def _others(theatre: Theatre, call: Call, key: str) -> Iterator[Response]:
    """Other requests under the same key: other bytes here, and another route by the same person.

    Without a session the same person is whoever knows the same secret; test_anonymous_keys.py has the others.
    """
    yield theatre.send(call, key=key, body=(theatre.content(call) or b"{}") + b" ")
    elsewhere = CALLS["add_thing" if call.by == "ellen" else "change_me"]
    if call.by != "nobody" and elsewhere.path != call.path:
        yield theatre.send(elsewhere, call.by, key=key)


def _at_once(theatre: Theatre, call: Call, key: str) -> list[Response]:
    def send(_: int) -> Response:
        answer = theatre.send(call, key=key)
        if answer.status_code == 503:
            raise Unavailable
        return answer

    return together(send, AT_ONCE)


@contextmanager
def _dying_at_commit() -> Iterator[None]:
    def die(_: object) -> None:
        raise Killed

    event.listen(Session, "before_commit", die)
    try:
        yield
    finally:
        event.remove(Session, "before_commit", die)


@contextmanager
def _looking_too_soon(theatre: Theatre) -> Iterator[None]:
    """Let the next look for a key see no answer that is there."""
    engine = theatre.app.app.state.house.transactions.engine  # type: ignore[attr-defined]  # the app is a FastAPI
    looked: list[str] = []

    def blind(_c: object, _d: object, statement: str, given: Any, _x: object, _m: object) -> tuple[str, Any]:
        if "pg_try_advisory_xact_lock" in statement and not looked:
            looked.append(statement)
            given = given | {"oldest": given["oldest"] + timedelta(days=1_000)}
        return statement, given

    event.listen(engine, "before_cursor_execute", blind, retval=True)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", blind)
    assert looked


def _without(names: set[str], tables: dict[str, int]) -> dict[str, int]:
    return {name: count for name, count in tables.items() if name not in names}


def _told(answer: Response) -> tuple[int, bytes, str | None, str | None]:
    return answer.status_code, answer.content, answer.headers.get("etag"), answer.headers.get("content-type")


def _problem(answer: Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].removeprefix("/problems/")
