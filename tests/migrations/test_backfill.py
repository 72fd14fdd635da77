"""Rows that are older than a rule: what the migrations make of them."""

import psycopg
import pytest
from psycopg.rows import dict_row
from sqlalchemy import create_engine, make_url
from sqlmodel import Session

import migrations
from domain import identity, search
from domain.foundation import clock
from domain.identity.emails.email_addresses import parse_typed_email
from domain.identity.queries import user_by_typed_email

DECOMPOSED, COMPOSED = "jose\u0301", "jos\u00e9"
_USERS = """
    INSERT INTO users (id, email, name, locale, created_at)
    VALUES (gen_random_uuid(), %s, %s, 'en', now() + %s * interval '1 minute')
"""
_OFFER = """
    WITH market AS (
        INSERT INTO markets (id, slug, name, currency, time_zone, locale, country, created_at)
        VALUES (gen_random_uuid(), 'helsinki', 'Helsinki', 'EUR', 'Europe/Helsinki', 'fi-FI', 'FI', now())
        RETURNING id), category AS (
        INSERT INTO categories
            (id, slug, name, unit, granularity_minutes, claim, place, attributes_schema, created_at)
        VALUES (gen_random_uuid(), 'repair', 'Repair', 'hour', 15, 'exclusive', 'customer', '{}', now())
        RETURNING id), profile AS (
        INSERT INTO provider_profiles
            (id, user_id, market_id, display_name, about, state, version, created_at, changed_at)
        SELECT gen_random_uuid(), users.id, market.id, 'Jose\u0301', '', 'approved', 1, now(), now()
        FROM market, users LIMIT 1 RETURNING id, user_id, market_id)
    INSERT INTO offers (id, profile_id, provider_user_id, market_id, category_id, title, description,
        attributes, state, price_amount, from_amount, currency, buffer_before_minutes, buffer_after_minutes,
        notice_minutes, horizon_days, seats, books_instantly, cancellation_policy, time_zone, version,
        created_at, changed_at, published_at)
    SELECT gen_random_uuid(), profile.id, user_id, market_id, category.id, 'Node.js, 24/7, Me\u0301nage', '',
        '{}', 'published', 4000, 4000, 'EUR', 0, 0, 0, 60, 1, true, 'flexible', 'Europe/Helsinki', 1,
        now(), now(), now()
    FROM profile, category
"""
ADDRESSES = [
    f"{DECOMPOSED}@example.org",
    "aino@xn--bcher-kva.example",
    "plain@example.org",
    f"{COMPOSED}@example.org",
    "aino@bücher.example",
    "odd..dots@example.org",
]


@pytest.fixture
def migrated(empty_database):
    with empty_database() as url:
        migrations.upgrade(url, "standing")
        plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(plain) as connection:
            for minute, address in enumerate(ADDRESSES):
                connection.execute(_USERS, [address, DECOMPOSED, minute])
            connection.execute(_OFFER)
        migrations.upgrade(url)
        engine = create_engine(url)
        with Session(engine) as session:
            yield session, plain
        engine.dispose()


def test_old_rows_follow_the_new_rules_and_nobody_is_locked_out(migrated):
    session, plain = migrated
    with psycopg.connect(plain, row_factory=dict_row) as connection:
        users = {row["email"]: row for row in connection.execute("SELECT * FROM users")}
    assert {row["name"] for row in users.values()} == {COMPOSED}
    assert {email: (row["email_key"], row["email_conflict"]) for email, row in users.items()} == {
        ADDRESSES[0]: (f"{COMPOSED}@example.org", None),
        ADDRESSES[1]: ("aino@xn--bcher-kva.example", None),
        ADDRESSES[2]: ("plain@example.org", None),
        ADDRESSES[3]: (None, "shared"),
        ADDRESSES[4]: (None, "shared"),
        ADDRESSES[5]: (None, "invalid"),
    }
    for typed in ADDRESSES:
        assert user_by_typed_email(session, parse_typed_email(f" {typed.upper()}")).email == typed
    assert identity.assign_email_keys(session, clock.now(), limit=10) == 0


def test_an_offer_that_was_there_is_found_by_its_title(migrated):
    session, _ = migrated
    for words in ("Node.js", "24/7", "ménage", "me\u0301nage"):
        wanted = search.Wanted(market="helsinki", words=words)
        assert len(search.find(session, wanted, after=None, limit=5, at=clock.now()).items) == 1, words
