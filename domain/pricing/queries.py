"""Reads of quotes and tariffs, and the one statement that gives a quote its place.

A quote is asked for more often than anything but a search, so its statements are SQL text, a tariff is parsed
once for all who ask under it, and storing, making room and keeping the count are one round trip.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import Row, TextClause, text
from sqlmodel import Session, col, select

from domain import markets, offers
from domain.foundation.paging import Page, build_page, decode_cursor
from domain.foundation.spans import Span
from domain.markets import PolicyVersion
from domain.markets.errors import PolicyNotFound
from domain.offers import Terms
from domain.offers.errors import OfferUnknown
from domain.pricing.errors import QuoteUnknown
from domain.pricing.models import TariffVersion
from domain.pricing.quotes import Quote
from domain.pricing.tariff import Tariff, TariffInForce

KEPT_FOR = timedelta(days=30)  # long enough to answer "why was I shown that price?", then it is only data
_BEYOND_EVERY_NUMBER = 2**31 - 1

# All that decides about a price besides the offer, and changes while the market is open.
_POLICY_ID = """
    SELECT id FROM policy_versions WHERE market_id = {market_id} AND active_from <= :at
    ORDER BY active_from DESC, number DESC LIMIT 1
"""
_SNAPSHOT_ID = "SELECT snapshot_id FROM surge_pointers WHERE market_id = {market_id}"
_TARIFF = """
    SELECT id, number, effects::text AS effects FROM tariff_versions
    WHERE market_id = {market_id} AND active_from <= :at ORDER BY active_from DESC, number DESC LIMIT 1
"""
_DECIDES = f"""
    ({_POLICY_ID}) AS policy_version_id, ({_SNAPSHOT_ID}) AS snapshot_id,
    tariff.id, tariff.number, tariff.effects
"""
_IN_FORCE = text(
    f"SELECT {_DECIDES} FROM (SELECT 1) AS one LEFT JOIN LATERAL ({_TARIFF}) AS tariff ON true".format(  # noqa: S608
        market_id=":market_id"
    )  # our own texts
)
_SITUATION = f"""
    SELECT found.terms, found.is_theirs, found.customer_is_active, alone.held, {_DECIDES}
    FROM ({offers.TERMS_FOR}) AS found
    CROSS JOIN LATERAL (SELECT {{turn}} AS held) AS alone
    LEFT JOIN LATERAL ({_TARIFF}) AS tariff ON true
"""  # noqa: S608 -- our own texts
_LOOKED_AT = text(_SITUATION.format(turn="NULL", market_id="found.market_id"))
# The lock comes with the read that every quote makes anyway. It lets one customer's quotes in one category
# come one after the other, so that the sixth sees the fifth; nobody else waits for it.
_ALONE = text(
    _SITUATION.format(
        turn="pg_advisory_xact_lock(hashtextextended(concat('quotes/', cast(:customer_id AS uuid), '/', "
        "found.category_id), 0))",
        market_id="found.market_id",
    )
)
_ONE_TARIFF = text("SELECT id, number, effects::text AS effects FROM tariff_versions WHERE id = :id")

_COLUMNS = (
    "id, offer_id, category_id, market_id, policy_version_id, tariff_version_id, customer_id, during, "
    "time_zone, units, seats, options, currency, pay_in_amount, pay_out_amount, service_fee_amount, "
    "commission_amount, tax_amount, surge_amount, bonus_amount, stake_amount, surge_multiplier, inputs, "
    "lines, signature, created_at, expires_at, changes_quote_id, taken_at"
)
_VALUES = (
    ":id, :offer_id, :category_id, :market_id, :policy_version_id, cast(:tariff_version_id AS uuid), "
    ":customer_id, tstzrange(:start, :end, '[)'), :time_zone, :units, :seats, cast(:options AS jsonb), "
    ":currency, :pay_in_amount, :pay_out_amount, :service_fee_amount, :commission_amount, :tax_amount, "
    ":surge_amount, :bonus_amount, :stake_amount, :surge_multiplier, cast(:inputs AS jsonb), "
    "cast(:lines AS jsonb), :signature, :created_at, :expires_at, cast(:changes_quote_id AS uuid), "
    "cast(:taken_at AS timestamptz)"
)
_ONE = text(f"SELECT {_COLUMNS}, live_number, superseded_at FROM quotes WHERE id = :id")  # noqa: S608 -- our own column list
_TAKE = text("""
    UPDATE quotes SET taken_at = :at
    WHERE id = :id AND taken_at IS NULL AND superseded_at IS NULL RETURNING id
""")
_WRITE = text(f"INSERT INTO quotes ({_COLUMNS}) VALUES ({_VALUES})")  # noqa: S608 -- our own column lists

# No policy has more than a hundred places, and a constant lets the planner keep one plan for all of them.
# A place that is free, else one whose quote has expired, else the place of the oldest but for the one that is
# kept. The count makes the insert wait for the update, so the place is free when it is taken.
_WRITE_LIVE = text(f"""
    WITH live AS (
        SELECT id, live_number, created_at, expires_at > :created_at AS in_force FROM quotes
        WHERE customer_id = :customer_id AND category_id = :category_id
          AND live_number IS NOT NULL AND taken_at IS NULL AND superseded_at IS NULL
    ), place AS (
        SELECT number, live.id FROM generate_series(1, 100) AS number
        LEFT JOIN live ON live.live_number = number
        WHERE number <= :places
        ORDER BY live.in_force NULLS FIRST, live.id IS NOT DISTINCT FROM cast(:kept AS uuid),
            live.created_at, number LIMIT 1
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
_AGREE = text("UPDATE quotes SET agreed_at = :at WHERE id = :id AND agreed_at IS NULL")
# A booking that was changed rests on the quote of the change, which names the one before it.
_CALL_OFF = text("""
    WITH RECURSIVE before AS (
        SELECT id, changes_quote_id FROM quotes WHERE id = :id
        UNION ALL
        SELECT quotes.id, quotes.changes_quote_id
        FROM quotes JOIN before ON quotes.id = before.changes_quote_id
    )
    UPDATE quotes SET agreed_at = NULL WHERE id IN (SELECT id FROM before) AND agreed_at IS NOT NULL
""")
_LATEST = text("SELECT coalesce(max(number), 0) FROM tariff_versions WHERE market_id = :market_id")


@dataclass(frozen=True, slots=True)
class InForce:
    """What decides about a price besides the offer: the policy, the tariff, and the snapshot of surge."""

    policy: PolicyVersion
    tariff: TariffInForce | None
    snapshot_id: UUID | None


@dataclass(frozen=True, slots=True)
class Situation:
    """An offer as it stands now, whether its customer is active and apart from it, and what decides."""

    terms: Terms
    is_theirs: bool
    customer_is_active: bool
    now: InForce


def quote(session: Session, quote_id: UUID, *, customer_id: UUID) -> Quote:
    """The customer's own quote; anybody else's is refused as `QuoteUnknown`."""
    found = quote_of_booking(session, quote_id)
    if found.customer_id != customer_id:
        raise QuoteUnknown
    return found


def quote_of_booking(session: Session, quote_id: UUID) -> Quote:
    """The quote a booking rests on, for whoever may see the booking; raises `QuoteUnknown`."""
    row = session.execute(_ONE, {"id": quote_id}).first()
    if row is None:
        raise QuoteUnknown
    return Quote(**{**row._asdict(), "during": Span(row.during.lower, row.during.upper)})


def in_force(session: Session, market_id: UUID, at: datetime) -> InForce:
    """What decides about prices in the market at that instant; raises `PolicyUnknown` before its first."""
    row = session.execute(_IN_FORCE, {"market_id": market_id, "at": at}).one()
    return _deciding(session, row)


def situation(session: Session, offer_id: UUID, customer_id: UUID, at: datetime) -> Situation:
    """An offer's terms for this customer, and what decides about its price, in one statement.

    Raises `OfferUnknown`, and `PolicyUnknown` before the market's first policy.
    """
    return _found(session, _LOOKED_AT, offer_id, customer_id, at)


def situation_alone(session: Session, offer_id: UUID, customer_id: UUID, at: datetime) -> Situation:
    """As `situation`; until the transaction ends this customer quotes alone in the offer's category."""
    return _found(session, _ALONE, offer_id, customer_id, at)


def tariff_of(session: Session, version_id: UUID) -> TariffInForce:
    """The version of this id, in force or not."""
    return _in_force(session.execute(_ONE_TARIFF, {"id": version_id}).one())


def tariffs(session: Session, market_id: UUID, *, after: str | None, limit: int) -> Page[TariffVersion]:
    """A market's versions, the newest first, those not yet in force among them."""
    before = _BEYOND_EVERY_NUMBER if after is None else decode_cursor(after, [int])[0]
    wanted = select(TariffVersion).where(
        TariffVersion.market_id == market_id, col(TariffVersion.number) < before
    )
    rows = session.exec(wanted.order_by(col(TariffVersion.number).desc()).limit(limit + 1)).all()
    return build_page(rows, limit, lambda row: [row.number])


def latest_number(session: Session, market_id: UUID) -> int:
    """The number of the tariff published last; zero when there is none."""
    number: int = session.execute(_LATEST, {"market_id": market_id}).scalar_one()
    return number


def take(session: Session, quote_id: UUID, *, at: datetime) -> bool:
    """Mark the quote as taken, unless it was taken or gave way a moment ago. Returns whether it is."""
    return session.execute(_TAKE, {"id": quote_id, "at": at}).first() is not None


def agree(session: Session, quote_id: UUID, *, at: datetime) -> None:
    """Note that both sides agreed to the booking that was made with this quote."""
    session.execute(_AGREE, {"id": quote_id, "at": at})


def call_off(session: Session, quote_id: UUID) -> None:
    """Note that the booking that rests on this quote was called off, with all its changes."""
    session.execute(_CALL_OFF, {"id": quote_id})


def write(session: Session, values: Mapping[str, Any]) -> None:
    """Store a quote that takes no place among the live ones."""
    session.execute(_WRITE, values)


def write_live(session: Session, values: Mapping[str, Any], *, places: int, kept: UUID | None = None) -> int:
    """Store a quote among the customer's live ones in its category and answer its place.

    When all places are taken the oldest quote gives way, and the one that is `kept` only where there is no
    other. `situation_alone` was asked before, in the same transaction.
    """
    number: int = session.execute(_WRITE_LIVE, {**values, "places": places, "kept": kept}).scalar_one()
    return number


def sweep(session: Session, *, at: datetime, limit: int = 100) -> int:
    """Delete quotes that expired long ago and that nobody took. Returns how many."""
    return session.execute(_SWEEP, {"oldest": at - KEPT_FOR, "limit": limit}).rowcount  # type: ignore[attr-defined,no-any-return]  # a DELETE's result counts its rows


def _found(
    session: Session, statement: TextClause, offer_id: UUID, customer_id: UUID, at: datetime
) -> Situation:
    row = session.execute(statement, {"offer_id": offer_id, "customer_id": customer_id, "at": at}).first()
    if row is None:
        raise OfferUnknown
    return Situation(
        offers.read_terms(row.terms), row.is_theirs, row.customer_is_active, _deciding(session, row)
    )


def _deciding(session: Session, row: Row[Any]) -> InForce:
    """A policy version that was read before stays known, so the market's current one is seldom read again."""
    if row.policy_version_id is None:
        raise PolicyNotFound
    return InForce(
        policy=markets.get_policy_version(session, row.policy_version_id),
        tariff=None if row.id is None else _in_force(row),
        snapshot_id=row.snapshot_id,
    )


def _in_force(row: Row[Any]) -> TariffInForce:
    return TariffInForce(row.id, row.number, _parsed(row.effects))


@lru_cache(maxsize=200)
def _parsed(effects: str) -> Tariff:
    """The same text is the same tariff, and neither changes; more markets are seldom asked at once."""
    return Tariff.model_validate_json(f'{{"effects": {effects}}}')
