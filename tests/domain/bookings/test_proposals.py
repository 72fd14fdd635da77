"""Changing a confirmed booking: proposed with its price, accepted at once or not at all."""

from datetime import timedelta

import pytest
from sqlmodel import Session

from domain import availability, bookings, offers, payments
from domain.availability.errors import SlotTaken
from domain.bookings import Booking, Change, ProposalKind, ProposalState, ReasonCode, Side, State
from domain.bookings.errors import (
    IncreaseNotPayable,
    NothingProposed,
    NotYoursToAnswer,
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
from tests.domain.bookings.scene import DAY, HOUR, Scene, scene

MINUTE = timedelta(minutes=1)


@pytest.fixture
def play(session: Session, at) -> Scene:
    return scene(session, at)


def proposed(play: Scene, booking: Booking, *, by=None, at=None, **change) -> bookings.ProposalLine:
    return bookings.propose(
        play.session,
        booking.id,
        Change(**change),
        by=by or play.aino,
        at=at or play.at,
        note="Would it suit you?",
    )


def accepted(play: Scene, booking: Booking, proposal_id, *, by=None, at=None) -> Booking:
    return bookings.accept_proposal(
        play.session, booking.id, proposal_id, by=by or play.ellen, at=at or play.at
    )


def states(play: Scene, booking: Booking) -> list[ProposalState]:
    play.session.flush()
    return [line.state for line in bookings.whole(play.session, booking.id, by=play.aino).proposals]


def test_a_new_time_is_shown_with_its_difference_and_moves_hold_and_deadlines_at_once(play: Scene):
    booking = play.confirmed()
    later = play.start + DAY
    proposal = proposed(play, booking, start=later)
    assert (proposal.kind, proposal.difference_amount) == (ProposalKind.RESCHEDULE, 0)
    assert booking.during.start == play.start
    accepted(play, booking, proposal.id)
    assert booking.during == Span(later, later + 2 * HOUR)
    assert booking.due_at == later
    assert booking.strictest_start_at == play.start
    freed = play.requested(by=play.ben)
    assert freed.during.start == play.start


def test_a_shorter_service_gives_the_difference_back(play: Scene):
    booking = play.confirmed()
    proposal = proposed(play, booking, by=play.ellen, end=play.start + HOUR)
    assert (proposal.kind, proposal.difference_amount) == (ProposalKind.MODIFICATION, -4_725)
    accepted(play, booking, proposal.id, by=play.aino)
    play.settle(booking, play.at)
    payment = payments.of(play.session, booking.id)
    assert (booking.pay_in_amount, payment.refunded_amount) == (4_725, 4_725)
    assert play.balance(AccountKind.HELD, booking.id) == 4_725


def test_a_changed_booking_is_settled_by_what_it_costs_now(play: Scene):
    booking = play.confirmed()
    proposal = proposed(play, booking, end=play.start + HOUR)
    accepted(play, booking, proposal.id)
    play.settle(booking, play.at)
    when = play.start - 2 * DAY
    bookings.cancel(play.session, booking.id, by=play.aino, at=when, reason_code=ReasonCode.ILLNESS)
    play.settle(booking, when)
    assert booking.refund_amount == 2_250
    assert play.balance(AccountKind.HELD, booking.id) == 0
    assert play.balance(AccountKind.PAYABLE, booking.profile_id) == 2_025


def test_a_change_that_costs_more_than_was_paid_is_refused_with_what_to_do(play: Scene):
    booking = play.confirmed()
    with pytest.raises(IncreaseNotPayable) as refused:
        proposed(play, booking, end=play.start + 3 * HOUR)
    assert refused.value.extras == {"difference_amount": 4_725, "currency": "EUR"}


def test_before_the_capture_a_change_may_cost_as_much_as_is_authorized(play: Scene):
    """The worker has not captured yet: an hour less and an hour more again fit into the authorization."""
    booking = play.paid()
    bookings.accept(play.session, booking.id, by=play.ellen, at=play.at)
    accepted(play, booking, proposed(play, booking, end=play.start + HOUR).id)
    back = proposed(play, booking, end=play.start + 2 * HOUR)
    assert back.difference_amount == 4_725
    accepted(play, booking, back.id)
    play.settle(booking, play.at)
    assert payments.of(play.session, booking.id).captured_amount == booking.pay_in_amount == 9_450


def test_an_option_that_is_free_can_be_added(play: Scene):
    provider = cast.actor(cast.user(play.session, "Ellen"))
    option = offers.add_option(
        play.session, play.offer.id, OptionContent(title="Folding", price_amount=0), by=provider, at=play.at
    )
    booking = play.confirmed()
    proposal = proposed(play, booking, options=[(option.id, 1)])
    accepted(play, booking, proposal.id)
    assert booking.options == [{"option_id": str(option.id), "quantity": 1}]


def test_when_the_new_time_is_gone_everything_stays_as_it_was(play: Scene):
    booking = play.confirmed()
    later = play.start + DAY
    proposal = proposed(play, booking, start=later)
    play.requested(by=play.ben, start=later)
    with pytest.raises(SlotTaken), play.session.begin_nested():
        accepted(play, booking, proposal.id)
    play.session.refresh(booking)
    assert booking.during.start == play.start
    assert states(play, booking) == [ProposalState.OPEN]
    availability.confirm(play.session, booking.id)


def test_a_proposal_is_the_other_sides_to_answer_and_ones_own_to_withdraw(play: Scene):
    booking = play.confirmed()
    proposal = proposed(play, booking, start=play.start + DAY)
    for somebody, refusal in ((play.aino, TransitionNotAllowed), (play.otto, NotYoursToAnswer)):
        with pytest.raises(refusal):
            accepted(play, booking, proposal.id, by=somebody)
    with pytest.raises(TransitionNotAllowed):
        bookings.withdraw_proposal(play.session, booking.id, proposal.id, by=play.ellen, at=play.at)
    bookings.withdraw_proposal(play.session, booking.id, proposal.id, by=play.aino, at=play.at)
    second = proposed(play, booking, start=play.start + DAY)
    bookings.decline_proposal(play.session, booking.id, second.id, by=play.ellen, at=play.at)
    assert states(play, booking) == [ProposalState.WITHDRAWN, ProposalState.DECLINED]
    with pytest.raises(TransitionNotAllowed):
        accepted(play, booking, second.id)


def test_one_proposal_waits_at_a_time(play: Scene):
    booking = play.confirmed()
    proposed(play, booking, start=play.start + DAY)
    with pytest.raises(ProposalOpen):
        proposed(play, booking, by=play.ellen, start=play.start + 2 * DAY)


def test_a_proposal_whose_time_is_over_is_no_obstacle_and_cannot_be_accepted(play: Scene):
    booking = play.confirmed()
    proposal = proposed(play, booking, start=play.start + DAY)
    assert proposal.expires_at == play.at + DAY
    with pytest.raises(TooLate):
        accepted(play, booking, proposal.id, at=play.at + DAY)
    proposed(play, booking, by=play.ellen, start=play.start + 2 * DAY, at=play.at + DAY)
    assert states(play, booking) == [ProposalState.EXPIRED, ProposalState.OPEN]


def test_the_clock_ends_a_proposal_nobody_answers(play: Scene):
    booking = play.confirmed()
    proposed(play, booking, start=play.start + DAY)
    play.session.flush()
    assert bookings.due_proposals(play.session, at=play.at + DAY, limit=10) == [booking.id]
    assert not bookings.expire_proposal(play.session, booking.id, at=play.at + DAY - MINUTE)
    assert bookings.expire_proposal(play.session, booking.id, at=play.at + DAY)
    assert states(play, booking) == [ProposalState.EXPIRED]
    assert booking.state is State.CONFIRMED


@pytest.mark.parametrize("ending", ["cancel", "start"])
def test_a_proposal_does_not_outlive_the_confirmed_booking(play: Scene, ending):
    booking = play.confirmed(start=play.at + 12 * HOUR)
    proposed(play, booking, start=play.start)
    if ending == "cancel":
        why = ReasonCode.ILLNESS
        bookings.cancel(play.session, booking.id, by=play.ellen, at=play.at, reason_code=why)
    else:
        bookings.act(play.session, booking.id, at=play.at + 12 * HOUR)
    assert states(play, booking) == [ProposalState.EXPIRED]


def test_what_is_agreed_already_or_has_passed_is_not_proposed(play: Scene):
    booking = play.confirmed()
    with pytest.raises(NothingProposed):
        proposed(play, booking, start=play.start)
    with pytest.raises(TooLate):
        proposed(play, booking, start=play.at)


def test_only_a_confirmed_booking_is_changed_and_only_by_its_two_sides(play: Scene):
    booking = play.paid()
    with pytest.raises(TransitionNotAllowed):
        proposed(play, booking, start=play.start + DAY)
    bookings.accept(play.session, booking.id, by=play.ellen, at=play.at)
    with pytest.raises(NotYoursToAnswer):
        proposed(play, booking, by=play.otto, start=play.start + DAY)
    with pytest.raises(ProposalNotFound):
        accepted(play, booking, ids.new())


def test_rescheduling_and_then_cancelling_does_not_reopen_the_deadline(play: Scene):
    """Half a day before the start Aino would get nothing back; moving by a month first changes nothing."""
    booking = play.confirmed()
    late = play.start - 12 * HOUR
    proposal = proposed(play, booking, start=play.start + 30 * DAY, at=late)
    accepted(play, booking, proposal.id, at=late)
    bookings.cancel(play.session, booking.id, by=play.aino, at=late, reason_code=ReasonCode.CHANGED_PLANS)
    assert (booking.refund_amount, booking.cancelled_by) == (0, Side.CUSTOMER)
