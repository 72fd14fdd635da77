"""From a quote to a confirmed booking: the request, the payment's word, the provider's answer, the clocks."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from domain import availability, markets, offers, payments, pricing
from domain.bookings import guards, rules
from domain.bookings.booking_tasks import stakes
from domain.bookings.cancellations import finalize
from domain.bookings.events import BookingAuthorized, BookingConfirmed, BookingRequested
from domain.bookings.kinds import BookingParty, BookingReasonCode, BookingState, BookingTransition
from domain.bookings.models import Booking
from domain.bookings.money import credit_redemption
from domain.bookings.policy_snapshot import PolicySnapshot
from domain.bookings.transition import (
    ActionContext,
    CallerOrActor,
    actor_of,
    apply_transition,
    load_context,
    record_event,
)
from domain.foundation import ids
from domain.foundation.actors import PAYMENT, Actor
from domain.pricing.errors import OfferTakesNoBookings


def request(session: Session, quote_id: UUID, *, by: CallerOrActor, at: datetime) -> Booking:
    """Book what a quote promised. The time is held until it is paid, for some minutes at most.

    Raises what `pricing.take` raises of the quote and the offer (expired, taken; hidden, not approved,
    one's own), what `availability.promise` raises of the time, and `BalanceTooLow` to who has fewer credits
    than the quote is paid with. Where nothing is to be paid, the request goes to the provider at once, or is
    confirmed.
    """
    actor = actor_of(by, BookingParty.CUSTOMER)
    if actor.user_id is None:
        raise TypeError("only people book")
    redeemed = pricing.take(session, quote_id, customer_id=actor.user_id, at=at)
    quote, terms = redeemed.quote, redeemed.terms
    booking = _build_booking(session, quote, terms, at=at)
    _hold_time(session, booking, terms, at=at)
    _open_payment(session, booking, by=actor, at=at)
    session.add(booking)
    context = ActionContext(booking, BookingParty.CUSTOMER, actor, at)
    stakes.create_tasks(session, booking, quote, at=at)
    credit_redemption.redeem(session, context, quote)
    _record_request(session, context)
    if booking.payment_id is None:
        availability.confirm_hold(session, booking.id)
        apply_authorization(
            session, ActionContext(booking, BookingParty.PAYMENT, PAYMENT, at), capture_before=None
        )
    return booking


def apply_authorization(session: Session, context: ActionContext, *, capture_before: datetime | None) -> None:
    """The money is there and the time is held for good: ask the provider, or confirm what books instantly."""
    booking = context.booking
    booking.authorized_at = context.at
    if booking.books_instantly:
        _confirm(session, context, BookingTransition.AUTHORIZE_INSTANTLY)
        return
    answer_by = rules.answer_due(context.at, capture_before, booking.during, booking.terms)
    apply_transition(session, context, BookingTransition.AUTHORIZE, due_at=answer_by)
    record_event(session, context, BookingAuthorized(booking_id=booking.id, answer_by=answer_by))


def accept(
    session: Session, booking_id: UUID, *, by: CallerOrActor, at: datetime, if_match: int | None = None
) -> Booking:
    """Agree to a request for one's offer. The payment is captured from here on.

    Raises `NotNow`, `TooLate`, `PaymentNotAuthorized` when the bank let the money go meanwhile,
    `CapabilityMissing` to a provider who was suspended, and `AccountSuspended` where the customer was: what
    runs goes on, but nothing new begins.
    """
    context = load_context(session, booking_id, by=by, at=at, if_match=if_match)
    guards.check_allowed(session, context, BookingTransition.ACCEPT)
    _confirm(session, context, BookingTransition.ACCEPT)
    return context.booking


def decline(
    session: Session,
    booking_id: UUID,
    *,
    by: CallerOrActor,
    at: datetime,
    reason_code: BookingReasonCode,
    reason: str | None = None,
    if_match: int | None = None,
) -> Booking:
    """Turn a request for one's offer down; the authorization is let go. Raises `NotNow`."""
    context = load_context(session, booking_id, by=by, at=at, if_match=if_match)
    finalize.end_booking(
        session,
        context,
        BookingTransition.DECLINE,
        finalize.NEVER_AGREED,
        reason_code=reason_code,
        reason=reason,
    )
    return context.booking


def expire_request(
    session: Session, context: ActionContext, *, reason_code: BookingReasonCode | None = None
) -> None:
    """End what nobody agreed to: a clock ran out, the payment's or the provider's, or for another reason."""
    transition, why = BookingTransition.EXPIRE_REQUEST, BookingReasonCode.NOT_ANSWERED
    if context.booking.state is BookingState.PENDING_PAYMENT:
        transition, why = BookingTransition.EXPIRE_PAYMENT, BookingReasonCode.NOT_PAID
    finalize.end_booking(session, context, transition, finalize.NEVER_AGREED, reason_code=reason_code or why)


def _confirm(session: Session, context: ActionContext, transition: BookingTransition) -> None:
    booking = context.booking
    apply_transition(session, context, transition, due_at=booking.during.start)
    booking.confirmed_at = context.at
    session.flush()
    if booking.payment_id is not None:
        payments.set_capture_target(session, booking.id, booking.paid_amount, by=context.actor, at=context.at)
    pricing.agree(session, booking.quote_id, at=context.at)
    record_event(session, context, BookingConfirmed(booking_id=booking.id))


def _hold_time(session: Session, booking: Booking, terms: offers.Terms, *, at: datetime) -> None:
    availability.hold_time(
        session,
        terms=terms,
        during=booking.during,
        seats=booking.seats,
        option_ids=[UUID(option["option_id"]) for option in booking.options],
        booking_id=booking.id,
        expires_at=booking.due_at,
        at=at,
    )


def _open_payment(session: Session, booking: Booking, *, by: Actor, at: datetime) -> None:
    """The list price: what is at stake is paid beside the pay-in. What costs nothing has no payment."""
    if not booking.paid_amount:
        return
    payment = payments.create_payment(
        session,
        subject_id=booking.id,
        market_id=booking.market_id,
        customer_id=booking.customer_id,
        amount=booking.paid_amount,
        currency=booking.currency,
        by=by,
        at=at,
    )
    booking.payment_id = payment.id


def _record_request(session: Session, context: ActionContext) -> None:
    booking = context.booking
    event = BookingRequested(
        booking_id=booking.id,
        offer_id=booking.offer_id,
        quote_id=booking.quote_id,
        start=booking.during.start,
        end=booking.during.end,
        pay_in_amount=booking.pay_in_amount,
        stake_amount=booking.stake_amount,
        currency=booking.currency,
        pay_by=booking.due_at,
    )
    record_event(session, context, event)


def _build_booking(session: Session, quote: pricing.Quote, terms: offers.Terms, *, at: datetime) -> Booking:
    snapshot, used = _policy_snapshot(session, quote, terms), credit_redemption.credits_of_quote(quote)
    is_at_the_provider_s = terms.place is offers.Place.PROVIDER
    return Booking(
        id=ids.new(),
        market_id=quote.market_id,
        offer_id=quote.offer_id,
        profile_id=terms.profile_id,
        provider_user_id=terms.provider_user_id,
        customer_id=quote.customer_id,
        quote_id=quote.id,
        state=BookingState.PENDING_PAYMENT,
        title=terms.title,
        latitude=terms.latitude if is_at_the_provider_s else None,
        longitude=terms.longitude if is_at_the_provider_s else None,
        during=quote.during,
        time_zone=quote.time_zone,
        seats=quote.seats,
        options=quote.options,
        currency=quote.currency,
        pay_in_amount=quote.pay_in_amount,
        pay_out_amount=quote.pay_out_amount,
        service_fee_amount=quote.service_fee_amount,
        commission_amount=quote.commission_amount,
        tax_amount=quote.tax_amount,
        surge_amount=quote.surge_amount,
        bonus_amount=quote.bonus_amount,
        stake_amount=quote.stake_amount,
        fee_credits=used.fee,
        surge_credits=used.surge,
        policy_version_id=quote.policy_version_id,
        policy_snapshot=snapshot.dump(),
        strictest_start_at=quote.during.start,
        books_instantly=terms.books_instantly,
        due_at=rules.payment_due(at, quote.during, snapshot),
        requested_at=at,
    )


def _policy_snapshot(session: Session, quote: pricing.Quote, terms: offers.Terms) -> PolicySnapshot:
    """The policy that priced the quote is the one that holds for the booking."""
    version = markets.get_policy_version(session, quote.policy_version_id)
    if terms.cancellation_policy not in version.rules.cancellation_policies:
        raise OfferTakesNoBookings(
            "The market no longer has this offer's cancellation policy; its provider has to choose another.",
            reasons=["cancellation_policy_retired"],
        )
    return PolicySnapshot.of_policy(
        version.rules,
        version.number,
        cancellation_policy=terms.cancellation_policy,
        notice_minutes=terms.notice_minutes,
        tasks=pricing.task_rules(version),
    )
