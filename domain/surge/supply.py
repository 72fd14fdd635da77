"""Who is free: idle now, free within ten minutes, left within ten minutes, per cell and category.

What is counted is what can be promised once at a time: a provider's own time, or each of their things. It is
idle when it is open by its hours, in the wall time of its zone, and nothing live holds it; an offer that
needs several things is idle when all are. It counts where the provider says to be, for services that come to
the customer, and otherwise where its offers are, shared out over their cells. Only offers count that are in
sight, of providers who may take bookings, and that can be had at such short notice.

A provider who said to be somewhere is believed for ten minutes. Who said to leave counts as left for ten, and
not at all until they come back or half a day is over; then hours alone speak again.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from domain import availability, providers

FRESH = timedelta(minutes=10)  # how long somebody who said to be somewhere is believed to be there
AWAY = timedelta(hours=12)  # how long somebody who left stays away without coming back: a working day

_CAN_BE_BOOKED = providers.capability_sql(providers.ProviderCapability.TAKE_BOOKINGS)
_ZONES = text("""
    SELECT DISTINCT resources.time_zone FROM resources
    JOIN provider_profiles ON provider_profiles.id = resources.profile_id
    WHERE provider_profiles.market_id = :market_id
""")
# A window that closes no later than it opens crosses midnight, so a reading lies in the window of its own
# day, or in that of the day before. Readings are the latest that the zone's clock has shown. A date means the
# windows that open on it (decision 0015), so a closed date counts for the day on which the window opened.
_IN_WINDOW = """(
    {rows}.opens <= shown.reading::time
    AND ({rows}.closes <= {rows}.opens OR shown.reading::time < {rows}.closes) AND {on_that_day}
    OR {rows}.closes <= {rows}.opens AND shown.reading::time < {rows}.closes AND {on_the_day_before}
)"""
_DATE_CLOSED = """EXISTS (
    SELECT FROM schedule_exceptions AS shut
    WHERE shut.resource_id = resources.id AND shut.kind = 'closed' AND shut.opens = '00:00'
      AND shut.closes = '00:00' AND {date} BETWEEN shut.first_on AND shut.last_on)"""
_THAT_DAY, _THE_DAY_BEFORE = "shown.reading::date", "shown.reading::date - 1"
_NOT_CLOSED = {day: "NOT " + _DATE_CLOSED.format(date=day) for day in (_THAT_DAY, _THE_DAY_BEFORE)}
_WEEKLY = _IN_WINDOW.format(
    rows="weekly",
    on_that_day="weekly.weekday = extract(isodow FROM shown.reading) - 1 "
    "AND shown.reading::date BETWEEN coalesce(weekly.first_on, '-infinity') "
    f"AND coalesce(weekly.last_on, 'infinity') AND {_NOT_CLOSED[_THAT_DAY]}",
    on_the_day_before="weekly.weekday = (extract(isodow FROM shown.reading)::int + 5) % 7 "
    "AND shown.reading::date - 1 BETWEEN coalesce(weekly.first_on, '-infinity') "
    f"AND coalesce(weekly.last_on, 'infinity') AND {_NOT_CLOSED[_THE_DAY_BEFORE]}",
)
_OPENED = _IN_WINDOW.format(
    rows="dated",
    on_that_day=f"{_THAT_DAY} BETWEEN dated.first_on AND dated.last_on AND {_NOT_CLOSED[_THAT_DAY]}",
    on_the_day_before=f"{_THE_DAY_BEFORE} BETWEEN dated.first_on AND dated.last_on "
    f"AND {_NOT_CLOSED[_THE_DAY_BEFORE]}",
)
_HOURS_CLOSED = "NOT (dated.opens = '00:00' AND dated.closes = '00:00') AND " + _IN_WINDOW.format(
    rows="dated",
    on_that_day=f"{_THAT_DAY} BETWEEN dated.first_on AND dated.last_on",
    on_the_day_before=f"{_THE_DAY_BEFORE} BETWEEN dated.first_on AND dated.last_on",
)
_SUPPLY = text(f"""
    WITH wanted AS (
        SELECT offers.id, offers.profile_id, live.slug, offers.cell_r7 AS cell, categories.place
        FROM unnest(cast(:slugs AS text[]), cast(:notices AS int[])) AS live (slug, notice)
        JOIN categories ON categories.slug = live.slug
        JOIN offers ON offers.category_id = categories.id AND offers.market_id = :market_id
        JOIN provider_profiles ON provider_profiles.id = offers.profile_id
        JOIN users ON users.id = provider_profiles.user_id
        WHERE offers.state = 'published' AND offers.hidden_at IS NULL
          AND {_CAN_BE_BOOKED} AND offers.notice_minutes <= live.notice
    ), needed AS (
        SELECT wanted.id AS offer_id, offer_resources.resource_id AS id
        FROM wanted JOIN offer_resources ON offer_resources.offer_id = wanted.id
        WHERE offer_resources.option_id IS NULL
        UNION
        SELECT wanted.id, resources.id
        FROM wanted JOIN resources ON resources.profile_id = wanted.profile_id AND resources.kind = 'time'
        WHERE NOT EXISTS (
            SELECT FROM offer_resources
            WHERE offer_resources.offer_id = wanted.id AND offer_resources.option_id IS NULL)
    ), moments AS (
        SELECT *
        FROM unnest(cast(:zones AS text[]), cast(:moments AS text[]), cast(:instants AS timestamptz[]),
                    cast(:readings AS timestamp[])) AS each (zone, moment, instant, reading)
    ), standing AS MATERIALIZED (
        SELECT resources.id, resources.number, shown.moment,
            (EXISTS (SELECT FROM schedule_rules AS weekly
                     WHERE weekly.resource_id = resources.id AND {_WEEKLY})
             OR resources.kind = 'thing'
                AND NOT EXISTS (SELECT FROM schedule_rules WHERE resource_id = resources.id)
                AND {_NOT_CLOSED[_THAT_DAY]}
             OR EXISTS (SELECT FROM schedule_exceptions AS dated
                        WHERE dated.resource_id = resources.id AND dated.kind = 'open' AND {_OPENED}))
            AND NOT EXISTS (SELECT FROM schedule_exceptions AS dated
                            WHERE dated.resource_id = resources.id AND dated.kind = 'closed'
                              AND {_HOURS_CLOSED})
            AS is_open,
            EXISTS (SELECT FROM holds
                    WHERE released_at IS NULL AND (expires_at IS NULL OR expires_at > :at)
                      AND int8range(resource_number, resource_number, '[]')
                          && int8range(resources.number, resources.number, '[]')
                      AND during @> shown.instant) AS is_held
        FROM (SELECT DISTINCT id FROM needed) AS each JOIN resources USING (id)
        JOIN moments AS shown ON shown.zone = resources.time_zone
    ), offered AS (
        SELECT needed.offer_id, min(standing.number) AS carrier,
            bool_and(is_open AND NOT is_held) FILTER (WHERE moment = 'now') AS idle,
            bool_and(is_open AND NOT is_held) FILTER (WHERE moment = 'soon') AS idle_soon,
            bool_and(is_open AND NOT is_held) FILTER (WHERE moment = 'before') AS idle_before,
            bool_or(is_held) FILTER (WHERE moment = 'now') AS is_held
        FROM needed JOIN standing USING (id) GROUP BY needed.offer_id
    ), placed AS (
        SELECT offered.carrier, wanted.slug,
            CASE WHEN (presence.is_here OR away) AND wanted.place IN ('customer', 'route')
                 THEN presence.cell ELSE wanted.cell END AS cell,
            offered.idle AND NOT away AS idle, offered.idle_soon AND NOT away AS soon,
            offered.idle_before AND NOT offered.is_held
                AND CASE WHEN away THEN presence.left_at > :before ELSE NOT offered.idle END AS has_left
        FROM wanted JOIN offered ON offered.offer_id = wanted.id
        LEFT JOIN LATERAL (
            SELECT cell, left_at, left_at IS NULL AND seen_at > :before AS is_here
            FROM provider_presences WHERE profile_id = wanted.profile_id AND seen_at <= :at
        ) AS presence ON true
        CROSS JOIN LATERAL (SELECT coalesce(presence.left_at > :away_since, false) AS away) AS told
    ), counted AS (
        SELECT carrier, slug, cell,
            bool_or(idle) AS idle, bool_or(soon) AS soon, bool_or(has_left) AS has_left,
            1.0 / count(*) OVER (PARTITION BY carrier, slug) AS share
        FROM placed WHERE cell IS NOT NULL GROUP BY carrier, slug, cell
    )
    SELECT cell, slug,
        coalesce(sum(share) FILTER (WHERE idle), 0)::float8 AS idle,
        coalesce(sum(share) FILTER (WHERE soon AND NOT idle), 0)::float8 AS soon,
        coalesce(sum(share) FILTER (WHERE has_left AND NOT idle AND NOT soon), 0)::float8 AS has_left
    FROM counted GROUP BY cell, slug ORDER BY cell, slug
""")  # noqa: S608 -- our own fragments


class Supply(NamedTuple):
    """What can be had of a category in a cell, in providers or things; one in many cells is shared out."""

    cell: int
    category: str
    idle: float
    soon: float
    left: float


def supply(session: Session, market_id: UUID, notices: Mapping[str, int], *, at: datetime) -> list[Supply]:
    """Every cell and category with an offer, free or not. `notices`: minutes ahead that count, by slug."""
    before, soon = at - FRESH, at + FRESH
    zones = [str(zone) for zone in session.execute(_ZONES, {"market_id": market_id}).scalars()]
    each = [
        (zone, moment, instant, availability.latest_wall_time(zone, instant))
        for zone in sorted(zones)
        for moment, instant in (("now", at), ("soon", soon), ("before", before))
    ]
    given = {
        "market_id": market_id,
        "slugs": list(notices),
        "notices": list(notices.values()),
        "zones": [zone for zone, *_ in each],
        "moments": [moment for _, moment, *_ in each],
        "instants": [instant for *_, instant, _ in each],
        "readings": [reading for *_, reading in each],
        "at": at,
        "before": before,
        "away_since": at - AWAY,
    }
    return [Supply(*row) for row in session.execute(_SUPPLY, given)]
