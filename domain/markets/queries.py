"""Reads of markets and policies. A policy is read on every quote, so it is one statement and parsed once."""

from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlmodel import Session, select

from domain.foundation.paging import Page, decode, page_of
from domain.markets.errors import MarketUnknown, PolicyUnknown
from domain.markets.models import Market
from domain.markets.policy import Policy, PolicyVersion

_COLUMNS = "id, market_id, number, rules::text AS rules, active_from, created_by, created_at, note"
_IN_FORCE = text(f"""
    SELECT {_COLUMNS} FROM policy_versions WHERE market_id = :market_id AND active_from <= :at
    ORDER BY active_from DESC, number DESC LIMIT 1
""")  # noqa: S608 -- our own column list
_ONE = text(f"SELECT {_COLUMNS} FROM policy_versions WHERE id = :id")  # noqa: S608 -- our own column list
_NEWEST_FIRST = text(f"""
    SELECT {_COLUMNS} FROM policy_versions WHERE market_id = :market_id AND number < :before
    ORDER BY number DESC LIMIT :limit
""")  # noqa: S608 -- our own column list
_LATEST = text("SELECT coalesce(max(number), 0) FROM policy_versions WHERE market_id = :market_id")
_BEYOND_EVERY_NUMBER = 2**31 - 1
MOST_KNOWN = 1_000  # policy versions that a process keeps in mind; more are seldom in use
_read: dict[UUID, PolicyVersion] = {}


def market(session: Session, market_id: UUID) -> Market:
    """The market of this id; refuses `MarketUnknown`."""
    found = session.get(Market, market_id)
    if found is None:
        raise MarketUnknown
    return found


def by_slug(session: Session, slug: str) -> Market:
    """The market of this slug; refuses `MarketUnknown`."""
    found = session.exec(select(Market).where(Market.slug == slug)).first()
    if found is None:
        raise MarketUnknown
    return found


def page(session: Session, *, after: str | None, limit: int) -> Page[Market]:
    """All markets by slug."""
    wanted = select(Market).order_by(Market.slug).limit(limit + 1)
    if after is not None:
        (slug,) = decode(after, [str])
        wanted = wanted.where(Market.slug > str(slug))
    return page_of(session.exec(wanted).all(), limit, lambda row: [row.slug])


def policy_at(session: Session, market_id: UUID, at: datetime) -> PolicyVersion:
    """The version in force at that instant; refuses `PolicyUnknown` before a market's first one."""
    return _one(session.execute(_IN_FORCE, {"market_id": market_id, "at": at}).first())


def policy(session: Session, version_id: UUID) -> PolicyVersion:
    """The version of this id, in force or not; refuses `PolicyUnknown`.

    Versions are never changed or removed (the table refuses it), so one that was read stays known.
    """
    if (known := _read.get(version_id)) is None:
        known = _one(session.execute(_ONE, {"id": version_id}).first())
        if len(_read) >= MOST_KNOWN:
            _read.clear()
        _read[version_id] = known
    return known


def policies(session: Session, market_id: UUID, *, after: str | None, limit: int) -> Page[PolicyVersion]:
    """A market's versions, the newest first, those not yet in force among them."""
    before = _BEYOND_EVERY_NUMBER if after is None else decode(after, [int])[0]
    wanted = {"market_id": market_id, "before": before, "limit": limit + 1}
    rows = [_version(row) for row in session.execute(_NEWEST_FIRST, wanted)]
    return page_of(rows, limit, lambda version: [version.number])


def latest_number(session: Session, market_id: UUID) -> int:
    """The number of the version published last, in force or not yet; zero when there is none."""
    number: int = session.execute(_LATEST, {"market_id": market_id}).scalar_one()
    return number


def _one(row: Row[Any] | None) -> PolicyVersion:
    if row is None:
        raise PolicyUnknown
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


@lru_cache(maxsize=MOST_KNOWN)
def _parsed(document: str) -> Policy:
    """The same text is the same policy, and neither changes."""
    return Policy.model_validate_json(document)
