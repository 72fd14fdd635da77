"""How many starts the opening hours of a category leave room for, block by block.

One statement answers when each carrier (a provider's own time, or a thing) is open: weekly rules and opened
exceptions without closed ones and without time they keep for themselves. What was booked is not taken off:
capacity is what there is in all. How much of each block is open then follows from sums over sorted ends.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import text
from sqlmodel import Session

from domain import providers

Reals = NDArray[np.float64]

_CAN_BE_BOOKED = providers.capability_sql(providers.ProviderCapability.TAKE_BOOKINGS)
# PostgreSQL reads a wall time that the clock jumps over as the one an hour later, which may be later than the
# end of the window; greatest then makes the window empty.
_OPENS_AT = "(windows.on_date + windows.opens) AT TIME ZONE carriers.time_zone"
_CLOSES_AT = """(windows.on_date + (CASE WHEN windows.closes <= windows.opens THEN 1 ELSE 0 END)
    + windows.closes) AT TIME ZONE carriers.time_zone"""
# A date means the windows that open on it (decision 0015): on a closed date none does, and its hours are cut
# from nothing else.
_CLOSED_DATE = "dated.kind = 'closed' AND dated.opens = '00:00' AND dated.closes = '00:00'"
_OPEN = text(f"""
    WITH wanted AS (
        SELECT offers.id, offers.profile_id, offers.seats,
            CASE WHEN categories.unit = 'night' THEN 1440
                 ELSE coalesce(offers.duration_minutes, offers.minimum_minutes, 60)
                      + offers.buffer_before_minutes + offers.buffer_after_minutes END AS minutes
        FROM offers JOIN categories ON categories.id = offers.category_id
        JOIN provider_profiles ON provider_profiles.id = offers.profile_id
        JOIN users ON users.id = provider_profiles.user_id
        WHERE offers.market_id = :market_id AND categories.slug = :slug AND offers.state = 'published'
          AND offers.hidden_at IS NULL AND {_CAN_BE_BOOKED}
    ), carried AS (
        SELECT DISTINCT ON (wanted.id) wanted.id, wanted.minutes, wanted.seats, resources.id AS resource_id
        FROM wanted
        LEFT JOIN offer_resources
             ON offer_resources.offer_id = wanted.id AND offer_resources.option_id IS NULL
        JOIN resources ON resources.id = offer_resources.resource_id
             OR offer_resources.id IS NULL AND resources.profile_id = wanted.profile_id
                AND resources.kind = 'time'
        ORDER BY wanted.id, resources.number
    ), carriers AS (
        SELECT resources.*, shortest.minutes, shortest.seats
        FROM (SELECT resource_id, min(minutes) AS minutes, max(seats) AS seats
              FROM carried GROUP BY resource_id) AS shortest
        JOIN resources ON resources.id = shortest.resource_id
    ), days AS (
        SELECT cast(on_date AS date) AS on_date
        FROM generate_series(cast(:since AS date) - 2, cast(:until AS date) + 2, interval '1 day') AS on_date
    ), windows AS (
        SELECT carriers.id, days.on_date, true AS is_open, weekly.opens, weekly.closes
        FROM carriers JOIN schedule_rules AS weekly ON weekly.resource_id = carriers.id
        JOIN days ON extract(isodow FROM days.on_date) - 1 = weekly.weekday
             AND days.on_date BETWEEN coalesce(weekly.first_on, '-infinity')
                              AND coalesce(weekly.last_on, 'infinity')
        UNION ALL
        SELECT carriers.id, days.on_date, dated.kind = 'open', dated.opens, dated.closes
        FROM carriers JOIN schedule_exceptions AS dated ON dated.resource_id = carriers.id
        JOIN days ON days.on_date BETWEEN dated.first_on AND dated.last_on
        WHERE NOT ({_CLOSED_DATE})
        UNION ALL
        SELECT carriers.id, days.on_date, true, time '00:00', time '00:00' FROM carriers CROSS JOIN days
        WHERE carriers.kind = 'thing'
          AND NOT EXISTS (SELECT FROM schedule_rules WHERE resource_id = carriers.id)
    ), stretches AS (
        SELECT carriers.id, windows.is_open AS opens,
            tstzrange({_OPENS_AT}, greatest({_OPENS_AT}, {_CLOSES_AT})) AS during
        FROM windows JOIN carriers USING (id)
        WHERE NOT windows.is_open OR NOT EXISTS (
            SELECT FROM schedule_exceptions AS dated
            WHERE dated.resource_id = carriers.id AND {_CLOSED_DATE}
              AND windows.on_date BETWEEN dated.first_on AND dated.last_on)
        UNION ALL
        SELECT carriers.id, false, holds.during FROM carriers
        JOIN holds ON int8range(holds.resource_number, holds.resource_number, '[]')
                      && int8range(carriers.number, carriers.number, '[]')
        WHERE holds.released_at IS NULL AND holds.kind IN ('blocked', 'external')
          AND holds.during && tstzrange(:since, :until)
    ), hours AS (
        SELECT id, coalesce(range_agg(during) FILTER (WHERE opens), '{{}}')
                   - coalesce(range_agg(during) FILTER (WHERE NOT opens), '{{}}') AS during
        FROM stretches WHERE NOT isempty(during) GROUP BY id
    )
    SELECT extract(epoch FROM lower(one))::float8 AS opens, extract(epoch FROM upper(one))::float8 AS closes,
        carriers.seats / (60.0 * carriers.minutes)::float8 AS starts_a_second
    FROM hours JOIN carriers USING (id)
    CROSS JOIN LATERAL unnest(hours.during * tstzmultirange(tstzrange(:since, :until))) AS one
    ORDER BY opens, closes, carriers.number
""")  # noqa: S608 -- our own fragments


@dataclass(frozen=True, slots=True)
class Open:
    """Stretches of time at which something is open, (n,), and how many starts a second of each is worth."""

    opens: Reals
    closes: Reals
    starts_a_second: Reals

    def between(self, edges: Reals) -> Reals:
        """How many starts there could be from each edge to the next; one fewer than edges."""
        return np.diff(self._until(edges))

    def _until(self, edges: Reals) -> Reals:
        """How many starts there could be before each edge."""
        return _ramp(edges, self.opens, self.starts_a_second) - _ramp(
            edges, self.closes, self.starts_a_second
        )


def open_hours(session: Session, market_id: UUID, category: str, since: datetime, until: datetime) -> Open:
    """When those who offer a category are open between two instants."""
    wanted = {
        "market_id": market_id,
        "slug": category,
        "since": since,
        "until": until,
    }
    rows = session.execute(_OPEN, wanted).all()
    columns = np.array([tuple(row) for row in rows], dtype=np.float64).reshape(len(rows), 3).T
    return Open(*columns)


def _ramp(edges: Reals, begins: Reals, slope: Reals) -> Reals:
    """Σ slope · max(0, edge − begin), for each edge, by one sort."""
    order = np.argsort(begins, kind="stable")
    sorted_begins, sorted_slope = begins[order], slope[order]
    passed = np.searchsorted(sorted_begins, edges)
    slopes = np.concatenate([[0.0], np.cumsum(sorted_slope)])
    moments = np.concatenate([[0.0], np.cumsum(sorted_slope * (sorted_begins - edges[0]))])
    return np.asarray(slopes[passed] * (edges - edges[0]) - moments[passed])
