"""What reviews add up to, through the HTTP door: a reader counts every number again from what is told."""

import json
from datetime import datetime, timedelta

import numpy as np
import pytest

from domain import ratings
from domain.foundation import ids
from tests.api.calls import CALLS
from tests.api.theatre import Theatre
from tests.client import Client
from tests.domain.ratings.stagecraft import DAY, play

STARS = (5, 4, 4)
WHOLE = "/provider-profiles/{}/reputation"


@pytest.fixture
def known(client: Client, at: datetime) -> Client:
    """Ellen, of whom Aino said five, four and four stars; in the middle of the market's life."""
    with client.transactions() as session:
        here = play(session, at)
        told = [here.reviewed((stars, 5), days=2 * day)[1:] for day, stars in enumerate(STARS)]
        for mine, theirs in told:
            ratings.follow(session, [mine.id, theirs.id], at=here.over + 30 * DAY)
        client.profile_id = ids.encode("prv", here.scene.offer.profile_id)  # type: ignore[attr-defined]
    return client


def test_a_reader_recomputes_the_mean_from_the_listed_reviews(known: Client) -> None:
    told = known.get(WHOLE.format(known.profile_id)).json()
    listed = known.get(f"/provider-profiles/{known.profile_id}/reviews").json()["items"]
    stars = [review["stars"] for review in listed]
    assert told["all_time"]["reviews"] == len(stars) == 3
    assert told["all_time"]["histogram"] == [stars.count(number) for number in range(1, 6)]
    assert told["all_time"]["mean"] == int(sum(stars) / len(stars) * 10 + 0.5) / 10 == 4.3


def test_a_reader_recomputes_the_ranking_score_from_what_is_told(known: Client) -> None:
    (ranking,) = known.get(WHOLE.format(known.profile_id)).json()["ranking"]
    method = known.get("/reviews/methodology").json()
    constant = {each["name"]: each["value"] for each in method["constants"]}
    given, x = ranking["inputs"], np.linspace(0, 1, 5)
    age = datetime.fromisoformat(given["at"]) - datetime.fromisoformat(given["landmark_at"])
    faded = 2 ** (age / timedelta(days=constant["half_life"]))
    prior = constant["prior"] * np.array(given["prior"])
    believed = (prior @ x + given["weighted"] / faded) / (constant["prior"] + given["weight"] / faded)
    belief = prior + np.array(given["by_stars"]) / faded
    mean = belief @ x / belief.sum()
    deviation = ((belief @ x**2 / belief.sum() - mean**2) / (belief.sum() + 1)) ** 0.5
    assert ranking["believed"] == pytest.approx(believed, rel=1e-9)
    assert ranking["doubt"] == pytest.approx(-constant["caution"] * deviation, rel=1e-9)
    addends = sum(ranking[name] for name in ("believed", "doubt", "effort"))
    assert ranking["score"] == pytest.approx(addends, rel=1e-12)
    assert ranking["formula"] == method["version"]


def test_below_three_reviews_there_is_no_mean(client: Client, at: datetime) -> None:
    with client.transactions() as session:
        here = play(session, at)
        here.reviewed((1, 5))
        profile_id = ids.encode("prv", here.scene.offer.profile_id)
    told = client.get(WHOLE.format(profile_id)).json()
    assert (told["all_time"]["reviews"], told["all_time"]["mean"], told["tier"]) == (1, None, "standard")


def test_a_summary_is_ours_until_a_letter_changes(theatre: Theatre) -> None:
    theatre.restore()
    export = theatre.send(CALLS["export_my_reputation"]).json()
    assert set(json.loads(export["document"])["roles"]) == {"customer"}
    for document, expected in ((export["document"], True), (export["document"] + " ", False)):
        sent = json.dumps({"document": document, "signature": export["signature"]}).encode()
        answered = theatre.send(CALLS["verify_reputation_export"], body=sent)
        assert answered.json() == {"is_ours": expected}
