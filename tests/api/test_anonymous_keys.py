"""Two strangers who send the same Idempotency-Key do not meet, and a stranger's retry is still one effect."""

from typing import Any

import orjson
import pytest

from api.entries import ENTRIES
from domain.foundation import ids
from domain.identity import permissions
from tests.api.calls import CALLS
from tests.api.theatre import DOORS, UNSAFE, Theatre

ONE, OTHER = "203.0.113.7", "198.51.100.1"
ANYONE = [
    name
    for name in UNSAFE
    if permissions.PERMISSIONS[DOORS[name].may].rule is permissions.PermissionRule.ANYONE
]
GUESSABLE = ["1", "renewal-1", "a" * 36, "00000000-0000-0000-0000-000000000000", "1234567" * 5]


def body_of(theatre: Theatre, name: str, **more: Any) -> bytes:
    return orjson.dumps(theatre.stage.filled(CALLS[name].body) | more)


def test_every_route_for_anyone_says_who_the_sender_of_a_retry_is():
    bodies = {
        name: annotation
        for name in ANYONE
        if (annotation := DOORS[name].endpoint.__annotations__.get("body")) is not None
    }
    missing = {name for name, body in bodies.items() if body not in ENTRIES}
    assert not missing, f"add the bodies of {missing} to api/entries.py"
    assert set(ANYONE) - set(bodies) == {"receive_payment_webhook"}, "one sender, who signs"


@pytest.mark.parametrize("name", ["sign_up", "sign_in", "renew_session", "finish_oidc"])
def test_who_knows_another_secret_is_another_sender(theatre: Theatre, name: str):
    """Neither does one see the answer of the other, nor is one refused because of the other."""
    key = "1"
    secret = ENTRIES[DOORS[name].endpoint.__annotations__["body"]].asker[-1]
    first = theatre.send(CALLS[name], key=key, peer=ONE)
    other = theatre.send(
        CALLS[name], key=key, peer=ONE, body=body_of(theatre, name, **{secret: "another one 1"})
    )
    again = theatre.send(CALLS[name], key=key, peer=OTHER)
    assert first.status_code in {201, 202}
    assert "idempotent-replayed" not in other.headers
    assert other.status_code in {202, 401}
    assert (again.content, again.headers["idempotent-replayed"]) == (first.content, "true"), (
        "from any network"
    )


def test_the_same_sender_with_another_request_is_refused(theatre: Theatre):
    key = str(ids.new())
    first = theatre.send(CALLS["sign_in"], key=key)
    other = theatre.send(CALLS["sign_in"], key=key, body=body_of(theatre, "sign_in", label="another phone"))
    assert first.status_code == 201
    assert (other.status_code, other.json()["type"]) == (422, "/problems/idempotency-key-reused")


def test_a_departure_without_any_secret_is_told_to_its_own_network_only(theatre: Theatre):
    key = str(ids.new())
    first, again, elsewhere = (
        theatre.send(CALLS["begin_oidc"], key=key, peer=peer) for peer in (ONE, ONE, OTHER)
    )
    assert [first.status_code, again.status_code, elsewhere.status_code] == [201] * 3
    assert again.content == first.content
    assert {"secret", "state"} <= first.json().keys() | {"state"}
    assert elsewhere.json()["secret"] != first.json()["secret"]
    assert "idempotent-replayed" not in elsewhere.headers


@pytest.mark.parametrize("key", GUESSABLE)
def test_a_departure_takes_no_key_that_others_could_guess(theatre: Theatre, key: str):
    with theatre.unchanged():
        answer = theatre.send(CALLS["begin_oidc"], key=key)
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/idempotency-key-guessable")
    assert answer.json()["field"] == "Idempotency-Key"
