"""Noticing: each night the detectors look at what is published, and write down what a person should look at.

Only revealed reviews are looked at, so that nothing can be read off a sealed one. A signal that is there
already is not written again while its rows are the same.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from typing import Any
from uuid import UUID

import numpy as np
from sqlalchemy import Row, text
from sqlmodel import Session

from domain.ratings import detectors
from domain.ratings.credibility import FLOOR
from domain.ratings.detectors import Signal
from domain.ratings.edges import Edges, Floats
from domain.ratings.pages import paged
from domain.ratings.reputation_models import ReviewSignal
from domain.ratings.scoring import X

LOOK_BACK = timedelta(days=365)  # what is older shaped nothing that ranks much today
TOLD_AGAIN_AFTER = timedelta(days=30)  # a person who saw it and let it be is not asked every night

_READ = text("""
    SELECT reviews.id, reviews.author_id, reviews.subject_id, reviews.stars, reviews.text,
           extract(epoch FROM reviews.submitted_at)::float8 / 86400 AS day, weighed.credibility,
           weighed.independent
    FROM reviews LEFT JOIN review_weighings AS weighed ON weighed.review_id = reviews.id
    WHERE reviews.state = 'published' AND reviews.submitted_at > :since AND reviews.id > :after
    ORDER BY reviews.id LIMIT :limit
""")
_SHARED = text("""
    SELECT reviews.id, array_agg(DISTINCT one.kind ORDER BY one.kind) AS kinds FROM reviews
    JOIN identity_links AS one ON one.user_id = reviews.author_id
    JOIN identity_links AS other ON other.user_id = reviews.subject_id
     AND other.kind = one.kind AND other.signal_hash = one.signal_hash
    WHERE reviews.id = ANY(:ids) GROUP BY reviews.id
""")
_TOLD = text("""
    SELECT detector, review_id, author_id, subject_id FROM review_signals WHERE at > :since
""")

About = tuple[str, UUID | None, UUID | None, UUID | None]


@dataclass(frozen=True, slots=True)
class _Published:
    """Published reviews as arrays, and who and which the rows are."""

    rows: Sequence[Row[Any]]
    people: list[UUID]
    edges: Edges
    credible: Floats


def notice(session: Session, *, at: datetime) -> int:
    """Let the detectors look at a year of published reviews. Returns how many signals are new."""
    rows = list(paged(session, _READ, {"since": at - LOOK_BACK}))
    if not rows:
        return 0
    since = {"since": at - TOLD_AGAIN_AFTER}
    told: set[About] = {
        (row.detector, row.review_id, row.author_id, row.subject_id) for row in session.execute(_TOLD, since)
    }
    new = 0
    for signal, about in chain(_noticed(_published(rows)), _related(session, rows)):
        if about not in told:
            told.add(about)
            session.add(_row(signal, about, at))
            new += 1
    session.flush()
    return new


def _noticed(published: _Published) -> Iterator[tuple[Signal, About]]:
    """Signals, each once for every rater, subject or review that it is about."""
    people, edges = published.people, published.edges
    for signal in (*detectors.odd_raters(edges), *detectors.praising_rings(edges)):
        for rater in signal.raters:
            yield signal, (signal.detector, None, people[rater], None)
    for signal in detectors.bursts(edges, published.credible):
        for subject in signal.subjects:
            yield signal, (signal.detector, None, None, people[subject])
    yield from _telling([row for row in published.rows if row.text])


def _telling(worded: Sequence[Row[Any]]) -> Iterator[tuple[Signal, About]]:
    """What texts tell: copies of one another, threats, contact data."""
    for signal in detectors.copied_texts([row.text for row in worded]):
        for place in signal.reviews:
            yield signal, (signal.detector, worded[place].id, worded[place].author_id, None)
    for row in worded:
        for signal in detectors.telling_words(row.text):
            yield signal, (signal.detector, row.id, row.author_id, None)


def _related(session: Session, rows: Sequence[Row[Any]]) -> Iterator[tuple[Signal, About]]:
    """Reviews that weigh nothing since author and subject are looked at as one, and what both have shown.

    Nothing where they are linked by way of others.
    """
    related = [row for row in rows if row.independent is False]
    shown = session.execute(_SHARED, {"ids": [row.id for row in related]})
    kinds = {row.id: list(row.kinds) for row in shown}
    for row in related:
        evidence = {"both_showed": kinds.get(row.id, [])}
        signal = Signal(detectors.Detector.SHARED, 1.0, evidence, reviews=(0,))
        yield signal, (signal.detector, row.id, row.author_id, row.subject_id)


def _published(rows: Sequence[Row[Any]]) -> _Published:
    everybody = dict.fromkeys(person for row in rows for person in (row.author_id, row.subject_id))
    place = {person: number for number, person in enumerate(everybody)}
    credible = np.full(len(place), FLOOR)
    for row in rows:
        if row.credibility is not None:
            credible[place[row.author_id]] = row.credibility
    edges = Edges(
        len(place),
        np.array([place[row.author_id] for row in rows], dtype=np.int64),
        np.array([place[row.subject_id] for row in rows], dtype=np.int64),
        X[np.array([row.stars for row in rows], dtype=np.int64) - 1],
        np.array([row.day for row in rows], dtype=np.float64),
    )
    return _Published(rows, list(everybody), edges, credible)


def _row(signal: Signal, about: About, at: datetime) -> ReviewSignal:
    detector, review_id, author_id, subject_id = about
    return ReviewSignal(
        detector=detector,
        review_id=review_id,
        author_id=author_id,
        subject_id=subject_id,
        evidence=dict(signal.evidence),
        score=signal.score,
        at=at,
    )
