"""The draw: nobody steers or foresees it, it is uniform, never repeated, and an auditor counts the same."""

import math
from collections import Counter
from itertools import combinations
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlmodel import Session

from domain import contributions
from domain.contributions import RejectionReason, Verdict, drawing
from domain.contributions import queries as asked
from domain.foundation import ids, signing
from domain.foundation.configuration.settings import settings
from tests.domain.contributions.village import Village, village

PEOPLE = [UUID(int=number) for number in range(1, 13)]


@pytest.fixture
def here(session: Session, at) -> Village:
    return village(session, at)


def test_every_quorum_of_three_is_as_likely_as_every_other():
    drawn = Counter(
        frozenset(drawing.ranked(drawing.seed_of(UUID(int=number)), PEOPLE)[:3]) for number in range(22_000)
    )
    possible = [frozenset(three) for three in combinations(PEOPLE, 3)]
    assert set(drawn) == set(possible)
    # Pearson's χ² with 219 degrees of freedom; six deviations of it are one in a billion.
    expected = 22_000 / len(possible)
    chi_square = sum((drawn[three] - expected) ** 2 / expected for three in possible)
    assert abs(chi_square - 219) < 6 * math.sqrt(2 * 219)


def test_every_place_in_the_order_is_as_likely_for_everybody():
    counted = Counter(
        (place, user_id)
        for number in range(6_000)
        for place, user_id in enumerate(drawing.ranked(drawing.seed_of(UUID(int=number)), PEOPLE))
    )
    expected = 6_000 / len(PEOPLE)
    chi_square = sum((count - expected) ** 2 / expected for count in counted.values())
    degrees = (len(PEOPLE) - 1) ** 2
    assert abs(chi_square - degrees) < 6 * math.sqrt(2 * degrees)


def test_a_lopsided_draw_would_be_noticed():
    """The same count over a draw that prefers small ids by a tenth is far out."""
    counted: Counter[UUID] = Counter()
    for number in range(6_000):
        order = drawing.ranked(drawing.seed_of(UUID(int=number)), PEOPLE)
        counted[min(order[:2]) if number % 10 == 0 else order[0]] += 1
    expected = 6_000 / len(PEOPLE)
    assert sum((counted[one] - expected) ** 2 / expected for one in PEOPLE) > 11 + 6 * math.sqrt(2 * 11)


def test_without_our_secret_nobody_knows_the_seed(monkeypatch):
    draw_id = ids.new()
    ours = drawing.seed_of(draw_id)
    other = settings().model_copy(update={"signing_keys": ("x" * 40,)})
    monkeypatch.setattr(signing, "settings", lambda: other)
    assert drawing.seed_of(draw_id) != ours


def test_the_database_ranks_as_the_auditor_does(here):
    people = [here.aino, here.ellen, *here.neighbours(20)]
    given = here.asked(by=here.ben)
    drawn = asked.draw(here.session, given.id)
    recomputed = drawing.ranked(drawing.seed_of(given.draw_id), [one.user_id for one in people])
    assert drawn.seed == drawing.seed_of(given.draw_id)
    assert drawn.ranked == [str(user_id) for user_id in recomputed]
    assert drawn.eligible == 22
    assert [str(row.attester_id) for row in here.attestations(given)] == drawn.ranked[:3]


def test_a_draw_is_never_changed(here):
    here.neighbours(3)
    given = here.asked()
    for statement in ("UPDATE contribution_draws SET eligible = 7", "DELETE FROM contribution_draws"):
        with pytest.raises(Exception, match="contribution_draws_are_kept"), here.session.begin_nested():
            here.session.execute(text(f"{statement} WHERE contribution_id = :id"), {"id": given.id})


def test_to_submit_again_does_not_draw_again(here):
    here.neighbours(30)
    first = here.asked()
    members = _members(here, first)
    for _ in range(5):
        contributions.withdraw(here.session, first.id, by=here.aino, at=here.now)
        first = here.asked()  # with other words
        assert _members(here, first) == members


def test_to_submit_what_was_rejected_again_does_not_draw_again(here):
    here.neighbours(30)
    first = here.asked()
    for seat in here.open_seats(first):
        here.answers(seat, Verdict.REJECT, reason=RejectionReason.NOT_USEFUL)
    assert _members(here, here.asked()) == _members(here, first)


def test_a_claim_that_is_left_standing_buys_no_draw_after_draw(here):
    """A draw is used up by a claim that stands for it; who takes those back finds their draws again."""
    here.neighbours(30)
    first = here.asked()
    contributions.withdraw(here.session, first.id, by=here.aino, at=here.now)
    standing = here.asked()
    second = here.asked()
    assert standing.draw_id == first.draw_id != second.draw_id
    for given in (standing, second):
        contributions.withdraw(here.session, given.id, by=here.aino, at=here.now)
    others = [here.asked().draw_id for _ in range(2)]
    assert set(others) == {first.draw_id, second.draw_id}


def test_after_a_verdict_that_stands_the_next_claim_is_drawn_anew(here):
    here.neighbours(30)
    first = here.asked()
    for seat in here.open_seats(first):
        here.answers(seat)
    assert here.asked().draw_id != first.draw_id


def test_a_newcomer_to_the_list_moves_nobody_else():
    seed = drawing.seed_of(ids.new())
    before, after = drawing.ranked(seed, PEOPLE), drawing.ranked(seed, [*PEOPLE, ids.new()])
    assert [one for one in after if one in PEOPLE] == before


def test_of_a_cluster_the_first_is_kept_and_of_the_contributors_nobody():
    clusters = dict.fromkeys(PEOPLE[:4], PEOPLE[0]) | {one: one for one in PEOPLE[4:]}
    assert drawing.one_of_each(PEOPLE, clusters, [PEOPLE[5]]) == [PEOPLE[0], PEOPLE[4], *PEOPLE[6:]]


def _members(here: Village, given) -> set[UUID]:
    return {row.attester_id for row in here.attestations(given)}
