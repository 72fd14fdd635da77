"""Calls of a booking and its whole life, its tasks and its proposals."""

from tests.api.calls.call import BOOKING, SIDES, Call

PROPOSAL = BOOKING + "/{proposed}/proposals/{proposal}"
DOING = BOOKING + "/{helped}/tasks"

CALLS: dict[str, Call] = {
    "request_booking": Call("aino", "POST", BOOKING, {"quote_id": "{quote}"}),
    "list_bookings": Call("aino", "GET", BOOKING, also="signed_in"),
    "read_booking": Call("aino", "GET", BOOKING + "/{confirmed}", also=SIDES),
    "read_booking_timeline": Call("aino", "GET", BOOKING + "/{confirmed}/timeline", also=SIDES),
    "pay_booking": Call(
        "aino", "POST", BOOKING + "/{pending}/payment", {"payment_method": "pm_card_visa"}, also=SIDES
    ),
    "accept_booking": Call("ellen", "POST", BOOKING + "/{requested}/acceptance", also=SIDES),
    "decline_booking": Call(
        "ellen", "POST", BOOKING + "/{requested}/declination", {"reason_code": "unavailable"}, also=SIDES
    ),
    "withdraw_booking": Call("aino", "POST", BOOKING + "/{requested}/withdrawal", {}, also=SIDES),
    "preview_cancellation": Call("aino", "GET", BOOKING + "/{confirmed}/cancellation-preview", also=SIDES),
    "cancel_booking": Call(
        "aino", "POST", BOOKING + "/{confirmed}/cancellation", {"reason_code": "illness"}, also=SIDES
    ),
    "start_booking": Call("ellen", "POST", BOOKING + "/{starting}/start", also=SIDES),
    "deliver_booking": Call("ellen", "POST", BOOKING + "/{running}/delivery", also=SIDES),
    "complete_booking": Call("aino", "POST", BOOKING + "/{delivered}/completion", also=SIDES),
    "report_no_show": Call("ellen", "POST", BOOKING + "/{starting}/no-show", also=SIDES),
    "contest_no_show": Call(
        "aino", "POST", BOOKING + "/{no_show}/no-show-contest", {"statement": "I was there."}, also=SIDES
    ),
    "dispute_booking": Call(
        "aino",
        "POST",
        BOOKING + "/{delivered}/dispute",
        {"reason_code": "not_as_agreed", "statement": "Two shirts were not ironed."},
        also=SIDES,
    ),
    "answer_dispute": Call(
        "ellen", "POST", BOOKING + "/{disputed}/dispute-answer", {"statement": "They were."}, also=SIDES
    ),
    "resolve_dispute": Call(
        "otto",
        "POST",
        BOOKING + "/{answered}/resolution",
        {"outcome": "completed", "refund_bp": 4_000, "decision": "Two of five were not done."},
    ),
    "perform_task": Call("aino", "POST", DOING + "/{to_do}/performance", also=SIDES),
    "confirm_task": Call("ellen", "POST", DOING + "/{to_do}/confirmation", also=SIDES),
    "report_task_omission": Call(
        "ellen", "POST", DOING + "/{to_do}/omission", {"reason": "The table was full."}, also=SIDES
    ),
    "report_task_block": Call(
        "aino", "POST", DOING + "/{to_do}/block", {"reason": "She was early."}, also=SIDES
    ),
    "object_to_task": Call(
        "aino", "POST", DOING + "/{undone}/objection", {"statement": "It was under the sink."}, also=SIDES
    ),
    "decide_task": Call(
        "otto",
        "POST",
        BOOKING + "/{differed}/tasks/{differing}/decision",
        {"outcome": "confirmed", "decision": "The photo shows it."},
    ),
    "propose_change": Call(
        "aino", "POST", BOOKING + "/{confirmed}/proposals", {"start": "{day_26}"}, also=SIDES
    ),
    "accept_proposal": Call("ellen", "POST", PROPOSAL + "/acceptance", also=SIDES),
    "decline_proposal": Call("ellen", "POST", PROPOSAL + "/declination", also=SIDES),
    "withdraw_proposal": Call("aino", "POST", PROPOSAL + "/withdrawal", also=SIDES),
}
