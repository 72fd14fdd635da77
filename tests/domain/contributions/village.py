"""A village where people give: Aino and Ben, Ellen and Farah, Mira who moderates, and neighbours by number.

Neighbours have completed a booking each, copied from one that was really carried out, so that a quorum can be
drawn from them.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from domain import bookings, contributions
from domain.bookings import Booking
from domain.contributions import (
    Attestation,
    AttestationRole,
    AttestationState,
    Claim,
    Contribution,
    ContributionKind,
    Evidence,
    Said,
    SubjectType,
    Verdict,
)
from domain.contributions import queries as asked
from domain.foundation import ids
from domain.identity import Caller, User
from domain.markets import Market
from tests import cast
from tests.domain.bookings.booking_factory import HOUR, BookingFactory, make_booking_factory
from tests.domain.contributions.neighbourhood import caller, helsinki

DAY = timedelta(days=1)
ANYBODY = {"least_standing_milli": 0}
_LONG = "I wrote down how we do this here, step by step, for whoever comes after us. "
_NUMBERS = count(1)

# A copy of a completed booking between other people; its payment and quote are of no matter here.
_COPY = text("""
    INSERT INTO bookings SELECT (jsonb_populate_record(bookings, jsonb_build_object(
        'id', cast(:id AS text), 'quote_id', cast(:id AS text), 'customer_id', cast(:customer_id AS text)))).*
    FROM bookings WHERE id = :like
""")


@dataclass
class Village:
    """Who is there, and what they do. `now` is the day after the first booking was carried out."""

    scene: BookingFactory
    market: Market
    mira: Caller
    otto: Caller
    done: Booking
    now: datetime

    @property
    def session(self) -> Session:
        return self.scene.session

    @property
    def aino(self) -> Caller:
        return self.scene.aino

    @property
    def ben(self) -> Caller:
        return self.scene.ben

    @property
    def ellen(self) -> Caller:
        return self.scene.ellen

    def neighbour(self, name: str | None = None, *, since: datetime = cast.LONG_AGO) -> Caller:
        """Somebody who has had a service done here."""
        known = name or f"Neighbour{next(_NUMBERS)}"
        someone = User(email=f"{known.lower()}@example.org", name=known, locale="en", created_at=since)
        self.session.add(someone)
        self.session.flush()
        self.session.execute(text("SET LOCAL session_replication_role = replica"))
        copy = {"id": str(ids.new()), "customer_id": str(someone.id), "like": self.done.id}
        self.session.execute(_COPY, copy)
        self.session.execute(text("SET LOCAL session_replication_role = origin"))
        return Caller(someone.id, ids.new(), known)

    def neighbours(self, how_many: int) -> list[Caller]:
        return [self.neighbour() for _ in range(how_many)]

    def claim(self, kind: ContributionKind = ContributionKind.GUIDE, **more: Any) -> Claim:
        """A claim that is in order; a guide unless the test wants something else."""
        told = {"title": "Something for all of us", "evidence": said(next(_NUMBERS))} | more
        return Claim(self.market.id, kind, **told)

    def about_the_booking(self, kind: ContributionKind = ContributionKind.TRIAL, **more: Any) -> Claim:
        return self.claim(kind, subject_type=SubjectType.BOOKING, subject_id=self.done.id, **more)

    def submits(self, claim: Claim | None = None, *, by: Caller | None = None, **more: Any) -> Contribution:
        at = more.pop("at", self.now)
        made = claim or self.claim(**more)
        return contributions.submit(self.session, made, by=by or self.aino, at=at)

    def asked(self, claim: Claim | None = None, **more: Any) -> Contribution:
        """A claim that has been checked and assigned."""
        given = self.submits(claim, **more)
        assert contributions.follow_submission(self.session, given.id, at=given.submitted_at)
        return given

    def attestations(self, given: Contribution, role: AttestationRole | None = None) -> list[Attestation]:
        rows = asked.attestations(self.session, given.id)
        return [row for row in rows if role in {None, row.role}]

    def open_seats(self, given: Contribution) -> list[Attestation]:
        return [row for row in self.attestations(given) if row.state is AttestationState.ASKED]

    def answers(
        self, attestation: Attestation, verdict: Verdict = Verdict.CONFIRM, **more: Any
    ) -> Attestation:
        at = more.pop("at", self.now)
        by = Caller(attestation.attester_id or ids.new(), ids.new(), "whoever was asked")
        return contributions.attest(self.session, attestation.id, Said(verdict, **more), by=by, at=at)

    def waits(self, given: Contribution, until: datetime) -> None:
        """Let the clock act on all that is due, an hour at a time."""
        at = given.submitted_at
        while at <= until:
            for attestation_id in contributions.attestations_due(self.session, at=at, limit=100):
                contributions.act_on_attestation(self.session, attestation_id, at=at)
            at += HOUR


def said(number: int) -> Evidence:
    """Evidence that is enough for every kind, and like no other."""
    photos = tuple(f"{number:032x}{one:032x}" for one in range(3))
    return Evidence(_LONG * 6 + f"This was number {number}.", (), photos, {"steps": number})


def village(session: Session, at: datetime, **sections: Any) -> Village:
    market = helsinki(session, **({"quorum": ANYBODY} | sections))
    played = make_booking_factory(session, at)
    start = played.start
    done = played.make_confirmed_booking(start=start)
    bookings.start(session, done.id, by=played.ellen, at=start)
    bookings.deliver(session, done.id, by=played.ellen, at=start + 2 * HOUR)
    done = bookings.complete(session, done.id, by=played.aino, at=start + 3 * HOUR)
    mira, otto = caller(session, cast.mira(session)), caller(session, cast.otto(session))
    return Village(played, market, mira, otto, done, start + DAY)


def person(session: Session, user_id: UUID) -> Caller:
    """Whoever this is, signed in."""
    return Caller(user_id, ids.new(), "somebody")
