"""Referrals: who brought whom, told by a code, once, before the newcomer booked or was booked.

Nothing is earned by handing a code on, only by what comes of it: when the newcomer's first booking in the
market is completed, the referral is claimed by itself. The newcomer said who brought them when they used the
code, so nobody is asked again. What it earns is bounded by a share of that booking's own fee, and one cluster
of identities never refers itself.
"""

import secrets
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session, col, select

from domain import bookings, identity, markets
from domain.bookings import Booking
from domain.contributions import rules
from domain.contributions.claims import submission_checks
from domain.contributions.claims.submission import ClaimDraft, record_observed_action, submit
from domain.contributions.kinds import ContributionKind, SubjectType
from domain.contributions.models import Contribution
from domain.contributions.referrals.errors import ReferralAlreadyUsed, ReferralNotPossible
from domain.contributions.referrals.events import ReferralEnded, ReferralMade
from domain.contributions.referrals.kinds import ReferralEnd
from domain.contributions.referrals.models import Referral, ReferralCode
from domain.foundation import events, ids
from domain.foundation.actors import SYSTEM
from domain.foundation.errors import DomainError
from domain.foundation.paging import Page, build_page, decode_cursor
from domain.identity import Caller

# Fifty bits: nobody comes by somebody's code by trying, and it still fits on a note.
CODE_LENGTH: Final = 10
_ALPHABET: Final = "0123456789abcdefghjkmnpqrstvwxyz"

_MAKE_CODE = text("""
    INSERT INTO referral_codes (code, market_id, user_id, made_at) VALUES (:code, :market_id, :user_id, :at)
    ON CONFLICT ON CONSTRAINT a_person_has_one_referral_code DO NOTHING
""")
_HAS_BOOKED = text("""
    SELECT EXISTS (SELECT FROM bookings
                   WHERE market_id = :market_id AND :user_id IN (customer_id, provider_user_id))
""")
_IS_CLAIMED = text("""
    SELECT EXISTS (SELECT FROM contributions
                   WHERE market_id = :market_id AND kind = 'referral' AND subject_id = :referred_id
                     AND state NOT IN ('withdrawn', 'rejected_for_good'))
""")


def get_referral_code(session: Session, market_id: UUID, *, by: Caller, at: datetime) -> ReferralCode:
    """The caller's code in a market, made when it is asked for first. Raises `MarketUnknown`."""
    market = markets.get_market(session, market_id)
    code = "".join(secrets.choice(_ALPHABET) for _ in range(CODE_LENGTH))
    session.execute(_MAKE_CODE, {"code": code, "market_id": market.id, "user_id": by.user_id, "at": at})
    query = select(ReferralCode).where(
        ReferralCode.market_id == market.id, ReferralCode.user_id == by.user_id
    )
    return session.exec(query).one()


def use_referral_code(session: Session, code: str, *, by: Caller, at: datetime) -> Referral:
    """Say by whose code one came. Raises `ReferralNotPossible` and `ReferralMadeAlready`.

    Who has booked or was booked, whose account is older than a newcomer's, and who is of the same cluster of
    identities as the code's owner is refused like a code that is nobody's.
    """
    code_row = session.get(ReferralCode, code.strip().lower())
    if (
        code_row is None
        or identity.inactive_accounts(session, [code_row.user_id, by.user_id])
        or not _is_new(session, code_row, by.user_id, at)
    ):
        raise ReferralNotPossible(field="code")
    if get_referral(session, code_row.market_id, by.user_id) is not None:
        raise ReferralAlreadyUsed
    referral = Referral(
        market_id=code_row.market_id, referrer_id=code_row.user_id, referred_id=by.user_id, referred_at=at
    )
    session.add(referral)
    session.flush()
    event = ReferralMade(
        referral.id, referral.market_id, referrer_id=referral.referrer_id, referred_id=referral.referred_id
    )
    events.record_event(session, event, subject=("referral", referral.id), by=by.actor, at=at)
    return referral


def claim_referral(session: Session, booking_id: UUID, *, at: datetime) -> Contribution | None:
    """Claim the referral of a customer whose first booking is completed; None where there is none to claim.

    Doing it twice does no harm.
    """
    booking = session.get(Booking, booking_id)
    if booking is None or booking.state is not bookings.BookingState.COMPLETED:
        return None
    query = select(Referral).where(
        Referral.market_id == booking.market_id, Referral.referred_id == booking.customer_id
    )
    referral = session.exec(query.with_for_update()).first()
    if referral is None or referral.ended_at is not None:
        return None
    is_one = _are_same_person(session, referral.referrer_id, referral.referred_id)
    claimed = None if is_one else _submit_claim(session, referral, at)
    if claimed is None:
        referral.ended_as = ReferralEnd.SAME_CLUSTER if is_one else ReferralEnd.NOT_TAKEN
    else:
        referral.contribution_id = claimed.id
    referral.booking_id, referral.ended_at = booking.id, at
    session.flush()
    event = ReferralEnded(referral.id, booking.id, ended_as=referral.ended_as, kind=ContributionKind.REFERRAL)
    events.record_event(session, event, subject=("referral", referral.id), by=SYSTEM, at=at)
    return claimed


def get_referral(session: Session, market_id: UUID, referred_id: UUID) -> Referral | None:
    """By whose code somebody came to a market, if by anybody's."""
    query = select(Referral).where(Referral.market_id == market_id, Referral.referred_id == referred_id)
    return session.exec(query).first()


def list_user_referrals(session: Session, *, by: Caller, after: str | None, limit: int) -> Page[Referral]:
    """Whom the caller brought, the latest first. Raises `CursorUnreadable`."""
    query = select(Referral).where(Referral.referrer_id == by.user_id)
    if after is not None:
        query = query.where(col(Referral.id) < decode_cursor(after, [UUID])[0])
    rows = session.exec(query.order_by(col(Referral.id).desc()).limit(limit + 1)).all()
    return build_page(rows, limit, lambda row: [row.id])


def _is_new(session: Session, code: ReferralCode, user_id: UUID, at: datetime) -> bool:
    parameters = {"market_id": code.market_id, "user_id": user_id}
    return (
        not _are_same_person(session, code.user_id, user_id)
        and identity.get_user(session, user_id).created_at > at - rules.NEWCOMER_PERIOD
        and not session.execute(_HAS_BOOKED, parameters).scalar_one()
    )


def _are_same_person(session: Session, user_id: UUID, other_id: UUID) -> bool:
    clusters = identity.cluster_of(session, [user_id, other_id])
    return clusters[user_id] == clusters[other_id]


def _submit_claim(session: Session, referral: Referral, at: datetime) -> Contribution | None:
    """The claim in the referrer's name, confirmed by what the newcomer said; None where it is not taken."""
    parameters = {"market_id": referral.market_id, "referred_id": referral.referred_id}
    if session.execute(_IS_CLAIMED, parameters).scalar_one():
        return None
    referrer = identity.get_user(session, referral.referrer_id)
    claim = ClaimDraft(
        market_id=referral.market_id,
        kind=ContributionKind.REFERRAL,
        title="A newcomer's first booking",
        subject_type=SubjectType.USER,
        subject_id=referral.referred_id,
    )
    record_observed_action(
        session, ContributionKind.REFERRAL, referral.referred_id, referral.referrer_id, at=at
    )
    try:
        with session.begin_nested():
            contribution = submit(session, claim, by=Caller(referrer.id, ids.new(), referrer.name), at=at)
    except DomainError:  # the market takes none, or not so many
        return None
    submission_checks.check_submission(session, contribution.id, at=at)
    return contribution
