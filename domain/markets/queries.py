"""Queries of markets and policies. Every quote reads a policy: one statement, parsed documents are cached."""

from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlmodel import Session, select

from domain.foundation.paging import Page, build_page, decode_cursor
from domain.markets.errors import MarketNotFound, PolicyNotFound
from domain.markets.models import Market
from domain.markets.policy import MarketPolicy, PolicyVersion

_COLUMNS = "id, market_id, number, rules::text AS rules, active_from, created_by, created_at, note"
_IN_FORCE = text(f"""
    SELECT {_COLUMNS} FROM policy_versions WHERE market_id = :market_id AND active_from <= :at
    ORDER BY active_from DESC, number DESC LIMIT 1
""")  # noqa: S608 -- our own column list
_BY_ID = text(f"SELECT {_COLUMNS} FROM policy_versions WHERE id = :id")  # noqa: S608 -- our own column list
_NEWEST_FIRST = text(f"""
    SELECT {_COLUMNS} FROM policy_versions WHERE market_id = :market_id AND number < :before
    ORDER BY number DESC LIMIT :limit
""")  # noqa: S608 -- our own column list
_LATEST = text("SELECT coalesce(max(number), 0) FROM policy_versions WHERE market_id = :market_id")
_BEYOND_EVERY_NUMBER = 2**31 - 1
CACHE_SIZE = 1_000  # policy versions per process; more are seldom in use
_versions_by_id: dict[UUID, PolicyVersion] = {}


def get_market(session: Session, market_id: UUID) -> Market:
    """The market with this id. Raises `MarketNotFound`."""
    market = session.get(Market, market_id)
    if market is None:
        raise MarketNotFound
    return market


def get_market_by_slug(session: Session, slug: str) -> Market:
    """The market with this slug. Raises `MarketNotFound`."""
    market = session.exec(select(Market).where(Market.slug == slug)).first()
    if market is None:
        raise MarketNotFound
    return market


def list_markets(session: Session, *, after: str | None, limit: int) -> Page[Market]:
    """A page of all markets, sorted by slug. Raises `InvalidCursor`."""
    statement = select(Market).order_by(Market.slug).limit(limit + 1)
    if after is not None:
        (slug,) = decode_cursor(after, [str])
        statement = statement.where(Market.slug > str(slug))
    return build_page(session.exec(statement).all(), limit, lambda row: [row.slug])


def get_policy_at(session: Session, market_id: UUID, at: datetime) -> PolicyVersion:
    """The version in force at the instant `at`. Raises `PolicyNotFound` if it is before the first one."""
    return _required_version(session.execute(_IN_FORCE, {"market_id": market_id, "at": at}).first())


def get_policy_version(session: Session, version_id: UUID) -> PolicyVersion:
    """The version with this id, in force or not. Raises `PolicyNotFound`.

    Cached without expiry, because versions never change (the table has a trigger against it).
    """
    if (version := _versions_by_id.get(version_id)) is None:
        version = _required_version(session.execute(_BY_ID, {"id": version_id}).first())
        if len(_versions_by_id) >= CACHE_SIZE:
            _versions_by_id.clear()
        _versions_by_id[version_id] = version
    return version


def list_policy_versions(
    session: Session, market_id: UUID, *, after: str | None, limit: int
) -> Page[PolicyVersion]:
    """A page of a market's versions, the newest first, including scheduled ones. Raises `InvalidCursor`."""
    before = _BEYOND_EVERY_NUMBER if after is None else decode_cursor(after, [int])[0]
    parameters = {"market_id": market_id, "before": before, "limit": limit + 1}
    rows = [_version(row) for row in session.execute(_NEWEST_FIRST, parameters)]
    return build_page(rows, limit, lambda version: [version.number])


def latest_policy_number(session: Session, market_id: UUID) -> int:
    """The number of the last published version, in force or scheduled; zero if there is none."""
    number: int = session.execute(_LATEST, {"market_id": market_id}).scalar_one()
    return number


def _required_version(row: Row[Any] | None) -> PolicyVersion:
    if row is None:
        raise PolicyNotFound
    return _version(row)


def _version(row: Row[Any]) -> PolicyVersion:
    return PolicyVersion(
        id=row.id,
        market_id=row.market_id,
        number=row.number,
        rules=_parsed(row.rules),
        active_from=row.active_from,
        created_by=row.created_by,
        created_at=row.created_at,
        note=row.note,
    )


@lru_cache(maxsize=CACHE_SIZE)
def _parsed(document: str) -> MarketPolicy:
    """The policy in a document, cached by its text."""
    return MarketPolicy.model_validate_json(document)
