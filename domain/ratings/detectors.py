"""What gives a person a reason to look: each detector answers **signals** with evidence, and never acts.

A signal is about rows of the arrays that came in (raters, subjects, reviews); whoever called knows which rows
are whom. A signal weighs nothing in a score and removes nothing: staff decide, and what they decide takes no
star.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

import numpy as np
from scipy.special import gammainc

from domain.ratings import texts
from domain.ratings.anomaly import anomaly, readings
from domain.ratings.credibility import LOW, WEEK_DAYS
from domain.ratings.edges import Edges, Floats, Ints
from domain.ratings.rings import rings

ODD_AT_LEAST = 0.75  # mean rank; on Bitcoin OTC 40 of 115 labelled frauds are above it and none of 125 others
RATINGS_AT_LEAST = 2  # one rating is no behaviour
BURST_CHANCE = 1e-4
USUAL_WEEK = 0.5  # reviews a week added to what is usual, so that a quiet subject's second review is no burst
LOOK_BACK_WEEKS = 26
RETALIATION_WITHIN = timedelta(hours=24)
RETALIATION_HELD = timedelta(hours=72)


class Detector(StrEnum):
    """Who noticed."""

    RATER = "rater_anomaly"
    RING = "ring"
    BURST = "burst"
    RETALIATION = "retaliation"
    EXTORTION = "extortion"
    DUPLICATE = "duplicate_text"
    CONTACT = "contact_data"
    SHARED = "shared_identity"


@dataclass(frozen=True, slots=True)
class Signal:
    """What was noticed about which rows, how strongly (higher is stronger), and why a person should look."""

    detector: Detector
    score: float
    evidence: Mapping[str, object]
    raters: tuple[int, ...] = ()
    subjects: tuple[int, ...] = ()
    reviews: tuple[int, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something the subject of a review did that its author may not have liked: refund, dispute, report."""

    kind: str
    at: datetime


def odd_raters(edges: Edges) -> list[Signal]:
    """Raters whose mean rank over the four readings is 0.75 or more; the oddest first."""
    found = readings(edges)
    score = anomaly(found, edges.given.astype(np.float64))
    odd = np.flatnonzero((score >= ODD_AT_LEAST) & (edges.given >= RATINGS_AT_LEAST))
    return [
        Signal(
            Detector.RATER,
            float(score[row]),
            {
                "fairness": round(-float(found.unfair[row]), 4),
                "active_days": round(-float(found.short[row]), 2),
                "others_think_of_those_rated": round(-float(found.company[row]), 4),
                "contrary_share": round(float(found.contrary[row]), 4),
                "ratings": int(edges.given[row]),
            },
            raters=(int(row),),
        )
        for row in odd[np.argsort(-score[odd], kind="stable")]
    ]


def praising_rings(edges: Edges) -> list[Signal]:
    """Groups who praise the same subjects at three times the density that is usual, or more."""
    return [
        Signal(
            Detector.RING,
            ring.times,
            {"density": ring.density, "usual": ring.usual, "times_usual": ring.times},
            raters=ring.raters,
            subjects=ring.subjects,
        )
        for ring in rings(edges)
    ]


def bursts(edges: Edges, credible: Floats) -> list[Signal]:
    """Subjects who got far more ratings in a week than usual, from raters of low credibility (people,).

    Usual is a subject's own mean week of the half-year before, half a rating added. The chance is the Poisson
    tail of so many or more.
    """
    weeks = np.floor(edges.day / WEEK_DAYS).astype(np.int64)
    keys, week_of, count = np.unique(
        np.stack((edges.subject, weeks)), axis=1, return_inverse=True, return_counts=True
    )
    mean = np.bincount(week_of, credible[edges.rater]) / count
    usual = _usual_week(keys[0], keys[1], count.astype(np.float64))
    chance: Floats = np.where(count > 0, gammainc(np.maximum(count, 1), usual), 1.0)  # Poisson's upper tail
    burst = (chance < BURST_CHANCE) & (mean < LOW)
    return [
        Signal(
            Detector.BURST,
            -float(np.log10(max(chance[at], 1e-300))),
            {
                "in_week": int(count[at]),
                "usual_in_week": round(float(usual[at]), 3),
                "chance": float(chance[at]),
                "mean_credibility": round(float(mean[at]), 3),
                "week": int(keys[1, at]),
            },
            subjects=(int(keys[0, at]),),
            reviews=tuple(np.flatnonzero(week_of == at).tolist()),
        )
        for at in np.flatnonzero(burst)
    ]


def retaliation(written_at: datetime, troubles: Sequence[Trouble]) -> Signal | None:
    """A review within 24 hours of what the other side did, however good; a person looks within 72 hours."""
    before = [each for each in troubles if timedelta(0) <= written_at - each.at <= RETALIATION_WITHIN]
    if not before:
        return None
    last = max(before, key=lambda each: each.at)
    hours = (written_at - last.at) / timedelta(hours=1)
    evidence = {"after": last.kind, "hours_after": round(hours, 2), "hold_hours": _hours(RETALIATION_HELD)}
    return Signal(Detector.RETALIATION, 1 - hours / _hours(RETALIATION_WITHIN), evidence, reviews=(0,))


def telling_words(text: str) -> list[Signal]:
    """Threats and contact data in one text."""
    found = []
    threat, contact = texts.threat(text), texts.contact_data(text)
    if threat:
        found.append(Signal(Detector.EXTORTION, 1.0, {"words": threat}, reviews=(0,)))
    if contact:
        found.append(Signal(Detector.CONTACT, float(len(contact)), {"found": contact}, reviews=(0,)))
    return found


def copied_texts(written: Sequence[str]) -> list[Signal]:
    """Pairs of texts that are nearly the same; rows are places in the sequence."""
    hashes = [(row, found) for row, found in enumerate(map(texts.simhash, written)) if found is not None]
    rows = [row for row, _ in hashes]
    return [
        Signal(Detector.DUPLICATE, float(64 - bits), {"differing_bits": bits}, reviews=(rows[a], rows[b]))
        for a, b, bits in texts.near_duplicates([found for _, found in hashes])
    ]


def _usual_week(subject: Ints, week: Ints, count: Floats) -> Floats:
    """A subject's mean week in the 26 before each of its weeks, half a rating added. Rows are sorted."""
    total = np.concatenate(([0.0], np.cumsum(count)))
    span = int(week.max(initial=0) - week.min(initial=0)) + 2 * LOOK_BACK_WEEKS
    line = subject * span + (week - week.min(initial=0))
    earliest = np.searchsorted(line, line - LOOK_BACK_WEEKS, side="left")
    before: Floats = total[:-1] - total[earliest]
    return USUAL_WEEK + before / LOOK_BACK_WEEKS


def _hours(span: timedelta) -> float:
    return span / timedelta(hours=1)
