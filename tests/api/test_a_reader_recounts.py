"""A reader who knows nothing but the OpenAPI document counts every mean that is displayed again.

They find the routes in the document, read all pages there are, and count. What is held, removed, weighed with
nothing or left by an author who is erased lies among it.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pytest
from scipy.special import betaincinv

from domain import ratings
from domain.foundation import ids
from domain.foundation.actors import CLOCK
from domain.identity import SignalKind, record_signal
from domain.ratings import DecisionKind, DecisionReason
from tests.api.calls import Call
from tests.api.theatre import Theatre
from tests.client import Client
from tests.domain.ratings.stagecraft import DAY, Play, play

STARS = (5, 4, 4, 1, 3, 2)
WHY = {"reason_code": DecisionReason.SPAM, "statement": "So."}


class Reader:
    """Somebody with the document in one hand and a client in the other."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.document = client.get("/openapi.json").json()

    def path(self, operation_id: str, **parts: str) -> str:
        """Where the document says that this operation is."""
        found = [
            path
            for path, methods in self.document["paths"].items()
            for told in methods.values()
            if told["operationId"] == operation_id
        ]
        return found[0].format_map(parts)

    def listed(self, path: str) -> Iterator[dict[str, Any]]:
        """All pages, two at a time, as long as there is a cursor."""
        cursor = None
        while True:
            page = self.client.get(path, params={"limit": 2} | ({"after": cursor} if cursor else {})).json()
            yield from page["items"]
            if (cursor := page["next_cursor"]) is None:
                return


def counted(reviews: list[dict[str, Any]]) -> dict[str, Any]:
    """As the description of `CountsView` says: to a tenth, halves up, none below three."""
    stars = [review["stars"] for review in reviews]
    tenths = (20 * sum(stars) + len(stars)) // (2 * len(stars)) if len(stars) >= 3 else None
    return {
        "reviews": len(stars),
        "histogram": [stars.count(number) for number in range(1, 6)],
        "mean": None if tenths is None else tenths / 10,
    }


BEFALLEN = {
    "nothing": lambda _, __: None,
    "held": lambda here, reviews: _decide(here, reviews[0], DecisionKind.HOLD),
    "removed": lambda here, reviews: [_decide(here, one, DecisionKind.REMOVE) for one in reviews[1:3]],
    "removed and restored": lambda here, reviews: [
        _decide(here, reviews[1], kind) for kind in (DecisionKind.REMOVE, DecisionKind.RESTORE)
    ],
    "weighed with nothing": lambda here, _: _related(here),
    "erased": lambda here, _: ratings.erase_author(
        here.session, here.scene.aino.user_id, by=CLOCK, at=here.over + 20 * DAY
    ),
    "all removed": lambda here, reviews: [_decide(here, one, DecisionKind.REMOVE) for one in reviews],
}


@pytest.mark.parametrize("befallen", BEFALLEN)
def test_every_displayed_mean_is_what_the_pages_add_up_to(client: Client, at: datetime, befallen: str):
    with client.transactions() as session:
        here = play(session, at)
        mine = [here.reviewed((stars, 5), days=2 * day)[1] for day, stars in enumerate(STARS)]
        BEFALLEN[befallen](here, mine)
        ratings.follow(session, [review.id for review in mine], at=here.over + 30 * DAY)
        profile_id = ids.encode("prv", here.scene.offer.profile_id)
    reader = Reader(client)
    told = client.get(reader.path("read_provider_reputation", profile_id=profile_id)).json()
    reviews = list(reader.listed(reader.path("list_provider_reviews", profile_id=profile_id)))
    assert told["all_time"] == counted(reviews)
    year_ago = datetime.fromisoformat(told["at"]) - timedelta(days=365)
    lately = [one for one in reviews if datetime.fromisoformat(one["revealed_at"]) > year_ago]
    assert told["last_year"] == counted(lately)
    weighing = [ranked["inputs"]["reviews"] for ranked in told["ranking"]]
    assert sum(weighing) == len(reviews), "the newest score is counted from the reviews that are shown"
    set_aside = sum(ranked["set_aside"] for ranked in told["ranking"])
    assert set_aside == (len(reviews) if befallen == "weighed with nothing" else 0)


def test_a_tier_that_was_decided_follows_from_what_is_told_of_it(theatre: Theatre):
    at = theatre.stage.at
    profile_id = theatre.stage.ids["ellens_profile"]
    path = "/provider-profiles/{ellens_profile}/tier-preview"
    assert theatre.send(Call("ellen", "GET", path)).json()["decision"] is None
    theatre.transactions.run(lambda session: ratings.decide_tier(session, profile_id, at=at))
    theatre.is_touched = True
    told = theatre.send(Call("ellen", "GET", path)).json()
    method = theatre.send(Call("nobody", "GET", "/reviews/methodology")).json()
    for decided in (told, told["decision"]):
        year, prior = decided["year"], np.array(decided["year"]["prior"])
        constant = {each["name"]: each["value"] for each in method["constants"]}
        belief, x = constant["prior"] * prior + np.array(year["by_stars"]), np.linspace(0, 1, 5)
        mean = belief @ x / belief.sum()
        size = mean * (1 - mean) * (belief.sum() + 1) / (belief @ x**2 / belief.sum() - mean**2) - 1
        tail = (1 - constant["tier_interval"]) / 2
        bounds = 1 + 4 * betaincinv(mean * size, (1 - mean) * size, [tail, 1 - tail])
        assert [year["lower"], year["upper"]] == pytest.approx(bounds, rel=1e-9)
        weight = sum(year["by_stars"])
        assert year["effective"] == pytest.approx(
            weight**2 / year["weight_squared"] if weight else 0, rel=1e-9
        )
        gates = {gate["tier"]: gate for gate in method["tiers"]}
        unmet = {missing["what"]: missing for missing in decided["would_change"]}
        assert decided["tier"] == "standard"
        assert year["completed"] < gates["trusted"]["completed"] == unmet["completed_bookings"]["needed"]
        assert year["lower"] < gates["trusted"]["lower"] == unmet["lower_bound_stars"]["needed"]
        watched = year["upper"] < constant["watch_below"] and year["effective"] >= constant["watch_from"]
        assert not watched


def _decide(here: Play, review: ratings.Review, kind: DecisionKind) -> None:
    ratings.decide(here.session, review.id, kind, by=here.mira, at=here.over + 20 * DAY, **WHY)


def _related(here: Play) -> None:
    for person in (here.scene.aino, here.scene.ellen):
        record_signal(here.session, person.user_id, SignalKind.DEVICE, "phone", here.over)
