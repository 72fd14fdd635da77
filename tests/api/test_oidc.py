import json
import os
from collections.abc import Iterator
from typing import Any

import pytest
from httpx import Response

from api.issuers import issuers
from domain.foundation import clock
from domain.foundation.configuration.settings import settings
from tests.api.little_issuer import served
from tests.client import Client
from tests.domain.identity.fake_issuer import FakeIssuer

BACK = "https://app.example.org/signed-in"


@pytest.fixture(params=[None, "s3cret: with / odd + signs"], ids=["public client", "client with a secret"])
def issuer(request: pytest.FixtureRequest, client: Client) -> Iterator[FakeIssuer]:
    """An issuer on loopback that this place trusts; after the app, whose settings it changes."""
    little = FakeIssuer(client_secret=request.param, now=clock.now())
    with served(little) as little.broken:
        known = {"issuer": little.issuer, "client_id": little.client_id, "name": "Neighbours"}
        secret = {"client_secret": little.client_secret} if little.client_secret else {}
        os.environ["OIDC_ISSUERS"] = json.dumps([known | secret])
        settings.cache_clear()
        yield little
    del os.environ["OIDC_ISSUERS"]
    settings.cache_clear()
    issuers.cache_clear()


def begin(client: Client, issuer: FakeIssuer) -> dict[str, Any]:
    answer = client.post("/oidc/attempts", {"issuer": issuer.issuer, "redirect_uri": BACK})
    assert answer.status_code == 201, answer.text
    return answer.json()


def finish(client: Client, issuer: FakeIssuer, departure: dict[str, Any], **claims: Any) -> Response:
    brought = issuer.authorize(departure["authorization_url"], **claims)
    return client.post(
        "/oidc/attempts/completion", brought | {"secret": departure["secret"], "label": "browser"}
    )


def problem(answer: Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].removeprefix("/problems/")


def test_a_person_signs_in_at_an_issuer_and_is_the_same_person_the_next_time(
    client: Client, issuer: FakeIssuer
) -> None:
    (listed,) = client.get("/oidc/issuers").json()["items"]
    assert listed == {"issuer": issuer.issuer, "name": "Neighbours"}
    departure = begin(client, issuer)
    assert departure["authorization_url"].startswith(f"{issuer.issuer}/authorize?tenant=neighbours&")
    answer = finish(client, issuer, departure)
    assert answer.status_code == 201
    tokens = answer.json()
    me = Client(client.app, client.transactions, tokens["access_token"]).get("/me").json()
    assert (me["id"], me["email"], me["name"]) == (tokens["user_id"], "aino@example.org", "Aino")
    assert finish(client, issuer, begin(client, issuer)).json()["user_id"] == tokens["user_id"]


def test_what_the_issuer_says_must_hold(client: Client, issuer: FakeIssuer) -> None:
    for claims, refusal in (
        ({"nonce": "another"}, "oidc-sign-in-failed"),
        ({"aud": "another"}, "oidc-sign-in-failed"),
        ({"exp": 1}, "oidc-sign-in-failed"),
        ({"email_verified": False}, "email-not-verified"),
    ):
        assert problem(finish(client, issuer, begin(client, issuer), **claims)) == (401, refusal)


def test_an_attempt_serves_once_and_only_the_browser_that_began(client: Client, issuer: FakeIssuer) -> None:
    mine, theirs = begin(client, issuer), begin(client, issuer)
    assert problem(finish(client, issuer, mine | {"secret": theirs["secret"]})) == (
        401,
        "oidc-attempt-expired",
    )
    assert finish(client, issuer, mine).status_code == 201
    assert problem(finish(client, issuer, mine)) == (401, "oidc-attempt-expired")


def test_a_code_the_issuer_does_not_know_signs_nobody_in(client: Client, issuer: FakeIssuer) -> None:
    departure = begin(client, issuer)
    brought = {"state": departure["state"], "secret": departure["secret"], "code": "guessed"}
    assert problem(client.post("/oidc/attempts/completion", brought)) == (401, "oidc-sign-in-failed")


def test_an_issuer_nobody_configured_is_refused(client: Client, issuer: FakeIssuer) -> None:
    wanted = {"issuer": "https://evil.example", "redirect_uri": BACK}
    assert problem(client.post("/oidc/attempts", wanted)) == (422, "issuer-unknown")


# What an issuer may say about itself that makes no sense: status and document.
NONSENSE = [
    (500, {}),
    (200, b"not json"),
    (200, []),
    (200, {}),
    (302, {}),
    (
        200,
        {
            "issuer": "https://evil.example",
            "authorization_endpoint": "https://evil.example/authorize",
            "token_endpoint": "https://evil.example/token",
            "jwks_uri": "https://evil.example/keys",
        },
    ),
]


def test_an_issuer_that_does_not_make_sense_is_away(client: Client, issuer: FakeIssuer) -> None:
    for answer in NONSENSE:
        issuer.broken["/.well-known/openid-configuration"] = answer
        refused = client.post("/oidc/attempts", {"issuer": issuer.issuer, "redirect_uri": BACK})
        assert problem(refused) == (503, "issuer-unavailable"), answer
        assert refused.headers["retry-after"] == "5"


def test_a_sign_in_fails_politely_when_the_issuer_does(client: Client, issuer: FakeIssuer) -> None:
    for path, answer, refusal in (
        ("/token", (500, {}), (503, "issuer-unavailable")),
        ("/token", (200, {"access_token": "but no id token"}), (503, "issuer-unavailable")),
        ("/token", (200, {"id_token": "a.b.c"}), (401, "oidc-sign-in-failed")),
        ("/keys", (500, {}), (503, "issuer-unavailable")),
        ("/keys", (200, {"keys": []}), (401, "oidc-sign-in-failed")),
    ):
        departure = begin(client, issuer)
        issuer.broken[path] = answer
        assert problem(finish(client, issuer, departure)) == refusal, (path, answer)
        del issuer.broken[path]
    assert finish(client, issuer, begin(client, issuer)).status_code == 201


def test_an_issuer_nobody_listens_at_is_away(client: Client, issuer: FakeIssuer) -> None:
    known = {"issuer": "http://127.0.0.1:9", "client_id": "talkoo"}
    os.environ["OIDC_ISSUERS"] = json.dumps([known])
    settings.cache_clear()
    wanted = {"issuer": known["issuer"], "redirect_uri": BACK}
    assert problem(client.post("/oidc/attempts", wanted)) == (503, "issuer-unavailable")


def test_an_issuer_reached_over_https_names_no_endpoint_without_it() -> None:
    from api.issuers import _discovery
    from domain.identity import OidcClient as IssuerClient
    from domain.identity.errors import IssuerUnavailable

    client = IssuerClient("https://issuer.example", "talkoo")
    good = {
        "issuer": "https://issuer.example",
        "authorization_endpoint": "https://issuer.example/authorize",
        "token_endpoint": "https://issuer.example/token",
        "jwks_uri": "https://keys.example/keys",
    }
    assert _discovery(client, good).jwks_uri == "https://keys.example/keys"
    for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
        with pytest.raises(IssuerUnavailable):
            _discovery(client, good | {name: "http://issuer.example/plain"})
