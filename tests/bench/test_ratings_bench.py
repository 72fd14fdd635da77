"""The parts of `bench ratings` measure what they say: from the past, and nothing that a rater received."""

import csv
import warnings

import numpy as np
import pytest
from rich.console import Console

from bench.ratings import attacks, frauds, history, next_rating, past, reveal, robustness, tables, throughput
from bench.ratings import next_predictors as predictors
from bench.ratings.frauds_unsupervised import OURS, scores
from bench.ratings.outgoing import NAMES, features
from domain import ratings

QUIET = Console(quiet=True)


def town(count=900, seed=4):
    """Sixty people, of whom the last ten are bad, short of time, and praise one another."""
    random = np.random.default_rng(seed)
    rater, ratee = random.integers(0, 50, count), random.integers(0, 60, count)
    rating = np.where(ratee < 50, random.integers(1, 6, count), random.integers(-10, 1, count))
    at = random.integers(0, 700 * 86_400, count)
    bad, friend = random.integers(50, 60, 80), random.integers(50, 60, 80)
    soon = 86_400 * (60 * (bad - 50)) + random.integers(0, 86_400, 80)
    rows = [*zip(rater, ratee, rating, at, strict=True), *zip(bad, friend, [10] * 80, soon, strict=True)]
    return [tuple(map(int, row)) for row in rows if row[0] != row[1]]


@pytest.fixture
def files(tmp_path):
    ratings_file, labels_file = tmp_path / "ratings.csv", tmp_path / "labels.csv"
    with ratings_file.open("w", newline="") as file:
        csv.writer(file).writerows([("rater", "ratee", "rating", "time"), *town()])
    with labels_file.open("w", newline="") as file:
        csv.writer(file).writerows(
            [("user", "fraud"), *((one, int(one >= 50)) for one in range(60)), (99, 1)]
        )
    return ratings_file, labels_file


@pytest.fixture
def data(files):
    return history.read(files[0])


def test_a_file_is_read_in_order_of_time_and_on_a_scale_about_zero(tmp_path):
    path = tmp_path / "few.csv"
    path.write_text("b,a,-3,200\na,b,10,100\nc,a,0,300\n")
    found = history.read(path)
    assert found.edges.x.tolist() == [1.0, 0.35, 0.5]
    assert (found.lowest, found.highest) == (-10, 10)
    assert found.names == ["a", "b", "c"]
    path.write_text(
        "rater,ratee,stars,at\na,b,5,2026-01-02T00:00:00+00:00\nc,b,1,2026-01-01T00:00:00+00:00\n"
    )
    assert history.read(path).edges.x.tolist() == [0.0, 1.0]


def test_labelled_are_those_who_rated_and_the_others_are_counted(files, data):
    labelled = history.labels(files[1], data)
    assert labelled.unknown == 1
    assert len(labelled.people) + labelled.without_ratings == 60
    assert all(data.edges.given[labelled.people])


def test_no_feature_of_a_rater_uses_a_rating_they_received(data):
    edges = data.edges
    person = 50
    received = edges.subject == person
    assert received.any()
    turned = ratings.Edges(
        edges.people, edges.rater, edges.subject, np.where(received, 1 - edges.x, edges.x), edges.day
    )
    assert features(edges, person, 0.5).tolist() == features(turned, person, 0.5).tolist()
    assert len(features(edges, person, 0.5)) == len(NAMES)
    alone, other = (
        scores(each, np.array([person]), [person])[OURS]
        for each in (edges, edges.without_received_by(person))
    )
    assert alone.tolist() == pytest.approx(other.tolist(), abs=0.02), "only ranks of the others may move"
    given = edges.rater == person
    lied = ratings.Edges(
        edges.people, edges.rater, edges.subject, np.where(given, 1 - edges.x, edges.x), edges.day
    )
    assert features(edges, person, 0.5).tolist() != features(lied, person, 0.5).tolist()


def test_sums_of_the_past_know_nothing_of_the_present():
    key, value = np.array([1, 2, 1, 1, 2]), np.array([1.0, 10.0, 2.0, 4.0, 20.0])
    assert past.before(key, value).tolist() == [0, 0, 1, 3, 10]
    asked = np.array([2, 1, 2, 3, 1])
    assert past.before_at(asked, key, value).tolist() == [0, 1, 10, 0, 7]
    last = past.last_before(asked, key, value)
    assert last[[1, 2, 4]].tolist() == [1, 10, 4]
    assert np.isnan(last[[0, 3]]).all()
    assert past.running_mean(value, 0.5).tolist() == [0.5, 1.0, 5.5, 13 / 3, 4.25]


def test_no_prediction_changes_when_the_future_does(data):
    edges, cut = data.edges, 600
    future = np.arange(len(edges)) >= cut
    turned = ratings.Edges(
        edges.people, edges.rater, edges.subject, np.where(future, 1 - edges.x, edges.x), edges.day
    )
    before, after = (next_rating.predictions(each, 300, QUIET)[0] for each in (edges, turned))
    shrunk = {next_rating.BAYES}  # its strength is chosen in hindsight, in its own favour
    for name in set(before) - shrunk:
        known = slice(300, cut + 1)  # the first of the future is itself predicted from the past
        # Running sums of one person stand on those of others, so a last bit may differ.
        assert np.allclose(before[name][known], after[name][known], atol=1e-9), name
        assert not np.allclose(before[name][cut + 50 :], after[name][cut + 50 :], atol=1e-3), name


def test_the_sealed_prediction_does_not_know_what_the_subject_said_of_the_rater(data):
    edges = data.edges
    found = predictors.ours(edges, lambda steps: steps)
    last = np.flatnonzero(predictors.reciprocated(edges))[-1]
    back = np.flatnonzero(
        (edges.rater == edges.subject[last])
        & (edges.subject == edges.rater[last])
        & (np.arange(len(edges)) < last)
    )[-1]
    x = edges.x.copy()
    x[back] = 1 - x[back]
    turned = ratings.Edges(edges.people, edges.rater, edges.subject, x, edges.day)
    columns = [predictors.known(each, found, reciprocal=True)[last] for each in (edges, turned)]
    assert columns[0][-3] != columns[1][-3], "the open prediction knows"
    rest = [index for index in range(len(columns[0]) - 3) if index not in _OF_EVERYBODY]
    assert columns[0][rest].tolist() == pytest.approx(columns[1][rest].tolist(), abs=2e-3)


_OF_EVERYBODY = (17,)  # the share of bad ratings a rater gave is the rater's own


def test_three_strangers_do_not_move_ours_and_do_move_the_mean(data):
    settled = tables.known(data.edges)
    scene = attacks.Scene(data.edges, np.arange(10), np.arange(10), settled.day + 1, np.random.default_rng(1))
    subject = 55
    every = ratings.joined(data.edges, attacks.plain(scene, subject, 3))
    moved = {
        name: table(every, settled.day + 1)[subject] - table(data.edges, settled.day + 1)[subject]
        for name, table in tables.tables(settled).items()
    }
    assert abs(moved[tables.OURS]) < 0.005 < moved[tables.MEAN]


@pytest.mark.parametrize("attack", attacks.ATTACKS)
def test_an_attack_adds_as_many_good_ratings_of_the_subject_as_there_are_fakes(attack, data):
    scene = attacks.Scene(
        data.edges, np.arange(10), np.arange(10), data.edges.day[-1] + 1, np.random.default_rng(1)
    )
    added = attacks.ATTACKS[attack](scene, 55, 3)
    subject = added.people - 1 if attack == "whitewashing" else 55
    praise = (added.subject == subject) & (added.rater >= data.edges.people)
    assert praise.sum() == 3
    assert (added.day >= scene.day).all(), "nothing is written into the past"


def test_a_verdict_says_missed_where_a_goal_is_missed():
    row = {"method": tables.OURS, "fakes": 3, "shift": 5.1}
    rows = [{**row, "attack": attack} for attack in robustness.AGAINST]
    costs = {"cost": 0.006, "rmse": 1.0, "rmse_alike": 1.0}
    assert robustness.verdict(rows, costs).count("missed") == 2
    assert "met" in robustness.verdict([{**each, "shift": 4.9} for each in rows], {**costs, "cost": 0.004})


def test_incremental_sums_are_those_of_the_rebuild_and_a_lost_batch_is_seen(monkeypatch):
    monkeypatch.setattr(throughput, "BATCH", 5_000)
    given = throughput.made_up(20_000)
    _, sums = throughput.by_and_by(given, QUIET)
    assert throughput.difference(sums, throughput.at_once(given)[1]) < 1e-9
    assert throughput.difference(sums, throughput.at_once(throughput.made_up(19_999))[1]) > 1e-9


@pytest.mark.long
def test_every_part_runs_on_a_file_of_another_form(files, tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert frauds.run(*files, folder=tmp_path / "found", quick=True)
        assert next_rating.run(*files, folder=tmp_path / "found", quick=True)
        assert robustness.run(*files, folder=tmp_path / "found", quick=True)
    assert {path.name for path in (tmp_path / "found").iterdir()} == {
        "ratings_frauds.png",
        "ratings_next.png",
        "ratings_robustness.png",
    }


@pytest.mark.parametrize("attack", attacks.ATTACKS)
@pytest.mark.parametrize("count", attacks.COUNTS)
def test_an_attack_pays_for_a_booking_for_each_rating_that_it_adds(data, attack, count):
    random = np.random.default_rng(1)
    scene = attacks.Scene(data.edges, np.arange(5), np.arange(9), 800.0, random)
    assert len(attacks.ATTACKS[attack](scene, 3, count)) == attacks.BOOKINGS[attack](count)


@pytest.mark.parametrize(("reviews", "counted"), [([], False), ([0], False), ([0, 1], True)])
def test_a_score_is_seen_when_it_counts_a_review_and_not_when_there_is_one(reviews, counted):
    shown = {"ranking": [{"inputs": {"reviews": count}} for count in reviews]}
    assert reveal.is_counted(shown) is counted
