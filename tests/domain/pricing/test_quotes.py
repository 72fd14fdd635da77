"""Quotes against the real database: asked for, taken, changed, limited, kept."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from domain import availability, markets, offers, pricing, providers
from domain.availability.errors import LengthImpossible, NotBookableThen
from domain.foundation import ids
from domain.foundation.actors import Actor, ActorKind
from domain.foundation.database import Transactions
from domain.markets import Policy, TaxRule
from domain.offers import Offer, OptionContent, OptionPer
from domain.offers.errors import OfferUnknown
from domain.pricing import queries
from domain.pricing.errors import (
    LengthUnclear,
    OfferTakesNoBookings,
    OptionNotOffered,
    OwnOffer,
    QuoteExpired,
    QuoteNotGenuine,
    QuoteTaken,
    QuoteUnknown,
    SeatsNotOffered,
)
from domain.pricing.invariants import INVARIANTS
from tests import cast
from tests.together import together

HELSINKI = ZoneInfo("Europe/Helsinki")
TEN = datetime(2026, 11, 24, 10, 0, tzinfo=HELSINKI)


def published(session: Session, **content: Any) -> Offer:
    """Ellen's offer, at 45.00 an hour unless said otherwise; she is there around the clock."""
    cast.open_always(session, cast.ellen(session))
    return cast.offer(session, **content)


def asked(session: Session, offer: Offer, at: datetime, **more: Any) -> pricing.Quote:
    """Aino's quote for ten o'clock tomorrow, for ninety minutes unless said otherwise."""
    length = {} if {"end", "units"} & more.keys() else {"units": 90}
    wanted = {"start": TEN, "customer_id": cast.aino(session).id, **length, **more}
    return pricing.quote(session, offer_id=offer.id, at=at, **wanted)


def by(offer: Offer) -> Actor:
    return Actor(ActorKind.USER, offer.provider_user_id)


def repriced(session: Session, offer: Offer, price_amount: int, at: datetime) -> None:
    content = replace(offers.content_of(offer), price_amount=price_amount)
    offers.edit(session, offer.id, content, by=by(offer), at=at)


def option(session: Session, offer: Offer, at: datetime, **content: Any) -> UUID:
    told = {"title": "Window cleaning", "price_amount": 1_000, "minutes": 30, **content}
    return offers.add_option(session, offer.id, OptionContent(**told), by=by(offer), at=at).id


def shares(quote: pricing.Quote) -> tuple[int, ...]:
    return (
        quote.pay_in_amount,
        quote.pay_out_amount,
        quote.service_fee_amount,
        quote.commission_amount,
        quote.tax_amount,
    )


def test_an_hour_and_a_half_is_promised_for_half_an_hour(session: Session, at: datetime) -> None:
    quote = asked(session, published(session), at)
    assert shares(quote) == (7_088, 6_075, 338, 675, 0)
    assert quote.during.duration == timedelta(minutes=90)
    assert quote.expires_at == at + timedelta(minutes=30)
    assert quote.policy_version_id == markets.policy_at(session, quote.market_id, at).id


@pytest.mark.parametrize(
    ("category", "ask", "units", "pay_in"),
    [
        ("hourly-service", {"end": TEN + timedelta(hours=2)}, 120, 9_450),
        ("task", {"units": None}, 1, 4_725),
        ("lesson", {"units": 1, "seats": 2}, 1, 9_450),
        ("ride", {"units": 12, "end": TEN + timedelta(minutes=30)}, 12, 56_700),
        ("stay", {"start": TEN.replace(hour=15), "units": 2}, 2, 9_450),
        ("stay", {"start": TEN.replace(hour=15), "end": TEN.replace(day=27, hour=11)}, 3, 14_175),
    ],
)
def test_every_kind_of_service_is_priced_by_its_unit(
    session: Session, at: datetime, category: str, ask: dict[str, Any], units: int, pay_in: int
) -> None:
    quote = asked(session, published(session, category=category), at, **ask)
    assert (quote.units, quote.pay_in_amount) == (units, pay_in)


def test_a_stay_ends_at_check_out(session: Session, at: datetime) -> None:
    quote = asked(session, published(session, category="stay"), at, start=TEN.replace(hour=15), units=2)
    assert quote.during.end == TEN.replace(day=26, hour=11)


def test_across_the_change_of_clocks_elapsed_time_is_billed(session: Session) -> None:
    at = datetime(2026, 10, 20, 9, 0, tzinfo=UTC)
    night = {
        "start": datetime(2026, 10, 25, 2, 0, tzinfo=HELSINKI),
        "end": datetime(2026, 10, 25, 5, 0, tzinfo=HELSINKI),
    }
    quote = asked(session, published(session), at, **night)
    assert (quote.units, quote.pay_in_amount) == (240, 18_900)
    assert quote.during.duration == timedelta(hours=4)


def test_options_add_their_price_and_their_minutes(session: Session, at: datetime) -> None:
    offer = published(session)
    windows = option(session, offer, at, per=OptionPer.BOOKING, most=2)
    quote = asked(session, offer, at, options=[(windows, 2)])
    assert quote.during.duration == timedelta(minutes=90 + 60)
    assert [line["amount"] for line in quote.lines if line["kind"] == "option"] == [2_000]
    assert quote.options == [{"option_id": str(windows), "quantity": 2}]


@pytest.mark.parametrize(
    ("ask", "refusal"),
    [
        ({"units": None}, LengthUnclear),
        ({"units": 90, "end": TEN + timedelta(hours=2)}, LengthUnclear),
        ({"end": TEN}, LengthUnclear),
        ({"end": TEN + timedelta(seconds=90)}, LengthUnclear),
        ({"units": 5}, LengthImpossible),
        ({"units": 1_000}, LengthImpossible),
        ({"seats": 2}, SeatsNotOffered),
        ({"options": [(ids.new(), 1)]}, OptionNotOffered),
        ({"start": TEN + timedelta(minutes=7)}, NotBookableThen),
        ({"start": TEN - timedelta(days=30)}, NotBookableThen),
    ],
)
def test_what_the_offer_does_not_have_is_refused(
    session: Session, at: datetime, ask: dict[str, Any], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        asked(session, published(session), at, **ask)


def test_an_option_cannot_be_had_too_often_or_twice(session: Session, at: datetime) -> None:
    offer = published(session)
    once = option(session, offer, at, per=OptionPer.BOOKING, most=1)
    for wanted in ([(once, 2)], [(once, 1), (once, 1)]):
        with pytest.raises(OptionNotOffered):
            asked(session, offer, at, options=wanted)


def test_a_ride_needs_to_know_how_long_it_takes(session: Session, at: datetime) -> None:
    with pytest.raises(LengthUnclear) as refused:
        asked(session, published(session, category="ride"), at, units=12)
    assert refused.value.field == "end"


def test_a_time_that_is_taken_is_not_quoted(session: Session, at: datetime) -> None:
    offer = published(session)
    calendar = availability.calendar_of(session, offer.profile_id)
    span = asked(session, offer, at).during
    availability.block(session, calendar.id, span, by=by(offer), at=at)
    with pytest.raises(NotBookableThen) as refused:
        asked(session, offer, at)
    assert "busy" in refused.value.extras["reasons"]


def test_nobody_quotes_their_own_offer(session: Session, at: datetime) -> None:
    offer = published(session)
    with pytest.raises(OwnOffer):
        asked(session, offer, at, customer_id=offer.provider_user_id)


def test_nor_one_of_hands_they_share_through_a_second_profile(session: Session, at: datetime) -> None:
    offer = published(session)
    farah, together = cast.farah(session), ids.new()
    for profile in (cast.ellen(session), farah):
        profile.organisation_id = together
        session.add(profile)
    session.flush()
    assert providers.same_hands(session, offer.profile_id, farah.user_id)
    with pytest.raises(OwnOffer):
        asked(session, offer, at, customer_id=farah.user_id)


def test_a_paused_offer_says_why_and_a_draft_is_not_found(session: Session, at: datetime) -> None:
    offer = published(session)
    offers.pause(session, offer.id, by=by(offer), at=at)
    with pytest.raises(OfferTakesNoBookings) as refused:
        asked(session, offer, at)
    assert refused.value.extras["reasons"] == ["not_published"]
    with pytest.raises(OfferUnknown):
        asked(session, cast.drafted(session), at)


def test_a_quote_replays_to_the_same_cents(session: Session, at: datetime) -> None:
    quote = _read(session, asked(session, published(session), at).id)
    priced = pricing.replay(quote)
    assert [line.document for line in priced.lines] == quote.lines
    assert priced.pay_in_amount == quote.pay_in_amount
    assert pricing.is_genuine(quote)


def test_yen_and_dinars_are_quoted_in_their_own_units(session: Session, at: datetime) -> None:
    offer = published(session)
    for currency in ("JPY", "KWD"):
        session.execute(text("UPDATE offers SET currency = :currency"), {"currency": currency})
        session.expire_all()
        quote = asked(session, offer, at, units=77)
        assert (quote.currency, quote.pay_in_amount) == (currency, 5_775 + 289)


def test_a_quote_never_changes(session: Session, at: datetime) -> None:
    quote = asked(session, published(session), at)
    with pytest.raises(IntegrityError, match="never changed"), session.begin_nested():
        session.execute(
            text("UPDATE quotes SET pay_in_amount = pay_in_amount + 1, pay_out_amount = pay_out_amount + 1")
        )
    pricing.take(session, quote.id, customer_id=quote.customer_id, at=at)
    with pytest.raises(IntegrityError, match="never removed"), session.begin_nested():
        session.execute(text("DELETE FROM quotes"))


def test_a_quote_that_does_not_come_out_even_is_refused_by_the_database(
    session: Session, at: datetime
) -> None:
    asked(session, published(session), at)
    copied = "INSERT INTO quotes SELECT (jsonb_populate_record(quotes, :changes)).* FROM quotes"
    changes = f'{{"id": "{ids.new()}", "live_number": null, "pay_in_amount": 1}}'
    with pytest.raises(IntegrityError, match="quotes_balance"), session.begin_nested():
        session.execute(text(copied), {"changes": changes})


def test_a_quote_somebody_changed_behind_our_back_is_not_honoured(session: Session, at: datetime) -> None:
    quote = asked(session, published(session), at)
    session.execute(text("ALTER TABLE quotes DISABLE TRIGGER quotes_are_kept"))
    session.execute(
        text("UPDATE quotes SET pay_in_amount = pay_in_amount - 1, pay_out_amount = pay_out_amount - 1")
    )
    with pytest.raises(QuoteNotGenuine):
        pricing.take(session, quote.id, customer_id=quote.customer_id, at=at)


# ------------------------------------------------------------ taking


def test_a_quote_is_taken_once(session: Session, at: datetime) -> None:
    quote = asked(session, published(session), at)
    taken = pricing.take(session, quote.id, customer_id=quote.customer_id, at=at)
    assert (taken.id, taken.taken_at) == (quote.id, at)
    with pytest.raises(QuoteTaken):
        pricing.take(session, quote.id, customer_id=quote.customer_id, at=at)


def test_somebody_else_s_quote_is_not_found(session: Session, at: datetime) -> None:
    quote = asked(session, published(session), at)
    with pytest.raises(QuoteUnknown):
        pricing.take(session, quote.id, customer_id=cast.ben(session).id, at=at)
    with pytest.raises(QuoteUnknown):
        pricing.own_quote(session, quote.id, customer_id=cast.ben(session).id)


def test_who_comes_too_late_is_given_a_fresh_quote(session: Session, at: datetime) -> None:
    offer = published(session)
    quote = asked(session, offer, at)
    repriced(session, offer, 5_000, at)
    with pytest.raises(QuoteExpired) as refused:
        pricing.take(session, quote.id, customer_id=quote.customer_id, at=quote.expires_at)
    fresh = refused.value.extras["quote"]
    assert fresh["pay_in"] == {"amount": 7_875, "currency": "EUR"}
    assert pricing.take(
        session, ids.decode("quo", fresh["id"]), customer_id=quote.customer_id, at=quote.expires_at
    )


def test_the_fresh_quote_outlives_the_refusal(transactions: Transactions, at: datetime) -> None:
    with transactions() as session:
        quote = asked(session, published(session), at)
    with pytest.raises(QuoteExpired) as refused, transactions() as session:
        pricing.take(session, quote.id, customer_id=quote.customer_id, at=quote.expires_at)
    with transactions() as session:
        assert _read(session, ids.decode("quo", refused.value.extras["quote"]["id"]))


def test_whoever_books_when_it_got_cheaper_pays_less(session: Session, at: datetime) -> None:
    offer = published(session)
    quote = asked(session, offer, at)
    repriced(session, offer, 4_000, at)
    taken = pricing.take(session, quote.id, customer_id=quote.customer_id, at=at)
    assert (taken.pay_in_amount, taken.during) == (6_300, quote.during)
    stored = _read(session, taken.id)
    assert (stored.taken_at, pricing.is_genuine(stored)) == (at, True)
    with pytest.raises(QuoteTaken):
        pricing.take(session, quote.id, customer_id=quote.customer_id, at=at)


@pytest.mark.parametrize("price_amount", [4_500, 4_501, 9_000])
def test_a_price_that_rose_does_not_touch_the_promise(
    session: Session, at: datetime, price_amount: int
) -> None:
    offer = published(session)
    quote = asked(session, offer, at)
    repriced(session, offer, price_amount, at)
    assert pricing.take(session, quote.id, customer_id=quote.customer_id, at=at).id == quote.id


def test_an_option_that_was_retired_meanwhile_is_still_promised(session: Session, at: datetime) -> None:
    offer = published(session)
    windows = option(session, offer, at, per=OptionPer.BOOKING, most=1)
    quote = asked(session, offer, at, options=[(windows, 1)])
    repriced(session, offer, 100, at)
    offers.retire_option(session, offer.id, windows, by=by(offer), at=at)
    assert pricing.take(session, quote.id, customer_id=quote.customer_id, at=at).id == quote.id


def test_an_offer_that_was_paused_meanwhile_is_not_taken(session: Session, at: datetime) -> None:
    offer = published(session)
    quote = asked(session, offer, at)
    offers.pause(session, offer.id, by=by(offer), at=at)
    with pytest.raises(OfferTakesNoBookings):
        pricing.take(session, quote.id, customer_id=quote.customer_id, at=at)


# ------------------------------------------------------------ how many


def test_the_sixth_quote_lets_the_oldest_give_way(session: Session, at: datetime) -> None:
    offer = published(session)
    quotes = [asked(session, offer, at + timedelta(seconds=tick)) for tick in range(6)]
    assert [quote.live_number for quote in quotes] == [1, 2, 3, 4, 5, 1]
    late = at + timedelta(seconds=6)
    with pytest.raises(QuoteExpired):
        pricing.take(session, quotes[0].id, customer_id=quotes[0].customer_id, at=late)
    assert pricing.take(session, quotes[5].id, customer_id=quotes[5].customer_id, at=late)


def test_expired_and_taken_quotes_make_room_first(session: Session, at: datetime) -> None:
    offer = published(session)
    first = asked(session, offer, at)
    others = [asked(session, offer, at + timedelta(minutes=20)) for _ in range(4)]
    pricing.take(session, others[1].id, customer_id=first.customer_id, at=at + timedelta(minutes=20))
    assert asked(session, offer, at + timedelta(minutes=21)).live_number == others[1].live_number
    assert asked(session, offer, at + timedelta(minutes=31)).live_number == first.live_number


def test_each_customer_and_category_has_places_of_its_own(session: Session, at: datetime) -> None:
    ironing, lesson = published(session), published(session, category="lesson")
    assert asked(session, ironing, at).live_number == 1
    assert asked(session, ironing, at, customer_id=cast.ben(session).id).live_number == 1
    assert asked(session, lesson, at, units=1).live_number == 1


def test_a_policy_that_allows_fewer_is_kept_at_once(session: Session, at: datetime) -> None:
    offer = published(session)
    for _ in range(5):
        asked(session, offer, at)
    _new_policy(session, Policy(live_quotes=2), at)
    asked(session, offer, at + timedelta(seconds=1))
    live = text("SELECT count(*) FROM quotes WHERE taken_at IS NULL AND superseded_at IS NULL")
    assert session.execute(live).scalar_one() == 2


def test_twenty_at_once_never_hold_more_than_five(transactions: Transactions, at: datetime) -> None:
    with transactions() as session:
        offer, aino = published(session), cast.aino(session)

    def ask(_: int) -> UUID:
        with transactions() as session:
            return asked(session, offer, at, customer_id=aino.id).id

    assert len(set(together(ask, 20, threads=8))) == 20
    with transactions() as session:
        live = text("SELECT live_number FROM quotes WHERE superseded_at IS NULL ORDER BY live_number")
        assert session.execute(live).scalars().all() == [1, 2, 3, 4, 5]


def test_of_many_who_take_a_quote_at_once_one_has_it(transactions: Transactions, at: datetime) -> None:
    with transactions() as session:
        quote = asked(session, published(session), at)

    def take(_: int) -> bool:
        try:
            with transactions() as session:
                return bool(pricing.take(session, quote.id, customer_id=quote.customer_id, at=at))
        except QuoteTaken:
            return False

    assert sum(together(take, 16, threads=8)) == 1


def test_asking_and_taking_at_once_never_wait_in_a_circle(transactions: Transactions, at: datetime) -> None:
    with transactions() as session:
        offer, aino = published(session), cast.aino(session).id
        quotes = [asked(session, offer, at) for _ in range(5)]

    def ask_or_take(turn: int) -> UUID | None:
        try:
            with transactions() as session:
                if turn % 2:
                    return asked(session, offer, at + timedelta(seconds=turn), customer_id=aino).id
                return pricing.take(session, quotes[turn % 5].id, customer_id=aino, at=at).id
        except (QuoteTaken, QuoteExpired):
            return None

    assert len(together(ask_or_take, 40, threads=8)) == 40


# ------------------------------------------------------------ changes, sweeping, counting


def test_a_change_keeps_the_prices_of_the_booking(session: Session, at: datetime) -> None:
    offer = published(session)
    windows = option(session, offer, at, per=OptionPer.BOOKING, most=1)
    quote = asked(session, offer, at, options=[(windows, 1)])
    pricing.take(session, quote.id, customer_id=quote.customer_id, at=at)
    repriced(session, offer, 9_000, at)
    offers.retire_option(session, offer.id, windows, by=by(offer), at=at)
    _new_policy(session, Policy(service_fee_bp=2_000), at)
    later = pricing.price_of_change(
        session, quote.id, start=TEN + timedelta(days=1), at=at, expires_at=at + timedelta(days=1)
    )
    assert later.difference_amount == 0
    assert later.quote.during.start == TEN + timedelta(days=1)
    assert later.quote.during.duration == quote.during.duration
    assert later.quote.changes_quote_id == quote.id
    longer = pricing.price_of_change(
        session, quote.id, units=150, options=[], at=at, expires_at=at + timedelta(days=1)
    )
    assert longer.quote.pay_in_amount == 11_250 + 562
    assert longer.difference_amount == 11_250 + 562 - quote.pay_in_amount
    assert pricing.is_genuine(_read(session, longer.quote.id))


def test_a_moved_ride_takes_as_long_as_before(session: Session, at: datetime) -> None:
    offer = published(session, category="ride")
    quote = asked(session, offer, at, units=12, end=TEN + timedelta(minutes=45))
    change = pricing.price_of_change(
        session, quote.id, start=TEN + timedelta(hours=3), at=at, expires_at=at + timedelta(days=1)
    )
    assert (change.difference_amount, change.quote.during.duration) == (0, timedelta(minutes=45))


def test_quotes_nobody_took_are_forgotten_after_a_month(session: Session, at: datetime) -> None:
    offer = published(session)
    taken, changed, forgotten = (asked(session, offer, at) for _ in range(3))
    for quote in (taken, changed):
        pricing.take(session, quote.id, customer_id=quote.customer_id, at=at)
    change = pricing.price_of_change(session, changed.id, units=60, at=at, expires_at=at + timedelta(days=1))
    a_month_later = forgotten.expires_at + timedelta(days=30)
    assert pricing.sweep_quotes(session, at=a_month_later - timedelta(seconds=1)) == 0
    assert pricing.sweep_quotes(session, at=a_month_later + timedelta(days=30)) == 1
    left = session.execute(text("SELECT id FROM quotes")).scalars().all()
    assert set(left) == {taken.id, changed.id, change.quote.id}


def test_every_invariant_holds_and_would_be_seen_broken(session: Session, at: datetime) -> None:
    offer = published(session)
    _new_policy(session, Policy(tax=TaxRule(rate_bp=2_550, applies_to="service", inclusive=True)), at)
    quote = asked(session, offer, at)
    pricing.price_of_change(session, quote.id, units=60, at=at, expires_at=at + timedelta(days=1))
    assert [name for name, query in INVARIANTS.items() if session.execute(text(query)).all()] == []
    session.execute(text("ALTER TABLE quotes DISABLE TRIGGER quotes_are_kept"))
    spoilt = """
        UPDATE quotes SET lines = '[]', currency = 'SEK', agreed_at = created_at, stake_amount = 1,
                          inputs = jsonb_set(inputs, '{surge,multiplier_bp}', '20000')
        WHERE changes_quote_id IS NOT NULL
    """
    session.execute(text(spoilt))
    assert len([name for name, query in INVARIANTS.items() if session.execute(text(query)).all()]) == len(
        INVARIANTS
    )


def test_a_quote_is_given_in_few_statements(session: Session, at: datetime) -> None:
    offer, aino = published(session), cast.aino(session)
    asked(session, offer, at)
    session.flush()
    seen: list[str] = []
    connection = session.connection()
    event.listen(connection, "before_cursor_execute", lambda *given: seen.append(given[2]))
    asked(session, offer, at, customer_id=aino.id)
    assert len(seen) - sum("SAVEPOINT" in statement for statement in seen) <= 7  # aino is looked up too


def _read(session: Session, quote_id: UUID) -> pricing.Quote:
    return queries.quote_of_booking(session, quote_id)


def _new_policy(session: Session, policy: Policy, at: datetime) -> None:
    operator = Actor(ActorKind.OPERATOR, cast.otto(session).id)
    markets.publish_policy(session, cast.market(session).id, rules=policy, by=operator, at=at)
