"""Tasks of a booking over HTTP: what each side sees and may say, and what is refused."""

from collections.abc import Mapping
from typing import Any

import pytest
from httpx2 import Response

from tests.api.calls import CALLS, Call
from tests.api.theatre import Theatre

HELPED = Call("aino", "GET", "/bookings/{helped}")


def seen(theatre: Theatre, who: str) -> Any:
    answer = theatre.send(HELPED, who)
    assert answer.status_code == 200, answer.text
    return answer.json()


def said(
    theatre: Theatre, route: str, who: str = "", headers: Mapping[Any, Any] | None = None, path: str = ""
) -> Response:
    """Somebody makes the route's call of the table."""
    return theatre.send(CALLS[route], who, headers=headers, path=theatre.stage.filled(path))


def problem(answer: Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].removeprefix("/problems/")


def test_a_booking_shows_its_tasks_what_is_at_stake_and_what_one_may_say(theatre: Theatre) -> None:
    """Each saves 4.00, of which the customer gets 2.80; the list price is 94.50."""
    theirs = {who: seen(theatre, who) for who in ("aino", "ellen", "otto")}
    booking = theirs["aino"]
    amounts = [booking[name]["amount"] for name in ("list_price", "stake")]
    assert (amounts, booking["amounts"]["pay_in"]["amount"]) == ([9_450, 560], 8_890)
    assert [(task["title"], task["share"]["amount"], task["state"]) for task in booking["tasks"]] == [
        ("Clearing the table", 280, "agreed"),
        ("Bringing the soap", 280, "unmet"),
    ]
    assert {who: [task["allowed"] for task in each["tasks"]] for who, each in theirs.items()} == {
        "aino": [["perform", "report_unmet", "report_block"], ["object"]],
        "ellen": [["confirm", "report_unmet", "report_block"], ["confirm", "report_block"]],
        "otto": [[], []],
    }


def test_a_word_about_a_task_changes_the_copy_that_others_hold(theatre: Theatre) -> None:
    held = f'"{seen(theatre, "ellen")["version"]}"'
    answer = said(theatre, "perform_task", headers={b"if-match": held.encode()})
    assert answer.status_code == 200, answer.text
    assert answer.headers["etag"] != held
    assert answer.json()["tasks"][0]["performed_at"]
    late = said(theatre, "confirm_task", headers={b"if-match": held.encode()})
    assert problem(late) == (412, "stale")


def test_a_task_of_another_booking_is_not_found(theatre: Theatre) -> None:
    answer = said(theatre, "perform_task", path="/bookings/{helped}/tasks/{differing}/performance")
    assert problem(answer) == (404, "task-not-found")


@pytest.mark.parametrize(
    ("route", "who"), [("perform_task", "ellen"), ("confirm_task", "aino"), ("object_to_task", "ellen")]
)
def test_a_side_does_not_speak_for_the_other(theatre: Theatre, route: str, who: str) -> None:
    with theatre.unchanged():
        assert problem(said(theatre, route, who)) == (409, "transition-not-allowed")


@pytest.mark.parametrize("who", ["aino", "ellen", "olga", "mira"])
def test_only_operators_of_the_market_decide(theatre: Theatre, who: str) -> None:
    with theatre.unchanged():
        assert said(theatre, "decide_task", who).status_code in {403, 404, 409}


def test_what_operators_decided_stays_decided(theatre: Theatre) -> None:
    decided = theatre.send(
        CALLS["decide_task"], body=b'{"outcome": "unmet", "decision": "There was none."}'
    ).json()
    assert (decided["tasks"][1]["state"], decided["tasks"][1]["decided_by"]) == ("unmet", "operator")
    path = "/bookings/{differed}/tasks/{differing}/objection"
    assert problem(said(theatre, "object_to_task", path=path)) == (409, "task-decided")


def test_completing_waits_for_who_has_not_spoken(theatre: Theatre) -> None:
    refused = said(theatre, "complete_booking", path="/bookings/{helped}/completion")
    assert problem(refused) == (409, "tasks-open")
    assert refused.json()["task_ids"] == [theatre.stage.names["to_do"]]
    assert said(theatre, "confirm_task").status_code == 200
    done = said(theatre, "complete_booking", path="/bookings/{helped}/completion")
    assert done.json()["state"] == "completed"
    settlement = done.json()["final_amounts"]
    told = [settlement[name]["amount"] for name in ("refund", "returned_stake", "kept_stake")]
    assert told == [280, 280, 280]


def test_an_operator_does_not_decide_that_it_never_mattered(theatre: Theatre) -> None:
    """Called off is what becomes of tasks with their booking, no decision."""
    answer = theatre.send(CALLS["decide_task"], body=b'{"outcome": "called_off", "decision": "Never mind."}')
    assert answer.status_code == 422
