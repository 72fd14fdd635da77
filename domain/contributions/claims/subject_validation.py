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
from domain.contributions.errors import InvalidSubject
from domain.contributions.kinds import TRAITS, ContributionKind, SubjectRelation, SubjectType
from domain.offers.errors import OfferUnknown
from domain.providers.errors import ProviderProfileNotFound


@dataclass(frozen=True, slots=True)
class ClaimSubject:
    """Who claims what kind about which subject, in which market and when."""

    market_id: UUID
    user_id: UUID
    kind: ContributionKind
    subject_type: SubjectType | None
    subject_id: UUID | None
    at: datetime


@dataclass(frozen=True, slots=True)
class ResolvedSubject:
    """Who benefits, if somebody does, and the segment of the provider it is about, or of the contributor."""

    beneficiary_id: UUID | None
    segment: str | None


_COUNT_EARLIER_BOOKINGS = text("""
    SELECT count(*) FROM (
        SELECT FROM bookings WHERE provider_user_id = :provider_user_id AND market_id = :market_id
          AND state = 'completed' AND ended_at < :before LIMIT :most
    ) AS earlier
""")
_COVERED_NO_SHOW = text("""
    SELECT EXISTS (
        SELECT FROM bookings AS missed
        WHERE missed.customer_id = :customer_id AND missed.market_id = :market_id
          AND missed.provider_user_id <> :provider_user_id AND missed.no_show_side = 'provider'
          AND lower(missed.during) BETWEEN :start - cast(:reach AS interval) AND :start)
""")
_ACCEPTED_PROPOSAL = text("""
    SELECT EXISTS (SELECT FROM booking_proposals
                   WHERE booking_id = :booking_id AND state = 'accepted' AND by_side <> :side)
""")
_HAS_COMPLETED_BOOKING = text("""
    SELECT EXISTS (SELECT FROM bookings
                   WHERE customer_id = :user_id AND market_id = :market_id AND state = 'completed')
""")


def resolve_subject(session: Session, claim: ClaimSubject) -> ResolvedSubject:
    """What this claim is about. Raises `SubjectUnfit`."""
    if claim.subject_type not in TRAITS[claim.kind].subjects:
        raise _subject_type_error(claim.kind)
    if claim.subject_type is None or claim.subject_id is None:
        return ResolvedSubject(None, _own_segment(session, claim))
    return _RESOLVERS[claim.subject_type](session, claim, claim.subject_id)


def _subject_type_error(kind: ContributionKind) -> InvalidSubject:
    """What to name instead."""
    fit = TRAITS[kind].subjects
    named = sorted(f"{subject_type}_id" for subject_type in fit if subject_type is not None)
    names = [*(["nothing"] if None in fit else []), *named]
    return InvalidSubject(f"A claim of this kind names {' or '.join(names)} as its subject.", field="subject")


def _resolve_booking(session: Session, claim: ClaimSubject, booking_id: UUID) -> ResolvedSubject:
    booking = session.get(bookings.Booking, booking_id)
    if booking is None or booking.market_id != claim.market_id:
        raise InvalidSubject(field="subject")
    sides = {
        SubjectRelation.PARTY: {booking.customer_id, booking.provider_user_id},
        SubjectRelation.CUSTOMER: {booking.customer_id},
        SubjectRelation.PROVIDER: {booking.provider_user_id},
    }
    may = claim.user_id in sides[TRAITS[claim.kind].relation]
    if not may or not _BOOKING_CHECKS.get(claim.kind, _accept_any)(session, booking, claim):
        raise InvalidSubject(field="subject")
    is_customer = claim.user_id == booking.customer_id
    other = booking.provider_user_id if is_customer else booking.customer_id
    return ResolvedSubject(other, providers.get_profile(session, booking.profile_id).segment)


def _resolve_offer(session: Session, claim: ClaimSubject, offer_id: UUID) -> ResolvedSubject:
    try:
        offer = offers.public_offer(session, offer_id).offer
    except OfferUnknown as unknown:
        raise InvalidSubject(field="subject") from unknown
    if offer.market_id != claim.market_id:
        raise InvalidSubject(field="subject")
    provider = providers.get_profile(session, offer.profile_id)
    is_their_own = provider.user_id == claim.user_id
    return ResolvedSubject(None if is_their_own else provider.user_id, provider.segment)


def _resolve_user(session: Session, claim: ClaimSubject, user_id: UUID) -> ResolvedSubject:
    person = session.get(identity.User, user_id)
    if person is None or user_id == claim.user_id or identity.inactive_accounts(session, [user_id]):
        raise InvalidSubject(field="subject")
    is_new = person.created_at > claim.at - rules.NEWCOMER_PERIOD
    if claim.kind in {ContributionKind.NEWCOMER_BUDDY, ContributionKind.REFERRAL} and not is_new:
        raise InvalidSubject(field="subject")
    stayed = {"user_id": user_id, "market_id": claim.market_id}
    if (
        claim.kind is ContributionKind.REFERRAL
        and not session.execute(_HAS_COMPLETED_BOOKING, stayed).scalar()
    ):
        raise InvalidSubject(field="subject")
    return ResolvedSubject(user_id, _own_segment(session, claim))


def _resolve_review(session: Session, claim: ClaimSubject, review_id: UUID) -> ResolvedSubject:
    if not queries.is_observed(session, claim.kind, review_id, claim.user_id):
        raise InvalidSubject(field="subject")
    return ResolvedSubject(None, _own_segment(session, claim))


def _resolve_attestation(session: Session, claim: ClaimSubject, attestation_id: UUID) -> ResolvedSubject:
    answered = queries.get_quorum_answer(session, attestation_id, claim.user_id)
    if answered is None:
        raise InvalidSubject(field="subject")
    if queries.get_contribution(session, answered.contribution_id).market_id != claim.market_id:
        raise InvalidSubject(field="subject")
    return ResolvedSubject(None, _own_segment(session, claim))


def _own_segment(session: Session, claim: ClaimSubject) -> str | None:
    try:
        return providers.get_user_profile(session, claim.user_id, claim.market_id).segment
    except ProviderProfileNotFound:
        return None


def _accept_any(session: Session, booking: bookings.Booking, claim: ClaimSubject) -> bool:  # noqa: ARG001 -- as the others
    return True


def _is_a_trial(session: Session, booking: bookings.Booking, claim: ClaimSubject) -> bool:
    """The service was carried out, by somebody who had hardly been tried before."""
    if booking.state is not bookings.BookingState.COMPLETED:
        return False
    counted = {
        "provider_user_id": booking.provider_user_id,
        "market_id": claim.market_id,
        "before": booking.ended_at,
        "most": rules.UNTRIED_BOOKINGS,
    }
    return bool(session.execute(_COUNT_EARLIER_BOOKINGS, counted).scalar_one() < rules.UNTRIED_BOOKINGS)


def _covers_a_no_show(session: Session, booking: bookings.Booking, claim: ClaimSubject) -> bool:
    """It was carried out, for a customer whom another provider had left waiting shortly before."""
    missed = {
        "customer_id": booking.customer_id,
        "provider_user_id": booking.provider_user_id,
        "market_id": claim.market_id,
        "start": booking.during.start,
        "reach": rules.NO_SHOW_COVER_WINDOW,
    }
    covered = session.execute(_COVERED_NO_SHOW, missed).scalar()
    return booking.state is bookings.BookingState.COMPLETED and bool(covered)


def _is_swapped(session: Session, booking: bookings.Booking, claim: ClaimSubject) -> bool:
    """The other side asked for another time or other terms, and this one agreed."""
    side = "customer" if claim.user_id == booking.customer_id else "provider"
    return bool(session.execute(_ACCEPTED_PROPOSAL, {"booking_id": booking.id, "side": side}).scalar())


_RESOLVERS: Mapping[SubjectType, Callable[[Session, ClaimSubject, UUID], ResolvedSubject]] = {
    SubjectType.BOOKING: _resolve_booking,
    SubjectType.OFFER: _resolve_offer,
    SubjectType.USER: _resolve_user,
    SubjectType.REVIEW: _resolve_review,
    SubjectType.ATTESTATION: _resolve_attestation,
}
_BOOKING_CHECKS: Mapping[ContributionKind, Callable[[Session, bookings.Booking, ClaimSubject], bool]] = {
    ContributionKind.TRIAL: _is_a_trial,
    ContributionKind.COVERING_NO_SHOW: _covers_a_no_show,
    ContributionKind.SLOT_SWAP: _is_swapped,
}
