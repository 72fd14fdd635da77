"""Promises against the real tables: made, confirmed, moved, given back, lapsed."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from domain import availability, offers
from domain.availability import HoldKind, opening_hours
from domain.availability.errors import DurationNotOffered, HoldLost, SlotTaken, StartNotBookable
from domain.availability.models import Hold
from domain.availability.opening_hours import WeeklyRule
from domain.foundation import ids
from domain.foundation.spans import Span
from domain.offers import OptionContent, OptionPer, Terms
from tests import cast
from tests.domain.availability.availability_factory import (
    EVERY_DAY,
    NOW,
    a_day,
    live_holds,
    make_calendar,
    make_hold,
    make_offer,
    make_thing,
    on,
    provider_of,
    slot_starts,
    terms_of,
)

SOON = NOW + timedelta(minutes=15)
_INSERT = text("""
    INSERT INTO holds (id, resource_number, during, kind, created_at)
    VALUES (gen_random_uuid(), :number, cast(:during AS tstzrange), 'blocked', now())
""")


def test_a_promise_holds_the_time_with_its_buffers(session: Session) -> None:
    terms = make_offer(session, buffer_before_minutes=15, buffer_after_minutes=45)
    booking_id = make_hold(session, terms, on(25, "09:00", 2), expires_at=SOON)
    (hold,) = live_holds(session)
    assert hold.during == on(25, "08:45", 3)
    assert (hold.kind, hold.booking_id, hold.expires_at) == (HoldKind.BOOKING, booking_id, SOON)


@pytest.mark.parametrize("other", [on(25, "09:00"), on(25, "08:30"), on(25, "09:30"), on(25, "08:30", 3)])
def test_what_overlaps_a_promise_is_refused(session: Session, other: Span) -> None:
    terms = make_offer(session)
    make_hold(session, terms, on(25, "09:00"))
    with pytest.raises(SlotTaken):
        make_hold(session, terms, other)


def test_promises_may_touch(session: Session) -> None:
    terms = make_offer(session)
    for clock in ("09:00", "10:00", "08:00"):
        make_hold(session, terms, on(25, clock))
    assert len(live_holds(session)) == 3


def test_two_offers_of_one_provider_never_overlap_and_those_of_two_may(session: Session) -> None:
    ironing, cooking = make_offer(session), make_offer(session, title="Cooking")
    elsewhere = make_offer(session, provider=cast.farah(session))
    make_hold(session, ironing, on(25, "09:00"))
    make_hold(session, elsewhere, on(25, "09:00"))
    with pytest.raises(SlotTaken):
        make_hold(session, cooking, on(25, "09:00"))


@pytest.mark.parametrize(
    ("during", "reasons"),
    [
        (on(25, "06:00"), ["closed"]),
        (on(25, "09:10"), ["unaligned"]),
        (on(25, "09:00:00.5"), ["unaligned"]),
        (on(23, "09:30"), ["notice"]),
        (
            Span(on(25, "09:00").start + timedelta(days=70), on(25, "10:00").start + timedelta(days=70)),
            ["horizon"],
        ),
    ],
)
def test_a_start_that_cannot_be_had_is_refused_with_its_reasons(
    session: Session, during: Span, reasons: list[str]
) -> None:
    terms = make_offer(session, notice_minutes=60, horizon_days=60)
    with pytest.raises(StartNotBookable) as refusal:
        make_hold(session, terms, during)
    assert refusal.value.extras["reasons"] == reasons


def test_a_stay_is_promised_from_check_in_to_check_out_and_nothing_else(session: Session) -> None:
    terms = make_offer(
        session,
        [WeeklyRule(day, *[EVERY_DAY[0].opens.replace(hour=0)] * 2) for day in range(7)],
        category="stay",
    )
    whole = availability.service_span(terms, on(25, "13:00").start, minutes=3 * 1440)
    assert whole == Span(on(25, "13:00").start, on(28, "09:00").start)
    make_hold(session, terms, whole)
    for wrong in (on(24, "12:00", 21), on(24, "13:00", 4)):
        with pytest.raises((StartNotBookable, DurationNotOffered)):
            make_hold(session, terms, wrong)


def test_an_expired_promise_gives_way_to_the_next_and_cannot_be_confirmed(session: Session) -> None:
    terms = make_offer(session)
    lapsed = make_hold(session, terms, on(25, "09:00"), expires_at=SOON)
    with pytest.raises(SlotTaken):
        make_hold(session, terms, on(25, "09:00"))
    make_hold(session, terms, on(25, "09:00"), at=SOON)
    with pytest.raises(HoldLost):
        availability.confirm_hold(session, lapsed)


def test_a_promise_that_nobody_wanted_meanwhile_can_be_confirmed_late_and_twice(session: Session) -> None:
    terms = make_offer(session)
    booking_id = make_hold(session, terms, on(25, "09:00"), expires_at=SOON)
    availability.confirm_hold(session, booking_id)
    availability.confirm_hold(session, booking_id)
    with pytest.raises(SlotTaken):
        make_hold(session, terms, on(25, "09:00"), at=SOON + timedelta(days=1))


def test_what_is_released_can_be_had_again_and_releasing_twice_does_no_harm(session: Session) -> None:
    terms = make_offer(session)
    booking_id = make_hold(session, terms, on(25, "09:00"))
    for _ in range(2):
        availability.release_hold(session, booking_id, at=NOW)
    make_hold(session, terms, on(25, "09:00"))
    assert len(live_holds(session)) == 1


def test_a_booking_may_move_onto_its_own_old_time_and_stays_as_firm_as_it_was(session: Session) -> None:
    terms = make_offer(session)
    booking_id = make_hold(session, terms, on(25, "09:00", 2), expires_at=SOON)
    given: dict[str, Any] = {"terms": terms, "seats": 1, "option_ids": [], "at": NOW}
    availability.move_hold(session, booking_id=booking_id, during=on(25, "10:00", 2), **given)
    (hold,) = live_holds(session)
    assert (hold.during, hold.expires_at, hold.booking_id) == (on(25, "10:00", 2), SOON, booking_id)


def test_who_keeps_the_start_needs_no_notice_and_who_changes_it_does(session: Session) -> None:
    terms = make_offer(session, notice_minutes=24 * 60)
    booking_id = make_hold(session, terms, on(25, "09:00", 2))
    late: dict[str, Any] = {"terms": terms, "seats": 1, "option_ids": [], "at": on(25, "07:00").start}
    availability.move_hold(session, booking_id=booking_id, during=on(25, "09:00", 3), **late)
    with pytest.raises(StartNotBookable):
        availability.move_hold(session, booking_id=booking_id, during=on(25, "12:00", 3), **late)


def test_nothing_moves_that_is_not_there(session: Session) -> None:
    terms = make_offer(session)
    with pytest.raises(HoldLost):
        availability.move_hold(
            session, terms=terms, booking_id=ids.new(), during=on(25, "09:00"), seats=1, option_ids=[], at=NOW
        )


def test_all_resources_are_promised_or_none(session: Session) -> None:
    terms, ellen = make_offer(session), cast.ellen(session)
    by, sauna = provider_of(ellen), make_thing(session, ellen)
    needed = [sauna.id, make_calendar(session, ellen).id]
    availability.set_required_resources(session, terms.offer_id, needed, by=by, at=NOW)
    make_hold(session, terms, on(25, "09:00"))
    assert {hold.resource_number for hold in live_holds(session)} == {
        sauna.number,
        make_calendar(session, ellen).number,
    }
    availability.block_time(session, sauna.id, on(25, "11:00"), by=by, at=NOW)
    with pytest.raises(SlotTaken):
        make_hold(session, terms, on(25, "11:00"))


def test_an_option_may_need_a_thing_on_top(session: Session) -> None:
    made, ellen = cast.offer(session, notice_minutes=0), cast.ellen(session)
    by, calendar, sauna = provider_of(ellen), make_calendar(session, ellen), make_thing(session, ellen)
    opening_hours.set_schedule(session, calendar.id, EVERY_DAY, by=by, at=NOW)
    content = OptionContent(
        title="With sauna", price_amount=1_000, per=OptionPer.BOOKING, minutes=0, most=1, position=1
    )
    option = offers.add_option(session, made.id, content, by=by, at=NOW)
    availability.set_required_resources(session, made.id, [sauna.id], option_id=option.id, by=by, at=NOW)
    terms = terms_of(session, made)
    make_hold(session, terms, on(25, "09:00"))
    assert [hold.resource_number for hold in live_holds(session)] == [calendar.number]
    make_hold(session, terms, on(25, "11:00"), option_ids=[option.id])
    assert sauna.number in [hold.resource_number for hold in live_holds(session)]


def test_the_sweep_gives_back_what_expired_and_nothing_else(session: Session) -> None:
    terms = make_offer(session)
    for clock, expires_at in [("08:00", SOON), ("09:00", SOON + timedelta(hours=1)), ("10:00", None)]:
        make_hold(session, terms, on(25, clock), expires_at=expires_at)
    assert availability.release_expired_holds(session, at=SOON) == 1
    assert [hold.during.start.hour for hold in live_holds(session)] == [9, 10]


ROWS: list[tuple[str, Callable[[Terms, int], dict[str, Any]]]] = [
    ("holds_do_not_overlap", lambda _terms, number: {"resource_number": number, "during": on(25, "09:30")}),
    (
        "holds_know_for_whom",
        lambda _terms, number: {"resource_number": number, "during": on(26, "09:00"), "booking_id": None},
    ),
]


@pytest.mark.parametrize(("constraint", "row"), ROWS, ids=[name for name, _ in ROWS])
def test_the_database_itself_refuses(
    session: Session, constraint: str, row: Callable[[Terms, int], dict[str, Any]]
) -> None:
    terms = make_offer(session)
    make_hold(session, terms, on(25, "09:00"))
    number = make_calendar(session, cast.ellen(session)).number
    values = {"kind": HoldKind.BOOKING, "booking_id": ids.new(), "created_at": NOW} | row(terms, number)
    session.add(Hold(**values))
    with pytest.raises(IntegrityError, match=constraint):
        session.flush()


@pytest.mark.parametrize("ends", ["empty", "[2026-11-25,)", "(,2026-11-25)", "[2026-11-25,infinity)"])
def test_no_hold_is_empty_or_endless(session: Session, ends: str) -> None:
    given = {"number": make_calendar(session, cast.ellen(session)).number, "during": ends}
    with pytest.raises(IntegrityError, match="holds_have_two_ends"):
        session.execute(_INSERT, given)


def test_a_day_of_slots_empties_as_it_is_promised(session: Session) -> None:
    """Whatever the slots show can be promised, until they show nothing."""
    terms = make_offer(session, buffer_after_minutes=20)
    promised = 0
    while found := availability.list_bookable_slots(session, terms, a_day(25), at=NOW):
        during = Span(
            availability.from_epoch_seconds(found[0].start), availability.from_epoch_seconds(found[0].end)
        )
        make_hold(session, terms, during)
        promised += 1
    assert promised == 5
    assert slot_starts(availability.list_bookable_slots(session, terms, a_day(26), at=NOW))[0] == "26 08:00"
