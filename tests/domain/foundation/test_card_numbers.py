"""Card numbers are detected and masked in many spellings; other texts with many digits are not."""

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.foundation.text.card_numbers import MASK, contains_card_number, is_card_like, mask_card_numbers

CARDS = [
    "4242424242424242",
    "4242 4242 4242 4242",
    "5555-5555-5555-4444",
    "378282246310005",
    "3056 930902 5904",
    "6304000000000000",
    "2223003122003222",
    "4222222222222",
    "6212345678900000003",
]
SPELLINGS = {
    "dots": "4242.4242.4242.4242",
    "slashes": "4242/4242/4242/4242",
    "underscores": "4242_4242_4242_4242",
    "two spaces": "4242  4242  4242  4242",
    "dashes with spaces": "4242 - 4242 - 4242 - 4242",
    "no-break spaces": "4242\u00a04242\u00a04242\u00a04242",
    "narrow no-break spaces": "4242\u202f4242\u202f4242\u202f4242",
    "en dashes": "4242–4242–4242–4242",
    "middle dots": "4242·4242·4242·4242",
    "lines": "4242\n4242\n4242\n4242",
    "zero-width spaces": "4242\u200b4242\u200b4242\u200b4242",
    "zero-width joiners between digits": "\u200d".join("4242424242424242"),
    "bidirectional marks": "\u200e4242424242424242\u200e",
    "full-width digits": "４２４２ ４２４２ ４２４２ ４２４２",
    "Arabic-Indic digits": "٤٢٤٢ ٤٢٤٢ ٤٢٤٢ ٤٢٤٢",
    "Devanagari digits": "४२४२४२४२४२४२४२४२",
    "Amex with dots": "3782.822463.10005",
}
HARMLESS = [
    "4242424242424241",  # Luhn says no
    "+4915112345675",  # a telephone number
    "+4242424242424242",
    '{"latitude": 60.4242424242424242}',
    "pay_01jczk3v9hf8gb2h6v1q4nsx7e",
    "a4242424242424242",
    "4242424242424242b",
    "019aa000-0000-7000-8000-000000000002",
    "1764000000000",  # milliseconds since 1970: no network's first digit
    "2026-11-23T09:00:00Z",
    "42424242424242424242424242424242",  # too long
    "424242424242",  # too short
    "",
    "FI21 1234 5600 0007 85",
    "DE89 3704 0044 0532 0130 00",
    "NL91 ABNA 0417 1643 00",
]


@pytest.mark.parametrize("card", CARDS)
@pytest.mark.parametrize(
    "place",
    ["{}", '{{"note": "{}"}}', "my card is {}.", "{} 12/28", "{} 123", "12 {}", "pay:{}", "({})", "=\n{}\n"],
)
def test_a_card_number_is_seen_wherever_it_stands(card: str, place: str) -> None:
    text = place.format(card)
    assert contains_card_number(text)
    assert card not in mask_card_numbers(text)
    assert MASK in mask_card_numbers(text)


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_card_number_is_seen_in_every_usual_spelling(spelling: str) -> None:
    text = f"my card: {SPELLINGS[spelling]}"
    assert contains_card_number(text)
    assert SPELLINGS[spelling] not in mask_card_numbers(text)


@pytest.mark.parametrize("harmless", HARMLESS)
def test_other_digits_pass(harmless: str) -> None:
    assert not contains_card_number(harmless)
    assert mask_card_numbers(harmless) == harmless


@given(
    first=st.dates(),
    second=st.dates(),
    form=st.sampled_from(["%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y"]),
)
def test_two_dates_are_no_card_number(first, second, form: str) -> None:
    for between in (" ", "-", " - ", "–"):
        assert not contains_card_number(f"{first.strftime(form)}{between}{second.strftime(form)} 10.30-12.30")


@given(number=st.integers(0, 2**128 - 1))
def test_a_uuid_is_no_card_number(number: int) -> None:
    assert not is_card_like(str(uuid.UUID(int=number)))


@pytest.mark.parametrize(
    "token", ["4242424242424242", "4242:4242:4242:4242", "pay_4242424242424242", "a|4242.4242_4242-4242"]
)
def test_a_token_is_searched_between_its_signs(token: str) -> None:
    assert is_card_like(token)


@given(payload=st.integers(2 * 10**11, 7 * 10**17 - 1).filter(lambda number: str(number)[0] in "23456"))
def test_of_ten_check_digits_exactly_one_makes_a_card_number(payload: int) -> None:
    assert sum(contains_card_number(f"{payload}{check}") for check in range(10)) == 1


@given(text=st.text(alphabet=st.characters(), max_size=200))
def test_any_text_is_read_without_an_error(text: str) -> None:
    mask_card_numbers(text)
    assert contains_card_number(text) in {True, False}


@pytest.mark.parametrize("flood", ["1 " * 100_000, "4242 " * 40_000, "4" * 200_000, "4242.4242." * 20_000])
def test_a_flood_of_digits_is_read_quickly(flood: str) -> None:
    assert contains_card_number(flood[:1_000]) == contains_card_number(flood)
