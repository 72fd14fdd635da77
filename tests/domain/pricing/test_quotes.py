"""Quotes against the real database: asked for, refused, priced by their unit, kept as they are."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from domain import availability, markets, offers, pricing, providers
from domain.availability.errors import DurationNotOffered, StartNotBookable
from domain.foundation import ids
from domain.offers import OptionPer
from domain.offers.errors import OfferUnknown
from domain.pricing.errors import (
    LengthUnclear,
    OfferTakesNoBookings,
    OptionNotOffered,
    OwnOffer,
    QuoteNotGenuine,
    SeatsNotOffered,
)
from tests import cast
from tests.domain.offers.owner import by
from tests.domain.pricing.asking import HELSINKI, TEN, asked, option, published, stored


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
    assert quote.policy_version_id == markets.get_policy_at(session, quote.market_id, at).id


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
        ({"units": 5}, DurationNotOffered),
        ({"units": 1_000}, DurationNotOffered),
        ({"seats": 2}, SeatsNotOffered),
        ({"options": [(ids.new(), 1)]}, OptionNotOffered),
        ({"start": TEN + timedelta(minutes=7)}, StartNotBookable),
        ({"start": TEN - timedelta(days=30)}, StartNotBookable),
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
    calendar = availability.get_provider_calendar(session, offer.profile_id)
    span = asked(session, offer, at).during
    availability.block_time(session, calendar.id, span, by=by(offer), at=at)
    with pytest.raises(StartNotBookable) as refused:
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
    assert providers.is_same_business(session, offer.profile_id, farah.user_id)
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
    quote = stored(session, asked(session, published(session), at).id)
    priced = pricing.replay(quote)
    assert [line.document for line in priced.lines] == quote.lines
    assert priced.pay_in_amount == quote.pay_in_amount
    assert pricing.is_genuine(quote)


def test_yen_and_dinars_are_quoted_in_their_own_units(session: Session, at: datetime) -> None:
    offer = published(session)
    # Cards pay dinars in tens of their smallest unit, so each line is the nearest ten.
    for currency, pay_in in (("JPY", 5_775 + 289), ("KWD", 5_780 + 290)):
        session.execute(text("UPDATE offers SET currency = :currency"), {"currency": currency})
        session.expire_all()
        quote = asked(session, offer, at, units=77)
        assert (quote.currency, quote.pay_in_amount) == (currency, pay_in)


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


def test_a_quote_is_given_in_few_statements(session: Session, at: datetime) -> None:
    offer, aino = published(session), cast.aino(session)
    asked(session, offer, at)
    session.flush()
    seen: list[str] = []
    connection = session.connection()
    event.listen(connection, "before_cursor_execute", lambda *given: seen.append(given[2]))
    asked(session, offer, at, customer_id=aino.id)
    assert len(seen) - sum("SAVEPOINT" in statement for statement in seen) <= 7  # aino is looked up too
