"""Finding an offer: by words, kind, price, place and free time, page by page."""

from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import Session

from domain import availability, offers, providers, search
from domain.availability import opening_hours
from domain.availability.opening_hours import WeeklyRule
from domain.foundation.actors import SYSTEM, Actor, ActorKind
from domain.foundation.paging import InvalidCursor
from domain.foundation.spans import Span
from domain.markets.errors import MarketNotFound
from domain.offers import CategoryContent, Claim, Content, Offer, Place, Unit
from domain.offers.errors import ContentUnfit
from domain.search import Found, Point, Wanted
from tests import cast
from tests.domain.search.finding import KALLIO, found

DAY = timedelta(days=1)


def ids(some: list[Found]) -> list[UUID]:
    return [one.offer_id for one in some]


def test_what_is_found_is_in_sight_and_can_be_booked(session: Session, at: datetime) -> None:
    offer = cast.offer(session, title="Ironing", price_amount=4_500, minimum_minutes=120)
    cast.drafted(session)
    paused, hidden, archived = (cast.offer(session) for _ in range(3))
    owner = Actor(ActorKind.USER, offer.provider_user_id)
    offers.pause(session, paused.id, by=owner, at=at)
    offers.archive(session, archived.id, by=owner, at=at)
    offers.hide(session, hidden.id, reason="Not what it says.", by=SYSTEM, at=at)
    (only,) = found(session, at)
    assert (only.offer_id, only.title, only.unit, only.provider_name) == (
        offer.id,
        "Ironing",
        Unit.HOUR,
        "Ellen",
    )
    assert (only.price_amount, only.from_amount, only.currency) == (4_500, 9_000, "EUR")
    assert (only.latitude, only.longitude) == (offer.blurred_latitude, offer.blurred_longitude)
    assert only.distance_metres is None


def test_a_suspended_provider_s_offers_are_out_of_sight_at_once(session: Session, at: datetime) -> None:
    offer = cast.offer(session)
    operator = Actor(ActorKind.OPERATOR, cast.otto(session).id)
    providers.apply_transition(
        session,
        offer.profile_id,
        providers.ProviderTransition.SUSPEND,
        by=operator,
        reason_code="complaint",
        at=at,
    )
    assert found(session, at) == []


@pytest.mark.parametrize(
    ("wanted", "titles"),
    [
        ({}, {"Ironing shirts", "Garden work", "Finnish for beginners"}),
        ({"words": "iron"}, {"Ironing shirts"}),
        ({"words": "WORK garden"}, {"Garden work"}),
        ({"words": "linen"}, {"Ironing shirts"}),
        ({"words": "garden shirts"}, set()),
        ({"category": "lesson"}, {"Finnish for beginners"}),
        ({"category": "surgery"}, set()),
        ({"price_from": 3_000}, {"Ironing shirts", "Garden work"}),
        ({"price_to": 4_499}, {"Finnish for beginners"}),
        ({"price_from": 4_500, "price_to": 4_500}, {"Ironing shirts"}),
        ({"near": KALLIO, "within_metres": 3_000}, {"Ironing shirts", "Finnish for beginners"}),
        ({"near": KALLIO, "within_metres": 50_000, "words": "gard", "price_to": 6_000}, {"Garden work"}),
    ],
    ids=lambda part: str(sorted(part)),  # a set is not in one order in two processes
)
def test_each_thing_that_is_asked_for_narrows_what_is_found(
    session: Session, at: datetime, wanted: dict[str, Any], titles: set[str]
) -> None:
    cast.offer(session, title="Ironing shirts", description="And bed linen.", price_amount=4_500)
    cast.offer(session, title="Garden work", price_amount=6_000, latitude=60.2055, longitude=24.6559)
    cast.offer(session, title="Finnish for beginners", category="lesson", price_amount=2_000)
    assert {one.title for one in found(session, at, **wanted)} == titles


def test_the_nearest_come_first_by_the_distance_to_the_point_that_is_shown(
    session: Session, at: datetime
) -> None:
    far = cast.offer(session, latitude=60.30, longitude=25.03)
    near = cast.offer(session, latitude=60.1841, longitude=24.9499)
    first, second = found(session, at, near=KALLIO, within_metres=30_000)
    assert (first.offer_id, second.offer_id) == (near.id, far.id)
    shown = Point(first.latitude or 0.0, first.longitude or 0.0)
    (at_the_point,) = found(session, at, near=shown, within_metres=10)
    assert at_the_point.distance_metres == 0
    assert 0 < (first.distance_metres or 0) <= 300


def test_asking_from_everywhere_finds_the_shown_point_and_not_the_true_one(
    session: Session, at: datetime
) -> None:
    offer = cast.offer(session)
    true = Point(offer.latitude or 0.0, offer.longitude or 0.0)
    shown = Point(offer.blurred_latitude or 0.0, offer.blurred_longitude or 0.0)
    north = found(session, at, near=Point(shown.latitude + 0.01, shown.longitude))[0].distance_metres
    south = found(session, at, near=Point(shown.latitude - 0.01, shown.longitude))[0].distance_metres
    assert north == south
    assert found(session, at, near=true, within_metres=5) == []


@pytest.mark.parametrize("near", [None, KALLIO])
def test_pages_hold_everything_once_though_offers_are_published_meanwhile(
    session: Session, at: datetime, near: Point | None
) -> None:
    before = {cast.offer(session, at=at + number * DAY).id for number in range(7)}
    wanted = Wanted(market="helsinki", near=near)
    seen: list[UUID] = []
    cursor: str | None = None
    while True:
        page = search.find(session, wanted, after=cursor, limit=2, at=at)
        seen += ids(page.items)
        cast.offer(session, at=at + 30 * DAY, latitude=60.18411, longitude=24.94991)
        if (cursor := page.next_cursor) is None:
            break
        assert len(seen) < 40
    assert len(seen) == len(set(seen))
    assert before <= set(seen)


def test_without_a_place_the_newest_come_first(session: Session, at: datetime) -> None:
    made = [cast.offer(session, at=at + number * DAY).id for number in range(3)]
    assert ids(found(session, at)) == made[::-1]


@pytest.mark.parametrize("cursor", ["x", "WyJhIl0"])
def test_a_cursor_nobody_gave_out_is_refused(session: Session, at: datetime, cursor: str) -> None:
    cast.offer(session)
    for near in (None, KALLIO):
        with pytest.raises(InvalidCursor):
            found(session, at, after=cursor, near=near)


def test_a_market_that_is_not_there_is_not_found_and_an_empty_one_is_empty(
    session: Session, at: datetime
) -> None:
    cast.market(session)
    assert found(session, at) == []
    with pytest.raises(MarketNotFound):
        found(session, at, market="atlantis")


def open_on_mondays(session: Session, profile: providers.ProviderProfile, at: datetime) -> None:
    owner = Actor(ActorKind.USER, profile.user_id)
    calendar = availability.open_calendar(session, profile.id, by=owner, at=at)
    monday = WeeklyRule(weekday=0, opens=time(9), closes=time(17))
    opening_hours.set_schedule(session, calendar.id, [monday], by=owner, at=at)


def test_free_time_is_asked_of_the_calendars(session: Session, at: datetime) -> None:
    ellen, farah = cast.ellen(session), cast.farah(session)
    open_on_mondays(session, ellen, at)
    offer = cast.offer(session, provider=ellen)
    cast.offer(session, provider=farah)
    monday = Span(at + 7 * DAY, at + 7 * DAY + timedelta(hours=3))
    assert ids(found(session, at, during=monday)) == [offer.id]
    assert found(session, at, during=Span(monday.start + DAY, monday.end + DAY)) == []


def test_a_page_of_free_offers_may_be_short_and_still_have_a_next_one(session: Session, at: datetime) -> None:
    ellen, farah = cast.ellen(session), cast.farah(session)
    open_on_mondays(session, ellen, at)
    free = [cast.offer(session, provider=ellen, at=at).id for _ in range(3)]
    for number in range(5):
        cast.offer(session, provider=farah, at=at + (number + 1) * DAY)
    wanted = Wanted(market="helsinki", during=Span(at + 7 * DAY, at + 7 * DAY + timedelta(hours=3)))
    pages = [search.find(session, wanted, after=None, limit=1, at=at)]
    while (cursor := pages[-1].next_cursor) is not None:
        pages.append(search.find(session, wanted, after=cursor, limit=1, at=at))
    assert pages[0].items == []
    assert ids([one for page in pages for one in page.items]) == free[::-1]


def test_a_sixth_kind_of_service_is_data_alone(session: Session, at: datetime) -> None:
    berth = CategoryContent(
        slug="berth",
        name="A berth for a boat",
        unit=Unit.NIGHT,
        granularity_minutes=1_440,
        claim=Claim.EXCLUSIVE,
        place=Place.PROVIDER,
        attributes_schema={
            "type": "object",
            "properties": {"metres": {"type": "number", "exclusiveMinimum": 0}},
            "required": ["metres"],
            "additionalProperties": False,
        },
    )
    category, ellen = offers.define_category(session, berth, by=SYSTEM, at=at), cast.ellen(session)
    owner = Actor(ActorKind.USER, ellen.user_id)
    content = {
        "title": "Guest berth",
        "price_amount": 3_000,
        "minimum_minutes": 1_440,
        "maximum_minutes": 7 * 1_440,
        "check_in_at": time(12),
        "check_out_at": time(11),
        **cast.HAKANIEMI,
    }

    def draft(attributes: dict[str, Any]) -> Offer:
        return offers.draft(
            session,
            profile_id=ellen.id,
            category_id=category.id,
            content=Content(**content, attributes=attributes),
            by=owner,
            at=at,
        )

    with pytest.raises(ContentUnfit) as refusal:
        draft({"metres": 0})
    assert refusal.value.field == "attributes.metres"
    offer = draft({"metres": 9.5})
    assert found(session, at, category="berth") == []
    offers.publish(session, offer.id, by=owner, at=at)
    assert ids(found(session, at, category="berth", near=KALLIO, words="berth")) == [offer.id]
    assert offers.terms(session, offer.id).unit is Unit.NIGHT
