"""What looks like a card number is refused and masked; what only has many digits is not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.card_numbers import (
    MASK,
    CardNumberSent,
    holds_card_number,
    refuse_card_numbers,
    without_card_numbers,
)

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


@pytest.mark.parametrize("card", CARDS)
@pytest.mark.parametrize(
    "place",
    ["{}", '{{"note": "{}"}}', "my card is {}.", "{} 12/28", "{} 123", "12 {}", "pay:{}", "({})", "=\n{}\n"],
)
def test_a_card_number_is_seen_wherever_it_stands(card: str, place: str) -> None:
    sent = place.format(card)
    with pytest.raises(CardNumberSent) as refused:
        refuse_card_numbers(b"nothing here", sent.encode())
    assert card not in str(refused.value)
    assert card not in without_card_numbers(sent)
    assert MASK in without_card_numbers(sent)


@pytest.mark.parametrize(
    "encoded", ["4242%204242%204242%204242", "a=4242+4242+4242+4242", "%34242424242424242"]
)
def test_an_encoded_card_number_is_seen(encoded: str) -> None:
    assert holds_card_number(encoded)


@pytest.mark.parametrize(
    "harmless",
    [
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
    ],
)
def test_other_digits_pass(harmless: str) -> None:
    assert not holds_card_number(harmless)
    assert without_card_numbers(harmless) == harmless
    refuse_card_numbers(harmless.encode())


@given(payload=st.integers(2 * 10**11, 7 * 10**17 - 1).filter(lambda number: str(number)[0] in "23456"))
def test_of_ten_check_digits_exactly_one_makes_a_card_number(payload: int) -> None:
    assert sum(holds_card_number(f"{payload}{check}") for check in range(10)) == 1


@given(body=st.binary(max_size=200))
def test_whatever_is_sent_is_read_without_a_stumble(body: bytes) -> None:
    try:
        refuse_card_numbers(body)
    except CardNumberSent:
        assert holds_card_number(body.decode(errors="replace"))


def test_a_flood_of_digits_is_read_in_no_time() -> None:
    assert not holds_card_number("1 " * 200_000)
