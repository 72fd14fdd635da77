"""Changing a confirmed booking: proposed with its price, accepted at once or not at all."""

from datetime import timedelta

import pytest
from sqlmodel import Session

from domain import availability, bookings, offers, payments
from domain.availability.errors import SlotTaken
from domain.bookings import Booking, BookingParty, BookingReasonCode, BookingState, changes
from domain.bookings.changes import ProposalKind, ProposalState, ProposedChange
from domain.bookings.errors import (
    IncreaseNotPayable,
    NothingProposed,
    OtherPartyMustAnswer,
    ProposalNotFound,
    ProposalOpen,
    TooLate,
)
from domain.foundation import ids
from domain.foundation.lifecycle import TransitionNotAllowed
from domain.foundation.spans import Span
from domain.ledger import AccountKind
from domain.offers import OptionContent
from tests import cast
from tests.domain.bookings.booking_factory import DAY, HOUR, BookingFactory, make_booking_factory

MINUTE = timedelta(minutes=1)


@pytest.fixture
def factory(session: Session, at) -> BookingFactory:
    return make_booking_factory(session, at)


def proposed(factory: BookingFactory, booking: Booking, *, by=None, at=None, **change) -> changes.ProposalRow:
    return changes.propose_change(
        factory.session,
        booking.id,
        ProposedChange(**change),
        by=by or factory.aino,
        at=at or factory.at,
        note="Would it suit you?",
    )


def accepted(factory: BookingFactory, booking: Booking, proposal_id, *, by=None, at=None) -> Booking:
    return changes.accept_proposal(
        factory.session, booking.id, proposal_id, by=by or factory.ellen, at=at or factory.at
    )


def states(factory: BookingFactory, booking: Booking) -> list[ProposalState]:
    factory.session.flush()
    return [
        line.state
        for line in bookings.get_booking_details(factory.session, booking.id, by=factory.aino).proposals
    ]


def test_a_new_time_is_shown_with_its_difference_and_moves_hold_and_deadlines_at_once(
    factory: BookingFactory,
):
    booking = factory.make_confirmed_booking()
    later = factory.start + DAY
    proposal = proposed(factory, booking, start=later)
    assert (proposal.kind, proposal.difference_amount) == (ProposalKind.RESCHEDULE, 0)
    assert booking.during.start == factory.start
    accepted(factory, booking, proposal.id)
    assert booking.during == Span(later, later + 2 * HOUR)
    assert booking.due_at == later
    assert booking.strictest_start_at == factory.start
    freed = factory.make_requested_booking(by=factory.ben)
    assert freed.during.start == factory.start


def test_a_shorter_service_gives_the_difference_back(factory: BookingFactory):
    booking = factory.make_confirmed_booking()
    proposal = proposed(factory, booking, by=factory.ellen, end=factory.start + HOUR)
    assert (proposal.kind, proposal.difference_amount) == (ProposalKind.MODIFICATION, -4_725)
    accepted(factory, booking, proposal.id, by=factory.aino)
    factory.sync_payment(booking, factory.at)
    payment = payments.get_payment_of_subject(factory.session, booking.id)
    assert (booking.pay_in_amount, payment.refunded_amount) == (4_725, 4_725)
    assert factory.balance(AccountKind.HELD, booking.id) == 4_725


def test_a_changed_booking_is_settled_by_what_it_costs_now(factory: BookingFactory):
    booking = factory.make_confirmed_booking()
    proposal = proposed(factory, booking, end=factory.start + HOUR)
    accepted(factory, booking, proposal.id)
    factory.sync_payment(booking, factory.at)
    when = factory.start - 2 * DAY
    bookings.cancel(
        factory.session, booking.id, by=factory.aino, at=when, reason_code=BookingReasonCode.ILLNESS
    )
    factory.sync_payment(booking, when)
    assert booking.refund_amount == 2_250
    assert factory.balance(AccountKind.HELD, booking.id) == 0
    assert factory.balance(AccountKind.PAYABLE, booking.profile_id) == 2_025


def test_a_change_that_costs_more_than_was_paid_is_refused_with_what_to_do(factory: BookingFactory):
    booking = factory.make_confirmed_booking()
    with pytest.raises(IncreaseNotPayable) as refused:
        proposed(factory, booking, end=factory.start + 3 * HOUR)
    assert refused.value.extras == {"difference_amount": 4_725, "currency": "EUR"}


def test_before_the_capture_a_change_may_cost_as_much_as_is_authorized(factory: BookingFactory):
    """The worker has not captured yet: an hour less and an hour more again fit into the authorization."""
    booking = factory.make_paid_booking()
    bookings.accept(factory.session, booking.id, by=factory.ellen, at=factory.at)
    accepted(factory, booking, proposed(factory, booking, end=factory.start + HOUR).id)
    back = proposed(factory, booking, end=factory.start + 2 * HOUR)
    assert back.difference_amount == 4_725
    accepted(factory, booking, back.id)
    factory.sync_payment(booking, factory.at)
    assert (
        payments.get_payment_of_subject(factory.session, booking.id).captured_amount
        == booking.pay_in_amount
        == 9_450
    )


def test_an_option_that_is_free_can_be_added(factory: BookingFactory):
    provider = cast.actor(cast.user(factory.session, "Ellen"))
    option = offers.add_option(
        factory.session,
        factory.offer.id,
        OptionContent(title="Folding", price_amount=0),
        by=provider,
        at=factory.at,
    )
    booking = factory.make_confirmed_booking()
    proposal = proposed(factory, booking, options=[(option.id, 1)])
    accepted(factory, booking, proposal.id)
    assert booking.options == [{"option_id": str(option.id), "quantity": 1}]


def test_when_the_new_time_is_gone_everything_stays_as_it_was(factory: BookingFactory):
    booking = factory.make_confirmed_booking()
    later = factory.start + DAY
    proposal = proposed(factory, booking, start=later)
    factory.make_requested_booking(by=factory.ben, start=later)
    with pytest.raises(SlotTaken), factory.session.begin_nested():
        accepted(factory, booking, proposal.id)
    factory.session.refresh(booking)
    assert booking.during.start == factory.start
    assert states(factory, booking) == [ProposalState.OPEN]
    availability.confirm_hold(factory.session, booking.id)


def test_a_proposal_is_the_other_sides_to_answer_and_ones_own_to_withdraw(factory: BookingFactory):
    booking = factory.make_confirmed_booking()
    proposal = proposed(factory, booking, start=factory.start + DAY)
    for somebody, refusal in ((factory.aino, TransitionNotAllowed), (factory.otto, OtherPartyMustAnswer)):
        with pytest.raises(refusal):
            accepted(factory, booking, proposal.id, by=somebody)
    with pytest.raises(TransitionNotAllowed):
        changes.withdraw_proposal(factory.session, booking.id, proposal.id, by=factory.ellen, at=factory.at)
    changes.withdraw_proposal(factory.session, booking.id, proposal.id, by=factory.aino, at=factory.at)
    second = proposed(factory, booking, start=factory.start + DAY)
    changes.decline_proposal(factory.session, booking.id, second.id, by=factory.ellen, at=factory.at)
    assert states(factory, booking) == [ProposalState.WITHDRAWN, ProposalState.DECLINED]
    with pytest.raises(TransitionNotAllowed):
        accepted(factory, booking, second.id)


def test_one_proposal_waits_at_a_time(factory: BookingFactory):
    booking = factory.make_confirmed_booking()
    proposed(factory, booking, start=factory.start + DAY)
    with pytest.raises(ProposalOpen):
        proposed(factory, booking, by=factory.ellen, start=factory.start + 2 * DAY)


def test_a_proposal_whose_time_is_over_is_no_obstacle_and_cannot_be_accepted(factory: BookingFactory):
    booking = factory.make_confirmed_booking()
    proposal = proposed(factory, booking, start=factory.start + DAY)
    assert proposal.expires_at == factory.at + DAY
    with pytest.raises(TooLate):
        accepted(factory, booking, proposal.id, at=factory.at + DAY)
    proposed(factory, booking, by=factory.ellen, start=factory.start + 2 * DAY, at=factory.at + DAY)
    assert states(factory, booking) == [ProposalState.EXPIRED, ProposalState.OPEN]


def test_the_clock_ends_a_proposal_nobody_answers(factory: BookingFactory):
    booking = factory.make_confirmed_booking()
    proposed(factory, booking, start=factory.start + DAY)
    factory.session.flush()
    assert changes.bookings_with_due_proposal(factory.session, at=factory.at + DAY, limit=10) == [booking.id]
    assert not changes.expire_due_proposal(factory.session, booking.id, at=factory.at + DAY - MINUTE)
    assert changes.expire_due_proposal(factory.session, booking.id, at=factory.at + DAY)
    assert states(factory, booking) == [ProposalState.EXPIRED]
    assert booking.state is BookingState.CONFIRMED


@pytest.mark.parametrize("ending", ["cancel", "start"])
def test_a_proposal_does_not_outlive_the_confirmed_booking(factory: BookingFactory, ending):
    booking = factory.make_confirmed_booking(start=factory.at + 12 * HOUR)
    proposed(factory, booking, start=factory.start)
    if ending == "cancel":
        why = BookingReasonCode.ILLNESS
        bookings.cancel(factory.session, booking.id, by=factory.ellen, at=factory.at, reason_code=why)
    else:
        bookings.run_due_transition(factory.session, booking.id, at=factory.at + 12 * HOUR)
    assert states(factory, booking) == [ProposalState.EXPIRED]


def test_what_is_agreed_already_or_has_passed_is_not_proposed(factory: BookingFactory):
    booking = factory.make_confirmed_booking()
    with pytest.raises(NothingProposed):
        proposed(factory, booking, start=factory.start)
    with pytest.raises(TooLate):
        proposed(factory, booking, start=factory.at)


def test_only_a_confirmed_booking_is_changed_and_only_by_its_two_sides(factory: BookingFactory):
    booking = factory.make_paid_booking()
    with pytest.raises(TransitionNotAllowed):
        proposed(factory, booking, start=factory.start + DAY)
    bookings.accept(factory.session, booking.id, by=factory.ellen, at=factory.at)
    with pytest.raises(OtherPartyMustAnswer):
        proposed(factory, booking, by=factory.otto, start=factory.start + DAY)
    with pytest.raises(ProposalNotFound):
        accepted(factory, booking, ids.new())


def test_rescheduling_and_then_cancelling_does_not_reopen_the_deadline(factory: BookingFactory):
    """Half a day before the start Aino would get nothing back; moving by a month first changes nothing."""
    booking = factory.make_confirmed_booking()
    late = factory.start - 12 * HOUR
    proposal = proposed(factory, booking, start=factory.start + 30 * DAY, at=late)
    accepted(factory, booking, proposal.id, at=late)
    bookings.cancel(
        factory.session, booking.id, by=factory.aino, at=late, reason_code=BookingReasonCode.CHANGED_PLANS
    )
    assert (booking.refund_amount, booking.cancelled_by) == (0, BookingParty.CUSTOMER)
