"""Slots, hours and resources through the HTTP door."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from domain.foundation import clock, ids
from tests import cast
from tests.client import Client

HOURS = [{"weekday": weekday, "opens": "10:00", "closes": "13:00"} for weekday in range(7)]


class Ellen:
    """Ellen at the door, with an offer of 60 to 240 minutes and an open calendar."""

    def __init__(self, client: Client, **content: Any) -> None:
        with client.transactions() as session:
            profile = cast.ellen(session)
            self.profile, self.user_id = ids.encode("prv", profile.id), profile.user_id
            self.offer = ids.encode("ofr", cast.offer(session, notice_minutes=0, **content).id)
        self.door = client.sign_in(self.user_id)
        self.calendar = self.door.post(f"/provider-profiles/{self.profile}/calendar").json()["id"]

    def slots(self, **query: Any) -> dict[str, Any]:
        day = {"from": _day(2), "to": _day(3)} | query
        answer = self.door.get(f"/offers/{self.offer}/slots", params=day)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def set_hours(self, rules: list[dict[str, Any]]) -> dict[str, Any]:
        answer = self.door.put(
            f"/resources/{self.calendar}/schedule", {"rules": rules, "time_zone": "Etc/UTC"}
        )
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
        return told


def _day(ahead: int, hour: str = "00:00") -> str:
    return f"{clock.now() + timedelta(days=ahead):%Y-%m-%d}T{hour}:00Z"


@pytest.fixture
def ellen(client: Client) -> Ellen:
    return Ellen(client)


def test_anybody_sees_the_slots_that_the_hours_make(client: Client, ellen: Ellen) -> None:
    assert ellen.slots()["items"] == []
    ellen.set_hours(HOURS)
    answer = client.get(
        f"/offers/{ellen.offer}/slots", params={"from": _day(2), "to": _day(3), "duration": "PT2H"}
    )
    assert answer.json() == {
        "time_zone": "Europe/Helsinki",
        "unbookable": [],
        "items": [
            {"start": _day(2, start), "end": _day(2, end), "seats_left": 1, "reasons": []}
            for start, end in [("10:00", "12:00"), ("10:30", "12:30"), ("11:00", "13:00")]
        ],
    }


def test_refused_starts_are_explained_on_request(ellen: Ellen) -> None:
    ellen.set_hours(HOURS)
    held = ellen.door.post(
        f"/resources/{ellen.calendar}/blocks",
        {"start": _day(2, "10:00"), "end": _day(2, "11:00"), "note": "Dentist"},
    )
    assert held.status_code == 201, held.text
    found = ellen.slots(explain="true", **{"from": _day(2, "09:30"), "to": _day(2, "11:30")})["items"]
    assert [slot["reasons"] for slot in found] == [["closed", "busy"], ["busy"], ["busy"], []]
    lifted = ellen.door.delete(f"/resources/{ellen.calendar}/blocks/{held.json()['id']}")
    assert lifted.status_code == 204
    assert len(ellen.slots()["items"]) == 5


def test_hours_carry_their_version_and_old_copies_do_not_overwrite_them(ellen: Ellen) -> None:
    path = f"/resources/{ellen.calendar}/schedule"
    first = ellen.door.get(path)
    assert (first.headers["etag"], first.json()["rules"]) == ('"1"', [])
    changed = ellen.door.put(path, {"rules": HOURS}, headers={"if-match": '"1"'})
    assert changed.headers["etag"] == '"2"'
    assert changed.json()["rules"][0] == {
        "weekday": 0, "opens": "10:00:00", "closes": "13:00:00", "first_on": None, "last_on": None,
    }  # fmt: skip
    late = ellen.door.put(path, {"rules": []}, headers={"if-match": '"1"'})
    assert (late.status_code, late.json()["type"]) == (412, "/problems/stale")


def test_an_exception_closes_days_until_it_is_removed(ellen: Ellen) -> None:
    ellen.set_hours(HOURS)
    path = f"/resources/{ellen.calendar}/exceptions"
    day = _day(2)[:10]
    made = ellen.door.post(path, {"kind": "closed", "first_on": day, "last_on": day, "note": "Rest"})
    assert made.status_code == 201, made.text
    assert ellen.slots()["items"] == []
    assert [each["id"] for each in ellen.door.get(path).json()["items"]] == [made.json()["id"]]
    assert ellen.door.delete(f"{path}/{made.json()['id']}").status_code == 204
    assert ellen.slots()["items"] != []


def test_things_are_added_listed_and_needed(ellen: Ellen) -> None:
    things = f"/provider-profiles/{ellen.profile}/resources"
    sauna = ellen.door.post(things, {"name": "The sauna"}).json()
    listed = ellen.door.get(things).json()["items"]
    assert [(each["kind"], each["name"]) for each in listed] == [("time", "Ellen"), ("thing", "The sauna")]
    needs = f"/offers/{ellen.offer}/resources"
    assert ellen.door.get(needs).json() == {"items": []}
    told = ellen.door.put(needs, {"resource_ids": [sauna["id"]]}).json()
    assert told == {"items": [{"option_id": None, "resource_id": sauna["id"]}]}
    assert len(ellen.slots()["items"]) == 48


def test_a_provider_sees_what_is_held(ellen: Ellen) -> None:
    body = {"start": _day(2, "10:00"), "end": _day(2, "11:00")}
    ellen.door.post(f"/resources/{ellen.calendar}/blocks", body)
    answer = ellen.door.get(f"/resources/{ellen.calendar}/holds", params={"from": _day(2), "to": _day(3)})
    assert [(each["kind"], each["during"]) for each in answer.json()["items"]] == [("blocked", body)]


LOOKS: list[tuple[dict[str, Any], int, str]] = [
    ({"from": "2026-12-02T00:00:00Z", "to": "2026-12-01T00:00:00Z"}, 422, "invalid-time-range"),
    ({"from": "2026-12-02T00:00:00Z", "to": "2027-12-02T00:00:00Z"}, 422, "invalid-time-range"),
    ({"from": "0001-01-02T00:00:00Z", "to": "0001-01-03T00:00:00Z"}, 422, "invalid-time-range"),
    ({"from": "9999-01-02T00:00:00Z", "to": "9999-01-03T00:00:00Z"}, 422, "invalid-time-range"),
    ({"from": "2026-12-02T00:00:00", "to": "2026-12-03T00:00:00"}, 422, "malformed"),
    ({"duration": "PT5M"}, 422, "duration-not-offered"),
    ({"duration": "PT90.5M"}, 422, "duration-not-offered"),
    ({"duration": "PT2H", "nights": 2}, 422, "duration-not-offered"),
    ({"option": ids.encode("opt", UUID(int=1))}, 404, "option-unknown"),
    ({"seats": 0}, 422, "malformed"),
]


def test_a_look_that_cannot_be_meant_is_refused(ellen: Ellen) -> None:
    for query, status, slug in LOOKS:
        given = {"from": _day(2), "to": _day(3)} | query
        answer = ellen.door.get(f"/offers/{ellen.offer}/slots", params=given)
        assert (answer.status_code, answer.json()["type"]) == (status, f"/problems/{slug}"), query


MEANINGLESS: list[dict[str, Any]] = [
    {"weekday": 7, "opens": "10:00", "closes": "13:00"},
    {"weekday": 0, "opens": "10:00:30", "closes": "13:00"},
    {"weekday": 0, "opens": "10:00+02:00", "closes": "13:00"},
    {"weekday": 0, "opens": "24:00", "closes": "13:00"},
    {"weekday": 0, "opens": "10:00", "closes": "13:00", "first_on": "2026-12-02", "last_on": "2026-12-01"},
    {"weekday": 0, "opens": "10:00", "closes": "13:00", "resource_id": "mine"},
]


def test_hours_that_mean_nothing_are_refused(ellen: Ellen) -> None:
    for rule in MEANINGLESS:
        answer = ellen.door.put(f"/resources/{ellen.calendar}/schedule", {"rules": [rule]})
        assert answer.status_code == 422, rule


def test_a_draft_has_no_slots_that_anybody_could_see(client: Client, ellen: Ellen) -> None:
    with client.transactions() as session:
        draft = ids.encode("ofr", cast.drafted(session).id)
    answer = client.get(f"/offers/{draft}/slots", params={"from": _day(2), "to": _day(3)})
    assert (answer.status_code, answer.json()["type"]) == (404, "/problems/offer-unknown")


STRANGE = [
    ("GET", "/resources/{calendar}/schedule", None),
    ("PUT", "/resources/{calendar}/schedule", {"rules": []}),
    ("GET", "/resources/{calendar}/exceptions", None),
    (
        "POST",
        "/resources/{calendar}/exceptions",
        {"kind": "open", "first_on": "2026-12-01", "last_on": "2026-12-01"},
    ),
    ("DELETE", "/resources/{calendar}/exceptions/{exception}", None),
    ("GET", "/resources/{calendar}/holds?from=2026-12-01T00:00:00Z&to=2026-12-02T00:00:00Z", None),
    (
        "POST",
        "/resources/{calendar}/blocks",
        {"start": "2026-12-01T00:00:00Z", "end": "2026-12-02T00:00:00Z"},
    ),
    ("DELETE", "/resources/{calendar}/blocks/{hold}", None),
    ("POST", "/provider-profiles/{profile}/calendar", None),
    ("GET", "/provider-profiles/{profile}/resources", None),
    ("POST", "/provider-profiles/{profile}/resources", {"name": "A throne"}),
    ("GET", "/offers/{offer}/resources", None),
    ("PUT", "/offers/{offer}/resources", {"resource_ids": []}),
]


def test_what_is_somebody_elses_is_not_found(client: Client, ellen: Ellen) -> None:
    """Not by another provider, not by a customer, not even by the operator."""
    with client.transactions() as session:
        strangers = [cast.farah(session).user_id, cast.aino(session).id, cast.otto(session).id]
    doors = [(client, 401), *((client.sign_in(stranger), 404) for stranger in strangers)]
    nobody_has = {"exception": ids.encode("exc", UUID(int=1)), "hold": ids.encode("hld", UUID(int=1))}
    for method, path, body in STRANGE:
        there = path.format(calendar=ellen.calendar, profile=ellen.profile, offer=ellen.offer, **nobody_has)
        more = {} if body is None else {"json": body}
        for door, status in doors:
            assert door.call(method, there, **more).status_code == status, (method, path)
