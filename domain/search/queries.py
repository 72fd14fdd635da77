"""One statement that finds offers by words, category, place and price, and no object that is thrown away.

Each filter that is asked for adds a clause, so that PostgreSQL plans for what is asked. Near a place the
nearest come first, otherwise the newest; the offer's id breaks ties, so a page begins exactly where the one
before ended, whatever was published meanwhile. By reputation, the ranking of the provider's newest snapshot
in the offer's category comes first, and each result says what that ranking is made of; some newcomers stand
higher, for each searcher others.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from domain import availability, markets, providers, ratings
from domain.foundation.paging import Key, Page, build_page, decode_cursor, encode_cursor
from domain.foundation.spans import Span
from domain.search.rules import EARTH_METRES, Sort, Wanted, box_around, ts_query

EXAMINED_PER_SHOWN = 3  # offers whose calendars are looked at for each one that fits on a page

# The haversine (R. W. Sinnott, "Virtues of the Haversine", 1984), which is exact for near points too.
_METRES = f"""round(2 * {EARTH_METRES} * asin(least(1, sqrt(
               sin(radians(offers.blurred_latitude - :latitude) / 2) ^ 2
               + cos(radians(:latitude)) * cos(radians(offers.blurred_latitude))
               * sin(radians(offers.blurred_longitude - :longitude) / 2) ^ 2
           ))))::int"""
_FIND = """
    SELECT found.id, found.title, categories.slug, categories.unit, found.profile_id,
           provider_profiles.display_name, found.price_amount, found.from_amount, found.currency,
           found.blurred_latitude, found.blurred_longitude, found.metres, found.books_instantly,
           found.published_at, found.score, {ranking}
    FROM (
        SELECT offers.*, {metres} AS metres, {score} AS score{version} FROM offers {states}
        WHERE {inside} {fence}
    ) AS found
    JOIN categories ON categories.id = found.category_id
    JOIN provider_profiles ON provider_profiles.id = found.profile_id
    JOIN users ON users.id = provider_profiles.user_id
    WHERE {outside}
    ORDER BY {order} LIMIT {limit}
"""
_IN_SIGHT = (
    "offers.market_id = (SELECT id FROM markets WHERE slug = :market)"
    " AND offers.state = 'published' AND offers.hidden_at IS NULL"
)
_OF_WHO_CAN_BE_BOOKED = providers.capability_sql(providers.ProviderCapability.TAKE_BOOKINGS)
_IN_CATEGORY = "offers.category_id = (SELECT id FROM categories WHERE slug = :category)"
_WITH_WORDS = "offers.words @@ CAST(:words AS tsquery)"  # not to_tsquery, which cuts words by its own rules
_FROM_PRICE = "offers.from_amount >= :price_from"
_TO_PRICE = "offers.from_amount <= :price_to"
_IN_BOX = (
    "offers.blurred_latitude BETWEEN :south AND :north AND offers.blurred_longitude BETWEEN :west AND :east"
)
_IN_CIRCLE = "found.metres <= :within"
_STATES = """LEFT JOIN reputation_states AS states ON states.subject_id = offers.provider_user_id
        AND states.role = 'provider' AND states.category_id = offers.category_id"""
# Whole millionths, so that a cursor holds exactly what was compared.
_EXPLORED = f"CASE WHEN {ratings.ROW_OF} = :row THEN coalesce(states.exploration, 0) ELSE 0 END"
_SCORE = f"round(1000000 * (coalesce(states.ranking, {ratings.UNKNOWN_SCORE}) + {_EXPLORED}))::bigint"
_RANKING = """(SELECT ranking || jsonb_build_object('exploration', found.explored, 'score',
                (ranking ->> 'score')::float8 + found.explored) FROM reputation_snapshots AS kept
            WHERE kept.subject_id = found.provider_user_id AND kept.role = 'provider'
              AND kept.category_id = found.category_id AND kept.version = found.state_version)"""
_BEST = "found.score DESC, found.id DESC"
_LOWER = "(found.score, found.id) < (:after_score, :after_id)"
_NEAREST = "found.metres, found.id"
_NEWEST = "found.published_at DESC, found.id DESC"
_FARTHER = "(found.metres, found.id) > (:after_metres, :after_id)"
_OLDER = "(found.published_at, found.id) < (:after_instant, :after_id)"
_ORDERS = {"best": (_BEST, _LOWER), "nearest": (_NEAREST, _FARTHER), "newest": (_NEWEST, _OLDER)}
_KEYS: dict[str, tuple[str, type]] = {
    "best": ("after_score", int),
    "nearest": ("after_metres", int),
    "newest": ("after_instant", datetime),
}
# Whoever names a place or words wants few of many: they are fetched by that index, and then sorted. Without
# the fence PostgreSQL, which cannot know how rare a word is, may walk through all of a market by age instead.
_FENCE = "OFFSET 0"


@dataclass(frozen=True, slots=True)
class Found:
    """One offer that was found. The point is the one shown to the world, and the distance leads there.

    `price_amount` is for one unit; `from_amount` is what the shortest booking costs, before fees. `score` is
    in millionths and there where reputation sorts; `ranking` is what it is made of, once anything is known.
    """

    offer_id: UUID
    title: str
    category: str
    unit: str
    profile_id: UUID
    provider_name: str
    price_amount: int
    from_amount: int
    currency: str
    latitude: float | None
    longitude: float | None
    distance_metres: int | None
    books_instantly: bool
    published_at: datetime
    score: int | None = None
    ranking: dict[str, float] | None = None


def find(
    session: Session,
    wanted: Wanted,
    *,
    searcher: UUID | None = None,
    after: str | None,
    limit: int,
    at: datetime,
) -> Page[Found]:
    """The next offers that are wanted: the nearest first where a place is named, otherwise the newest.

    Who is searching decides which newcomers stand higher by reputation that day, and nothing else.

    Asked for free time, it looks at so many calendars and no more; such a page may be short, even empty,
    and still have a next one. Raises `MarketUnknown` and `CursorUnreadable`.
    """
    examined = limit if wanted.during is None else limit * EXAMINED_PER_SHOWN
    row = ratings.row_for(searcher, at.date())
    sql, values = statement(wanted, row=row, after=after, limit=examined + 1)
    rows = [Found(*row) for row in session.execute(text(sql), values)]
    if not rows and after is None:
        markets.get_market_by_slug(session, wanted.market)
    if wanted.during is None:
        return build_page(rows, limit, _key)
    return _page_of_free(session, rows, wanted.during, examined=examined, limit=limit, at=at)


def statement(wanted: Wanted, *, row: int = 0, after: str | None, limit: int) -> tuple[str, dict[str, Any]]:
    """The statement and its values; apart, so that a test can ask PostgreSQL how it would go about it."""
    inside, outside = [_IN_SIGHT], [_OF_WHO_CAN_BE_BOOKED]
    values: dict[str, Any] = {"market": wanted.market}
    for clause, name, value in (
        (_IN_CATEGORY, "category", wanted.category),
        (_WITH_WORDS, "words", wanted.words and ts_query(wanted.words)),
        (_FROM_PRICE, "price_from", wanted.price_from),
        (_TO_PRICE, "price_to", wanted.price_to),
    ):
        if value is not None:
            inside.append(clause)
            values[name] = value
    if wanted.near is not None:
        inside.append(_IN_BOX)
        outside.append(_IN_CIRCLE)
        values |= wanted.near._asdict() | box_around(wanted.near, wanted.within_metres)._asdict()
        values["within"] = wanted.within_metres
    if by_reputation := wanted.sort is Sort.REPUTATION:
        values["row"] = row
    order, beyond = _ORDERS[_order_of(wanted)]
    if after is not None:
        outside.append(beyond)
        values |= _place_of(after, wanted)
    sql = _FIND.format(
        metres="NULL::int" if wanted.near is None else _METRES,
        score=_SCORE if by_reputation else "NULL::bigint",
        version=f", states.version AS state_version, {_EXPLORED} AS explored" if by_reputation else "",
        states=_STATES if by_reputation else "",
        ranking=_RANKING if by_reputation else "NULL::jsonb",
        inside=" AND ".join(inside),
        fence="" if wanted.near is None and wanted.words is None else _FENCE,
        outside=" AND ".join(outside),
        order=order,
        limit=int(limit),  # written out, or a plan made for any limit would be made for a tenth of the market
    )
    return sql, values


def _order_of(wanted: Wanted) -> str:
    if wanted.sort is Sort.REPUTATION:
        return "best"
    return "newest" if wanted.near is None else "nearest"


def _place_of(cursor: str, wanted: Wanted) -> dict[str, Key]:
    name, kind = _KEYS[_order_of(wanted)]
    return dict(zip((name, "after_id"), decode_cursor(cursor, [kind, UUID]), strict=True))


def _key(found: Found) -> Sequence[Key]:
    if found.score is not None:
        return found.score, found.offer_id
    if found.distance_metres is None:
        return found.published_at, found.offer_id
    return found.distance_metres, found.offer_id


def _page_of_free(
    session: Session, rows: list[Found], during: Span, *, examined: int, limit: int, at: datetime
) -> Page[Found]:
    """Those that can be had. The next page begins after the last one shown, or the last one looked at."""
    looked_at = rows[:examined]
    free = availability.free_offer_ids(session, [found.offer_id for found in looked_at], during, at=at)
    fitting = [found for found in looked_at if found.offer_id in free]
    if len(fitting) > limit:
        return Page(fitting[:limit], encode_cursor(_key(fitting[limit - 1])))
    return Page(fitting, encode_cursor(_key(looked_at[-1])) if len(rows) > examined else None)
