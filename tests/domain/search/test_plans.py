"""What a search costs: one statement, which the database answers by an index."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlmodel import Session

from domain import registry
from domain.foundation.persistence.database import build_engine
from domain.offers import Offer
from domain.search import Wanted
from domain.search.queries import statement
from tests import cast
from tests.domain.search.finding import KALLIO, found


@contextmanager
def counted(session: Session) -> Iterator[list[str]]:
    statements: list[str] = []

    def listen(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        statements.append(statement)

    session.flush()
    event.listen(session.connection(), "before_cursor_execute", listen)
    yield statements
    event.remove(session.connection(), "before_cursor_execute", listen)


def test_a_search_is_one_statement(session: Session, at: datetime) -> None:
    cast.offer(session)
    with counted(session) as statements:
        found(session, at, near=KALLIO, words="iron", category="hourly-service", price_to=10_000)
    assert len(statements) == 1


@pytest.fixture
def fresh(empty_database: Callable[[], AbstractContextManager[str]]) -> Iterator[Session]:
    """A session on a database in which nothing ever happened: plans depend on what was there before."""
    with empty_database() as url:
        engine = build_engine(url, pool_size=1, name="plans")
        registry.metadata().create_all(engine)
        with Session(engine) as opened:
            yield opened
        engine.dispose()


def test_ten_thousand_offers_are_searched_by_index(fresh: Session) -> None:
    session = fresh
    multiply(session, cast.offer(session), 10_000)
    circle = {"near": KALLIO, "within_metres": 2_000}
    expected: list[tuple[dict[str, Any], str]] = [
        (circle, "offers_by_place"),
        (circle | {"category": "task"}, "offers_by_category_and_place"),
        ({}, "offers_by_age"),
        ({"category": "task"}, "offers_by_category_and_age"),
        ({"words": "rare4242"}, "offers_by_words"),
    ]
    plans = [nodes_of_plan(session, Wanted(market="helsinki", **wanted)) for wanted, _ in expected]
    scans = {node["Node Type"] for nodes in plans for node in nodes if node.get("Relation Name") == "offers"}
    used = [{node.get("Index Name", "") for node in nodes} for nodes in plans]
    assert "Seq Scan" not in scans
    assert [index for (_, index), names in zip(expected, used, strict=True) if index not in names] == []


def nodes_of_plan(session: Session, wanted: Wanted) -> list[dict[str, Any]]:
    sql, values = statement(wanted, after=None, limit=21)
    plan = session.execute(text(f"EXPLAIN (FORMAT JSON) {sql}"), values).scalar_one()
    return list(walk(plan[0]["Plan"]))


def multiply(session: Session, offer: Offer, times: int) -> None:
    """So many copies of an offer around the town and its surroundings, in every category, of many ages."""
    columns = session.execute(
        text("""
            SELECT column_name FROM information_schema.columns
            WHERE table_name = 'offers' AND is_generated = 'NEVER' ORDER BY ordinal_position
        """)
    ).scalars()
    other = {
        "id": "gen_random_uuid()",
        "title": "'Ironing rare' || n",
        "words": "array_to_tsvector(ARRAY['ironing', 'rare' || n])",
        "category_id": "(SELECT (array_agg(id))[1 + n % 5] FROM categories)",
        "blurred_latitude": "59.9 + 0.6 * (n * 7919::bigint % 10007) / 10007.0",
        "blurred_longitude": "24.4 + 1.2 * (n * 104729::bigint % 10009) / 10009.0",
        "published_at": "published_at + n * interval '1 minute'",
    }
    names = list(columns)
    session.execute(
        text(
            f"INSERT INTO offers ({', '.join(names)}) "  # noqa: S608 -- the catalogue's own names
            f"SELECT {', '.join(other.get(name, name) for name in names)} "
            "FROM offers, generate_series(1, :times) AS n WHERE id = :id"
        ),
        {"times": times, "id": offer.id},
    )
    session.execute(text("ANALYZE offers, categories, markets, provider_profiles, users"))


def walk(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for inner in node.get("Plans", ()):
        yield from walk(inner)
