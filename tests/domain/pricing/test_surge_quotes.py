"""Quotes where prices answer to demand: read from a snapshot, protected, promised, lowered, never raised."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlmodel import Session

from domain import availability, offers, pricing
from domain.availability.errors import StartNotBookable
from domain.foundation.actors import Actor, ActorKind
from domain.pricing import Inputs
from domain.pricing.errors import QuoteNotLive, QuoteUnknown
from domain.pricing.invariants import INVARIANTS
from domain.surge import Absence, Limit, Mode
from tests import cast
from tests.domain.pricing.demand_scene import DemandScene, demand_scene

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@pytest.fixture
def busy(session: Session, at: datetime) -> DemandScene:
    return demand_scene(session, at)


def surge_of(quote: pricing.Quote) -> pricing.Surge:
    return Inputs.model_validate(quote.inputs).surge


def test_a_busy_hour_costs_more_and_the_pool_gets_it(busy: DemandScene) -> None:
    snapshot_id = busy.market_says(13_000)
    quote = busy.asked()
    assert (quote.surge_amount, quote.pay_in_amount) == (1_800, 6_000 + 1_800 + 300)
    assert (quote.pay_out_amount, quote.commission_amount) == (5_400, 600)
    assert quote.bonus_amount == 3_000
    used = surge_of(quote)
    assert (used.multiplier, used.market_bp, used.mode, used.snapshot_id) == (
        "1.30",
        13_000,
        Mode.LIVE,
        snapshot_id,
    )
    assert used.reasons == ("more_ask_than_are_free",)
    assert pricing.is_genuine(pricing.own_quote(busy.session, quote.id, customer_id=quote.customer_id))
    assert [name for name, query in INVARIANTS.items() if busy.session.execute(text(query)).all()] == []


def test_a_live_price_holds_ten_minutes_and_a_later_one_half_an_hour(busy: DemandScene) -> None:
    busy.market_says(13_000)
    assert busy.asked().expires_at == busy.at + 10 * MINUTE
    later = busy.asked(start=busy.at + 3 * DAY)
    assert later.expires_at == busy.at + 30 * MINUTE
    assert surge_of(later).absence is Absence.NOT_IN_FORCE


def test_the_bonus_is_the_same_for_a_short_and_a_long_job(busy: DemandScene) -> None:
    busy.market_says(15_000)
    assert busy.asked(units=60).bonus_amount == busy.asked(units=240).bonus_amount == 5_000


def test_two_unprotected_customers_pay_the_same(busy: DemandScene) -> None:
    busy.market_says(17_000)
    aino, ben = busy.asked(), busy.asked(by=cast.ben(busy.session).id)
    assert (aino.pay_in_amount, aino.lines) == (ben.pay_in_amount, ben.lines)


@pytest.mark.parametrize(("age", "absence"), [(15, None), (16, Absence.STALE)])
def test_a_stale_snapshot_gives_the_tariffs_price(
    busy: DemandScene, age: int, absence: Absence | None
) -> None:
    busy.market_says(13_000)
    quote = busy.asked(at=busy.at + age * MINUTE)
    assert surge_of(quote).absence is absence
    assert quote.surge_amount == (0 if absence else 1_800)


def test_before_the_first_snapshot_there_is_no_factor(busy: DemandScene) -> None:
    assert surge_of(busy.asked()).absence is Absence.NO_SNAPSHOT


def test_who_paid_less_before_is_not_asked_for_much_more(busy: DemandScene) -> None:
    """Price memory: the third quartile of what one paid in ninety days, and a quarter on top."""
    busy.booked(at=busy.at - 2 * DAY)
    busy.market_says(18_000)
    used = surge_of(busy.asked())
    assert (used.multiplier_bp, used.market_bp, used.limits) == (12_500, 18_000, (Limit.PRICE_MEMORY,))
    assert used.has_personal_data
    assert surge_of(busy.asked(by=cast.ben(busy.session).id)).multiplier_bp == 18_000


def test_a_protection_leaves_the_providers_bonus_as_it_is(busy: DemandScene) -> None:
    busy.booked(at=busy.at - 2 * DAY)
    busy.market_says(18_000)
    assert busy.asked().bonus_amount == busy.asked(by=cast.ben(busy.session).id).bonus_amount == 8_000


def test_the_fifth_surged_booking_of_a_month_is_none(busy: DemandScene) -> None:
    for hours in range(1, 5):
        when = busy.at - hours * timedelta(hours=3)
        busy.market_says(14_000, at=when)
        busy.booked(at=when)
    busy.market_says(14_000)
    assert surge_of(busy.asked()).limits[-1] is Limit.SURGED_BOOKINGS_THIS_MONTH
    assert busy.asked().surge_amount == 0


def test_what_was_called_off_protects_nobody(busy: DemandScene) -> None:
    quote = busy.booked(at=busy.at - 2 * DAY)
    pricing.call_off(busy.session, quote.id)
    busy.market_says(18_000)
    assert surge_of(busy.asked()).multiplier_bp == 18_000


def test_whom_nobody_protects_is_asked_about_only_in_a_busy_hour(busy: DemandScene) -> None:
    heard: list[str] = []
    busy.market_says(10_000)
    aino = busy.asked().customer_id

    def hear(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        heard.append(statement)

    engine = busy.session.get_bind()
    event.listen(engine, "before_cursor_execute", hear)
    try:
        busy.asked(by=aino)
        calm = len(heard)
        busy.market_says(13_000, at=busy.at - MINUTE)
        busy.asked(by=aino)
        heard.clear()
        busy.asked(by=aino)
    finally:
        event.remove(engine, "before_cursor_execute", hear)
    assert calm == 3, "terms with policy, tariff and pointer; the calendar; the quote"
    assert len(heard) == 4, "and what the customer did before"


@pytest.mark.parametrize(
    ("lowest", "pay_out"), [(None, 5_400), (4_000, 4_320), (5_500, 4_950), (6_000, 5_400)]
)
def test_a_quiet_hour_is_cheaper_as_far_as_the_provider_agreed(
    session: Session, at: datetime, lowest: int | None, pay_out: int
) -> None:
    quiet = demand_scene(session, at, lowest_price_amount=lowest)
    quiet.market_says(8_000)
    quote = quiet.asked()
    assert (quote.pay_out_amount, quote.surge_amount, quote.bonus_amount) == (pay_out, 0, 0)


def test_a_price_that_fell_since_counts_at_the_booking(busy: DemandScene) -> None:
    busy.market_says(18_000)
    promised = busy.asked()
    busy.market_says(12_000, at=busy.at + 5 * MINUTE)
    taken = pricing.take(
        busy.session, promised.id, customer_id=promised.customer_id, at=busy.at + 6 * MINUTE
    ).quote
    assert (taken.surge_amount, surge_of(taken).multiplier_bp) == (1_200, 12_000)


def test_a_price_that_rose_since_does_not(busy: DemandScene) -> None:
    busy.market_says(12_000)
    promised = busy.asked()
    busy.market_says(20_000, at=busy.at + 5 * MINUTE)
    taken = pricing.take(
        busy.session, promised.id, customer_id=promised.customer_id, at=busy.at + 6 * MINUTE
    ).quote
    assert taken.id == promised.id


def test_an_emergency_cap_counts_even_where_the_offer_became_dearer(busy: DemandScene) -> None:
    busy.market_says(20_000)
    promised = busy.asked()
    dearer = replace(offers.content_of(busy.offer), price_amount=14_000)
    by = Actor(ActorKind.USER, busy.offer.provider_user_id)
    offers.edit(busy.session, busy.offer.id, dearer, by=by, at=busy.at)
    busy.market_says(10_000, at=busy.at + 5 * MINUTE)
    taken = pricing.take(
        busy.session, promised.id, customer_id=promised.customer_id, at=busy.at + 6 * MINUTE
    ).quote
    assert (taken.pay_in_amount, taken.surge_amount) == (6_300, 0)


def test_an_alternative_costs_what_it_did_while_its_quote_lives(busy: DemandScene) -> None:
    busy.market_says(12_000)
    first = busy.asked()
    busy.market_says(20_000, at=busy.at + 5 * MINUTE)
    at = busy.at + 6 * MINUTE
    other = busy.asked(at=at, start=busy.at + 60 * MINUTE, instead_of=first.id)
    assert surge_of(other).multiplier_bp == 12_000
    assert other.expires_at == first.expires_at
    assert surge_of(busy.asked(at=at)).multiplier_bp == 20_000


def test_a_promise_from_before_the_first_snapshot_is_the_tariffs_price(busy: DemandScene):
    first = busy.asked()
    at = busy.at + MINUTE
    busy.market_says(18_000, at=at)
    other = busy.asked(at=at, start=busy.at + 60 * MINUTE, instead_of=first.id)
    assert first.surge_multiplier == other.surge_multiplier == 1


def test_an_alternative_is_cheaper_where_the_price_fell_meanwhile(busy: DemandScene) -> None:
    busy.market_says(15_000)
    first = busy.asked()
    busy.market_says(11_000, at=busy.at + 5 * MINUTE)
    other = busy.asked(at=busy.at + 6 * MINUTE, instead_of=first.id)
    assert surge_of(other).multiplier_bp == 11_000


def test_only_ones_own_live_quote_makes_an_alternative(busy: DemandScene) -> None:
    busy.market_says(12_000)
    first = busy.asked()
    with pytest.raises(QuoteUnknown):
        busy.asked(by=cast.ben(busy.session).id, instead_of=first.id)
    with pytest.raises(QuoteNotLive):
        busy.asked(at=first.expires_at, instead_of=first.id)


def test_a_change_keeps_the_factor_that_was_agreed(busy: DemandScene) -> None:
    busy.market_says(13_000)
    quote = busy.asked()
    busy.market_says(20_000, at=busy.at + 5 * MINUTE)
    at = busy.at + 6 * MINUTE
    change = pricing.price_of_change(busy.session, quote.id, units=120, at=at, expires_at=at + DAY)
    assert (change.quote.surge_amount, change.quote.bonus_amount) == (3_600, 3_000)


def test_a_time_that_others_have_is_noticed_though_it_is_refused(busy: DemandScene) -> None:
    resource = availability.get_provider_calendar(busy.session, busy.offer.profile_id)
    span = busy.asked().during
    by = Actor(ActorKind.USER, busy.offer.provider_user_id)
    availability.block_time(busy.session, resource.id, span, by=by, at=busy.at)
    with pytest.raises(StartNotBookable) as refusal:
        busy.asked(by=cast.ben(busy.session).id)
    assert refusal.value.commits_transaction
    noticed = busy.session.execute(text("SELECT signal, customer_id, cell FROM demand_signals")).all()
    assert noticed == [("unmet_quote", cast.ben(busy.session).id, busy.offer.cell_r7)]


def test_a_start_too_far_ahead_is_no_sign_of_demand(busy: DemandScene) -> None:
    with pytest.raises(StartNotBookable) as refusal:
        busy.asked(start=busy.at + 300 * DAY)
    assert not refusal.value.commits_transaction
    assert busy.session.execute(text("SELECT count(*) FROM demand_signals")).scalar() == 0


def test_a_tick_is_told_who_asked_and_what_is_typical(busy: DemandScene) -> None:
    quote = busy.asked()
    busy.booked(at=busy.at)
    market_id, until = busy.offer.market_id, busy.at + MINUTE
    asked = pricing.asked_between(busy.session, market_id, busy.at, until)
    assert [(one.customer_id, one.category_id, one.cell_r7, one.created_at) for one in asked] == 2 * [
        (quote.customer_id, quote.category_id, busy.offer.cell_r7, busy.at)
    ]
    assert pricing.asked_between(busy.session, market_id, until, until + DAY) == []
    assert pricing.typical_amounts(busy.session, market_id, busy.at - DAY, until) == {"hourly-service": 6_000}
