"""What a contribution is about: that it exists, that its contributor may claim it, and whose word counts.

All that is unfit is refused alike, so that nobody learns by claiming which bookings or people there are.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from domain import bookings, identity, offers, providers
from domain.contributions import queries, rules
from domain.contributions.errors import SubjectUnfit
from domain.contributions.kinds import TRAITS, ContributionKind, Relation, SubjectType
from domain.offers.errors import OfferUnknown
from domain.providers.errors import ProviderProfileNotFound


@dataclass(frozen=True, slots=True)
class Asked:
    """Who claims what kind about which subject, in which market and when."""

    market_id: UUID
    user_id: UUID
    kind: ContributionKind
    subject_type: SubjectType | None
    subject_id: UUID | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Subject:
    """Who benefits, if somebody does, and the segment of the provider it is about, or of the contributor."""

    beneficiary_id: UUID | None
    segment: str | None


_TRIED = text("""
    SELECT count(*) FROM (
        SELECT FROM bookings WHERE provider_user_id = :provider_user_id AND market_id = :market_id
          AND state = 'completed' AND ended_at < :before LIMIT :most
    ) AS earlier
""")
_COVERED = text("""
    SELECT EXISTS (
        SELECT FROM bookings AS missed
        WHERE missed.customer_id = :customer_id AND missed.market_id = :market_id
          AND missed.provider_user_id <> :provider_user_id AND missed.no_show_side = 'provider'
          AND lower(missed.during) BETWEEN :start - cast(:reach AS interval) AND :start)
""")
_SWAPPED = text("""
    SELECT EXISTS (SELECT FROM booking_proposals
                   WHERE booking_id = :booking_id AND state = 'accepted' AND by_side <> :side)
""")
_COMPLETED_ONE = text("""
    SELECT EXISTS (SELECT FROM bookings
                   WHERE customer_id = :user_id AND market_id = :market_id AND state = 'completed')
""")


def subject_of(session: Session, asked: Asked) -> Subject:
    """What this claim is about. Raises `SubjectUnfit`."""
    if asked.subject_type not in TRAITS[asked.kind].subjects:
        raise _unlike(asked.kind)
    if asked.subject_type is None or asked.subject_id is None:
        return Subject(None, _own_segment(session, asked))
    return _FINDERS[asked.subject_type](session, asked, asked.subject_id)


def _unlike(kind: ContributionKind) -> SubjectUnfit:
    """What to name instead."""
    fit = TRAITS[kind].subjects
    named = sorted(f"{one}_id" for one in fit if one is not None)
    told = [*(["nothing"] if None in fit else []), *named]
    return SubjectUnfit(f"A claim of this kind names {' or '.join(told)} as its subject.", field="subject")


def _of_booking(session: Session, asked: Asked, booking_id: UUID) -> Subject:
    booking = session.get(bookings.Booking, booking_id)
    if booking is None or booking.market_id != asked.market_id:
        raise SubjectUnfit(field="subject")
    sides = {
        Relation.PARTY: {booking.customer_id, booking.provider_user_id},
        Relation.CUSTOMER: {booking.customer_id},
        Relation.PROVIDER: {booking.provider_user_id},
    }
    may = asked.user_id in sides[TRAITS[asked.kind].relation]
    if not may or not _FITS.get(asked.kind, _anything)(session, booking, asked):
        raise SubjectUnfit(field="subject")
    is_customer = asked.user_id == booking.customer_id
    other = booking.provider_user_id if is_customer else booking.customer_id
    return Subject(other, providers.get_profile(session, booking.profile_id).segment)


def _of_offer(session: Session, asked: Asked, offer_id: UUID) -> Subject:
    try:
        offer = offers.public_offer(session, offer_id).offer
    except OfferUnknown as unknown:
        raise SubjectUnfit(field="subject") from unknown
    if offer.market_id != asked.market_id:
        raise SubjectUnfit(field="subject")
    provider = providers.get_profile(session, offer.profile_id)
    is_their_own = provider.user_id == asked.user_id
    return Subject(None if is_their_own else provider.user_id, provider.segment)


def _of_user(session: Session, asked: Asked, user_id: UUID) -> Subject:
    person = session.get(identity.User, user_id)
    if person is None or user_id == asked.user_id or identity.inactive_accounts(session, [user_id]):
        raise SubjectUnfit(field="subject")
    is_new = person.created_at > asked.at - rules.NEWCOMER
    if asked.kind in {ContributionKind.NEWCOMER_BUDDY, ContributionKind.REFERRAL} and not is_new:
        raise SubjectUnfit(field="subject")
    stayed = {"user_id": user_id, "market_id": asked.market_id}
    if asked.kind is ContributionKind.REFERRAL and not session.execute(_COMPLETED_ONE, stayed).scalar():
        raise SubjectUnfit(field="subject")
    return Subject(user_id, _own_segment(session, asked))


def _of_review(session: Session, asked: Asked, review_id: UUID) -> Subject:
    if not queries.has_seen(session, asked.kind, review_id, asked.user_id):
        raise SubjectUnfit(field="subject")
    return Subject(None, _own_segment(session, asked))


def _of_attestation(session: Session, asked: Asked, attestation_id: UUID) -> Subject:
    answered = queries.answered_of_quorum(session, attestation_id, asked.user_id)
    if answered is None:
        raise SubjectUnfit(field="subject")
    if queries.contribution(session, answered.contribution_id).market_id != asked.market_id:
        raise SubjectUnfit(field="subject")
    return Subject(None, _own_segment(session, asked))


def _own_segment(session: Session, asked: Asked) -> str | None:
    try:
        return providers.get_user_profile(session, asked.user_id, asked.market_id).segment
    except ProviderProfileNotFound:
        return None


def _anything(session: Session, booking: bookings.Booking, asked: Asked) -> bool:  # noqa: ARG001 -- as the others
    return True


def _is_a_trial(session: Session, booking: bookings.Booking, asked: Asked) -> bool:
    """The service was carried out, by somebody who had hardly been tried before."""
    if booking.state is not bookings.BookingState.COMPLETED:
        return False
    counted = {
        "provider_user_id": booking.provider_user_id,
        "market_id": asked.market_id,
        "before": booking.ended_at,
        "most": rules.UNTRIED_BOOKINGS,
    }
    return bool(session.execute(_TRIED, counted).scalar_one() < rules.UNTRIED_BOOKINGS)


def _covers_a_no_show(session: Session, booking: bookings.Booking, asked: Asked) -> bool:
    """It was carried out, for a customer whom another provider had left waiting shortly before."""
    missed = {
        "customer_id": booking.customer_id,
        "provider_user_id": booking.provider_user_id,
        "market_id": asked.market_id,
        "start": booking.during.start,
        "reach": rules.COVERING,
    }
    covered = session.execute(_COVERED, missed).scalar()
    return booking.state is bookings.BookingState.COMPLETED and bool(covered)


def _is_swapped(session: Session, booking: bookings.Booking, asked: Asked) -> bool:
    """The other side asked for another time or other terms, and this one agreed."""
    side = "customer" if asked.user_id == booking.customer_id else "provider"
    return bool(session.execute(_SWAPPED, {"booking_id": booking.id, "side": side}).scalar())


_FINDERS: Mapping[SubjectType, Callable[[Session, Asked, UUID], Subject]] = {
    SubjectType.BOOKING: _of_booking,
    SubjectType.OFFER: _of_offer,
    SubjectType.USER: _of_user,
    SubjectType.REVIEW: _of_review,
    SubjectType.ATTESTATION: _of_attestation,
}
_FITS: Mapping[ContributionKind, Callable[[Session, bookings.Booking, Asked], bool]] = {
    ContributionKind.TRIAL: _is_a_trial,
    ContributionKind.COVERING_NO_SHOW: _covers_a_no_show,
    ContributionKind.SLOT_SWAP: _is_swapped,
}
