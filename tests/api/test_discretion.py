"""Declining or never answering a call changes no price, score or rank: the same world is played thrice.

In one nobody ever asked; in one Aino promised and let it be; in one she took her promise back. Clock and ids
are the same in all. Then the workers do all they have to do, for days, and everybody calls every route there
is, but for those that tell of the call itself. Every byte of every answer must be the same, and every other
row.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from domain.contributions.claims import commitments
from domain.ratings import Side
from tests.api.calls import CALLS, Call
from tests.api.sealing import SECRETIVE, Sealing, World, differences
from tests.api.theatre import Theatre

# What tells of calls and promises, which of course differ.
OF_THE_CALL = {
    "list_calls", "read_call", "close_call", "commit_to_call", "list_my_commitments", "withdraw_commitment",
}  # fmt: skip
THEIR_ROWS = {"calls", "commitments", "events", "event_subjects", "event_deliveries", "idempotency_keys"}
LATER = timedelta(days=3)
PRICES_AND_RANKS = {"search_offers", "ask_quote", "read_provider_reputation", "read_customer_reputation"}

_UNASKED = """
    ALTER TABLE commitments DISABLE TRIGGER commitments_are_kept;
    ALTER TABLE calls DISABLE TRIGGER calls_are_kept;
    DELETE FROM commitments; DELETE FROM calls;
    ALTER TABLE commitments ENABLE TRIGGER commitments_are_kept;
    ALTER TABLE calls ENABLE TRIGGER calls_are_kept
"""


class Discretion(Sealing):
    """The worlds, by what Aino does about the call that Ben opened and that she promised to answer."""

    def played(self, deed: str) -> World:
        return self.world(deed, after=LATER)  # type: ignore[arg-type]  # a deed where a review was said

    def _writes(self, said: Any) -> None:
        if said == "nobody_asked":
            with self.theatre.engine.begin() as connection:
                connection.exec_driver_sql(_UNASKED)
        if said == "taken_back":
            answer = self.theatre.send(CALLS["withdraw_commitment"])
            assert answer.json()["state"] == "withdrawn", answer.text

    def _aim(self) -> None:
        self._aims = {"review": self.theatre.stage.names["review"]}

    def _asked(self, *, quickly: bool) -> Iterator[tuple[tuple[str, ...], Any]]:  # noqa: ARG002 -- as Sealing's
        calls = [(name, call) for name, call in sorted(CALLS.items()) if name not in SECRETIVE | OF_THE_CALL]
        for name, call in calls:
            for who in ("aino", "ben", "ellen", "nobody") if call.method == "GET" else ():
                for path in self._paths(name, call, every_choice=True):
                    yield (who, name, path), self._send(call, who, path)
        for name, call in calls:
            if call.method != "GET":
                path = self.theatre.stage.filled(call.path)
                yield ("aino", name, path), self._send(call, "aino", path)

    def _rows(self) -> dict[str, Any]:
        return {name: rows for name, rows in super()._rows().items() if name not in THEIR_ROWS}


def _compared(theatre: Theatre, patch: pytest.MonkeyPatch, deed: str) -> list[tuple[str, ...]]:
    worlds = Discretion(theatre, patch, Side.CUSTOMER)
    return differences(worlds.played("let_be"), worlds.played(deed))


def test_the_routes_that_show_prices_and_ranks_are_among_those_that_are_compared():
    assert {name for name in PRICES_AND_RANKS if name in CALLS} - SECRETIVE - OF_THE_CALL


def test_to_take_a_promise_back_changes_nothing_that_anybody_is_told(
    theatre: Theatre, monkeypatch: pytest.MonkeyPatch
):
    assert _compared(theatre, monkeypatch, "taken_back") == []


@pytest.mark.long
def test_never_to_answer_is_as_if_nobody_had_asked(theatre: Theatre, monkeypatch: pytest.MonkeyPatch):
    assert _compared(theatre, monkeypatch, "nobody_asked") == []


@pytest.mark.long
def test_a_price_that_follows_a_promise_that_was_taken_back_is_seen(
    theatre: Theatre, monkeypatch: pytest.MonkeyPatch
):
    ends = commitments._end

    def dearer(asked: Any, made: Any, *more: Any) -> None:
        ends(asked, made, *more)
        commitments.Session.object_session(made).execute(
            text("UPDATE offers SET from_amount = from_amount + 1")
        )

    monkeypatch.setattr(commitments, "_end", dearer)
    told = {asked[1] for asked in _compared(theatre, monkeypatch, "taken_back")}
    assert "offers" in told
    assert any("offer" in name or "search" in name for name in told - {"offers"})


def test_a_call_is_known_to_be_there(theatre: Theatre):
    """Or the comparison would compare nothing with nothing."""
    promised = theatre.send(Call("aino", "GET", "/me/commitments")).json()["items"]
    assert [made["state"] for made in promised] == ["promised"]
