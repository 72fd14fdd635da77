"""Reviews through the HTTP door: written, sealed, revealed, answered, moderated, appealed."""

from datetime import timedelta
from typing import Any

import pytest
from httpx2 import Response
from sqlalchemy import text

from domain.foundation.errors import Unavailable
from tests.api.calls import Call
from tests.api.theatre import Theatre
from tests.together import together

DAY = timedelta(days=1)
REVIEWABLE = "/bookings/{reviewable}/review"


def send(theatre: Theatre, who: str, method: str, path: str, body: Any = None, **more: Any) -> Response:
    return theatre.send(Call(who, method, path, body), **more)


def problem(answer: Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].removeprefix("/problems/")


def test_a_review_is_its_authors_alone_until_both_are_in(theatre: Theatre):
    said = {"stars": 2, "text": "Two shirts were damp.", "note_to_other": "Your cellar is damp."}
    written = send(theatre, "aino", "POST", REVIEWABLE, said)
    assert (written.status_code, written.json()["state"], written.headers["etag"]) == (201, "sealed", '"1"')
    assert send(theatre, "aino", "GET", REVIEWABLE).content == written.content
    assert problem(send(theatre, "ellen", "GET", REVIEWABLE)) == (404, "review-not-found")
    before = send(theatre, "ellen", "GET", REVIEWABLE + "s").json()
    assert (before["reviews"], before["note_to_you"], before["window"]["revealed_at"]) == ([], None, None)
    answered = send(theatre, "ellen", "POST", REVIEWABLE, {"stars": 5})
    assert answered.json()["state"] == "published"
    after = send(theatre, "ellen", "GET", REVIEWABLE + "s").json()
    assert [(one["author_side"], one["stars"]) for one in after["reviews"]] == [
        ("customer", 2),
        ("provider", 5),
    ]
    assert after["note_to_you"] == "Your cellar is damp."
    listed = send(theatre, "nobody", "GET", "/provider-profiles/{ellens_profile}/reviews").json()["items"]
    assert [(one["stars"], one["author_name"]) for one in listed] == [(2, "Aino"), (4, "Aino")]


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"stars": 0}, 422),
        ({"stars": 6}, 422),
        ({"stars": 4.5}, 422),
        ({"stars": True}, 422),
        ({}, 422),
        ({"stars": 5, "author_id": "usr_01j"}, 422),
        ({"stars": 5, "dimensions": {"smell": 3}}, 422),
        ({"stars": 5, "dimensions": {"care": 3}}, 422),
    ],
)
def test_what_cannot_be_meant_is_refused(theatre: Theatre, body: Any, told: int):
    with theatre.unchanged():
        assert send(theatre, "aino", "POST", REVIEWABLE, body).status_code == told


def test_what_is_not_over_is_not_reviewed(theatre: Theatre):
    for word in ("pending", "requested", "confirmed", "running", "delivered", "disputed", "called_off"):
        answer = send(theatre, "aino", "POST", f"/bookings/{{{word}}}/review", {"stars": 5})
        assert problem(answer) == (409, "not-reviewable"), word


def test_a_second_review_and_one_that_is_too_late_are_refused(theatre: Theatre):
    again = send(theatre, "aino", "POST", "/bookings/{half_reviewed}/review", {"stars": 1})
    assert problem(again) == (409, "review-there-already")
    theatre.later(13 * DAY)
    with theatre.engine.begin() as connection:
        connection.execute(text("UPDATE access_tokens SET expires_at = expires_at + interval '60 days'"))
    late = send(theatre, "ellen", "POST", "/bookings/{half_reviewed}/review", {"stars": 1})
    assert problem(late) == (409, "review-window-over")


def test_after_the_reveal_only_the_text_is_edited(theatre: Theatre):
    path = "/bookings/{reviewed}/review"
    mine = send(theatre, "aino", "GET", path).json()
    text_only = {"stars": mine["stars"], "locale": mine["locale"], "text": "All went very well."}
    edited = send(theatre, "aino", "PUT", path, text_only)
    assert (edited.status_code, edited.json()["text"], edited.json()["version"]) == (
        200,
        "All went very well.",
        2,
    )
    stale = send(theatre, "aino", "PUT", path, text_only | {"text": "No."}, headers={"if-match": '"1"'})
    assert problem(stale) == (412, "stale")
    assert problem(send(theatre, "aino", "PUT", path, text_only | {"stars": 1})) == (409, "review-final")


def test_a_removal_is_explained_appealed_and_overturned_by_somebody_else(theatre: Theatre):
    reasoned = {"kind": "remove", "reason_code": "personal_data", "statement": "It names a street."}
    made = send(theatre, "mira", "POST", "/reviews/{review}/decisions", reasoned).json()
    assert send(theatre, "nobody", "GET", "/provider-profiles/{ellens_profile}/reviews").json()["items"] == []
    told = send(theatre, "aino", "GET", "/reviews/{review}/decisions").json()["items"][-1]
    assert (told["id"], told["statement"], told["is_automatic"]) == (made["id"], "It names a street.", False)
    assert "decided_by" not in told
    path = f"/review-decisions/{made['id']}/appeal"
    assert send(theatre, "aino", "POST", path, {"statement": "It does not."}).status_code == 200
    answer = {"outcome": "overturned", "statement": "It does not."}
    assert problem(send(theatre, "mira", "POST", path + "-answer", answer)) == (409, "not-impartial")
    assert send(theatre, "otto", "POST", path + "-answer", answer).status_code == 200
    shown = send(theatre, "nobody", "GET", "/provider-profiles/{ellens_profile}/reviews").json()["items"]
    assert [one["stars"] for one in shown] == [4]


def test_a_reply_stands_beside_its_review(theatre: Theatre):
    path = "/reviews/{review}/reply"
    assert send(theatre, "ellen", "POST", path, {"text": "Thank you!"}).status_code == 201
    assert problem(send(theatre, "ellen", "POST", path, {"text": "And more."})) == (409, "replied-already")
    (shown,) = send(theatre, "nobody", "GET", "/provider-profiles/{ellens_profile}/reviews").json()["items"]
    assert shown["reply"]["text"] == "Thank you!"


@pytest.mark.parametrize("tries", [20, pytest.param(100, marks=pytest.mark.long)])
def test_of_many_parallel_tries_one_in_each_direction_gets_through(theatre: Theatre, tries: int):
    def tried(number: int) -> tuple[str, int, str]:
        who = ("aino", "ellen")[number % 2]
        answer = send(theatre, who, "POST", REVIEWABLE, {"stars": 1 + number % 5})
        if answer.status_code == 503:
            raise Unavailable
        return who, answer.status_code, answer.json().get("type", "in")

    heard = together(tried, 2 * tries, threads=16)
    assert sorted(who for who, status, _ in heard if status == 201) == ["aino", "ellen"]
    refused = {slug for _, status, slug in heard if status == 409}
    assert refused <= {"/problems/review-there-already", "/problems/review-window-over"}
    assert {status for _, status, _ in heard} <= {201, 409}
    shown = send(theatre, "aino", "GET", REVIEWABLE + "s").json()
    assert [one["author_side"] for one in shown["reviews"]] == ["customer", "provider"]


def test_operators_hold_and_release_what_both_wrote(theatre: Theatre):
    path = "/bookings/{waiting}/review"
    for who in ("aino", "ellen"):
        assert send(theatre, who, "POST", path, {"stars": 3}).json()["state"] == "sealed"
    assert send(theatre, "ellen", "GET", path + "s").json()["reviews"] == []
    released = send(theatre, "otto", "DELETE", path + "-hold").json()
    assert released["revealed_at"] == released["held_until"]
    assert len(send(theatre, "ellen", "GET", path + "s").json()["reviews"]) == 2
