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
from domain.contributions import checking, rules
from domain.contributions.kinds import ContributionKind, SubjectType
from domain.contributions.models import Contribution
from domain.contributions.submitting import Claim, note_deed, submit
from domain.contributions.value_errors import ReferralMadeAlready, ReferralNotPossible
from domain.contributions.value_events import ReferralEnded, ReferralMade
from domain.contributions.value_kinds import ReferralEnd
from domain.contributions.watch_models import Referral, ReferralCode
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


def code_of(session: Session, market_id: UUID, *, by: Caller, at: datetime) -> ReferralCode:
    """The caller's code in a market, made when it is asked for first. Raises `MarketUnknown`."""
    here = markets.get_market(session, market_id)
    code = "".join(secrets.choice(_ALPHABET) for _ in range(CODE_LENGTH))
    session.execute(_MAKE_CODE, {"code": code, "market_id": here.id, "user_id": by.user_id, "at": at})
    wanted = select(ReferralCode).where(ReferralCode.market_id == here.id, ReferralCode.user_id == by.user_id)
    return session.exec(wanted).one()


def use_code(session: Session, code: str, *, by: Caller, at: datetime) -> Referral:
    """Say by whose code one came. Raises `ReferralNotPossible` and `ReferralMadeAlready`.

    Who has booked or was booked, whose account is older than a newcomer's, and who is of the same cluster of
    identities as the code's owner is refused like a code that is nobody's.
    """
    found = session.get(ReferralCode, code.strip().lower())
    if (
        found is None
        or identity.inactive_accounts(session, [found.user_id, by.user_id])
        or not _is_new(session, found, by.user_id, at)
    ):
        raise ReferralNotPossible(field="code")
    if referral_of(session, found.market_id, by.user_id) is not None:
        raise ReferralMadeAlready
    made = Referral(
        market_id=found.market_id, referrer_id=found.user_id, referred_id=by.user_id, referred_at=at
    )
    session.add(made)
    session.flush()
    fact = ReferralMade(made.id, made.market_id, referrer_id=made.referrer_id, referred_id=made.referred_id)
    events.record_event(session, fact, subject=("referral", made.id), by=by.actor, at=at)
    return made


def follow_completion(session: Session, booking_id: UUID, *, at: datetime) -> Contribution | None:
    """Claim the referral of a customer whose first booking is completed; None where there is none to claim.

    Doing it twice does no harm.
    """
    booking = session.get(Booking, booking_id)
    if booking is None or booking.state is not bookings.BookingState.COMPLETED:
        return None
    wanted = select(Referral).where(
        Referral.market_id == booking.market_id, Referral.referred_id == booking.customer_id
    )
    made = session.exec(wanted.with_for_update()).first()
    if made is None or made.ended_at is not None:
        return None
    is_one = _are_one(session, made.referrer_id, made.referred_id)
    claimed = None if is_one else _claimed(session, made, at)
    if claimed is None:
        made.ended_as = ReferralEnd.SAME_CLUSTER if is_one else ReferralEnd.NOT_TAKEN
    else:
        made.contribution_id = claimed.id
    made.booking_id, made.ended_at = booking.id, at
    session.flush()
    fact = ReferralEnded(made.id, booking.id, ended_as=made.ended_as, kind=ContributionKind.REFERRAL)
    events.record_event(session, fact, subject=("referral", made.id), by=SYSTEM, at=at)
    return claimed


def referral_of(session: Session, market_id: UUID, referred_id: UUID) -> Referral | None:
    """By whose code somebody came to a market, if by anybody's."""
    wanted = select(Referral).where(Referral.market_id == market_id, Referral.referred_id == referred_id)
    return session.exec(wanted).first()


def referrals_by(session: Session, *, by: Caller, after: str | None, limit: int) -> Page[Referral]:
    """Whom the caller brought, the latest first. Raises `CursorUnreadable`."""
    wanted = select(Referral).where(Referral.referrer_id == by.user_id)
    if after is not None:
        wanted = wanted.where(col(Referral.id) < decode_cursor(after, [UUID])[0])
    rows = session.exec(wanted.order_by(col(Referral.id).desc()).limit(limit + 1)).all()
    return build_page(rows, limit, lambda row: [row.id])


def _is_new(session: Session, code: ReferralCode, user_id: UUID, at: datetime) -> bool:
    asked = {"market_id": code.market_id, "user_id": user_id}
    return (
        not _are_one(session, code.user_id, user_id)
        and identity.get_user(session, user_id).created_at > at - rules.NEWCOMER
        and not session.execute(_HAS_BOOKED, asked).scalar_one()
    )


def _are_one(session: Session, one: UUID, other: UUID) -> bool:
    clusters = identity.cluster_of(session, [one, other])
    return clusters[one] == clusters[other]


def _claimed(session: Session, made: Referral, at: datetime) -> Contribution | None:
    """The claim in the referrer's name, confirmed by what the newcomer said; None where it is not taken."""
    asked = {"market_id": made.market_id, "referred_id": made.referred_id}
    if session.execute(_IS_CLAIMED, asked).scalar_one():
        return None
    referrer = identity.get_user(session, made.referrer_id)
    claim = Claim(
        market_id=made.market_id,
        kind=ContributionKind.REFERRAL,
        title="A newcomer's first booking",
        subject_type=SubjectType.USER,
        subject_id=made.referred_id,
    )
    note_deed(session, ContributionKind.REFERRAL, made.referred_id, made.referrer_id, at=at)
    try:
        with session.begin_nested():
            given = submit(session, claim, by=Caller(referrer.id, ids.new(), referrer.name), at=at)
    except DomainError:  # the market takes none, or not so many
        return None
    checking.follow(session, given.id, at=at)
    return given
