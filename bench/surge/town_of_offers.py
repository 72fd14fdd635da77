"""A made-up region on the map: providers with hours and promises, and people who ask, written straight in.

Rows are made by SQL, since a hundred thousand of them through the product's own doors would take an hour and
show nothing of a tick.
"""

from datetime import datetime
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import text
from sqlmodel import Session

Cells = NDArray[np.int64]

_CATEGORIES = """
    INSERT INTO categories
        (id, slug, name, unit, granularity_minutes, claim, place, attributes_schema, created_at)
    SELECT gen_random_uuid(), slug, slug, 'hour', 15, 'exclusive', 'customer', '{}', :at
    FROM unnest(cast(:slugs AS text[])) AS slug
"""
_PEOPLE = """
    INSERT INTO users (id, email, name, locale, created_at)
    SELECT gen_random_uuid(), kind || number || '@example.org', kind || number, 'en', :at
    FROM generate_series(1, :count) AS number, (SELECT cast(:kind AS text) AS kind) AS each
"""
_PROFILES = """
    INSERT INTO provider_profiles
        (id, user_id, market_id, display_name, about, state, version, created_at, changed_at)
    SELECT gen_random_uuid(), id, :market_id, name, '', 'approved', 1, :at, :at
    FROM users WHERE name LIKE 'p%'
"""
_RESOURCES = """
    INSERT INTO resources (id, profile_id, kind, name, time_zone, version, created_at)
    SELECT gen_random_uuid(), id, 'time', display_name, 'Europe/Helsinki', 1, :at FROM provider_profiles
"""
_RULES = """
    INSERT INTO schedule_rules (id, resource_id, weekday, opens, closes)
    SELECT gen_random_uuid(), id, weekday, time '08:00', time '18:00'
    FROM resources, generate_series(0, 6) AS weekday
"""
_HOLDS = """
    INSERT INTO holds (id, resource_number, during, kind, note, created_at)
    SELECT gen_random_uuid(), number, tstzrange(:at, :at + interval '12 minutes'), 'blocked', '', :at
    FROM resources WHERE number % 3 = 0
"""
_OFFERS = """
    INSERT INTO offers (id, profile_id, provider_user_id, market_id, category_id, title, description,
        attributes, state, price_amount, from_amount, currency, minimum_minutes, maximum_minutes,
        buffer_before_minutes, buffer_after_minutes, notice_minutes, horizon_days, seats, books_instantly,
        cancellation_policy, time_zone, latitude, longitude, cell, cell_r7, blurred_latitude,
        blurred_longitude, version, created_at, changed_at, published_at)
    SELECT gen_random_uuid(), profile.id, profile.user_id, :market_id, category.id, 'Offer', '', '{}',
        'published', 4000, 4000, 'EUR', 60, 240, 0, 0, 0, 60, 1, true, 'flexible', 'Europe/Helsinki',
        60, 25, place.cell, place.cell, 60, 25, 1, :at, :at, :at
    FROM (SELECT id, user_id, row_number() OVER (ORDER BY id) AS number FROM provider_profiles) AS profile
    JOIN unnest(cast(:cells AS bigint[])) WITH ORDINALITY AS place (cell, number) USING (number)
    JOIN (SELECT id, row_number() OVER (ORDER BY slug) - 1 AS place FROM categories) AS category
         ON category.place = profile.number % :kinds OR category.place = (profile.number + 1) % :kinds
"""
_SIGNALS = """
    INSERT INTO demand_signals (id, market_id, category_id, cell, customer_id, signal, at)
    SELECT gen_random_uuid(), :market_id, category.id, asked.cell, customer.id, asked.signal, asked.at
    FROM unnest(cast(:cells AS bigint[]), cast(:people AS int[]), cast(:kinds AS int[]),
                cast(:signals AS text[]), cast(:instants AS timestamptz[]))
         AS asked (cell, person, kind, signal, at)
    JOIN (SELECT id, row_number() OVER (ORDER BY id) - 1 AS person
          FROM users WHERE name LIKE 'c%') AS customer USING (person)
    JOIN (SELECT id, row_number() OVER (ORDER BY slug) - 1 AS kind FROM categories) AS category USING (kind)
"""


def fill(
    session: Session, market_id: UUID, cells: Cells, slugs: list[str], *, providers: int, at: datetime
) -> None:
    """So many providers, each with two categories, somewhere on these cells; as many customers."""
    chance = np.random.default_rng(1)
    given = {"market_id": market_id, "slugs": slugs, "kinds": len(slugs), "count": providers, "at": at}
    placed = {"cells": chance.choice(cells, providers).tolist()}
    for statement, more in (
        (_CATEGORIES, {}),
        (_PEOPLE, {"kind": "p"}),
        (_PEOPLE, {"kind": "c"}),
        (_PROFILES, {}),
        (_RESOURCES, {}),
        (_RULES, {}),
        (_HOLDS, {}),
        (_OFFERS, placed),
    ):
        session.execute(text(statement), {**given, **more})


def ask(
    session: Session, market_id: UUID, cells: Cells, kinds: int, *, people: int, at: datetime, seed: int
) -> None:
    """Everybody asks once before `at`: four of five search, one goes without."""
    chance = np.random.default_rng(seed)
    ago = chance.uniform(0, 300, people)
    given = {
        "market_id": market_id,
        "cells": chance.choice(cells, people).tolist(),
        "people": np.arange(people).tolist(),
        "kinds": chance.integers(0, kinds, people).tolist(),
        "signals": np.where(chance.random(people) < 0.8, "search", "unmet_quote").tolist(),
        "instants": [datetime.fromtimestamp(at.timestamp() - one, at.tzinfo) for one in ago],
    }
    session.execute(text(_SIGNALS), given)
