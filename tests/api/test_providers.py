from typing import Any
from uuid import UUID

import pytest
from httpx import Response

from domain import identity
from domain.foundation import ids
from domain.identity import Grant, UserRole
from tests import cast
from tests.client import Client

WHY = {"reason_code": "looked_at", "reason": "We looked at it."}


@pytest.fixture
def market(client: Client) -> UUID:
    with client.transactions() as session:
        return cast.market(session).id


def somebody(client: Client, name: str, *grants: Grant) -> Client:
    with client.transactions() as session:
        person = cast.user(session, name)
        for grant in grants:
            session.add(
                identity.RoleGrant(
                    user_id=person.id, role=grant.role, market_id=grant.market_id, granted_at=cast.LONG_AGO
                )
            )
    return client.sign_in(person.id)


@pytest.fixture
def ellen(client: Client) -> Client:
    return somebody(client, "Ellen")


@pytest.fixture
def mira(client: Client, market: UUID) -> Client:
    return somebody(client, "Mira", Grant(UserRole.MODERATOR, market))


@pytest.fixture
def otto(client: Client, market: UUID) -> Client:
    return somebody(client, "Otto", Grant(UserRole.OPERATOR, market))


@pytest.fixture
def application(ellen: Client, market: UUID) -> dict[str, Any]:
    answer = ellen.post("/provider-profiles", wish(market))
    assert answer.status_code == 201, answer.text
    return answer.json()


def wish(market: UUID) -> dict[str, Any]:
    return {"market_id": ids.encode("mkt", market), "display_name": "Ellen", "about": "I mend bicycles."}


def problem(answer: Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].removeprefix("/problems/")


def path(application: dict[str, Any], step: str = "") -> str:
    return f"/provider-profiles/{application['id']}" + (f"/{step}" if step else "")


def take(who: Client, application: dict[str, Any], *steps: str) -> dict[str, Any]:
    for step in steps:
        answer = who.post(path(application, step), WHY)
        assert answer.status_code == 200, answer.text
        application = answer.json()
    return application


def test_an_application_is_sent_mended_and_approved(
    client: Client, ellen: Client, mira: Client, market: UUID, application: dict[str, Any]
) -> None:
    assert (application["state"], application["version"]) == ("applied", 1)
    assert application["capabilities"] == ["edit_profile", "draft_offers", "be_paid"]
    take(mira, application, "review", "change-request")
    changed = ellen.patch(path(application), {"about": "I mend bicycles and prams."})
    assert (changed.json()["about"], changed.headers["etag"]) == ("I mend bicycles and prams.", '"4"')
    take(ellen, application, "resubmission")
    approved = take(mira, application, "review", "approval")
    assert (approved["state"], "take_bookings" in approved["capabilities"]) == ("approved", True)
    seen = client.get(path(application)).json()
    assert seen == {
        "id": application["id"],
        "market_id": ids.encode("mkt", market),
        "display_name": "Ellen",
        "about": "I mend bicycles and prams.",
        "created_at": application["created_at"],
    }
    (mine,) = ellen.get("/me/provider-profiles").json()["items"]
    assert mine == approved


def test_one_applies_once_in_a_market(ellen: Client, market: UUID, application: dict[str, Any]) -> None:
    assert problem(ellen.post("/provider-profiles", wish(market))) == (409, "already-applied")
    assert problem(ellen.post("/provider-profiles", wish(ids.new()))) == (404, "market-unknown")


def test_an_application_says_only_what_applicants_may_say(ellen: Client, market: UUID) -> None:
    for extra in ({"state": "approved"}, {"user_id": None}, {"organisation_id": "x"}, {"version": 9}):
        assert problem(ellen.post("/provider-profiles", wish(market) | extra)) == (422, "malformed"), extra


def test_a_suspended_provider_is_out_of_sight_until_reinstated(
    client: Client, mira: Client, application: dict[str, Any]
) -> None:
    assert problem(client.get(path(application))) == (404, "provider-profile-unknown")
    take(mira, application, "review", "approval")
    assert client.get(path(application)).status_code == 200
    suspended = take(mira, application, "suspension")
    assert suspended["capabilities"] == ["fulfil_bookings"]
    assert problem(client.get(path(application))) == (404, "provider-profile-unknown")
    take(mira, application, "reinstatement")
    assert client.get(path(application)).status_code == 200


STEPS = ["review", "change-request", "resubmission", "approval", "suspension", "reinstatement", "closure"]
# What happens when each of them takes each of STEPS with a fresh application (only review and closure fit).
# a: not signed in, f: forbidden at the door, n: not found, c: not now, y: done
WHO_MAY = {
    "anonymous": "aaaaaaa",
    "ben, a customer": "ffnfffn",
    "ellen, whose it is": "ffcfffy",
    "mira, the moderator": "ycccccc",
    "otto, the operator": "ycccccy",
    "liisa, who operates elsewhere": "nnnnnnn",
}
ANSWERS = {
    "a": (401, "sign-in-required"),
    "f": (403, "forbidden"),
    "n": (404, "provider-profile-unknown"),
    "c": (409, "transition-not-allowed"),
}


@pytest.mark.parametrize(("who", "may"), WHO_MAY.items())
def test_a_step_is_taken_by_whom_it_is_for(
    client: Client, ellen: Client, mira: Client, otto: Client, application: dict[str, Any], who: str, may: str
) -> None:
    callers = {
        "anonymous": client,
        "ben": somebody(client, "Ben"),
        "ellen": ellen,
        "mira": mira,
        "otto": otto,
        "liisa": somebody(
            client, "Liisa", Grant(UserRole.OPERATOR, ids.new()), Grant(UserRole.MODERATOR, ids.new())
        ),
    }
    caller = callers[who.partition(",")[0]]
    done = []
    for step, outcome in zip(STEPS, may, strict=True):
        if outcome == "y":
            done.append(step)  # after the refused ones, which leave everything as it was
        else:
            assert problem(caller.post(path(application, step), WHY)) == ANSWERS[outcome], step
    for step in done:
        assert caller.post(path(application, step), WHY).status_code == 200, step


def test_a_refused_step_tells_what_is_allowed_instead(mira: Client, application: dict[str, Any]) -> None:
    refused = mira.post(path(application, "approval"), WHY)
    assert problem(refused) == (409, "transition-not-allowed")
    assert (refused.json()["state"], refused.json()["allowed"]) == ("applied", ["review"])


def test_a_step_says_why(mira: Client, application: dict[str, Any]) -> None:
    for body in ({}, {"reason": "Because."}, {"reason_code": "Not a code"}):
        assert problem(mira.post(path(application, "review"), body)) == (422, "malformed")


def test_who_decides_on_an_old_copy_is_told(ellen: Client, mira: Client, application: dict[str, Any]) -> None:
    ellen.patch(path(application), {"about": "Something else."}, headers={"if-match": '"1"'})
    for answer in (
        mira.post(path(application, "review"), WHY, headers={"if-match": '"1"'}),
        ellen.patch(path(application), {"about": "Again."}, headers={"if-match": '"1"'}),
    ):
        assert problem(answer) == (412, "stale")
    assert mira.post(path(application, "review"), WHY, headers={"if-match": '"2"'}).status_code == 200


def test_what_is_reviewed_stands_still(ellen: Client, mira: Client, application: dict[str, Any]) -> None:
    take(mira, application, "review")
    refused = ellen.patch(path(application), {"about": "Something else."})
    assert problem(refused) == (403, "capability-missing")
    assert refused.json()["state"] == "in_review"


def test_all_of_an_application_is_for_its_provider_and_its_market(
    client: Client, ellen: Client, mira: Client, otto: Client, application: dict[str, Any]
) -> None:
    for caller in (ellen, mira, otto):
        assert caller.get(path(application, "application")).json() == application
    for caller in (somebody(client, "Ben"), somebody(client, "Liisa", Grant(UserRole.OPERATOR, ids.new()))):
        assert problem(caller.get(path(application, "application"))) == (404, "provider-profile-unknown")
        assert problem(caller.patch(path(application), {"about": "x"})) == (404, "provider-profile-unknown")
        assert caller.get("/me/provider-profiles").json()["items"] == []


def test_the_staff_of_a_market_see_its_applications_and_no_others(
    client: Client, ellen: Client, mira: Client, market: UUID, application: dict[str, Any]
) -> None:
    later = somebody(client, "Farah").post("/provider-profiles", wish(market)).json()
    take(mira, later, "review")
    queue = f"/markets/{ids.encode('mkt', market)}/applications"
    first = mira.get(f"{queue}?limit=1").json()
    rest = mira.get(f"{queue}?limit=1&after={first['next_cursor']}").json()
    assert [row["id"] for row in first["items"] + rest["items"]] == [application["id"], later["id"]]
    assert [row["id"] for row in mira.get(f"{queue}?state=in_review").json()["items"]] == [later["id"]]
    assert problem(mira.get(f"{queue}?after=nonsense")) == (422, "invalid-cursor")
    liisa = somebody(client, "Liisa", Grant(UserRole.OPERATOR, ids.new()))
    for caller in (ellen, liisa):
        assert problem(caller.get(queue)) == (403, "forbidden")


def test_operators_record_who_stands_behind_a_profile(
    ellen: Client, mira: Client, otto: Client, application: dict[str, Any]
) -> None:
    business = {"organisation_id": "FI-1234567-8", "payout_account_id": "acct_1Example", "segment": None}
    for caller in (ellen, mira):
        assert problem(caller.put(path(application, "business"), business)) == (403, "forbidden")
    recorded = otto.put(path(application, "business"), business).json()
    assert {name: recorded[name] for name in business} == business
    unknown = otto.put(path(application, "business"), business | {"segment": "royal"})
    assert problem(unknown) == (422, "segment-unknown")


def test_permissions_explain_what_each_profile_lets_one_do(
    ellen: Client, mira: Client, application: dict[str, Any]
) -> None:
    def explained() -> dict[str, dict[str, Any]]:
        rows = ellen.get("/me/permissions").json()["capabilities"]
        assert {row["profile_id"] for row in rows} == {application["id"]}
        return {row["capability"]: row for row in rows}

    assert explained()["take_bookings"]["allowed"] is False
    assert (
        explained()["take_bookings"]["reason"]
        == "A provider profile that is applied does not let you be booked."
    )
    take(mira, application, "review", "approval")
    assert explained()["take_bookings"]["allowed"] is True
    assert mira.get("/me/permissions").json()["capabilities"] == []
