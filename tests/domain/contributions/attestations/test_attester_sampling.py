"""The draw: nobody steers or foresees it, it is uniform, never repeated, and an auditor counts the same."""

import math
from collections import Counter
from itertools import combinations
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlmodel import Session

from domain.contributions import RejectionReason, claims
from domain.contributions import queries as asked
from domain.contributions.attestations import AttestationVerdict, attester_sampling
from domain.foundation import ids, signing
from domain.foundation.configuration.settings import settings
from tests.domain.contributions.claims_factory import ClaimsFactory, claims_factory

PEOPLE = [UUID(int=number) for number in range(1, 13)]


@pytest.fixture
def factory(session: Session, at) -> ClaimsFactory:
    return claims_factory(session, at)


def test_every_quorum_of_three_is_as_likely_as_every_other():
    drawn = Counter(
        frozenset(
            attester_sampling.rank_attesters(attester_sampling.derive_seed(UUID(int=number)), PEOPLE)[:3]
        )
        for number in range(22_000)
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
        for place, user_id in enumerate(
            attester_sampling.rank_attesters(attester_sampling.derive_seed(UUID(int=number)), PEOPLE)
        )
    )
    expected = 6_000 / len(PEOPLE)
    chi_square = sum((count - expected) ** 2 / expected for count in counted.values())
    degrees = (len(PEOPLE) - 1) ** 2
    assert abs(chi_square - degrees) < 6 * math.sqrt(2 * degrees)


def test_a_lopsided_draw_would_be_noticed():
    """The same count over a draw that prefers small ids by a tenth is far out."""
    counted: Counter[UUID] = Counter()
    for number in range(6_000):
        order = attester_sampling.rank_attesters(attester_sampling.derive_seed(UUID(int=number)), PEOPLE)
        counted[min(order[:2]) if number % 10 == 0 else order[0]] += 1
    expected = 6_000 / len(PEOPLE)
    assert sum((counted[item] - expected) ** 2 / expected for item in PEOPLE) > 11 + 6 * math.sqrt(2 * 11)


def test_without_our_secret_nobody_knows_the_seed(monkeypatch):
    draw_id = ids.new()
    ours = attester_sampling.derive_seed(draw_id)
    other = settings().model_copy(update={"signing_keys": ("x" * 40,)})
    monkeypatch.setattr(signing, "settings", lambda: other)
    assert attester_sampling.derive_seed(draw_id) != ours


def test_the_database_ranks_as_the_auditor_does(factory):
    people = [factory.aino, factory.ellen, *factory.neighbours(20)]
    contribution = factory.checked(by=factory.ben)
    drawn = asked.get_draw(factory.session, contribution.id)
    recomputed = attester_sampling.rank_attesters(
        attester_sampling.derive_seed(contribution.draw_id), [item.user_id for item in people]
    )
    assert drawn.seed == attester_sampling.derive_seed(contribution.draw_id)
    assert drawn.ranked == [str(user_id) for user_id in recomputed]
    assert drawn.eligible == 22
    assert [str(row.attester_id) for row in factory.attestations(contribution)] == drawn.ranked[:3]


def test_a_draw_is_never_changed(factory):
    factory.neighbours(3)
    contribution = factory.checked()
    for statement in ("UPDATE contribution_draws SET eligible = 7", "DELETE FROM contribution_draws"):
        with pytest.raises(Exception, match="contribution_draws_are_kept"), factory.session.begin_nested():
            factory.session.execute(text(f"{statement} WHERE contribution_id = :id"), {"id": contribution.id})


def test_to_submit_again_does_not_draw_again(factory):
    factory.neighbours(30)
    first = factory.checked()
    members = _members(factory, first)
    for _ in range(5):
        claims.withdraw(factory.session, first.id, by=factory.aino, at=factory.now)
        first = factory.checked()  # with other words
        assert _members(factory, first) == members


def test_to_submit_what_was_rejected_again_does_not_draw_again(factory):
    factory.neighbours(30)
    first = factory.checked()
    for seat in factory.open_seats(first):
        factory.answers(seat, AttestationVerdict.REJECT, reason=RejectionReason.NOT_USEFUL)
    assert _members(factory, factory.checked()) == _members(factory, first)


def test_a_claim_that_is_left_standing_buys_no_draw_after_draw(factory):
    """A draw is used up by a claim that stands for it; who takes those back finds their draws again."""
    factory.neighbours(30)
    first = factory.checked()
    claims.withdraw(factory.session, first.id, by=factory.aino, at=factory.now)
    standing = factory.checked()
    second = factory.checked()
    assert standing.draw_id == first.draw_id != second.draw_id
    for contribution in (standing, second):
        claims.withdraw(factory.session, contribution.id, by=factory.aino, at=factory.now)
    others = [factory.checked().draw_id for _ in range(2)]
    assert set(others) == {first.draw_id, second.draw_id}


def test_after_a_verdict_that_stands_the_next_claim_is_drawn_anew(factory):
    factory.neighbours(30)
    first = factory.checked()
    for seat in factory.open_seats(first):
        factory.answers(seat)
    assert factory.checked().draw_id != first.draw_id


def test_a_newcomer_to_the_list_moves_nobody_else():
    seed = attester_sampling.derive_seed(ids.new())
    before, after = (
        attester_sampling.rank_attesters(seed, PEOPLE),
        attester_sampling.rank_attesters(seed, [*PEOPLE, ids.new()]),
    )
    assert [item for item in after if item in PEOPLE] == before


def test_of_a_cluster_the_first_is_kept_and_of_the_contributors_nobody():
    clusters = dict.fromkeys(PEOPLE[:4], PEOPLE[0]) | {item: item for item in PEOPLE[4:]}
    assert attester_sampling.first_of_each_cluster(PEOPLE, clusters, [PEOPLE[5]]) == [
        PEOPLE[0],
        PEOPLE[4],
        *PEOPLE[6:],
    ]


def _members(factory: ClaimsFactory, contribution) -> set[UUID]:
    return {row.attester_id for row in factory.attestations(contribution)}
