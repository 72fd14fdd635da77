"""Card numbers are never taken: no route wants one, so text that holds one is refused and never stored.

What is looked at are values after parsing: every text in a request body, whatever the spelling of its JSON,
and the two headers that are kept, Idempotency-Key and X-Request-Id.
"""

from domain.foundation.errors import Unacceptable
from domain.foundation.idempotency import InvalidIdempotencyKey
from domain.foundation.text.card_numbers import contains_card_number, is_card_like


class CardNumberSent(Unacceptable):
    """The request holds what looks like a card number."""

    slug = "card-number-sent"
    title = "Card numbers are not taken here"


def check_text(field: str, value: object) -> None:
    """Raises CardNumberSent if the value, a text or texts in a list or mapping, holds a card number."""
    match value:
        case str():
            if contains_card_number(value):
                raise CardNumberSent(
                    "Card details go to the payment provider only. Nothing was kept.", field=field
                )
        case tuple() | list():
            for item in value:
                check_text(field, item)
        case dict():
            for key, item in value.items():
                check_text(field, key)
                check_text(field, item)


def check_key(key: str) -> None:
    """Raises KeyUnreadable for an idempotency key, which is stored, that looks like a card number."""
    if is_card_like(key):
        raise InvalidIdempotencyKey(
            "This key looks like a card number. Use a random one, a UUID for example.",
            field="Idempotency-Key",
        )
