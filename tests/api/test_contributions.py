"""Contributions through the HTTP door: asked for, promised, claimed, confirmed, appealed, and published."""

from typing import Any

import pytest
from httpx2 import Response

from tests.api.calls import Call
from tests.api.theatre import Theatre

WORDS = "Turn the map twice to the left and once to the right, then look for the sea. "
STATEMENT = WORDS * 2
CLAIM = {
    "market_id": "{market}",
    "kind": "defect_report",
    "title": "The map turns over",
    "evidence": {"statement": STATEMENT},
}


def send(theatre: Theatre, who: str, method: str, path: str, body: Any = None, **more: Any) -> Response:
    return theatre.send(Call(who, method, path, body), **more)


def problem(answer: Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].removeprefix("/problems/")


def test_what_a_market_gives_is_published_by_kind_with_amounts(theatre: Theatre):
    told = send(theatre, "nobody", "GET", "/markets/{market}/contributions").json()
    kinds = {line["kind"]: line for line in told["kinds"]}
    assert kinds["guide"]["first_unit"] == {"amount": 1_200, "currency": "EUR"}
    assert (kinds["guide"]["verifier"], kinds["guide"]["most_units_milli"]) == ("quorum", 6_000)
    assert (kinds["patience"]["funder"], kinds["patience"]["first_unit"]) == ("nobody", None)
    assert told["pool_share_bp"] == 1_000


def test_a_market_without_contributions_publishes_that_it_has_none(theatre: Theatre):
    told = send(theatre, "nobody", "GET", "/markets/{other_market}/contributions").json()
    assert (told["kinds"], told["pool_share_bp"]) == ([], 0)
    claim = CLAIM | {"market_id": "{other_market}"}
    assert problem(send(theatre, "aino", "POST", "/contributions", claim)) == (422, "kind-not-accepted")


@pytest.mark.parametrize(
    ("document", "field"),
    [
        ({"kinds": {"guide": {"verifier": "quorum"}}}, "most_units_milli"),
        ({"kinds": {"juggling": {}}}, "juggling"),
        ({"quorum": {"seats": 4}}, "quorum"),
        ({"pool": {"share_bp": 1_001}}, "share_bp"),
        ({"karma": {}}, "karma"),
        (
            {"kinds": {"patience": {"verifier": "system", "most_units_milli": 1, "funder": "pool"}}},
            "contributions",
        ),
    ],
)
def test_a_policy_that_nothing_could_be_valued_by_is_not_published(theatre: Theatre, document, field):
    path = "/markets/{market}/policy-versions"
    answer = send(
        theatre, "otto", "POST", path, {"rules": {"contributions": document}}, headers={"if-match": "*"}
    )
    assert answer.status_code == 422
    assert field in answer.text


def test_a_segment_has_its_own_line(theatre: Theatre):
    own = {"verifier": "moderator", "most_units_milli": 1_000, "base_milli": 2_000, "cap_milli": 9_000}
    document = {
        "credits": {"value_amount": 10},
        "segments": {"students": {"factor_milli": 1_500, "kinds": {"guide": own}}},
    }
    rules = {"rules": {"segments": ["students"], "contributions": document}}
    path = "/markets/{market}/policy-versions"
    published = send(theatre, "otto", "POST", path, rules, headers={"if-match": "*"})
    assert published.status_code == 201, published.text
    told = send(theatre, "nobody", "GET", "/markets/{market}/contributions").json()
    lines = {(line["kind"], line["segment"]): line for line in told["kinds"]}
    assert lines["guide", "students"]["first_unit"]["amount"] == 30  # 2 credits · 1.5 · 10 cents
    assert lines["guide", "students"]["verifier"] == "moderator"
    assert lines["event", "students"]["factor_milli"] == 1_500
    assert lines["guide", None]["verifier"] == "quorum"


def test_a_claim_is_confirmed_by_whom_the_system_asks(theatre: Theatre):
    said = send(theatre, "ellen", "GET", "/me/attestations").json()["items"]
    asked = next(one for one in said if one["state"] == "asked")
    path = f"/attestations/{asked['id']}/answer"
    answered = send(theatre, "ellen", "PUT", path, {"verdict": "confirm", "quality_milli": 1_100})
    assert answered.json()["state"] == "confirmed"
    given = send(theatre, "aino", "GET", f"/contributions/{asked['contribution_id']}").json()
    assert (given["state"], given["quality_milli"]) == ("thanked", 1_100)
    assert given["subject"]["booking_id"] == theatre.stage.names["completed"]
    assert problem(send(theatre, "ellen", "PUT", path, {"verdict": "confirm"})) == (
        409,
        "transition-not-allowed",
    )


@pytest.mark.parametrize(
    ("body", "slug"),
    [
        ({"verdict": "reject"}, "invalid-attestation"),
        ({"verdict": "confirm", "units_milli": 2_000}, "invalid-attestation"),
        ({"verdict": "confirm", "quality_milli": 1_501}, "body-unreadable"),
        ({"verdict": "confirm", "quality_milli": 0}, "body-unreadable"),
    ],
)
def test_half_an_answer_is_refused(theatre: Theatre, body, slug):
    answer = send(theatre, "ellen", "PUT", "/attestations/{asked}/answer", body)
    assert answer.status_code == 422
    if slug == "invalid-attestation":
        assert problem(answer)[1] == slug


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"evidence": {"statement": "Broken."}}, (422, "evidence-incomplete")),
        ({"kind": "guide"}, (422, "evidence-incomplete")),
        ({"units_milli": 2_000}, (422, "invalid-units")),
        ({"subject": {"booking_id": "{completed}"}}, (422, "invalid-subject")),
        ({"call_id": "{call}"}, (404, "call-not-found")),
        ({"commitment_id": "{commitment}"}, (404, "call-not-found")),
        ({"corrects_id": "{confirmable}"}, (409, "not-correctable")),
    ],
)
def test_what_cannot_be_claimed_is_refused_by_name(theatre: Theatre, change, told):
    assert problem(send(theatre, "aino", "POST", "/contributions", CLAIM | change)) == told


@pytest.mark.parametrize(
    "change",
    [
        {"subject": {"booking_id": "{completed}", "user_id": "{ben}"}},
        {"evidence": {"links": ["http://example.org"]}},
        {"evidence": {"photos": ["not a fingerprint"]}},
        {"evidence": {"mood": "good"}},
        {"credits": 5},
        {"verifier": "system"},
        {"attesters": ["{ben}"]},
    ],
)
def test_nobody_sends_what_is_not_theirs_to_say(theatre: Theatre, change):
    assert send(theatre, "aino", "POST", "/contributions", CLAIM | change).status_code == 422


def test_the_same_evidence_is_refused_to_somebody_else(theatre: Theatre):
    assert send(theatre, "aino", "POST", "/contributions", CLAIM).status_code == 201
    again = CLAIM | {"evidence": {"statement": STATEMENT.upper()}}
    assert problem(send(theatre, "ben", "POST", "/contributions", again)) == (409, "duplicate-evidence")


def test_a_limit_tells_when_it_is_possible_again(theatre: Theatre):
    for number in range(8):
        claim = CLAIM | {"evidence": {"statement": f"{STATEMENT} Seen {number} times."}}
        assert send(theatre, "aino", "POST", "/contributions", claim).status_code == 201
    refused = send(theatre, "aino", "POST", "/contributions", CLAIM)
    assert problem(refused) == (409, "contribution-limit-reached")
    assert refused.json()["possible_again_at"] > theatre.stage.at.isoformat()


def test_withdrawing_twice_does_no_harm_and_a_verdict_stands(theatre: Theatre):
    for _ in range(2):
        answer = send(theatre, "aino", "DELETE", "/contributions/{claimed}")
        assert answer.json()["state"] == "withdrawn"
    assert problem(send(theatre, "aino", "DELETE", "/contributions/{verified}")) == (
        409,
        "transition-not-allowed",
    )


def test_evidence_is_shown_to_who_gave_it_and_moderators(theatre: Theatre):
    for who in ("aino", "mira"):
        told = send(theatre, who, "GET", "/contributions/{to_verify}/evidence").json()
        assert told["evidence"]["statement"]
    assert problem(send(theatre, "ellen", "GET", "/contributions/{to_verify}/evidence"))[0] == 404


def test_moderators_see_a_queue_and_decide(theatre: Theatre):
    waiting = send(theatre, "mira", "GET", "/markets/{market}/contributions-to-decide?limit=1").json()
    assert waiting["items"][0]["id"] == theatre.stage.names["to_verify"]
    path = "/contributions/{to_verify}/verification"
    assert send(theatre, "mira", "POST", path, {"verdict": "confirm"}).json()["state"] == "verified"
    more = f"/markets/{{market}}/contributions-to-decide?after={waiting['next_cursor']}"
    (appeal,) = send(theatre, "mira", "GET", more).json()["items"]
    assert appeal["state"] == "appealed"
    assert problem(send(theatre, "mira", "POST", path, {"verdict": "confirm"})) == (
        409,
        "transition-not-allowed",
    )


def test_who_rejected_does_not_answer_the_appeal(theatre: Theatre):
    no = {"verdict": "reject", "reason": "not_useful"}
    send(theatre, "mira", "POST", "/contributions/{to_verify}/verification", no)
    send(theatre, "aino", "POST", "/contributions/{to_verify}/appeal", {"statement": "It is."})
    path = "/contributions/{to_verify}/appeal-answer"
    assert problem(send(theatre, "mira", "POST", path, no)) == (409, "not-independent")
    granted = send(theatre, "otto", "POST", path, {"verdict": "confirm"})
    assert granted.json()["state"] == "verified"


def test_a_call_is_answered_and_left_freely(theatre: Theatre):
    asked = {"market_id": "{market}", "kind": "event", "title": "Yard", "text": "Who?", "wanted": 1}
    call = send(theatre, "ben", "POST", "/calls", asked).json()["id"]
    made = send(theatre, "aino", "POST", f"/calls/{call}/commitments", {}).json()
    assert problem(send(theatre, "ellen", "POST", f"/calls/{call}/commitments", {})) == (409, "call-full")
    assert problem(send(theatre, "aino", "POST", f"/calls/{call}/commitments", {})) == (
        409,
        "already-committed",
    )
    assert problem(send(theatre, "ben", "POST", f"/calls/{call}/commitments", {})) == (
        409,
        "not-independent",
    )
    left = send(theatre, "aino", "DELETE", f"/commitments/{made['id']}")
    assert left.json()["state"] == "withdrawn"
    send(theatre, "ben", "POST", f"/calls/{call}/closing")
    assert problem(send(theatre, "ellen", "POST", f"/calls/{call}/commitments", {})) == (409, "call-closed")
    assert send(theatre, "nobody", "GET", f"/calls/{call}").json()["promised"] == 0


def test_five_open_calls_are_enough(theatre: Theatre):
    asked = {"market_id": "{market}", "kind": "event", "title": "Yard", "text": "Who?"}
    told = [send(theatre, "aino", "POST", "/calls", asked) for _ in range(6)]
    assert [answer.status_code for answer in told] == [201] * 5 + [409]
    assert problem(told[-1]) == (409, "too-many-open-calls")
