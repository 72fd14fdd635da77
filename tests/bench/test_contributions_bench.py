"""The parts of `bench contributions` measure what they say; on real data where that is at hand."""

import csv
import os
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from bench.command import app
from bench.contributions import community, community_rules, replay, rings, shapes, trust
from bench.contributions.trust import COUNTING, METHODS, OURS
from bench.ratings import history
from domain import standing

DATA = Path(os.environ.get("TALKOO_DATA", "nowhere"))
COMMUNITY = [DATA / "cc-by-sa" / f"qa_{what}_quantum_2018.csv" for what in ("events", "users")]
GRAPH = DATA / "bitcoin_otc_ratings.csv.gz"
real_community = pytest.mark.skipif(
    not all(path.exists() for path in COMMUNITY), reason="TALKOO_DATA names no real community"
)
real_graph = pytest.mark.skipif(not GRAPH.exists(), reason="TALKOO_DATA names no real trust graph")


def told(tmp_path, events, users):
    """A community of these happenings (day, kind, whose, points) and published reputations."""
    paths = tmp_path / "events.csv", tmp_path / "users.csv"
    rows = [(number, day, kind, whose, 1, points) for number, (day, kind, whose, points) in enumerate(events)]
    headings = ("event_id", "day", "kind", "beneficiary_id", "post_id", "points")
    for path, heading, lines in zip(
        paths, (headings, ("user_id", "published_reputation")), (rows, users), strict=True
    ):
        with path.open("w", newline="") as file:
            csv.writer(file).writerows([heading, *lines])
    return paths


def reputation(tmp_path, *events, published=1):
    known = community.read(
        *told(tmp_path, [(*event[:2], "a", event[2]) for event in events], [("a", published)])
    )
    return replay.replayed(known)[replay.OURS]["a"]


@pytest.mark.parametrize(
    ("events", "published", "counted"),
    [
        ([("2018-03-12", "answer_upvote", 10)], 11, 11),
        ([("2018-03-12", "question_upvote", 5)], 6, 6),
        ([("2018-03-12", "accepted", 15), ("2018-03-12", "accepter", 2)], 18, 18),
        ([("2018-03-12", "bounty_won", 150)], 151, 151),
        # Votes share 200 a day; what is accepted comes on top, and another day begins anew.
        ([("2018-03-12", "answer_upvote", 10)] * 25, 201, 201),
        ([("2018-03-12", "answer_upvote", 10)] * 15 + [("2018-03-12", "question_upvote", 5)] * 15, 201, 201),
        ([("2018-03-12", "answer_upvote", 10)] * 25 + [("2018-03-12", "accepted", 15)], 216, 216),
        ([(f"2018-03-{day}", "answer_upvote", 10) for day in (12, 13) for _ in range(25)], 401, 401),
        # A vote against takes two back; what is not there is owed, and nobody pays with what is not there.
        ([("2018-03-12", "answer_upvote", 10), ("2018-03-13", "answer_downvote", -2)], 9, 9),
        ([("2018-03-12", "answer_downvote", -2), ("2018-03-13", "answer_upvote", 10)], 9, 9),
        ([("2018-03-12", "answer_upvote", 10), ("2018-03-13", "bounty_offered", -50)], 11, 11),
        # Who was known elsewhere had a hundred points, before anything else.
        ([("2018-03-12", "answer_upvote", 10), ("2018-03-13", "bounty_offered", -50)], 61, 61),
    ],
)
def test_the_community_s_rules_come_out_of_a_policy_of_this_engine(tmp_path, events, published, counted):
    assert reputation(tmp_path, *events, published=published) == counted


def test_the_rules_are_a_policy_that_a_market_could_publish():
    policy = community_rules.policy()
    assert {kind for kind, _ in community_rules.KINDS.values()} == set(policy.kinds)
    assert policy.segment_factor_milli(community_rules.QUESTIONS) == 500


def test_members_to_whom_nothing_happened_are_not_counted(tmp_path):
    events = [("2018-03-12", "answer_upvote", "a", 10)]
    known = community.read(*told(tmp_path, events, [("a", 11), ("b", 1), ("c", 101)]))
    assert known.active == ["a"]
    assert replay.run(*told(tmp_path, events, [("a", 11), ("b", 1)]), folder=tmp_path)[0]["exact"] == 1
    assert (tmp_path / "contributions_replay.png").stat().st_size > 10_000


@real_community
def test_a_real_community_s_reputations_are_reproduced():
    ours, *others = replay.run(*COMMUNITY)
    assert ours["members"] == 331
    assert ours["exact"] >= replay.GOAL_EXACT
    assert ours["within"] >= replay.GOAL_WITHIN
    assert ours["error"] <= replay.GOAL_ERROR
    assert all(other["error"] > replay.GOAL_ERROR for other in others)


@pytest.mark.parametrize(("shape", "pairs"), [("star", 4), ("clique", 20), ("chain", 4)])
def test_a_ring_of_five_confirms_so_often(shape, pairs):
    members = np.arange(10, 15)
    confirmer, contributor = shapes.SHAPES[shape](members)
    assert len(confirmer) == len(contributor) == pairs
    assert set(confirmer) | set(contributor) == set(members)
    assert (confirmer != contributor).all()


@pytest.fixture
def graph(tmp_path):
    """A hundred and sixty traders, of whom fifty rate others; the last twenty are mostly disliked."""
    random = np.random.default_rng(7)
    rater, ratee = random.integers(0, 50, 1_500), random.integers(0, 160, 1_500)
    rating = np.where(ratee < 140, random.integers(1, 11, 1_500), random.integers(-10, 3, 1_500))
    at = random.integers(0, 500 * 86_400, 1_500)
    path = tmp_path / "ratings.csv"
    with path.open("w", newline="") as file:
        rows = zip(rater, ratee, rating, at, strict=True)
        csv.writer(file).writerows(row for row in rows if row[0] != row[1])
    return path


def test_a_seed_is_somebody_whom_the_file_shows_to_be_one(graph):
    found = trust.eligible(history.read(graph))
    names = np.array(history.read(graph).names, dtype=int)
    assert found.any()
    assert not found[names >= 50].any()  # they rated nobody


def test_rings_gain_at_most_what_the_proof_allows_and_counting_gains_more(graph, tmp_path):
    rows = rings.run(graph, folder=tmp_path, quick=True)
    gains = [row for row in rows if "largest_gain" in row]
    ours = [row for row in gains if row["method"] == OURS]
    assert max(row["largest_gain"] for row in ours) <= 1 / standing.formula.ALPHA + 1e-9
    assert min(row["largest_gain"] for row in ours) >= 1
    assert max(row["largest_gain"] for row in gains if row["method"] == COUNTING) > 100
    assert len(gains) == len(METHODS) * len(shapes.SHAPES) * len(shapes.SIZES) * 2
    assert (tmp_path / "contributions_rings.png").stat().st_size > 10_000


@real_graph
def test_rings_in_a_real_trust_graph_meet_the_goals():
    rows = rings.run(GRAPH, quick=True)
    found = [row for row in rows if "largest_gain" in row and row["method"] == OURS]
    assert max(row["largest_gain"] for row in found) <= rings.GOAL_GAIN
    stars = [row for row in found if row["shape"] == "star" and row["of"] == rings.NEW]
    assert max(row["largest_gain"] for row in stars) <= rings.GOAL_STAR
    assert min(row["agreement"] for row in rows if "agreement" in row) >= rings.GOAL_AGREEMENT


def test_the_page_runs_one_part_and_passes_over_what_has_no_file(graph, tmp_path):
    asked = ["contributions", str(tmp_path / "out"), "--part", "replay", "--part", "rings", "--quick"]
    answer = CliRunner().invoke(app, [*asked, "--ratings", str(graph)])
    assert answer.exit_code == 0, answer.output
    assert "Passed over" in answer.output
    assert (tmp_path / "out" / "contributions_rings.csv").exists()
    assert CliRunner().invoke(app, ["contributions", "--part", "nonsense"]).exit_code != 0
