"""Guessing is slow for whoever guesses, and honest people get in meanwhile."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from ipaddress import ip_network
from typing import Any

import orjson
import pytest
from httpx2 import Response
from limits import parse, parse_many
from sqlalchemy import text

from api import rate_limits
from api.counters import ProcessCounters
from domain.foundation import ids
from domain.foundation.configuration.settings import settings
from tests.api.calls import CALLS
from tests.api.theatre import Theatre
from tests.together import together

AINO, RIGHT, WRONG = "aino@example.org", "correct horse battery", "a wrong guess"
DEVICE = "0f6c1f0e7a8b4e0b9f7e2b1d3c5a7e9d"
OFFICE, HOME, PROXY = "203.0.113.7", "198.51.100.1", "10.0.0.7"


@contextmanager
def limited(theatre: Theatre, *, doors: str = "1000/minute", account: str = "1000/minute") -> Iterator[None]:
    fresh = rate_limits.from_settings(settings())
    theatre.house(
        limits=replace(
            fresh,
            everything=parse("1000/minute"),
            doors=parse(doors),
            account=tuple(parse_many(account)),
            proxies=(ip_network("10.0.0.0/24"),),
        )
    )
    try:
        yield
    finally:
        theatre.house()


def sign_in(
    theatre: Theatre,
    password: str,
    *,
    peer: str = OFFICE,
    email: str = AINO,
    device: str = "",
    **headers: str,
) -> Response:
    body: dict[str, Any] = {"email": email, "password": password, "device": device}
    return theatre.send(CALLS["sign_in"], body=_json(body), peer=peer, headers=headers)


def statuses(*answers: Response) -> list[int]:
    return [answer.status_code for answer in answers]


def test_an_ipv6_network_is_one_client_and_a_wider_one_has_little_more_room(theatre: Theatre):
    with limited(theatre, doors="3/minute"):
        in_64 = [
            sign_in(theatre, WRONG, peer=f"2001:db8:1:2::{host}", email=_somebody()) for host in range(4)
        ]
        in_56 = [
            sign_in(theatre, WRONG, peer=f"2001:db8:1:{net}::1", email=_somebody()) for net in range(10, 20)
        ]
        in_48 = [
            sign_in(theatre, WRONG, peer=f"2001:db8:1:{net:x}00::1", email=_somebody())
            for net in range(1, 40)
        ]
        elsewhere = sign_in(theatre, WRONG, peer="2001:db8:2::1", email=_somebody())
    assert statuses(*in_64) == [401, 401, 401, 429]
    assert statuses(*in_56).count(401) == 3
    assert statuses(*in_48).count(401) == 3 * 8 - 6
    assert elsewhere.status_code == 401


def test_one_account_guessed_from_forty_addresses_is_limited(theatre: Theatre):
    with limited(theatre, account="5/minute; 10/15 minutes"):
        guesses = [sign_in(theatre, WRONG, peer=f"198.51.100.{host}") for host in range(40)]
        right = sign_in(theatre, RIGHT, peer="198.51.100.200")
        spelled = sign_in(theatre, WRONG, peer="198.51.100.201", email="  AINO@Example.ORG ")
        other = sign_in(theatre, WRONG, peer="198.51.100.201", email="ben@example.org")
    assert statuses(*guesses) == [401] * 5 + [429] * 35
    assert (right.status_code, right.json()["type"]) == (429, "/problems/too-many-requests")
    assert 1 <= int(right.headers["retry-after"]) <= 60
    assert spelled.status_code == 429
    assert other.status_code == 401


def test_an_account_that_there_is_not_is_limited_alike(theatre: Theatre):
    nobody = _somebody()
    with limited(theatre, account="2/minute"):
        answers = [sign_in(theatre, WRONG, peer=f"198.51.100.{n}", email=nobody) for n in range(3)]
        known = [sign_in(theatre, WRONG, peer=f"198.51.100.{n}") for n in range(3)]
    assert statuses(*answers) == statuses(*known) == [401, 401, 429]
    details = [re.sub(r"\d+", "n", several[-1].json()["detail"]) for several in (answers, known)]
    assert details[0] == details[1]


def test_waits_grow_and_asking_meanwhile_does_not_extend_them(theatre: Theatre):
    seconds = [0.0]
    with limited(theatre, account="2/minute; 4/hour"):
        theatre.house(limits=replace(theatre.limits, counters=ProcessCounters(lambda: seconds[0])))
        waits = []
        for _ in range(3):
            guesses = [sign_in(theatre, WRONG, peer=f"198.51.100.{n}") for n in range(5)]
            waits.append((statuses(*guesses).count(401), guesses[-1].headers["retry-after"]))
            seconds[0] += 60
        seconds[0] = 3_600
        later = sign_in(theatre, RIGHT)
    assert waits == [(2, "60"), (2, "3540"), (0, "3480")]
    assert later.status_code == 201


def test_many_guesses_at_once_are_no_more_than_one_after_the_other(theatre: Theatre):
    with limited(theatre, account="3/minute"):
        crowd = together(lambda n: sign_in(theatre, WRONG, peer=f"198.51.100.{n}"), 12)
    assert statuses(*crowd).count(401) == 3


def test_a_device_that_signed_in_before_gets_in_while_others_guess(theatre: Theatre):
    assert sign_in(theatre, RIGHT, device=DEVICE).status_code == 201
    with limited(theatre, doors="5/minute", account="3/minute"):
        for _ in range(5):
            sign_in(theatre, WRONG)
        stranger = sign_in(theatre, RIGHT)
        pretender = sign_in(theatre, RIGHT, device="another-device")
        owner = [sign_in(theatre, RIGHT, device=DEVICE) for _ in range(2)]
        guesses = [sign_in(theatre, WRONG, device=DEVICE, peer=HOME) for _ in range(4)]
    assert statuses(stranger, pretender) == [429, 429]
    assert statuses(*owner) == [201, 201]
    assert statuses(*guesses) == [401, 401, 401, 429], "a known device is no way to guess for ever"


def test_honest_people_behind_one_address_get_in(theatre: Theatre):
    with theatre.transactions() as session:
        session.execute(
            text("UPDATE users SET password_hash = (SELECT password_hash FROM users WHERE email = :aino)"),
            {"aino": AINO},
        )
    names = ["aino", "ben", "ellen"]
    with limited(theatre, doors="3/minute", account="3/minute"):
        people = [sign_in(theatre, RIGHT, email=f"{name}@example.org") for name in names for _ in range(2)]
        clumsy = [sign_in(theatre, WRONG), sign_in(theatre, RIGHT)]
    assert statuses(*people) == [201] * 6
    assert statuses(*clumsy) == [401, 429], "only so many sign-ins to one account in a minute"


def test_a_right_password_after_wrong_ones_is_let_in(theatre: Theatre):
    with limited(theatre, account="3/minute"):
        clumsy = [sign_in(theatre, WRONG), sign_in(theatre, WRONG), sign_in(theatre, RIGHT)]
    assert statuses(*clumsy) == [401, 401, 201]


def test_stale_tokens_keep_nobody_from_signing_in_renewing_or_reading(theatre: Theatre):
    with limited(theatre, doors="3/minute"):
        theatre.house(limits=replace(theatre.limits, everything=parse("5/minute")))
        for number in range(10):
            stale = {"authorization": f"Bearer tka_stale_{number}"}
            last = theatre.send(CALLS["read_me"], "nobody", peer=OFFICE, headers=stale)
            renewal = _json({"refresh_token": f"tkr_stale_{number}"})
            theatre.send(CALLS["renew_session"], body=renewal, peer=OFFICE)
        anonymous = theatre.send(CALLS["list_markets"], "nobody", peer=OFFICE)
        signed_in = sign_in(theatre, RIGHT)
        renewed = theatre.send(CALLS["renew_session"], peer=OFFICE)
        reading = theatre.send(CALLS["read_me"], peer=OFFICE)
    assert last.status_code == 429, "guessing tokens is slow"
    assert statuses(anonymous, signed_in, renewed, reading) == [200, 201, 201, 200]


@pytest.mark.parametrize("name", ["renew_session", "finish_oidc"])
def test_what_cannot_be_guessed_is_let_in_while_others_at_the_address_guess(theatre: Theatre, name: str):
    with limited(theatre, doors="3/minute"):
        for _ in range(4):
            sign_in(theatre, WRONG)
        assert sign_in(theatre, RIGHT).status_code == 429
        assert theatre.send(CALLS[name], peer=OFFICE).status_code == 201


def test_a_stranger_cannot_choose_who_counts(theatre: Theatre):
    with limited(theatre, doors="3/minute"):
        forged = [
            sign_in(theatre, WRONG, email=_somebody(), **{"x-forwarded-for": f"192.0.2.{n}"})
            for n in range(4)
        ]
        behind = [
            sign_in(
                theatre, WRONG, peer=PROXY, email=_somebody(), **{"x-forwarded-for": f"192.0.2.{n}, {HOME}"}
            )
            for n in range(4)
        ]
    assert statuses(*forged) == statuses(*behind) == [401, 401, 401, 429]


def test_an_ipv6_network_is_one_client_elsewhere_too(theatre: Theatre):
    with limited(theatre):
        theatre.house(limits=replace(theatre.limits, everything=parse("2/minute")))
        reads = [theatre.send(CALLS["list_markets"], "nobody", peer=f"2001:db8::{n}") for n in range(3)]
    assert statuses(*reads) == [200, 200, 429]


@pytest.mark.parametrize("name", ["Authorization", "Idempotency-Key", "If-Match"])
def test_a_header_that_comes_twice_is_refused(theatre: Theatre, name: str):
    """A proxy that looks at the other line would see another request than we do."""
    call = CALLS["publish_offer"]
    twice = [(name.encode(), b'"1"'), (name.lower().encode(), b'"2"')]
    answer = theatre.send(call, key=None, more=twice)
    assert answer.status_code == (401 if name == "Authorization" else 422)


def _somebody() -> str:
    return f"{ids.new()}@example.org"


def _json(body: dict[str, Any]) -> bytes:
    return orjson.dumps(body)
