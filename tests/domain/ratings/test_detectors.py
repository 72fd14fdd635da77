"""Detectors notice what they are for, stay silent where it is missing, and never say more than they saw."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from scipy.stats import rankdata

from domain.ratings import anomaly, detectors, texts
from domain.ratings.detectors import Detector, Trouble
from domain.ratings.edges import Edges, joined
from domain.ratings.rings import rings

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
PEOPLE = 60


def town(seed=3, ratings=600):
    """Forty raters rate twenty subjects over two years, each by how good the subject is."""
    random = np.random.default_rng(seed)
    rater = random.integers(0, 40, ratings)
    subject = random.integers(40, PEOPLE, ratings)
    good = np.where(subject < 55, 0.85, 0.15)
    x = np.clip(np.round((good + random.normal(0, 0.12, ratings)) * 4) / 4, 0, 1)
    return Edges(PEOPLE, rater, subject, x, random.uniform(0, 730, ratings))


def of(rows, people=PEOPLE):
    rater, subject, x, day = (np.array(column) for column in zip(*rows, strict=True))
    return Edges(people, rater, subject, x.astype(float), day.astype(float))


def test_who_praises_the_badly_reputed_and_leaves_again_is_the_oddest_rater():
    fraud = of([(59, subject, 1.0, 300 + at / 10) for at, subject in enumerate(range(55, 59))])
    signals = detectors.odd_raters(joined(town(), fraud))
    assert signals[0].raters == (59,)
    assert signals[0].detector is Detector.RATER
    assert signals[0].evidence["active_days"] == pytest.approx(0.3)
    assert signals[0].evidence["contrary_share"] > 0.7


def test_a_rater_is_never_judged_by_what_they_received():
    given = joined(town(), of([(59, 55, 1.0, 300), (59, 41, 0.0, 301)]))
    hated = joined(given, of([(1, 59, 0.0, 400)]))
    before, after = anomaly.readings(given), anomaly.readings(hated)
    assert after.short[59] == before.short[59]
    assert after.company[59] == pytest.approx(before.company[59], abs=0.01), "only the mean of all has moved"
    assert after.contrary[59] == before.contrary[59]


def test_the_anomaly_is_the_weighted_mean_rank_of_four_readings():
    edges = town()
    found = anomaly.readings(edges)
    score = anomaly.anomaly(found, edges.given.astype(float))
    rated = edges.given > 0
    ranks = [rankdata(each[rated]) / rated.sum() for _, each in found.weighted()]
    assert score[rated].tolist() == pytest.approx(
        ((ranks[0] + 2 * ranks[1] + ranks[2] + ranks[3]) / 5).tolist()
    )
    assert not score[~rated].any()


def test_rev2_solves_its_own_equations():
    edges = town()
    found = anomaly.rev2(edges)
    fairness = (0.5 + np.bincount(edges.rater, found.reliability, PEOPLE)) / (1 + edges.given)
    assert np.allclose(found.fairness, fairness, atol=1e-6)
    liar = joined(edges, of([(59, subject, 0.0 if subject < 55 else 1.0, 10) for subject in range(40, 59)]))
    assert anomaly.rev2(liar).fairness[59] < anomaly.rev2(liar).fairness[:40].min()


def test_six_who_praise_one_another_are_a_ring_and_the_town_is_none():
    assert rings(town()) == []
    six = range(60, 66)
    ring = of([(a, b, 1.0, 100) for a in six for b in six if a != b], people=66)
    (signal,) = detectors.praising_rings(joined(town(), ring))
    assert set(signal.raters) == set(six)
    assert signal.score >= 3
    blame = Edges(ring.people, ring.rater, ring.subject, 1 - ring.x, ring.day)
    assert detectors.praising_rings(joined(town(), blame)) == [], "blame is no ring of praise"


def test_a_week_of_strangers_is_a_burst_and_a_week_of_known_customers_is_not():
    quiet = of([(rater, 45, 1.0, 7 * rater) for rater in range(30)])
    week = of([(30 + at, 45, 0.0, 212 + at / 10) for at in range(9)])
    edges = joined(quiet, week)
    strangers = np.where(np.arange(PEOPLE) < 30, 1.0, 0.02)
    (signal,) = detectors.bursts(edges, strangers)
    assert signal.subjects == (45,)
    assert set(range(30, 39)) <= set(signal.reviews)
    assert signal.evidence["chance"] < 1e-4
    assert detectors.bursts(edges, np.ones(PEOPLE)) == []
    assert detectors.bursts(quiet, strangers) == []


def test_what_is_usual_counts_only_the_weeks_before():
    busy = of([(at % 30, 45, 1.0, at / 1.5) for at in range(300)])
    assert not [
        each for each in detectors.bursts(busy, np.zeros(PEOPLE)) if each.evidence["usual_in_week"] > 6
    ], "ten a week for half a year are usual"


@pytest.mark.parametrize(
    ("after", "noticed"),
    [
        (timedelta(hours=1), True),
        (timedelta(hours=24), True),
        (timedelta(hours=25), False),
        (timedelta(hours=-1), False),
    ],
)
def test_what_may_be_retaliation_is_a_review_within_a_day_of_what_the_other_did(after, noticed):
    found = detectors.retaliation(NOON + after, [Trouble("refund", NOON)])
    assert (found is not None) is noticed


def test_retaliation_names_the_last_thing_that_happened_and_how_long_it_may_be_held():
    troubles = [Trouble("report", NOON - timedelta(hours=9)), Trouble("dispute", NOON - timedelta(hours=3))]
    found = detectors.retaliation(NOON, troubles)
    assert found.evidence == {"after": "dispute", "hours_after": 3.0, "hold_hours": 72.0}


TEXT = "The boat was clean and well kept, the engine started at once and Petri showed us around the islands"


def test_a_copied_text_with_a_word_changed_is_found_and_another_text_is_not():
    other = "We waited for an hour, nobody came, and nobody answered the telephone in all that time either"
    long = (TEXT + ". ") * 2 + other + " but in the end we had a lovely evening at the sauna by the lake."
    changed = long.replace("lovely", "nice")
    signals = detectors.copied_texts([long, other, TEXT, changed, TEXT.upper(), "Great, thank you!"])
    assert {each.reviews for each in signals} >= {(2, 4)}
    assert all(set(each.reviews) <= {0, 3} or set(each.reviews) == {2, 4} for each in signals)
    assert texts.simhash("Great, thank you!") is None, "a few words are nobody's property"


def test_banding_finds_every_pair_within_three_bits_and_no_other():
    random = np.random.default_rng(5)
    hashes = [int(value) for value in random.integers(0, 2**63, 300, dtype=np.uint64)]
    for bits in range(1, 6):
        flipped = hashes[bits]
        for bit in random.choice(64, bits, replace=False):
            flipped ^= 1 << int(bit)
        hashes.append(flipped)
    slow = {
        (a, b, (hashes[a] ^ hashes[b]).bit_count())
        for a in range(len(hashes))
        for b in range(a + 1, len(hashes))
        if (hashes[a] ^ hashes[b]).bit_count() <= texts.NEAR
    }
    assert set(texts.near_duplicates(hashes)) == slow
    assert len(slow) == 3
    assert texts.near_duplicates([]) == []


@pytest.mark.parametrize(
    "text",
    [
        "Give me a refund or I will leave a bad review",
        "Pay me back, otherwise you get one star",
        "I'll write a negative review unless you come again for free",
        "I can change my review once you refund me",
        "Palauta rahat tai kirjoitan huonon arvostelun",
        "Sonst schreibe ich eine schlechte Bewertung",
    ],
)
def test_a_review_held_over_somebodys_head_is_noticed(text):
    (signal,) = detectors.telling_words(text)
    assert signal.detector is Detector.EXTORTION
    assert signal.evidence["words"] in text


@pytest.mark.parametrize(
    "text",
    [
        "I had read a bad review before, but it was lovely",
        "They gave a refund without being asked. Five stars!",
        "Came at 10.30 on 12.11.2026 and left at 11:15, 45 euros",
        "Order 2026-1122 took 3 hours and 20 minutes",
        "",
    ],
)
def test_an_ordinary_review_says_nothing(text):
    assert detectors.telling_words(text) == []


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("write to petri@example.fi next time", "mail"),
        ("petri (at) example.fi", "mail"),
        ("see https://example.fi/boats", "link"),
        ("call +358 40 123 4567", "phone"),
        ("040-1234567 works too", "phone"),
        ("WhatsApp: petri_boats", "handle"),
    ],
)
def test_ways_to_be_reached_elsewhere_are_noticed(text, kind):
    (signal,) = detectors.telling_words(text)
    assert list(signal.evidence["found"]) == [kind]
