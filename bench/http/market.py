"""A market to measure in: one provider and two offers made by the domain, and then copied by the thousand.

The copies are rows of the real tables, written by COPY and different where it matters to a plan: who, where,
what it is called, what it costs, how old it is, and when it is taken. Everything follows from one seed, so
two runs load the same market.
"""

import random
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

import psycopg
from psycopg.rows import dict_row
from psycopg.sql import SQL, Identifier
from psycopg.types.json import Jsonb
from psycopg.types.range import TimestamptzRange
from sqlmodel import Session

from domain import availability, identity, markets, offers, providers
from domain.availability import opening_hours
from domain.foundation import ids
from domain.foundation.actors import SYSTEM, Actor, ActorKind
from domain.foundation.persistence.database import Transactions
from domain.markets import MarketPolicy
from domain.offers import Content

SLUG: Final = "bench"
OFFERS_A_PROVIDER: Final = 5
CUSTOMERS: Final = 400
SEED: Final = 2026
MIDDLE: Final = (60.17, 24.94)  # degrees; offers lie within some twenty kilometres
OPENS, CLOSES = time(8), time(18)  # on every day, in Helsinki
BUSY_DAYS: Final = 20  # each provider is busy for two hours of each of the next so many days
_BUSY_AT = timedelta(hours=7)  # after midnight UTC: the morning, so that afternoons stay free to be booked
_WORDS = ("garden", "ironing", "piano", "plumbing", "dog", "boat", "sauna", "kitchen", "French", "chess")
_SORTS = ("careful", "quick", "friendly", "experienced", "cheap", "early", "late", "gentle")


@dataclass(frozen=True, slots=True)
class Market:
    """What was loaded. `offers` has the first, hourly offer of each provider; `customers` ids and tokens."""

    at: datetime
    offers: list[UUID]
    customers: list[tuple[UUID, str]]

    @property
    def midnight(self) -> datetime:
        """The start of the day on which the market was loaded, in UTC."""
        return self.at.replace(hour=0, minute=0, second=0, microsecond=0)


def load(transactions: Transactions, plain_url: str, *, count: int, at: datetime) -> Market:
    """Load a market of so many offers into an empty database with a schema."""
    chance = random.Random(SEED)
    with transactions() as session:
        _templates(session, at - timedelta(days=365))
    with psycopg.connect(plain_url, autocommit=True) as connection:
        heads = _providers(connection, chance, count=-(-count // OFFERS_A_PROVIDER), at=at)
        first = _offers(connection, chance, heads, count=count, at=at)
        customers = _customers(connection, at)
        connection.execute("VACUUM ANALYZE")
    return Market(at, first, customers)


def _templates(session: Session, at: datetime) -> None:
    """Ellen and her two offers, of which all others are copies."""
    market = markets.create_market(
        session,
        slug=SLUG,
        name="Bench",
        currency="EUR",
        time_zone="Europe/Helsinki",
        locale="en-FI",
        country="FI",
        by=SYSTEM,
        at=at,
        rules=MarketPolicy(quote_minutes=24 * 60, live_quotes=100),  # asked for first, booked all along
    )
    ellen = identity.User(email="ellen@bench.example", name="Ellen", locale="en", created_at=at)
    session.add(ellen)
    session.flush()
    by, operator = Actor(ActorKind.USER, ellen.id), Actor(ActorKind.OPERATOR, ids.new())
    profile = providers.apply_as_provider(session, market.id, display_name="Ellen", about="", by=by, at=at)
    for step in (providers.ProviderTransition.REVIEW, providers.ProviderTransition.APPROVE):
        providers.apply_transition(session, profile.id, step, by=operator, reason_code="known", at=at)
    calendar = availability.open_calendar(session, profile.id, by=by, at=at)
    hours = [opening_hours.WeeklyRule(weekday, OPENS, CLOSES) for weekday in range(7)]
    opening_hours.set_schedule(session, calendar.id, hours, by=by, at=at)
    offers.define_standard_categories(session, at)
    place = {"latitude": MIDDLE[0], "longitude": MIDDLE[1], "price_amount": 4_500}
    for slug, length in (
        ("hourly-service", {"minimum_minutes": 60, "maximum_minutes": 240}),
        ("task", {"duration_minutes": 90}),
    ):
        content: dict[str, Any] = {"title": "Ironing", "description": "By the window.", **place, **length}
        made = offers.draft(
            session,
            profile_id=profile.id,
            category_id=offers.category_by_slug(session, slug).id,
            content=Content(**content),
            by=by,
            at=at,
        )
        offers.publish(session, made.id, by=by, at=at)


def _providers(
    connection: psycopg.Connection, chance: random.Random, *, count: int, at: datetime
) -> list[tuple[UUID, UUID]]:
    """Copies of Ellen with a calendar each. Answers their users and profiles."""
    heads = [(ids.new(), ids.new()) for _ in range(count)]
    calendars = [ids.new() for _ in heads]
    _copy(connection, "users", _people("provider", [user for user, _ in heads]))
    _copy(
        connection,
        "provider_profiles",
        ({"id": profile, "user_id": user} for user, profile in heads),
    )
    _copy(
        connection,
        "resources",
        ({"id": one, "profile_id": head[1]} for one, head in zip(calendars, heads, strict=True)),
    )
    rules = ((one, weekday) for one in calendars for weekday in range(7))
    _copy(
        connection,
        "schedule_rules",
        ({"id": ids.new(), "resource_id": one, "weekday": weekday} for one, weekday in rules),
    )
    numbers = connection.execute("SELECT number FROM resources WHERE id = ANY(%s)", [calendars]).fetchall()
    _copy(
        connection,
        "holds",
        _busy(chance, [number for (number,) in numbers], at),
        _A_BLOCK | {"created_at": at},
    )
    return heads


def _offers(
    connection: psycopg.Connection,
    chance: random.Random,
    heads: list[tuple[UUID, UUID]],
    *,
    count: int,
    at: datetime,
) -> list[UUID]:
    """Copies of Ellen's offers; each provider's first is by the hour. Answers those first ones."""
    hourly, task = _rows(connection, "offers", order="duration_minutes NULLS FIRST")
    first: list[UUID] = []
    for template, is_hourly in ((hourly, True), (task, False)):
        made: list[dict[str, Any]] = []
        for number in range(count):
            provider, place = divmod(number, OFFERS_A_PROVIDER)
            if (place % 2 == 0) is is_hourly:
                user, profile = heads[provider]
                owner = {"id": ids.new(), "provider_user_id": user, "profile_id": profile}
                made.append(owner | _offer(chance, at))
                if place == 0:
                    first.append(made[-1]["id"])
        _copy(connection, "offers", made, template)
    return first


def _offer(chance: random.Random, at: datetime) -> dict[str, Any]:
    latitude = MIDDLE[0] + chance.uniform(-0.18, 0.18)
    longitude = MIDDLE[1] + chance.uniform(-0.36, 0.36)
    price = chance.randrange(1_000, 9_000, 50)
    said = [chance.choice(_SORTS), chance.choice(_WORDS), chance.choice(_WORDS)]
    return {
        "title": " ".join(said).capitalize(),
        "description": f"{chance.choice(_SORTS)} {chance.choice(_WORDS)} for neighbours".capitalize(),
        "latitude": latitude,
        "longitude": longitude,
        "blurred_latitude": latitude,
        "blurred_longitude": longitude,
        "price_amount": price,
        "from_amount": price,
        "published_at": at - timedelta(seconds=chance.randrange(3_600, 360 * 86_400)),
    }


def _customers(connection: psycopg.Connection, at: datetime) -> list[tuple[UUID, str]]:
    """People with a session each; their tokens last the day, so that a long run need not renew them."""
    people = [(ids.new(), f"tka_bench_{number:05d}_{ids.new().hex}") for number in range(CUSTOMERS)]
    _copy(connection, "users", _people("customer", [user for user, _ in people]))
    with connection.cursor() as cursor:
        for user, token in people:
            session_id, ends_at = ids.new(), at + timedelta(days=1)
            cursor.execute(
                "INSERT INTO user_sessions (id, user_id, created_at, last_used_at, label) "
                "VALUES (%s, %s, %s, %s, 'bench')",
                [session_id, user, at, at],
            )
            cursor.execute(
                "INSERT INTO access_tokens (hash, session_id, expires_at) VALUES (%s, %s, %s)",
                [sha256(token.encode()).digest(), session_id, ends_at],
            )
    return people


_A_BLOCK: Final = {
    "id": None, "resource_number": None, "during": None, "kind": "blocked", "note": "", "created_at": None,
}  # fmt: skip


def _people(kind: str, users: Iterable[UUID]) -> Iterator[dict[str, Any]]:
    for number, user in enumerate(users):
        yield {"id": user, "email": f"{kind}{number}@bench.example", "name": f"{kind} {number}".capitalize()}


def _busy(chance: random.Random, numbers: Iterable[int], at: datetime) -> Iterator[dict[str, Any]]:
    midnight = at.replace(hour=0, minute=0, second=0, microsecond=0)
    for number in numbers:
        for day in range(1, BUSY_DAYS + 1):
            start = midnight + timedelta(days=day) + _BUSY_AT + timedelta(minutes=30 * chance.randrange(4))
            during = TimestamptzRange(start, start + timedelta(hours=2), "[)")
            yield {"id": ids.new(), "resource_number": number, "during": during}


def _copy(
    connection: psycopg.Connection,
    table: str,
    changes: Iterable[Mapping[str, Any]],
    template: Mapping[str, Any] | None = None,
) -> None:
    """Copies of a row, the table's only one unless another is given, with these changes each."""
    base = template or _rows(connection, table, order="1")[0]
    names = SQL(", ").join(map(Identifier, base))
    statement = SQL("COPY {} ({}) FROM STDIN").format(Identifier(table), names)
    with connection.cursor().copy(statement) as copy:
        for change in changes:
            row = {**base, **change}
            copy.write_row([row[name] for name in base])


def _rows(connection: psycopg.Connection, table: str, *, order: str) -> list[dict[str, Any]]:
    """The rows of a table without the columns that the database fills by itself."""
    by_itself = connection.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_name = %s "
        "AND table_schema = 'public' AND (is_generated <> 'NEVER' OR is_identity = 'YES')",
        [table],
    ).fetchall()
    statement = SQL("SELECT * FROM {} ORDER BY {}").format(Identifier(table), SQL(order))
    found = connection.cursor(row_factory=dict_row).execute(statement).fetchall()
    return [
        {
            name: Jsonb(value) if isinstance(value, dict | list) else value
            for name, value in row.items()
            if (name,) not in by_itself
        }
        for row in found
    ]
