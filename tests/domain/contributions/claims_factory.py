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

from domain import bookings
from domain.bookings import Booking
from domain.contributions import (
    AttestationRole,
    AttestationState,
    Contribution,
    ContributionKind,
    SubjectType,
    attestations,
    claims,
    queries,
)
from domain.contributions.attestations import Attestation, AttestationAnswer, AttestationVerdict
from domain.contributions.claims import ClaimDraft, Evidence
from domain.foundation import ids
from domain.identity import Caller, User
from domain.markets import Market
from tests import cast
from tests.domain.bookings.booking_factory import HOUR, BookingFactory, make_booking_factory
from tests.domain.contributions.contribution_market import caller_of, create_market

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
class ClaimsFactory:
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

    def claim(self, kind: ContributionKind = ContributionKind.GUIDE, **more: Any) -> ClaimDraft:
        """A claim that is in order; a guide unless the test wants something else."""
        fields = {"title": "Something for all of us", "evidence": evidence_document(next(_NUMBERS))} | more
        return ClaimDraft(self.market.id, kind, **fields)

    def about_the_booking(self, kind: ContributionKind = ContributionKind.TRIAL, **more: Any) -> ClaimDraft:
        return self.claim(kind, subject_type=SubjectType.BOOKING, subject_id=self.done.id, **more)

    def submits(
        self, claim: ClaimDraft | None = None, *, by: Caller | None = None, **more: Any
    ) -> Contribution:
        at = more.pop("at", self.now)
        made = claim or self.claim(**more)
        return claims.submit(self.session, made, by=by or self.aino, at=at)

    def checked(self, claim: ClaimDraft | None = None, **more: Any) -> Contribution:
        """A claim that has been checked and assigned."""
        contribution = self.submits(claim, **more)
        assert claims.check_submission(self.session, contribution.id, at=contribution.submitted_at)
        return contribution

    def attestations(
        self, contribution: Contribution, role: AttestationRole | None = None
    ) -> list[Attestation]:
        rows = queries.list_attestations(self.session, contribution.id)
        return [row for row in rows if role in {None, row.role}]

    def open_seats(self, contribution: Contribution) -> list[Attestation]:
        return [row for row in self.attestations(contribution) if row.state is AttestationState.ASKED]

    def answers(
        self, attestation: Attestation, verdict: AttestationVerdict = AttestationVerdict.CONFIRM, **more: Any
    ) -> Attestation:
        at = more.pop("at", self.now)
        by = Caller(attestation.attester_id or ids.new(), ids.new(), "whoever was asked")
        return attestations.attest(
            self.session, attestation.id, AttestationAnswer(verdict, **more), by=by, at=at
        )

    def waits(self, contribution: Contribution, until: datetime) -> None:
        """Let the clock act on all that is due, an hour at a time."""
        at = contribution.submitted_at
        while at <= until:
            for attestation_id in attestations.list_due_attestations(self.session, at=at, limit=100):
                attestations.process_due_attestation(self.session, attestation_id, at=at)
            at += HOUR


def evidence_document(number: int) -> Evidence:
    """Evidence that is enough for every kind, and like no other."""
    photos = tuple(f"{number:032x}{item:032x}" for item in range(3))
    return Evidence(_LONG * 6 + f"This was number {number}.", (), photos, {"steps": number})


def claims_factory(session: Session, at: datetime, **sections: Any) -> ClaimsFactory:
    market = create_market(session, **({"quorum": ANYBODY} | sections))
    played = make_booking_factory(session, at)
    start = played.start
    done = played.make_confirmed_booking(start=start)
    bookings.start(session, done.id, by=played.ellen, at=start)
    bookings.deliver(session, done.id, by=played.ellen, at=start + 2 * HOUR)
    done = bookings.complete(session, done.id, by=played.aino, at=start + 3 * HOUR)
    mira, otto = caller_of(session, cast.mira(session)), caller_of(session, cast.otto(session))
    return ClaimsFactory(played, market, mira, otto, done, start + DAY)


def caller_of_id(session: Session, user_id: UUID) -> Caller:
    """Whoever this is, signed in."""
    return Caller(user_id, ids.new(), "somebody")
