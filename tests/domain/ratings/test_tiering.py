"""Tiers are decided once a quarter, with every input, and previewed to who they are about."""

from datetime import date, datetime

import pytest
from sqlmodel import Session

from domain.providers.errors import ProviderProfileNotFound
from domain.ratings import scores, tiering
from domain.ratings.kinds import Tier
from domain.ratings.reputation import latest_tier
from domain.ratings.tiers import Year, tier
from tests.domain.ratings.stagecraft import DAY, Play, play


@pytest.fixture
def here(session: Session, at: datetime) -> Play:
    played = play(session, at)
    told = [played.reviewed((5, 5), days=2 * day)[1] for day in range(2)]
    scores.follow(session, [review.id for review in told], at=played.over + 9 * DAY)
    return played


def test_a_tier_is_decided_once_in_a_quarter(here: Play):
    profile_id, at = here.scene.offer.profile_id, here.over + 9 * DAY
    assert profile_id in tiering.undecided(here.session, at=at, limit=9)
    assert tiering.decide_tier(here.session, profile_id, at=at)
    assert not tiering.decide_tier(here.session, profile_id, at=at + DAY)
    assert profile_id not in tiering.undecided(here.session, at=at, limit=9)
    later = at + 92 * DAY
    assert tiering.decide_tier(here.session, profile_id, at=later)
    decision = latest_tier(here.session, profile_id)
    assert decision is not None
    assert (decision.on_date, decision.previous) == (date(2027, 1, 1), Tier.STANDARD)


def test_a_decision_lists_its_inputs_and_what_would_change_it(here: Play):
    profile_id, at = here.scene.offer.profile_id, here.over + 9 * DAY
    tiering.decide_tier(here.session, profile_id, at=at)
    decision = latest_tier(here.session, profile_id)
    assert decision is not None
    year = Year(**{name: decision.inputs[name] for name in Year.__dataclass_fields__})
    assert (decision.tier, tier(year)) == (Tier.STANDARD, Tier.STANDARD)
    assert (year.completed, year.answered_share, year.cancelled_share) == (2, 1.0, 0.0)
    wanting = {missing["what"]: missing["needed"] for missing in decision.would_change}
    assert wanting == {"completed_bookings": 10, "lower_bound_stars": 4.5}


def test_only_the_provider_and_who_operates_see_a_preview(here: Play):
    profile_id, at = here.scene.offer.profile_id, here.over + 9 * DAY
    for who in (here.scene.ellen, here.scene.otto):
        assert tiering.preview(here.session, profile_id, by=who, at=at).tier is Tier.STANDARD
    with pytest.raises(ProviderProfileNotFound):
        tiering.preview(here.session, profile_id, by=here.scene.aino, at=at)


@pytest.mark.parametrize(
    ("day", "expected"),
    [("2026-01-01", "2026-01-01"), ("2026-06-30", "2026-04-01"), ("2026-12-31", "2026-10-01")],
)
def test_a_quarter_begins_on_its_first_day(day: str, expected: str):
    assert tiering.quarter(datetime.fromisoformat(day)) == date.fromisoformat(expected)
