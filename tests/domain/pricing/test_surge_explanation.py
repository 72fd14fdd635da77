"""Why a factor is what it is, in sentences that name numbers and nobody."""

import pytest
from babel import Locale

from domain.pricing.surge_explanation import Scene, absence, limits, reasons
from domain.surge import Absence, Limit, LiveRules, Mode, Reason, ScheduledRules, SurgePolicy, codes

POLICY = SurgePolicy(
    live={"ride": LiveRules(cap_bp=18_000, floor_bp=9_000, without_unmet_bp=15_000)},
    scheduled={"ride": ScheduledRules(last_minute_hours=36)},
    regulated_cap_bp=17_500,
)
LIVE = Scene(POLICY, "ride", Mode.LIVE, free=3.0, usual=11.0)


def test_the_reason_names_who_is_free_in_ranges() -> None:
    (told,) = reasons(Reason.MORE_ASK_THAN_ARE_FREE, LIVE)
    assert told.code == "more_ask_than_are_free"
    assert (
        told.text
        == "More people ask near you than providers are free: 3–5 providers free near you, 11–20 usual."
    )


def test_without_counts_the_sentence_still_stands() -> None:
    (told,) = reasons(Reason.MORE_ASK_THAN_ARE_FREE, Scene(POLICY, "ride", Mode.LIVE))
    assert told.text == "More people ask near you than providers are free."


def test_reasons_come_in_the_order_of_the_steps() -> None:
    flags = Reason.CAPPED_BY_CATEGORY | Reason.MORE_ASK_THAN_ARE_FREE | Reason.LIMITED_BY_RATE
    assert codes(flags) == ("more_ask_than_are_free", "limited_by_rate", "capped_by_category")
    assert [told.code for told in reasons(flags, LIVE)] == list(codes(flags))


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("reason", [reason for reason in Reason if reason])
def test_every_reason_is_a_sentence_in_either_mode(reason: Reason, mode: Mode) -> None:
    (told,) = reasons(reason, Scene(POLICY, "unheard-of", mode))
    assert told.text.endswith(".")
    assert told.text[0].isupper()


@pytest.mark.parametrize("why", Absence)
def test_every_absence_is_a_sentence(why: Absence) -> None:
    assert absence(why, LIVE).text.endswith(".")


@pytest.mark.parametrize("limit", Limit)
def test_every_limit_is_a_sentence_with_its_code(limit: Limit) -> None:
    (told,) = limits((limit,), LIVE)
    assert told.code == limit.value
    assert told.text.endswith(".")


@pytest.mark.parametrize(
    ("reason", "number"),
    [
        (Reason.CAPPED_BY_CATEGORY, "1.8×"),
        (Reason.CAPPED_BY_REGULATION, "1.75×"),
        (Reason.RAISED_TO_FLOOR, "0.9×"),
        (Reason.LIMITED_BY_RATE, "0.3×"),
        (Reason.LIMITED_BY_DWELL, "10 minutes"),
        (Reason.LAST_MINUTE, "36 hours"),
        (Reason.WAITING_FOR_UNMET_QUOTE, "1.5×"),
    ],
)
def test_what_limits_a_price_is_told_with_its_number(reason: Reason, number: str) -> None:
    (told,) = reasons(reason, LIVE)
    assert number in told.text


def test_numbers_are_written_as_the_reader_is_used_to() -> None:
    (told,) = reasons(Reason.CAPPED_BY_CATEGORY, Scene(POLICY, "ride", Mode.LIVE, locale=Locale("fi")))
    assert "1,8×" in told.text


def test_where_no_forecast_raises_a_price_the_sentence_says_so() -> None:
    strict = SurgePolicy(live={"ride": LiveRules(without_unmet_bp=10_000)})
    (told,) = reasons(Reason.WAITING_FOR_UNMET_QUOTE, Scene(strict, "ride", Mode.LIVE))
    assert told.text.startswith("A forecast alone raises no price")
