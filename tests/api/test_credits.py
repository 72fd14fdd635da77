"""Credits, hours, pots and patronage through the HTTP door."""

from typing import Any

import pytest
from httpx2 import Response

from tests.api.calls import Call
from tests.api.theatre import Theatre

HOURS = "/hours/transfers"
GIFTS = "/pots/{pot}/gifts"


def send(theatre: Theatre, who: str, method: str, path: str, body: Any = None, **more: Any) -> Response:
    return theatre.send(Call(who, method, path, body), **more)


def problem(answer: Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].removeprefix("/problems/")


def wallet(theatre: Theatre, who: str) -> tuple[int, int, int]:
    told = send(theatre, who, "GET", "/credits").json()
    return told["available"], told["pending"], told["owed"]


def test_a_wallet_says_what_it_holds_and_what_that_pays_for(theatre: Theatre):
    told = send(theatre, "aino", "GET", "/credits").json()
    assert (told["available"], told["pending"], told["owed"]) == (4_000, 0, 0)
    [pays] = [one for one in told["pays"] if one["market"] == "Helsinki"]
    assert pays["worth"] == {"amount": 400, "currency": "EUR"}
    assert (pays["value_amount"], pays["fee_discount_most_bp"]) == (100, 5_000)
    assert pays["uses"] == ["fee_discount", "surge_shield"]
    [bens] = [one for one in send(theatre, "ben", "GET", "/credits").json()["pays"] if one["pots"]]
    assert bens["pots"] == [{"pot_id": theatre.stage.names["pot"], "credits": 500}]


def test_a_statement_adds_up_to_the_wallet_and_says_what_each_posting_was_for(theatre: Theatre):
    lines, after = [], ""
    while after is not None:
        page = send(theatre, "aino", "GET", f"/credits/postings?limit=1{after and '&after=' + after}").json()
        lines, after = lines + page["items"], page["next_cursor"]
    assert sum(line["available"] for line in lines) == wallet(theatre, "aino")[0]
    assert [line["kind"] for line in lines] == ["pot_gift", "pot_gift", "grant"]
    assert lines[1]["subject_id"] == theatre.stage.names["pot"]
    assert lines[1]["what"] == "Given into a pot for somebody else."
    assert len({line["id"] for line in lines}) == 3


def test_what_is_given_into_a_pot_is_no_longer_the_givers(theatre: Theatre):
    given = send(theatre, "aino", "POST", GIFTS, {"credits": 1_500})
    assert (given.status_code, given.json()["credits"]) == (201, 1_500)
    assert wallet(theatre, "aino")[0] == 2_500
    assert send(theatre, "ben", "GET", "/pots/{pot}").json()["credits"] == 2_000
    assert send(theatre, "aino", "GET", "/pots/{pot}").json()["credits"] is None
    assert problem(send(theatre, "aino", "POST", GIFTS, {"credits": 2_501})) == (409, "balance-too-low")
    assert problem(send(theatre, "ben", "POST", GIFTS, {"credits": 1})) == (422, "same-user")


@pytest.mark.parametrize("credits_", [0, -5, 1.5, True, "5", 10**13])
def test_credits_are_whole_thousandths_above_zero(theatre: Theatre, credits_: Any):
    answer = send(theatre, "aino", "POST", GIFTS, {"credits": credits_})
    assert problem(answer) == (422, "malformed")


def test_a_closed_pot_takes_nothing(theatre: Theatre):
    assert send(theatre, "ben", "POST", "/pots/{pot}/closing").json()["closed_at"]
    assert problem(send(theatre, "aino", "POST", GIFTS, {"credits": 1})) == (409, "pot-closed")


def test_one_open_pot_for_a_person_and_purposes_are_operators(theatre: Theatre):
    told = {"market_id": "{market}", "title": "For Ben", "beneficiary_id": "{ben}"}
    assert problem(send(theatre, "aino", "POST", "/pots", told)) == (409, "pot-already-open")
    without = {"market_id": "{market}", "title": "For all"}
    assert problem(send(theatre, "aino", "POST", "/pots", without)) == (403, "purpose-pot-requires-operator")
    assert send(theatre, "otto", "POST", "/pots", without).status_code == 201


def test_hours_pass_once_both_say_so(theatre: Theatre):
    path = HOURS + "/{hours_said}"
    assert problem(send(theatre, "aino", "POST", path + "/confirmation")) == (409, "transition-not-allowed")
    done = send(theatre, "ben", "POST", path + "/confirmation")
    assert done.json()["state"] == "confirmed"
    assert send(theatre, "aino", "GET", "/hours").json()["balance_minutes"] == 60
    assert send(theatre, "ben", "GET", "/hours").json() == {
        "balance_minutes": -60,
        "given_minutes": 0,
        "received_minutes": 60,
        "lowest_minutes": -600,
        "highest_minutes": 2_400,
    }
    [line] = send(theatre, "ben", "GET", "/hours/postings").json()["items"]
    assert (line["minutes"], line["other_id"], line["transfer_id"]) == (
        -60,
        theatre.stage.names["aino"],
        theatre.stage.names["hours_said"],
    )


def test_nobody_leans_further_than_ten_hours(theatre: Theatre):
    told = {"market_id": "{market}", "other_id": "{ben}", "i_was": "giver", "what": "The whole roof."}
    first = send(theatre, "ellen", "POST", HOURS, told | {"duration": "PT10H"}).json()["id"]
    assert send(theatre, "ben", "POST", f"{HOURS}/{first}/confirmation").status_code == 200
    second = send(theatre, "ellen", "POST", HOURS, told | {"duration": "PT1M"}).json()["id"]
    answer = send(theatre, "ben", "POST", f"{HOURS}/{second}/confirmation")
    assert problem(answer) == (409, "balance-too-low")


@pytest.mark.parametrize("duration", ["PT0S", "PT12H1M", "-PT1H", "PT30S", "1:00", 60])
def test_hours_pass_in_small_whole_parts(theatre: Theatre, duration: Any):
    told = {"market_id": "{market}", "other_id": "{ben}", "i_was": "giver", "what": "Snow."}
    answer = send(theatre, "ellen", "POST", HOURS, told | {"duration": duration})
    assert problem(answer) == (422, "malformed")


def test_a_second_claim_waits_for_the_answer_to_the_first(theatre: Theatre):
    told = {
        "market_id": "{market}",
        "other_id": "{ben}",
        "i_was": "giver",
        "duration": "PT1H",
        "what": "More snow.",
    }
    assert problem(send(theatre, "aino", "POST", HOURS, told)) == (409, "hour-claim-pending")
    elsewhere = told | {"market_id": "{other_market}", "i_was": "receiver"}
    assert problem(send(theatre, "aino", "POST", HOURS, elsewhere)) == (409, "hours-not-enabled")


def test_credits_are_paid_out_only_where_the_policy_says_so_and_only_to_providers(theatre: Theatre):
    path, body = "/markets/{market}/credit-payouts", {"credits": 1_500}
    paid = send(theatre, "ellen", "POST", path, body)
    assert (paid.status_code, wallet(theatre, "ellen")[0]) == (201, 3_500)
    owed = send(theatre, "otto", "GET", "/ledger/accounts?kind=payable&limit=100").json()["items"]
    assert sum(account["balance"] for account in owed) > 0
    refused = send(theatre, "aino", "POST", path, body)
    assert problem(refused) == (409, "payout-not-offered")
    assert "provider" in refused.json()["detail"]
    none = send(theatre, "ellen", "POST", "/markets/{other_market}/credit-payouts", body)
    assert problem(none) == (409, "credits-not-enabled")
    rules = {"contributions": {"credits": {"value_amount": 100}}}
    send(
        theatre,
        "otto",
        "POST",
        "/markets/{market}/policy-versions",
        {"rules": rules, "note": "As usual."},
        headers={"if-match": "*"},
    )
    off = send(theatre, "ellen", "POST", path, body)
    assert problem(off) == (409, "payout-not-offered")
    assert "does not pay credits out" in off.json()["detail"]


PREVIEW = "/markets/{market}/patronage-preview?starts_at={since}&ends_at={until}&surplus_amount="


def test_a_preview_shows_every_number_and_posting_does_what_it_shows(theatre: Theatre):
    preview = send(theatre, "otto", "GET", PREVIEW + "101").json()
    assert sum(share["share_amount"] for share in preview["shares"]) == 101
    formula = preview["formula"]
    for share in preview["shares"]:
        weight = (
            share["fee_amount"] * formula["fee_weight"]
            + share["commission_amount"] * formula["commission_weight"]
        )
        assert share["weight"] == weight
        assert abs(share["share_amount"] - 101 * weight / preview["all_weights"]) < 1
        assert share["credits"] == share["share_amount"] * 1_000 // formula["value_amount"]
    told = {"starts_at": "{since}", "ends_at": "{until}", "surplus_amount": 101}
    posted = send(theatre, "otto", "POST", "/markets/{market}/patronage-rounds", told)
    assert posted.status_code == 201, posted.text
    path = f"/patronage-rounds/{posted.json()['id']}/shares"
    shares = send(theatre, "otto", "GET", path).json()["items"]
    named = ("user_id", "weight", "share_amount", "credits")
    assert [[share[name] for name in named] for share in shares] == [
        [share[name] for name in named] for share in preview["shares"]
    ]
    [own] = send(theatre, "aino", "GET", path).json()["items"]
    assert own["user_id"] == theatre.stage.names["aino"]
    assert problem(send(theatre, "ben", "GET", path)) == (404, "patronage-round-not-found")
    again = send(theatre, "otto", "POST", "/markets/{market}/patronage-rounds", told)
    assert problem(again) == (409, "surplus-already-split")


def test_no_more_is_split_than_was_earned_and_nothing_before_its_period_is_over(theatre: Theatre):
    assert problem(send(theatre, "otto", "GET", PREVIEW + "99999999")) == (422, "surplus-too-large")
    future = PREVIEW.replace("{until}", "{day_3}")
    assert problem(send(theatre, "otto", "GET", future + "1")) == (409, "period-not-over")
    backwards = PREVIEW.replace("{since}", "{day_3}")
    assert problem(send(theatre, "otto", "GET", backwards + "1")) == (422, "unacceptable")
    empty = PREVIEW.replace("{since}", "2020-01-01T00:00:00Z").replace("{until}", "2020-02-01T00:00:00Z")
    assert problem(send(theatre, "otto", "GET", empty + "1")) == (409, "nothing-to-split")


def test_the_books_name_the_owner_of_every_account_and_a_booking_only_where_there_is_one(theatre: Theatre):
    accounts = send(theatre, "otto", "GET", "/ledger/accounts?unit=CRD&limit=100").json()["items"]
    owners = {account["kind"]: (account["owner_id"] or "")[:3] for account in accounts}
    assert (owners["credits"], owners["community_pot"], owners["credits_pool"]) == ("usr", "pot", "")
    pot = next(account["id"] for account in accounts if account["kind"] == "community_pot")
    [gift, *_] = send(theatre, "otto", "GET", f"/ledger/entries?account_id={pot}").json()["items"]
    assert (gift["kind"], gift["booking_id"]) == ("pot_gift", None)
    held = send(theatre, "otto", "GET", "/ledger/entries?booking_id={completed}").json()["items"]
    assert {entry["booking_id"] for entry in held} == {theatre.stage.names["completed"]}
