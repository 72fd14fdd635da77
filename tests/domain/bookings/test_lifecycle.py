"""The booking's life as a product: every state × every step × everybody, the forbidden ones too."""

from itertools import product

import pytest

from domain.bookings.kinds import BookingParty, BookingState, BookingTransition, ProposalParty, ProposalState
from domain.bookings.lifecycle import BOOKINGS, PROPOSALS
from domain.foundation.lifecycle import TransitionNotAllowed

_ALLOWED = {
    # (from, step, who): to.  Copied by hand from the product's page, so that the table is written twice.
    ("pending_payment", "authorize", "payment"): "requested",
    ("pending_payment", "authorize_instantly", "payment"): "confirmed",
    ("pending_payment", "expire_payment", "clock"): "expired",
    ("requested", "accept", "provider"): "confirmed",
    ("requested", "decline", "provider"): "declined",
    ("requested", "expire_request", "clock"): "expired",
    ("requested", "withdraw", "customer"): "cancelled",
    ("requested", "lose_payment", "payment"): "cancelled",
    ("confirmed", "lose_payment", "payment"): "cancelled",
    ("confirmed", "cancel_for_suspension", "clock"): "cancelled",
    ("confirmed", "cancel", "customer"): "cancelled",
    ("confirmed", "cancel", "provider"): "cancelled",
    ("confirmed", "cancel", "operator"): "cancelled",
    ("confirmed", "start", "customer"): "in_progress",
    ("confirmed", "start", "provider"): "in_progress",
    ("confirmed", "start", "clock"): "in_progress",
    ("in_progress", "deliver", "provider"): "delivered",
    ("in_progress", "deliver", "clock"): "delivered",
    ("delivered", "complete", "customer"): "completed",
    ("delivered", "complete", "clock"): "completed",
    ("confirmed", "report_no_show", "customer"): "no_show",
    ("confirmed", "report_no_show", "provider"): "no_show",
    ("in_progress", "report_no_show", "customer"): "no_show",
    ("in_progress", "report_no_show", "provider"): "no_show",
    ("no_show", "contest_no_show", "customer"): "disputed",
    ("no_show", "contest_no_show", "provider"): "disputed",
    ("no_show", "cancel_for_no_show", "clock"): "cancelled",
    ("delivered", "dispute", "customer"): "disputed",
    ("disputed", "answer_dispute", "customer"): "disputed",
    ("disputed", "answer_dispute", "provider"): "disputed",
    ("disputed", "resolve_as_completed", "operator"): "completed",
    ("disputed", "resolve_as_completed", "clock"): "completed",
    ("disputed", "resolve_as_cancelled", "operator"): "cancelled",
    ("disputed", "resolve_as_cancelled", "clock"): "cancelled",
}


@pytest.mark.parametrize("state", BookingState)
def test_everybody_may_do_in_every_state_what_the_page_says_and_nothing_else(state):
    for step, side in product(BookingTransition, BookingParty):
        expected = _ALLOWED.get((state.value, step.value, side.value))
        if expected is None:
            with pytest.raises(TransitionNotAllowed):
                BOOKINGS.next_state(state, step, side)
        else:
            assert BOOKINGS.next_state(state, step, side) is BookingState(expected), (state, step, side)


@pytest.mark.parametrize("state", ProposalState)
def test_a_proposal_is_answered_by_the_other_side_withdrawn_by_its_own_and_ended_by_the_clock(state):
    allowed = {
        ("accept", ProposalParty.ANSWERER): ProposalState.ACCEPTED,
        ("decline", ProposalParty.ANSWERER): ProposalState.DECLINED,
        ("withdraw", ProposalParty.PROPOSER): ProposalState.WITHDRAWN,
        ("expire", ProposalParty.CLOCK): ProposalState.EXPIRED,
    }
    for step, side in product(("accept", "decline", "withdraw", "expire"), ProposalParty):
        if state is ProposalState.OPEN and (step, side) in allowed:
            assert PROPOSALS.next_state(state, step, side) is allowed[step, side]
        else:
            with pytest.raises(TransitionNotAllowed):
                PROPOSALS.next_state(state, step, side)


def test_every_step_is_in_the_table_once_or_more():
    assert {row.name for row in BOOKINGS.transitions} == set(BookingTransition)


def test_every_state_can_be_reached():
    reached, grown = set(BOOKINGS.initial), True
    while grown:
        found = {row.target for row in BOOKINGS.transitions if row.sources & reached}
        grown = not found <= reached
        reached |= found
    assert reached == set(BookingState)


@pytest.mark.parametrize("lifecycle", [BOOKINGS, PROPOSALS], ids=lambda lifecycle: lifecycle.noun)
def test_every_state_that_is_not_final_has_a_way_out_by_the_clock_and_says_when(lifecycle):
    by_clock = [row for row in lifecycle.transitions if "clock" in row.actors]
    assert all(row.due for row in by_clock)
    leaving = {source for row in by_clock for source in row.sources if row.target is not source}
    everything = lifecycle.final | {source for row in lifecycle.transitions for source in row.sources}
    assert leaving == everything - lifecycle.final


@pytest.mark.parametrize("lifecycle", [BOOKINGS, PROPOSALS], ids=lambda lifecycle: lifecycle.noun)
def test_nothing_leaves_a_final_state(lifecycle):
    assert not [row for row in lifecycle.transitions if row.sources & lifecycle.final]


def test_a_refusal_tells_what_this_side_may_do_instead():
    with pytest.raises(TransitionNotAllowed) as refused:
        BOOKINGS.next_state(BookingState.REQUESTED, BookingTransition.ACCEPT, BookingParty.CUSTOMER)
    assert refused.value.extras == {"state": "requested", "allowed": ["withdraw"]}
