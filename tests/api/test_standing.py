"""Standing and levels through the HTTP door: a reader counts every number again from what is told."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from domain import standing
from domain.contributions import standing_inputs
from domain.foundation import ids
from tests.client import Client
from tests.domain.contributions.claims_factory import DAY, claims_factory
from tests.domain.contributions.confirmed_contributions import (
    add_settled_bookings,
    confirmed_contribution,
    create_users,
)

WEEK = timedelta(days=7)


class Known:
    """Aino, whom somebody known by work confirmed five times, and nobody afterwards; and who asks."""

    def __init__(self, client: Client, at: datetime) -> None:
        with client.transactions() as session:
            here = claims_factory(session, at)
            aino, market = here.aino.user_id, here.market
            (seed,) = create_users(session, 1)
            providers = [here.ellen.user_id, here.ben.user_id]
            add_settled_bookings(session, here.done.id, seed, providers, at=here.now - DAY)
            for days in range(5):
                confirmed_contribution(session, market, aino, [seed], at=here.now - days * DAY)
            night = standing_inputs.compute_market_standing(session, market.id, at=here.now)
            standing.store_snapshots(session, night, range(len(night.graph.people)))
            for weeks in (0, 16, 17):
                standing_inputs.decide_levels(session, market.id, [aino], at=here.now + weeks * WEEK)
            asking = {"aino": aino, "ellen": here.ellen.user_id, "otto": here.otto.user_id}
        self.nobody, self.market = client, ids.encode("mkt", market.id)
        self.clients = {name: client.sign_in(user_id) for name, user_id in asking.items()}
        self.path = f"/users/{ids.encode('usr', aino)}/standing?market_id={self.market}"

    def standing(self, who: str) -> dict[str, Any]:
        answer = self.clients[who].get(self.path)
        assert answer.status_code == 200, answer.text
        return answer.json()


@pytest.fixture
def known(client: Client, at: datetime) -> Known:
    return Known(client, at)


def test_a_reader_counts_their_standing_again_from_what_is_told(known):
    own = known.standing("aino")["own"]
    told = own["numbers"]
    for one in told["confirmations"]:
        faded = one["value"] * 2 ** (-one["age_days"] / told["half_life_days"])
        assert one["weight"] == pytest.approx(faded, rel=1e-12)
    passed = sum(one["passed_on"] for one in told["confirmations"])
    assert len(told["confirmations"]) == 5
    assert told["standing"] == pytest.approx(told["as_a_seed"] + passed, abs=1e-11)
    assert told["relative"] == pytest.approx(told["standing"] * told["reached"], abs=1e-11)


def test_others_see_the_level_and_what_it_lets_one_do_and_nothing_else(known):
    seen = known.standing("ellen")
    assert seen["own"] is None
    assert (seen["level"], seen["may"]) == (known.standing("aino")["level"], sorted(seen["may"]))
    assert known.standing("otto")["own"] is not None


def test_who_confirmed_and_how_well_they_stand_is_not_told(known):
    (told, *_) = known.standing("aino")["own"]["numbers"]["confirmations"]
    assert set(told) == {"contribution_id", "value", "age_days", "weight", "passed_on"}


def test_a_loss_is_read_with_its_reasons_and_appealed_once(known):
    aino = known.clients["aino"]
    lost, *_ = listed = aino.get(f"/markets/{known.market}/level-decisions").json()["items"]
    path = f"/level-decisions/{lost['id']}"
    assert [one["outcome"] for one in listed] == ["lost", "missed_once", "earned"]
    assert aino.get(path).json() == lost
    assert [lack["what"] for lack in lost["would_change"]] == ["contributions", "people", "days"]
    assert lost["rules"][0]["contributions"] > lost["season"]["contributions"]
    assert aino.post(f"{path}/appeal", {"statement": "I was ill."}).status_code == 200
    refused = aino.post(f"{path}/appeal", {"statement": "Again."})
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/level-not-appealable")


def test_an_appeal_waits_for_a_person_and_the_answer_gives_the_level_back(known):
    aino, otto = known.clients["aino"], known.clients["otto"]
    path = f"/level-decisions/{known.standing('aino')['own']['decision_id']}"
    unasked = otto.post(f"{path}/appeal-answer", {"outcome": "upheld", "statement": "Hm."})
    assert (unasked.status_code, unasked.json()["type"]) == (409, "/problems/no-open-level-appeal")
    aino.post(f"{path}/appeal", {"statement": "I was ill."})
    (waiting,) = otto.get(f"/markets/{known.market}/level-appeals").json()["items"]
    assert waiting["appeal_statement"] == "I was ill."
    before = known.standing("ellen")["level"]
    otto.post(f"{path}/appeal-answer", {"outcome": "overturned", "statement": "Get well."})
    assert (before, known.standing("ellen")["level"]) == ("L0", "L1")
    assert otto.get(f"/markets/{known.market}/level-appeals").json()["items"] == []


def test_a_market_publishes_its_levels(known):
    told = known.nobody.get(f"/markets/{known.market}/levels").json()
    assert [level["contributions"] for level in told["levels"]] == [0, 3, 12, 30, 60]
    for level in told["levels"][1:]:
        assert level["people"] * 5 >= level["contributions"]
        assert level["days"] * 4 >= level["contributions"]
    assert "no price" in " ".join(told["how"])


def test_no_route_lists_people_by_standing_or_level(known):
    paths = known.nobody.get("/openapi.json").json()["paths"]
    assert [path for path in paths if "standing" in path] == ["/users/{user_id}/standing"]
