from dataclasses import replace
from datetime import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.offers import rules
from domain.offers.content import Content, OptionContent
from domain.offers.errors import ContentUnfit, OfferIncomplete
from domain.offers.kinds import Claim, OfferState, Place, Unit
from domain.offers.lifecycle import CAPABILITIES, LIFECYCLE, Capability, Side
from domain.offers.models import Category
from domain.offers.standard_categories import STANDARD_CATEGORIES

POLICIES = {"flexible", "moderate"}
SCHEMA = {"type": "object", "additionalProperties": False}
HERE: dict[str, Any] = {"latitude": 60.17938, "longitude": 24.95152}
LENGTHS: dict[Unit, dict[str, Any]] = {
    Unit.HOUR: {"minimum_minutes": 60, "maximum_minutes": 240},
    Unit.KILOMETRE: {"minimum_minutes": 30, "maximum_minutes": 180},
    Unit.SESSION: {"duration_minutes": 45},
    Unit.TASK: {"duration_minutes": 90},
    Unit.NIGHT: {
        "minimum_minutes": 1_440,
        "maximum_minutes": 14_400,
        "check_in_at": time(15),
        "check_out_at": time(11),
    },
}


def category(unit: Unit, **changes: Any) -> Category:
    told = {"granularity_minutes": 30, "claim": Claim.EXCLUSIVE, "place": Place.PROVIDER}
    return Category(unit=unit, attributes_schema=SCHEMA, **(told | changes))


def content(unit: Unit, **changes: Any) -> Content:
    return Content(**({"title": "Something", "price_amount": 4_500, **LENGTHS[unit], **HERE} | changes))


def said(*names: str) -> set[str]:
    """The fields as people outside name them."""
    return {rules._UNITLESS.get(name, name) for name in names}


def fields(refusal: ContentUnfit | OfferIncomplete) -> list[str]:
    return [error["field"] for error in refusal.extras["errors"]]


@pytest.mark.parametrize("unit", Unit)
def test_what_fits_its_unit_is_taken_and_complete(unit: Unit) -> None:
    rules.check_content(content(unit), category(unit), POLICIES)
    rules.check_complete(content(unit), category(unit))


@pytest.mark.parametrize("unit", Unit)
@pytest.mark.parametrize("other", Unit)
def test_a_length_said_in_another_unit_s_way_does_not_fit(unit: Unit, other: Unit) -> None:
    strange = set(LENGTHS[other]) - set(LENGTHS[unit])
    if not strange:
        return
    with pytest.raises(ContentUnfit) as refusal:
        rules.check_content(content(unit, **LENGTHS[other]), category(unit), POLICIES)
    assert said(*strange) <= set(fields(refusal.value))


@pytest.mark.parametrize(
    ("unit", "changes", "field"),
    [
        (Unit.HOUR, {"price_amount": -1}, "price_amount"),
        (Unit.HOUR, {"price_amount": 10**13}, "price_amount"),
        (Unit.HOUR, {"minimum_minutes": 45}, "minimum_duration"),
        (Unit.HOUR, {"minimum_minutes": 120, "maximum_minutes": 60}, "maximum_duration"),
        (Unit.NIGHT, {"minimum_minutes": 1_500}, "minimum_duration"),
        (Unit.NIGHT, {"check_out_at": None}, "check_out_at"),
        (Unit.TASK, {"duration_minutes": 0}, "duration"),
        (Unit.TASK, {"buffer_after_minutes": -5}, "buffer_after"),
        (Unit.TASK, {"notice_minutes": 10**9}, "notice"),
        (Unit.TASK, {"horizon_days": 0}, "horizon"),
        (Unit.TASK, {"seats": 2}, "seats"),
        (Unit.TASK, {"cancellation_policy": "lenient"}, "cancellation_policy"),
        (Unit.TASK, {"time_zone": "Europe/Atlantis"}, "time_zone"),
        (Unit.TASK, {"latitude": 91.0}, "latitude"),
        (Unit.TASK, {"longitude": float("nan")}, "longitude"),
        (Unit.TASK, {"longitude": None}, "longitude"),
        (Unit.TASK, {"attributes": {"colour": "red"}}, "attributes.colour"),
    ],
    ids=str,
)
def test_what_does_not_fit_is_refused_by_its_field(unit: Unit, changes: dict[str, Any], field: str) -> None:
    with pytest.raises(ContentUnfit) as refusal:
        rules.check_content(content(unit, **changes), category(unit), POLICIES)
    assert (refusal.value.field, fields(refusal.value)) == (field, [field])


def test_all_that_is_wrong_is_said_at_once() -> None:
    wrong = content(Unit.TASK, price_amount=-1, seats=3, attributes={"colour": "red"})
    with pytest.raises(ContentUnfit) as refusal:
        rules.check_content(wrong, category(Unit.TASK), POLICIES)
    assert fields(refusal.value) == ["price_amount", "seats", "attributes.colour"]


@pytest.mark.parametrize("unit", Unit)
def test_a_draft_may_leave_open_what_publishing_needs(unit: Unit) -> None:
    bare = Content(title="Something", price_amount=0)
    rules.check_content(bare, category(unit), POLICIES)
    with pytest.raises(OfferIncomplete) as refusal:
        rules.check_complete(bare, category(unit))
    assert set(fields(refusal.value)) == said(*LENGTHS[unit], *HERE)


def test_what_is_done_remotely_needs_no_place() -> None:
    nowhere = replace(content(Unit.TASK), latitude=None, longitude=None)
    rules.check_complete(nowhere, category(Unit.TASK, place=Place.REMOTE))


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"price_amount": -1}, "price_amount"), ({"minutes": 1_441}, "duration"), ({"most": 0}, "most")],
)
def test_an_option_that_could_not_be_added_is_refused(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(ContentUnfit) as refusal:
        rules.check_option(OptionContent(**({"title": "Ironing", "price_amount": 500} | changes)))
    assert refusal.value.field == field


@given(st.integers(0, 10**9), st.integers(1, 48))
def test_from_amounts_grow_with_price_and_least_length(price: int, halves: int) -> None:
    least = rules.from_amount(price, Unit.HOUR, 30 * halves)
    assert abs(2 * least - price * halves) <= 1
    assert rules.from_amount(price, Unit.NIGHT, 1_440 * halves) == price * halves
    assert rules.from_amount(price, Unit.TASK, None) == price


@pytest.mark.parametrize("state", OfferState)
@pytest.mark.parametrize("name", ["publish", "pause", "archive"])
def test_the_life_of_an_offer_allows_this_and_nothing_else(state: OfferState, name: str) -> None:
    expected = {
        ("draft", "publish"),
        ("draft", "archive"),
        ("published", "pause"),
        ("published", "archive"),
        ("paused", "publish"),
        ("paused", "archive"),
    }
    assert (name in LIFECYCLE.allowed_transitions(state, Side.PROVIDER)) == ((state, name) in expected)


def test_only_what_is_published_can_be_booked_and_what_is_archived_allows_nothing() -> None:
    booked = {state for state, can in CAPABILITIES.items() if Capability.BE_BOOKED in can}
    assert booked == {OfferState.PUBLISHED}
    assert set(CAPABILITIES) == set(OfferState)
    assert not CAPABILITIES[OfferState.ARCHIVED]


def test_the_standard_categories_have_a_slug_and_a_unit_each() -> None:
    assert {content.unit for content in STANDARD_CATEGORIES} == set(Unit)
    assert len({content.slug for content in STANDARD_CATEGORIES}) == len(STANDARD_CATEGORIES)
