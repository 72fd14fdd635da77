"""A replay that was killed remembers what it was about to do, and does nothing twice."""

from pathlib import Path
from typing import Any

import pytest

from ops.front_door import Person, Refused
from ops.replay import ride
from ops.replay.demand import Request
from ops.replay.journal import Journal, OtherPlanError, plan


class Market:
    """Answers like the API, and remembers the bookings it made, by key."""

    def __init__(self, refuse: dict[str, str] | None = None, die_at: str | None = None) -> None:
        self.refuse, self.die_at = refuse or {}, die_at
        self.booked: dict[str, str] = {}
        self.nearest = ["a", "b", "c", "d"]

    def get(self, _path: str, **_query: object) -> Any:
        return {"items": [{"id": offer} for offer in self.nearest]}

    def post(self, path: str, body: Any, *, key: str, **_more: object) -> Any:
        if path == "/quotes":
            if slug := self.refuse.get(body["offer_id"]):
                raise Refused(409, {"type": f"/problems/{slug}"})
            return {"id": body["offer_id"]}
        if path == "/bookings":
            self.booked[key] = body["quote_id"]
            return {"id": f"booking of {body['quote_id']}"}
        if self.die_at == body.get("payment_method"):
            raise KeyboardInterrupt
        if body.get("payment_method") == ride.BAD_CARD:
            raise Refused(402, {"type": "/problems/payment-declined"})
        return {"booking": {"state": "confirmed"}}


def request(number: int = 0) -> Request:
    from datetime import UTC, datetime

    at = datetime(2026, 11, 24, 9, tzinfo=UTC)
    return Request(number, number + 2, at, 40.7, -74, at, at, 3)


def send(folder: Path, market: Market, number: int = 0) -> dict[str, Any] | None:
    with Journal(folder / "journal.jsonl") as journal:
        people = [Person("customer@example.org", "")]
        try:
            ride.send(ride.Market(market, people, {}, journal), request(number))  # type: ignore[arg-type]  # a fake
        except KeyboardInterrupt:
            return None
        return journal.ended[number]


def test_the_next_driver_is_tried_three_at_most_and_the_last_refusal_counts(tmp_path: Path) -> None:
    assert send(tmp_path, Market({"a": "slot-taken"})) == {
        "how": "booked",
        "booking": "booking of b",
        "offer": "b",
    }
    full = dict.fromkeys("abc", "slot-taken")
    assert send(tmp_path, Market(full), 1) == {"how": "refused", "problem": "slot-taken"}


def test_nobody_near_is_unserved_and_a_declined_card_is_not_tried_on_the_next_driver(tmp_path: Path) -> None:
    empty = Market()
    empty.nearest = []
    assert send(tmp_path, empty) == {"how": "unserved"}
    declined = Market()
    assert send(tmp_path, declined, 49) == {"how": "refused", "problem": "payment-declined"}
    assert list(declined.booked.values()) == ["a"]


def test_a_way_that_was_cut_off_goes_on_with_the_same_driver_under_the_same_keys(tmp_path: Path) -> None:
    market = Market({"a": "slot-taken"}, die_at=ride.CARD)
    assert send(tmp_path, market) is None
    market.die_at, market.refuse, market.nearest = None, {}, ["d", "c", "a"]
    ended = send(tmp_path, market)
    assert ended is not None
    assert ended["offer"] == "b", "the first driver would say yes now, but the second had been booked already"
    assert list(market.booked.values()) == ["b"], "one key, one booking"


def test_a_declined_card_stays_declined_when_the_replay_died_before_it_could_say_so(tmp_path: Path) -> None:
    with Journal(tmp_path / "journal.jsonl") as journal:
        journal.begin(49, 0, offer="a")
        journal.refuse(49, 0, "payment-declined")
    assert send(tmp_path, Market(), 49) == {"how": "refused", "problem": "payment-declined"}


def test_a_line_that_was_cut_short_does_not_count_and_the_next_one_stands_on_its_own(tmp_path: Path) -> None:
    with Journal(tmp_path / "journal.jsonl") as journal:
        journal.end(1, how="unserved")
    with (tmp_path / "journal.jsonl").open("a") as file:
        file.write('{"request": 2, "ended": {"ho')
    with Journal(tmp_path / "journal.jsonl") as journal:
        assert set(journal.ended) == {1}
        journal.end(3, how="unserved")
    with Journal(tmp_path / "journal.jsonl") as journal:
        assert set(journal.ended) == {1, 3}


def test_a_plan_stays_as_it_was_drawn_and_another_one_is_refused(tmp_path: Path) -> None:
    first = plan(tmp_path, {"seed": 1}, {"port": 1234})
    assert plan(tmp_path, {"seed": 1}, {"port": 9999}) == first
    with pytest.raises(OtherPlanError, match="has seed 1, not 2"):
        plan(tmp_path, {"seed": 2}, {"port": 1234})
