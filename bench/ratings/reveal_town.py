"""Bookings that were carried out and can be reviewed: one for each pair of a customer and a provider.

The first is requested through the domain; the others are copies of its row as the end of a booking leaves it,
written past triggers and foreign keys. Their windows are opened through the domain.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

import psycopg

from bench.http import market
from bench.http.market import Market
from domain import bookings, pricing, ratings, registry
from domain.foundation import clock, ids
from domain.foundation.persistence.database import Transactions, build_engine
from domain.identity import Caller
from ops.embedded_postgres import Address

_AFTERNOON: Final = timedelta(days=3, hours=11)

_PROVIDERS: Final = """
    SELECT id, provider_user_id, profile_id FROM offers WHERE id = ANY(%s)
    ORDER BY array_position(%s, id)
"""
_SIGNED_IN: Final = """
    WITH begun AS (
        INSERT INTO user_sessions (id, user_id, created_at, last_used_at, label)
        VALUES (%(session_id)s, %(user_id)s, %(at)s, %(at)s, 'bench'))
    INSERT INTO access_tokens (hash, session_id, expires_at)
    VALUES (%(hash)s, %(session_id)s, %(at)s::timestamptz + interval '1 day')
"""
_ENDED: Final = """
    INSERT INTO bookings
    SELECT made.* FROM bookings AS one, jsonb_populate_record(one, to_jsonb(one) || jsonb_build_object(
        'id', %(id)s::uuid, 'quote_id', gen_random_uuid(), 'customer_id', %(customer_id)s::uuid,
        'provider_user_id', %(user_id)s::uuid, 'profile_id', %(profile_id)s::uuid,
        'offer_id', %(offer_id)s::uuid,
        'state', 'completed', 'due_at', NULL, 'remind_at', NULL, 'ended_at', %(at)s::timestamptz,
        'books_closed_at', %(at)s::timestamptz,
        'refund_amount', 0, 'kept_pay_out_amount', one.pay_out_amount,
        'kept_service_fee_amount', one.service_fee_amount, 'kept_commission_amount', one.commission_amount,
        'kept_tax_amount', one.tax_amount, 'kept_surge_amount', one.surge_amount,
        'kept_stake_pay_out_amount', 0, 'kept_stake_tax_amount', 0)) AS made
    WHERE one.id = %(template)s
"""


@dataclass(frozen=True, slots=True)
class Pair:
    """A booking that is over, and the tokens of its two parties."""

    booking_id: UUID
    profile_id: UUID
    customer: str
    provider: str


def built(address: Address, count: int) -> list[Pair]:
    """So many pairs who may review each other now."""
    engine = build_engine(address.url, pool_size=2, name="talkoo bench")
    registry.metadata().create_all(engine)
    transactions = Transactions(engine)
    offers = count * market.OFFERS_A_PROVIDER
    loaded = market.load(transactions, address.plain_url, count=offers, at=clock.now())
    template = _requested(transactions, loaded)
    with psycopg.connect(address.plain_url, autocommit=True) as connection:
        pairs = _ended(connection, loaded, template)
        connection.execute("VACUUM ANALYZE")
    with transactions() as session:
        for pair in pairs:
            ratings.open_window(session, pair.booking_id)
    engine.dispose()
    return pairs


def _requested(transactions: Transactions, loaded: Market) -> UUID:
    """The one booking of which the others are copies."""
    customer, start = loaded.customers[0][0], loaded.midnight + _AFTERNOON
    by = Caller(customer, ids.new(), "")
    with transactions() as session:
        quote = pricing.quote(
            session, offer_id=loaded.offers[0], customer_id=customer, start=start, units=120, at=clock.now()
        )
        return bookings.request(session, quote.id, by=by, at=clock.now()).id


def _ended(connection: psycopg.Connection, loaded: Market, template: UUID) -> list[Pair]:
    providers = connection.execute(_PROVIDERS, [loaded.offers, loaded.offers]).fetchall()
    tokens = _signed_in(connection, [user for _, user, _ in providers])
    connection.execute("SET session_replication_role = replica")
    pairs = []
    for place, (offer_id, user_id, profile_id) in enumerate(providers):
        customer, token = loaded.customers[place % len(loaded.customers)]
        row: dict[str, Any] = {
            "id": ids.new(),
            "customer_id": customer,
            "user_id": user_id,
            "profile_id": profile_id,
            "offer_id": offer_id,
            "template": template,
            "at": clock.now(),
        }
        connection.execute(_ENDED, row)
        pairs.append(Pair(row["id"], profile_id, token, tokens[place]))
    connection.execute("SET session_replication_role = origin")
    return pairs


def _signed_in(connection: psycopg.Connection, users: Sequence[UUID]) -> list[str]:
    tokens = [f"tka_bench_provider_{number:05d}_{ids.new().hex}" for number in range(len(users))]
    for user_id, token in zip(users, tokens, strict=True):
        hashed = sha256(token.encode()).digest()
        row = {"session_id": ids.new(), "user_id": user_id, "hash": hashed, "at": clock.now()}
        connection.execute(_SIGNED_IN, row)
    return tokens
