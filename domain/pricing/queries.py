"""Reads of quotes and tariffs, and the one statement that gives a quote its place.

A quote is asked for more often than anything but a search, so its statements are SQL text, a tariff is parsed
once for all who ask under it, and storing, making room and keeping the count are one round trip.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlmodel import Session, col, select

from domain.foundation.paging import Page, decode, page_of
from domain.foundation.spans import Span
from domain.pricing.errors import QuoteUnknown
from domain.pricing.models import TariffVersion
from domain.pricing.quotes import Quote
from domain.pricing.tariff import Tariff, TariffInForce

KEPT_FOR = timedelta(days=30)  # long enough to answer "why was I shown that price?", then it is only data
_BEYOND_EVERY_NUMBER = 2**31 - 1

_TARIFF = """
    SELECT id, number, effects::text AS effects FROM tariff_versions
    WHERE market_id = :market_id AND active_from <= :at ORDER BY active_from DESC, number DESC LIMIT 1
"""
_IN_FORCE = text(_TARIFF)
# The lock comes with the read that every quote makes anyway. It lets one customer's quotes in one category
# come one after the other, so that the sixth sees the fifth; nobody else waits for it.
_IN_FORCE_ALONE = text(f"""
    SELECT tariff.id, tariff.number, tariff.effects, alone.held
    FROM (SELECT pg_advisory_xact_lock(hashtextextended(:alone, 0)) AS held) AS alone
    LEFT JOIN LATERAL ({_TARIFF}) AS tariff ON true
""")  # noqa: S608 -- our own statement
_ONE_TARIFF = text("SELECT id, number, effects::text AS effects FROM tariff_versions WHERE id = :id")

_COLUMNS = (
    "id, offer_id, category_id, market_id, policy_version_id, tariff_version_id, customer_id, during, "
    "time_zone, units, seats, options, currency, pay_in_amount, pay_out_amount, service_fee_amount, "
    "commission_amount, tax_amount, surge_multiplier, inputs, lines, signature, created_at, expires_at, "
    "changes_quote_id, taken_at"
)
_VALUES = (
    ":id, :offer_id, :category_id, :market_id, :policy_version_id, cast(:tariff_version_id AS uuid), "
    ":customer_id, tstzrange(:start, :end, '[)'), :time_zone, :units, :seats, cast(:options AS jsonb), "
    ":currency, :pay_in_amount, :pay_out_amount, :service_fee_amount, :commission_amount, :tax_amount, "
    ":surge_multiplier, cast(:inputs AS jsonb), cast(:lines AS jsonb), :signature, :created_at, :expires_at, "
    "cast(:changes_quote_id AS uuid), cast(:taken_at AS timestamptz)"
)
_ONE = text(f"SELECT {_COLUMNS}, live_number, superseded_at FROM quotes WHERE id = :id")  # noqa: S608 -- our own column list
_TAKE = text("""
    UPDATE quotes SET taken_at = :at
    WHERE id = :id AND taken_at IS NULL AND superseded_at IS NULL RETURNING id
""")
_WRITE = text(f"INSERT INTO quotes ({_COLUMNS}) VALUES ({_VALUES})")  # noqa: S608 -- our own column lists

# A place that is free, else one whose quote has expired, else the place of the oldest. The count makes the
# insert wait for the update, so the place is free when it is taken.
_WRITE_LIVE = text(f"""
    WITH live AS (
        SELECT id, live_number, created_at, expires_at > :created_at AS in_force FROM quotes
        WHERE customer_id = :customer_id AND category_id = :category_id
          AND live_number IS NOT NULL AND taken_at IS NULL AND superseded_at IS NULL
    ), place AS (
        SELECT number, live.id FROM generate_series(1, :places) AS number
        LEFT JOIN live ON live.live_number = number
        ORDER BY live.in_force NULLS FIRST, live.created_at, number LIMIT 1
    ), gone AS (
        UPDATE quotes SET superseded_at = :created_at
        WHERE id IN (SELECT id FROM place UNION ALL SELECT id FROM live WHERE live_number > :places)
        RETURNING id
    )
    INSERT INTO quotes ({_COLUMNS}, live_number)
    SELECT {_VALUES}, place.number FROM place, (SELECT count(*) FROM gone) AS cleared
    RETURNING live_number
""")  # noqa: S608 -- our own column lists

_SWEEP = text("""
    DELETE FROM quotes WHERE id IN (
        SELECT id FROM quotes
        WHERE taken_at IS NULL AND changes_quote_id IS NULL AND expires_at <= :oldest
        ORDER BY expires_at LIMIT :limit FOR UPDATE SKIP LOCKED)
""")
_LATEST = text("SELECT coalesce(max(number), 0) FROM tariff_versions WHERE market_id = :market_id")


def quote(session: Session, quote_id: UUID, *, customer_id: UUID) -> Quote:
    """The customer's own quote; anybody else's is refused as `QuoteUnknown`."""
    found = quote_of_booking(session, quote_id)
    if found.customer_id != customer_id:
        raise QuoteUnknown
    return found


def quote_of_booking(session: Session, quote_id: UUID) -> Quote:
    """The quote a booking rests on, for whoever may see the booking; refuses `QuoteUnknown`."""
    row = session.execute(_ONE, {"id": quote_id}).first()
    if row is None:
        raise QuoteUnknown
    return Quote(**{**row._asdict(), "during": Span(row.during.lower, row.during.upper)})


def tariff_at(session: Session, market_id: UUID, at: datetime) -> TariffInForce | None:
    """The tariff in force, if the market has one."""
    row = session.execute(_IN_FORCE, {"market_id": market_id, "at": at}).first()
    return None if row is None else _in_force(row)


def tariff_alone(
    session: Session, market_id: UUID, at: datetime, *, customer_id: UUID, category_id: UUID
) -> TariffInForce | None:
    """The tariff in force; until the transaction ends this customer quotes alone in the category."""
    wanted = {"market_id": market_id, "at": at, "alone": f"quotes/{customer_id}/{category_id}"}
    row = session.execute(_IN_FORCE_ALONE, wanted).one()
    return None if row.id is None else _in_force(row)


def tariff_of(session: Session, version_id: UUID) -> TariffInForce:
    """The version of this id, in force or not."""
    return _in_force(session.execute(_ONE_TARIFF, {"id": version_id}).one())


def tariffs(session: Session, market_id: UUID, *, after: str | None, limit: int) -> Page[TariffVersion]:
    """A market's versions, the newest first, those not yet in force among them."""
    before = _BEYOND_EVERY_NUMBER if after is None else decode(after, [int])[0]
    wanted = select(TariffVersion).where(
        TariffVersion.market_id == market_id, col(TariffVersion.number) < before
    )
    rows = session.exec(wanted.order_by(col(TariffVersion.number).desc()).limit(limit + 1)).all()
    return page_of(rows, limit, lambda row: [row.number])


def latest_number(session: Session, market_id: UUID) -> int:
    """The number of the tariff published last; zero when there is none."""
    number: int = session.execute(_LATEST, {"market_id": market_id}).scalar_one()
    return number


def take(session: Session, quote_id: UUID, *, at: datetime) -> bool:
    """Mark the quote as taken, unless it was taken or gave way a moment ago. Answers whether it is."""
    return session.execute(_TAKE, {"id": quote_id, "at": at}).first() is not None


def write(session: Session, values: Mapping[str, Any]) -> None:
    """Store a quote that takes no place among the live ones."""
    session.execute(_WRITE, values)


def write_live(session: Session, values: Mapping[str, Any], *, places: int) -> int:
    """Store a quote among the customer's live ones in its category and answer its place.

    When all places are taken the oldest quote gives way. `tariff_alone` was asked before, in the same
    transaction.
    """
    number: int = session.execute(_WRITE_LIVE, {**values, "places": places}).scalar_one()
    return number


def sweep(session: Session, *, at: datetime, limit: int = 100) -> int:
    """Delete quotes that expired long ago and that nobody took. Answers how many."""
    return session.execute(_SWEEP, {"oldest": at - KEPT_FOR, "limit": limit}).rowcount  # type: ignore[attr-defined,no-any-return]  # a DELETE's result counts its rows


def _in_force(row: Row[Any]) -> TariffInForce:
    return TariffInForce(row.id, row.number, _parsed(row.effects))


@lru_cache(maxsize=200)
def _parsed(effects: str) -> Tariff:
    """The same text is the same tariff, and neither changes; more markets are seldom asked at once."""
    return Tariff.model_validate_json(f'{{"effects": {effects}}}')
