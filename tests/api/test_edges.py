"""The edges of the API: copies that are old, callers who ask too often, browsers, request ids, health."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from limits import parse
from starlette.testclient import TestClient

from api import rate_limits
from api.app import create
from domain.foundation import ids
from domain.foundation.configuration.settings import settings
from tests.api.calls import CALLS
from tests.api.theatre import DOORS, HERE, Theatre

EDITS = sorted(name for name, door in DOORS.items() if "if_match" in door.wants)
NEEDS_MATCH = [name for name in EDITS if DOORS[name].if_match == "required"]
ORIGIN = "https://app.example.org"


@contextmanager
def limited(theatre: Theatre, everything: str, doors: str) -> Iterator[None]:
    """Fresh counters, and limits that are soon reached."""
    fresh = rate_limits.from_settings(settings())
    theatre.house(limits=replace(fresh, everything=parse(everything), doors=parse(doors)))
    yield
    theatre.house()


@contextmanager
def told(monkeypatch: pytest.MonkeyPatch, **environment: str) -> Iterator[TestClient]:
    """An app in an environment of its own."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    settings.cache_clear()
    try:
        with TestClient(create(gateway=object()), HERE) as app:  # type: ignore[arg-type]  # nobody pays here
            yield app
    finally:
        monkeypatch.undo()
        settings.cache_clear()


@pytest.mark.parametrize("name", EDITS)
def test_an_old_copy_is_not_changed(theatre: Theatre, name: str):
    with theatre.unchanged():
        answer = theatre.send(CALLS[name], headers={"if-match": '"999999"'})
    assert (answer.status_code, answer.json()["type"]) == (412, "/problems/stale")


@pytest.mark.parametrize("name", NEEDS_MATCH)
def test_what_two_people_edit_asks_for_the_version(theatre: Theatre, name: str):
    call = replace(CALLS[name], headers={})
    with theatre.unchanged():
        answer = theatre.send(call)
    assert (answer.status_code, answer.json()["type"]) == (428, "/problems/if-match-required")
    assert answer.json()["field"] == "If-Match"


@pytest.mark.parametrize("etag", ['"{}"', 'W/"{}"', "{}"])
def test_the_etag_that_was_read_is_the_match_that_is_sent(theatre: Theatre, etag: str):
    read = theatre.send(CALLS["read_own_offer"])
    version = read.json()["version"]
    assert read.headers["etag"] == f'"{version}"'
    changed = theatre.send(CALLS["publish_offer"], headers={"if-match": etag.format(version)})
    assert changed.status_code == 200
    assert changed.headers["etag"] == f'"{version + 1}"'
    again = theatre.send(
        CALLS["pause_offer"],
        path=f"/offers/{read.json()['id']}/pause",
        headers={"if-match": etag.format(version)},
    )
    assert again.status_code == 412


def test_who_asks_too_often_waits_and_others_do_not(theatre: Theatre):
    with limited(theatre, "3/minute", "100/minute"):
        assert [theatre.send(CALLS["read_me"]).status_code for _ in range(4)] == [200, 200, 200, 429]
        refused = theatre.send(CALLS["read_me"])
        assert theatre.send(CALLS["read_me"], "ben").status_code == 200
    assert refused.json()["type"] == "/problems/too-many-requests"
    assert 1 <= int(refused.headers["retry-after"]) <= 60


def test_guessing_tokens_is_slow(theatre: Theatre):
    """It counts as reading does, but apart from it: stale tokens are no guesses at passwords."""
    with limited(theatre, "3/minute", "100/minute"):
        guesses = [
            theatre.send(CALLS["read_me"], "nobody", headers={"authorization": f"Bearer tka_{number}"})
            for number in range(5)
        ]
        assert theatre.send(CALLS["read_me"]).status_code == 200
    assert [answer.status_code for answer in guesses] == [401, 401, 401, 429, 429]
    assert int(guesses[-1].headers["retry-after"]) >= 1


# What cannot be guessed is let in meanwhile: see test_sign_in_limits.py.
@pytest.mark.parametrize("name", ["sign_in", "sign_up", "begin_oidc"])
def test_trying_at_the_door_is_slow_whether_right_or_wrong(theatre: Theatre, name: str):
    """Who guessed too often is not let in by the right guess either, or it would not be slow."""
    wrong = b'{"email": "aino@example.org", "password": "a wrong guess"}'
    with limited(theatre, "100/minute", "3/minute"):
        for _ in range(3):
            theatre.send(CALLS["sign_in"], body=wrong)
        refused = theatre.send(CALLS[name])
    assert (refused.status_code, refused.json()["type"]) == (429, "/problems/too-many-requests")
    assert int(refused.headers["retry-after"]) >= 1


def test_a_scheme_that_is_not_bearer_is_asked_for_one(theatre: Theatre):
    for header in ("Basic eDp5", "Bearer", "Bearer ", "tka_x", ""):
        answer = theatre.send(CALLS["read_me"], "nobody", headers={"authorization": header})
        assert answer.status_code == 401, header
        assert answer.headers["www-authenticate"] == "Bearer"


def test_browsers_are_let_in_from_the_origins_that_settings_name(
    theatre: Theatre, monkeypatch: pytest.MonkeyPatch
):
    asked = {
        "origin": ORIGIN,
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization,idempotency-key,if-match,content-type",
    }
    with told(monkeypatch, CORS_ORIGINS=f"{ORIGIN}, https://other.example.org") as app:
        flight = app.options("/quotes", headers=asked)
        assert flight.status_code == 200
        assert flight.headers["access-control-allow-origin"] == ORIGIN
        assert "idempotency-key" in flight.headers["access-control-allow-headers"].lower()
        answer = app.get("/markets", headers={"origin": ORIGIN})
        assert answer.headers["access-control-allow-origin"] == ORIGIN
        assert "etag" in answer.headers["access-control-expose-headers"].lower()
        strange = app.get("/markets", headers={"origin": "https://evil.example.org"})
        assert "access-control-allow-origin" not in strange.headers
        refused = app.get("/me", headers={"origin": ORIGIN})
        assert (refused.status_code, refused.headers["access-control-allow-origin"]) == (401, ORIGIN)


def test_without_the_setting_no_browser_of_elsewhere_is_let_in(theatre: Theatre):
    answer = theatre.send(CALLS["list_markets"], headers={"origin": ORIGIN})
    assert "access-control-allow-origin" not in answer.headers


def test_a_request_has_an_id_its_own_or_ours(theatre: Theatre):
    ours = theatre.send(CALLS["list_markets"]).headers["x-request-id"]
    assert ids.decode("req", ours)
    own = "client-42.a:b_c"
    assert theatre.send(CALLS["list_markets"], headers={"x-request-id": own}).headers["x-request-id"] == own
    for odd in ("short", "x" * 101, "with space in it", "\xe4\xe4\xe4\xe4\xe4\xe4\xe4\xe4", "a\tb\tc\td\te"):
        answer = theatre.send(CALLS["read_quote"], "ben", headers={"x-request-id": odd})
        assert re.fullmatch(r"req_\w{26}", answer.headers["x-request-id"])
        assert answer.json()["instance"] == answer.headers["x-request-id"]


def test_answers_are_not_kept_nor_guessed_at_on_the_way(theatre: Theatre):
    for name in ("list_markets", "read_me", "read_offer"):
        headers = theatre.send(CALLS[name]).headers
        assert headers["cache-control"] == "no-store"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"


def test_a_path_or_method_that_is_not_there_is_a_problem_too(theatre: Theatre):
    for method, path, status, slug in (
        ("GET", "/nothing", 404, "no-such-route"),
        ("GET", "/bookings/", 404, "no-such-route"),
        ("DELETE", "/bookings", 405, "method-not-allowed"),
        ("PUT", "/quotes", 405, "method-not-allowed"),
    ):
        answer = theatre.app.request(method, path)
        assert (answer.status_code, answer.json()["type"]) == (status, f"/problems/{slug}")
        assert answer.headers["content-type"] == "application/problem+json"
    assert "POST" in answer.headers["allow"]


def test_it_lives_and_is_ready_while_its_database_answers(theatre: Theatre):
    assert theatre.app.get("/health/live").status_code == 204
    assert theatre.app.get("/health/ready").status_code == 204


def test_without_its_database_it_lives_is_not_ready_and_says_when_to_ask_again(
    theatre: Theatre, monkeypatch: pytest.MonkeyPatch
):
    with told(monkeypatch, DATABASE_URL="postgresql+psycopg://postgres@127.0.0.1:9/nothing") as app:
        assert app.get("/health/live").status_code == 204
        assert app.get("/health/ready").status_code == 503
        answer: Any = app.get("/markets")
    assert (answer.status_code, answer.json()["type"]) == (503, "/problems/unavailable")
    assert int(answer.headers["retry-after"]) >= 1
    assert "127.0.0.1" not in answer.text
