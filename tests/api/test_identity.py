from typing import Any
from uuid import UUID

import pytest
from httpx import Response
from sqlalchemy import text

from domain import identity
from domain.foundation import ids
from domain.identity import PERMISSIONS, Grant, UserRole
from tests import cast
from tests.client import Client

PASSWORD = "correct horse battery"
AINO = {"email": "aino@example.org", "password": PASSWORD, "name": "Aino"}


@pytest.fixture
def aino(client: Client) -> Client:
    """Aino, signed up and signed in by way of the API."""
    client.post("/users", AINO)
    tokens = signed_in(client).json()
    return Client(client.app, client.transactions, tokens["access_token"])


def signed_in(client: Client, **changes: str) -> Response:
    return client.post("/sessions", {"email": AINO["email"], "password": PASSWORD} | changes)


def member(client: Client, name: str, *grants: Grant) -> Client:
    """Somebody with these roles, signed in."""
    with client.transactions() as session:
        person = cast.user(session, name)
        for grant in grants:
            session.add(
                identity.RoleGrant(
                    user_id=person.id,
                    role=grant.role,
                    market_id=grant.market_id,
                    granted_at=cast.LONG_AGO,
                )
            )
    return client.sign_in(person.id)


def problem(answer: Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].removeprefix("/problems/")


def bare(answer: Response) -> tuple[int, dict[str, Any]]:
    """An answer without what differs between any two requests."""
    return answer.status_code, {name: value for name, value in answer.json().items() if name != "instance"}


def test_two_who_sign_in_from_one_installation_are_known_as_one(client: Client) -> None:
    for email in (AINO["email"], "ben@example.org"):
        client.post("/users", AINO | {"email": email})
        assert signed_in(client, email=email, device="0f6c1f0e7a8b4e0b").status_code == 201
    with client.transactions() as session:
        found = session.execute(text("SELECT user_id, cluster_id FROM identity_clusters")).all()
    assert len({row.user_id for row in found}) == 2
    assert len({row.cluster_id for row in found}) == 1


@pytest.mark.parametrize("device", ["with a space", "new\nline", "x" * 201])
def test_a_device_is_a_plain_text_without_spaces(client: Client, device: str) -> None:
    assert signed_in(client, device=device).status_code == 422


def test_a_person_signs_up_signs_in_and_sees_themselves(client: Client) -> None:
    assert client.post("/users", AINO | {"locale": "fi-FI"}).status_code == 202
    answer = signed_in(client, email="AINO@example.org ", label="Aino's phone")
    assert answer.status_code == 201
    tokens = answer.json()
    assert tokens["access_token"].startswith("tka_")
    assert tokens["refresh_token"].startswith("tkr_")
    me = Client(client.app, client.transactions, tokens["access_token"]).get("/me").json()
    assert me["id"] == tokens["user_id"]
    assert (me["email"], me["name"], me["locale"], me["time_zone"]) == (
        "aino@example.org",
        "Aino",
        "fi-FI",
        None,
    )
    assert "password" not in str(me)


def test_signing_up_answers_the_same_for_known_and_unknown_addresses(client: Client) -> None:
    answers = [client.post("/users", AINO | {"email": email}) for email in ("a@example.org", "a@example.org")]
    assert answers[0].status_code == 202
    assert answers[0].content == answers[1].content


def test_every_refused_sign_in_is_the_same_to_the_byte(client: Client) -> None:
    client.post("/users", AINO)
    operator = member(client, "Otto", Grant(UserRole.OPERATOR))
    with client.transactions() as session:
        cast.user(session, "Ben")
        suspended = cast.user(session, "Sulo")
        session.execute(
            text("UPDATE users SET password_hash = (SELECT max(password_hash) FROM users) WHERE id = :id"),
            {"id": suspended.id},
        )
    suspension = {"reason_code": "fraud", "reason": "Stolen cards."}
    assert (
        operator.post(f"/users/{ids.encode('usr', suspended.id)}/suspension", suspension).status_code == 200
    )
    answers = [
        bare(signed_in(client, password="not the password")),
        bare(signed_in(client, email="nobody@example.org")),
        bare(signed_in(client, email="ben@example.org")),
        bare(signed_in(client, email="sulo@example.org")),
    ]
    assert answers[0][0] == 401
    assert answers[0][1]["type"] == "/problems/invalid-credentials"
    assert answers == [answers[0]] * 4


# What a sign-up may not say, and how it is refused.
UNFIT = [
    ({"password": "short"}, "password-not-allowed"),
    ({"password": "x" * 201}, "password-not-allowed"),
    ({"password": "aino@example.org"}, "password-not-allowed"),
    ({"email": "aino"}, "invalid-email"),
    ({"name": ""}, "malformed"),
    ({"role": "operator"}, "malformed"),
    ({"id": "usr_01jczk3v9hf8gb2h6v1q4nsx7e"}, "malformed"),
    ({"suspended_at": None}, "malformed"),
]


def test_what_will_not_do_is_refused_whether_or_not_the_address_is_known(client: Client) -> None:
    unknown = [client.post("/users", AINO | change) for change, _ in UNFIT]
    assert [problem(answer) for answer in unknown] == [(422, slug) for _, slug in UNFIT]
    client.post("/users", AINO)
    known = [client.post("/users", AINO | change) for change, _ in UNFIT]
    assert [bare(answer) for answer in known] == [bare(answer) for answer in unknown]


def test_a_renewal_gives_new_tokens_once_and_a_retry_gives_the_same_ones(client: Client) -> None:
    client.post("/users", AINO)
    first = signed_in(client).json()
    key = {"headers": {"idempotency-key": "renewal-1"}}
    body = {"refresh_token": first["refresh_token"]}
    renewed = client.post("/session-renewals", body, **key)
    assert renewed.status_code == 201
    assert renewed.json()["session_id"] == first["session_id"]
    retried = client.post("/session-renewals", body, **key)
    assert (retried.content, retried.headers["idempotent-replayed"]) == (renewed.content, "true")


def test_a_refresh_token_used_again_ends_the_session_for_both_who_hold_it(client: Client) -> None:
    client.post("/users", AINO)
    first = signed_in(client).json()
    body = {"refresh_token": first["refresh_token"]}
    renewed = client.post("/session-renewals", body).json()
    assert problem(client.post("/session-renewals", body)) == (401, "refresh-token-reused")
    again = {"refresh_token": renewed["refresh_token"]}
    assert problem(client.post("/session-renewals", again)) == (401, "invalid-token")
    for token in (first["access_token"], renewed["access_token"]):
        assert problem(Client(client.app, client.transactions, token).get("/me")) == (401, "invalid-token")


def test_people_see_their_sessions_page_by_page_and_end_them(client: Client, aino: Client) -> None:
    other = signed_in(client, label="laptop").json()
    first = aino.get("/me/sessions?limit=1").json()
    rest = aino.get(f"/me/sessions?limit=1&after={first['next_cursor']}").json()
    assert [(row["label"], row["current"]) for row in first["items"] + rest["items"]] == [
        ("laptop", False),
        ("", True),
    ]
    assert rest["next_cursor"] is None
    for _ in range(2):
        assert aino.delete(f"/me/sessions/{other['session_id']}").status_code == 204
    laptop = Client(client.app, client.transactions, other["access_token"])
    assert problem(laptop.get("/me")) == (401, "invalid-token")
    assert len(aino.get("/me/sessions").json()["items"]) == 1
    assert aino.delete(f"/me/sessions/{rest['items'][0]['id']}").status_code == 204
    assert problem(aino.get("/me")) == (401, "invalid-token")


def test_sessions_of_others_are_neither_seen_nor_ended(client: Client, aino: Client) -> None:
    (mine,) = aino.get("/me/sessions").json()["items"]
    mallory = member(client, "Mallory")
    assert problem(mallory.delete(f"/me/sessions/{mine['id']}")) == (404, "session-unknown")
    assert mine["id"] not in mallory.get("/me/sessions").text
    assert aino.get("/me").status_code == 200


def test_people_change_themselves_and_nothing_else(aino: Client) -> None:
    changed = aino.patch("/me", {"name": "Aino Mäkelä", "time_zone": "Europe/Helsinki"})
    assert (changed.json()["name"], changed.json()["time_zone"]) == ("Aino Mäkelä", "Europe/Helsinki")
    assert aino.patch("/me", {"time_zone": None}).json()["time_zone"] is None
    assert aino.get("/me").json()["name"] == "Aino Mäkelä"
    assert problem(aino.patch("/me", {"time_zone": "Mars/Olympus"})) == (422, "time-zone-unknown")
    for change in (
        {"email": "x@example.org"},
        {"suspended_at": None},
        {"name": ""},
        {"name": None},
        {"password_hash": "x"},
    ):
        assert problem(aino.patch("/me", change)) == (422, "malformed")


def test_permissions_are_explained_by_the_rule_that_decides(client: Client, aino: Client) -> None:
    def may(somebody: Client) -> dict[str, dict[str, Any]]:
        return {each["name"]: each for each in somebody.get("/me/permissions").json()["permissions"]}

    mine, operators = may(aino), may(member(client, "Otto", Grant(UserRole.OPERATOR)))
    assert mine.keys() == PERMISSIONS.keys()
    assert mine["ledger.read"] == {
        "name": "ledger.read",
        "description": "Read the ledger.",
        "rule": "operator",
        "allowed": False,
        "reason": "Only an operator of every market may.",
    }
    assert operators["ledger.read"]["reason"] == "You are an operator of every market."
    assert all(each["allowed"] for each in operators.values())


def test_what_permissions_say_is_what_the_doors_do(client: Client, aino: Client) -> None:
    user = aino.get("/me").json()["id"]
    grant = {"role": "operator"}
    for somebody in (
        aino,
        member(client, "Mira", Grant(UserRole.MODERATOR)),
        member(client, "Otto", Grant(UserRole.OPERATOR)),
    ):
        explained = {each["name"]: each for each in somebody.get("/me/permissions").json()["permissions"]}
        answer = somebody.post(f"/users/{user}/role-grants", grant)
        assert (answer.status_code == 201) is explained["roles.grant"]["allowed"]
        if not explained["roles.grant"]["allowed"]:
            assert problem(answer) == (403, "forbidden")
            assert answer.json()["detail"] == explained["roles.grant"]["reason"]


def test_a_role_counts_from_the_next_request_on_until_it_is_revoked(client: Client, aino: Client) -> None:
    operator = member(client, "Otto", Grant(UserRole.OPERATOR))
    user = aino.get("/me").json()["id"]
    path = f"/users/{user}/role-grants"
    assert problem(aino.get(path)) == (403, "forbidden")
    grant = operator.post(path, {"role": "operator"}).json()
    assert [row["id"] for row in aino.get(path).json()["items"]] == [grant["id"]]
    revoked = operator.delete(f"/role-grants/{grant['id']}")
    assert (revoked.status_code, revoked.json()["revoked_at"] is not None) == (200, True)
    assert problem(aino.get(path)) == (403, "forbidden")


def test_who_operates_one_market_gives_and_sees_no_roles_elsewhere(client: Client, aino: Client) -> None:
    here, there = ids.new(), ids.new()
    local = member(client, "Liisa", Grant(UserRole.OPERATOR, here))
    everywhere = member(client, "Otto", Grant(UserRole.OPERATOR))
    path = f"/users/{aino.get('/me').json()['id']}/role-grants"

    def moderator(market_id: UUID | None) -> dict[str, Any]:
        place = None if market_id is None else ids.encode("mkt", market_id)
        return {"role": "moderator", "market_id": place}

    assert local.post(path, moderator(here)).status_code == 201
    for place in (there, None):
        assert problem(local.post(path, moderator(place))) == (403, "role-grant-forbidden")
    foreign = everywhere.post(path, moderator(there)).json()
    assert problem(local.delete(f"/role-grants/{foreign['id']}")) == (404, "role-grant-unknown")
    assert [row["market_id"] for row in local.get(path).json()["items"]] == [ids.encode("mkt", here)]
    assert len(everywhere.get(path).json()["items"]) == 2


def test_roles_are_given_to_people_who_exist(client: Client) -> None:
    operator = member(client, "Otto", Grant(UserRole.OPERATOR))
    nobody = ids.encode("usr", ids.new())
    assert problem(operator.post(f"/users/{nobody}/role-grants", {"role": "operator"})) == (
        404,
        "user-unknown",
    )


def test_a_suspended_user_is_out_at_once_until_reinstated(client: Client, aino: Client) -> None:
    operator = member(client, "Otto", Grant(UserRole.OPERATOR))
    user = aino.get("/me").json()["id"]
    why = {"reason_code": "fraud", "reason": "Stolen cards."}
    assert problem(
        member(client, "Mira", Grant(UserRole.MODERATOR)).post(f"/users/{user}/suspension", why)
    ) == (
        403,
        "forbidden",
    )
    assert operator.post(f"/users/{user}/suspension", why).json()["suspended_at"] is not None
    assert problem(aino.get("/me")) == (401, "invalid-token")
    assert problem(signed_in(client)) == (401, "invalid-credentials")
    assert operator.post(f"/users/{user}/reinstatement", why).json()["suspended_at"] is None
    assert signed_in(client).status_code == 201


def test_who_is_not_signed_in_sees_nothing_of_anybody(client: Client) -> None:
    somebody = ids.encode("usr", ids.new())
    for path in ("/me", "/me/sessions", "/me/permissions", f"/users/{somebody}/role-grants"):
        assert problem(client.get(path)) == (401, "sign-in-required"), path
