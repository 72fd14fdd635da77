"""What `instead_of` holds, tried by somebody who would rather pay less and by somebody who asks for all."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlmodel import Session

from domain import markets, offers, pricing, providers
from domain.foundation.actors import SYSTEM, Actor, ActorKind
from domain.pricing import Inputs
from domain.pricing.errors import QuoteUnlike
from tests import cast, snapshots
from tests.domain.pricing.demand_scene import CATEGORY, DemandScene, demand_scene

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
# Three days ahead in the evening: priced by how the day fills, so a quote holds for half an hour.
EVENING = timedelta(days=3)


@pytest.fixture
def busy(session: Session, at: datetime) -> DemandScene:
    return demand_scene(session, at)


def factor(quote: pricing.Quote) -> int:
    return Inputs.model_validate(quote.inputs).surge.multiplier_bp


def days_say(busy: DemandScene, multiplier_bp: int, *, at: datetime, offer_at: datetime) -> None:
    """Every block of three days around an instant costs so much."""
    day = offer_at.date()
    blocks = {
        (day + timedelta(days=ahead), block): multiplier_bp for ahead in (-1, 0, 1) for block in range(6)
    }
    snapshots.published(
        busy.session, busy.offer.market_id, {}, category=CATEGORY, tick_at=at, scheduled={CATEGORY: blocks}
    )


def test_a_promise_handed_on_and_on_does_not_become_the_tariffs_price(busy: DemandScene) -> None:
    start = busy.at + EVENING
    days_say(busy, 15_000, at=busy.at, offer_at=start)
    first = busy.asked(start=start)
    days_say(busy, 20_000, at=busy.at + 5 * MINUTE, offer_at=start)
    second = busy.asked(start=start, at=busy.at + 16 * MINUTE, instead_of=first.id)
    days_say(busy, 20_000, at=busy.at + 20 * MINUTE, offer_at=start)
    third = busy.asked(start=start, at=busy.at + 21 * MINUTE, instead_of=second.id)
    assert [factor(each) for each in (first, second, third)] == [15_000, 15_000, 15_000]


def test_a_promise_made_while_nothing_was_known_stays_the_tariffs_price(busy: DemandScene) -> None:
    start = busy.at + EVENING
    days_say(busy, 15_000, at=busy.at - 16 * MINUTE, offer_at=start)
    first = busy.asked(start=start)
    days_say(busy, 20_000, at=busy.at + MINUTE, offer_at=start)
    second = busy.asked(start=start, at=busy.at + 2 * MINUTE, instead_of=first.id)
    assert [factor(each) for each in (first, second)] == [10_000, 10_000]


def test_a_quote_of_another_market_holds_no_price_here(busy: DemandScene) -> None:
    elsewhere = _quoted_in_turku(busy)
    busy.market_says(20_000)
    with pytest.raises(QuoteUnlike) as refused:
        busy.asked(instead_of=elsewhere)
    assert refused.value.field == "instead_of"


def test_a_quote_of_another_category_holds_no_price_of_this_one(busy: DemandScene) -> None:
    busy.market_says(20_000)
    other = cast.offer(busy.session, category="task", price_amount=2_000)
    start = busy.at + 2 * DAY
    aino = cast.aino(busy.session).id
    of_a_task = pricing.quote(busy.session, offer_id=other.id, customer_id=aino, start=start, at=busy.at)
    with pytest.raises(QuoteUnlike):
        busy.asked(instead_of=of_a_task.id)


def test_whoever_asks_for_all_alternatives_keeps_the_quote_they_stand_beside(busy: DemandScene) -> None:
    busy.market_says(12_000)
    first = busy.asked()
    busy.market_says(20_000, at=busy.at + 5 * MINUTE)
    asked = [
        busy.asked(at=busy.at + (5 + number / 10) * MINUTE, start=busy.at + HOUR, instead_of=first.id)
        for number in range(7)
    ]
    assert {factor(each) for each in asked} == {12_000}
    mine = [
        pricing.own_quote(busy.session, each.id, customer_id=each.customer_id) for each in (first, *asked)
    ]
    assert [each.superseded_at is None for each in mine] == [True, *[False] * 3, *[True] * 4]


def test_where_there_is_one_place_an_alternative_takes_it(session: Session, at: datetime) -> None:
    busy = demand_scene(session, at)
    market_id = busy.offer.market_id
    rules = {"live": {CATEGORY: {}}}
    snapshots.in_force(session, market_id, rules, at=at - DAY, live_quotes=1)
    busy.market_says(12_000)
    first = busy.asked()
    other = busy.asked(start=busy.at + 60 * MINUTE, instead_of=first.id)
    mine = [pricing.own_quote(session, each.id, customer_id=each.customer_id) for each in (first, other)]
    assert [each.superseded_at is None for each in mine] == [False, True]


def test_what_protected_the_quote_protects_its_alternatives_when_a_month_begins(session: Session) -> None:
    midnight = datetime(2026, 12, 1, tzinfo=UTC) - timedelta(hours=2)  # where Ellen irons
    busy = demand_scene(session, midnight - 30 * MINUTE)
    for days in (4, 3, 2, 1):
        busy.market_says(15_000, at=busy.at - days * DAY)
        busy.booked(at=busy.at - days * DAY)
    busy.market_says(15_000, at=midnight - 5 * MINUTE)
    first = busy.asked(at=midnight - 5 * MINUTE, start=midnight + 30 * MINUTE)
    at, start = midnight + MINUTE, midnight + 30 * MINUTE
    after = busy.asked(at=at, start=start, instead_of=first.id)
    assert [factor(each) for each in (first, after)] == [10_000, 10_000]
    assert factor(busy.asked(at=at, start=start)) > 10_000


def _quoted_in_turku(busy: DemandScene) -> UUID:
    """Aino's live quote in a market without surge, where Farah irons as well."""
    session = busy.session
    turku = markets.create_market(
        session, slug="turku", name="Turku", currency="EUR", time_zone="Europe/Helsinki", locale="fi-FI",
        country="FI", by=SYSTEM, at=cast.LONG_AGO,
    )  # fmt: skip
    someone, otto = cast.user(session, "Farah"), Actor(ActorKind.OPERATOR, cast.otto(session).id)
    farah = providers.apply_as_provider(
        session, turku.id, display_name="Farah", about="", by=cast.actor(someone), at=cast.LONG_AGO
    )
    for step in (providers.ProviderTransition.REVIEW, providers.ProviderTransition.APPROVE):
        providers.apply_transition(session, farah.id, step, by=otto, reason_code="known", at=cast.LONG_AGO)
    cast.open_always(session, farah)
    offer = cast.offer(session, provider=farah)
    assert offers.terms(session, offer.id).market_id == turku.id
    aino = cast.aino(session).id
    quoted = pricing.quote(
        session, offer_id=offer.id, customer_id=aino, start=busy.at + 30 * MINUTE, units=60, at=busy.at
    )
    return quoted.id
