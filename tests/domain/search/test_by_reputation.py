"""Search by reputation: the ranking of the newest snapshot sorts, page by page, and says why."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlmodel import Session

from domain import ratings, search
from domain.foundation import ids
from domain.search import Sort, Wanted
from tests import cast
from tests.domain.ratings.stagecraft import DAY, Play, play


@pytest.fixture
def here(session: Session, at: datetime) -> Play:
    """Ellen, praised three times, and Farah, of whom nothing is known."""
    played = play(session, at)
    told = [played.reviewed((5, 5), days=2 * day)[1] for day in range(3)]
    session.execute(
        ratings.RaterCredibility.__table__.insert(),  # type: ignore[attr-defined]  # SQLModel sets it
        {"rater_id": played.scene.aino.user_id, "as_of": at.date(), "value": 1.0},
    )
    ratings.follow(session, [review.id for review in told], at=played.over + 9 * DAY)
    for _ in range(3):
        cast.offer(session, provider=cast.farah(session))
    return played


def pages(here: Play, limit: int) -> list[search.Found]:
    wanted, after, seen = Wanted(market="helsinki", sort=Sort.REPUTATION), None, []
    while True:
        page = search.find(here.session, wanted, after=after, limit=limit, at=here.over + 9 * DAY)
        seen += page.items
        after = page.next_cursor
        if after is None:
            return seen


def test_who_is_praised_comes_first_and_the_result_says_why(here: Play):
    best, *others = pages(here, 20)
    assert best.offer_id == here.scene.offer.id
    assert best.ranking is not None
    parts = sum(best.ranking[name] for name in ("believed", "doubt", "effort", "exploration"))
    assert best.ranking["score"] == pytest.approx(parts)
    assert best.score == round(1_000_000 * best.ranking["score"])
    assert {one.ranking for one in others} == {None}
    assert {one.score for one in others} == {round(1_000_000 * ratings.UNKNOWN_SCORE)}


@pytest.mark.parametrize("limit", [1, 2, 3])
def test_pages_hold_each_offer_once_and_in_order(here: Play, limit: int):
    seen: list[UUID] = [one.offer_id for one in pages(here, limit)]
    assert seen == [one.offer_id for one in pages(here, 20)]
    assert len(set(seen)) == len(seen) == 4


def test_in_the_standard_order_reputation_plays_no_part(here: Play):
    found = search.find(here.session, Wanted(market="helsinki"), after=None, limit=20, at=here.scene.at).items
    assert [one.published_at for one in found] == sorted((one.published_at for one in found), reverse=True)
    assert {(one.score, one.ranking is None) for one in found} == {(None, True)}


NEWCOMERS = 40


def test_each_newcomer_is_raised_for_a_tenth_of_searchers_the_same_all_day_and_says_so(here: Play):
    """Every searcher is shown a tenth of newcomers higher, and of ten rows of searchers each sees another."""
    _let_come(here, NEWCOMERS)
    raised = {}
    for searcher in [ids.new() for _ in range(60)]:
        found = searched(here, searcher)
        assert found == searched(here, searcher), "a searcher's results agree all day"
        mine = {one.offer_id for one in found if one.ranking and one.ranking["exploration"] > 0}
        raised[ratings.row_for(searcher, here.over.date() + timedelta(days=9))] = mine
        for one in found:
            if one.ranking is not None:
                parts = sum(one.ranking[name] for name in ("believed", "doubt", "effort", "exploration"))
                assert one.ranking["score"] == pytest.approx(parts)
                assert one.score == round(1_000_000 * one.ranking["score"])
    drawn = here.session.scalar(text("SELECT count(*) FROM reputation_states WHERE exploration > 0"))
    assert sum(map(len, raised.values())) == len(set().union(*raised.values())) == drawn > NEWCOMERS / 5
    assert max(map(len, raised.values())) < NEWCOMERS / 3


def searched(here: Play, searcher: UUID | None) -> list[search.Found]:
    wanted, at = Wanted(market="helsinki", sort=Sort.REPUTATION), here.over + 9 * DAY
    return list(search.find(here.session, wanted, searcher=searcher, after=None, limit=100, at=at).items)


def _let_come(here: Play, count: int) -> None:
    """New providers with a verified account, one offer each."""
    for number in range(count):
        profile = cast.provider(here.session, f"Newcomer{number}")
        profile.payout_account_id = f"acct_{number}"
        cast.offer(here.session, provider=profile)
    here.session.flush()
    at = here.over + 9 * DAY
    ratings.welcome_newcomers(here.session, at=at)
    ratings.refresh(here.session, ratings.states_after(here.session, None, limit=500), at=at)
