"""A quote drawn up from its inputs, signed, and proven later.

The signature covers everything that a quote says, as canonical JSON: keys sorted, instants in UTC to the
microsecond, integers as they are. So a customer can show what was promised, and a row that somebody changed
behind our back is not honoured. What is not covered is what may happen to a quote: being taken, giving way.
"""

from dataclasses import dataclass, fields
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import orjson

from domain.foundation import ids, signing
from domain.foundation.spans import Span
from domain.pricing.inputs import Inputs
from domain.pricing.quotes import Quote
from domain.pricing.rules import Priced, price

_PURPOSE = "quote"
_IN_A_THOUSANDTH = 10  # basis points
_STORED = tuple(
    field.name for field in fields(Quote) if field.name not in {"during", "live_number", "superseded_at"}
)


@dataclass(frozen=True, slots=True)
class Concerning:
    """What a quote is for: the offer, the customer, and the time."""

    offer_id: UUID
    category_id: UUID
    market_id: UUID
    customer_id: UUID
    during: Span
    time_zone: str


def drawn_up(
    of: Concerning, inputs: Inputs, *, at: datetime, expires_at: datetime, changes: UUID | None = None
) -> Quote:
    """A signed quote that is not stored yet. Its amounts are what `rules.price` makes of `inputs`."""
    priced = price(inputs)
    said = Quote(
        id=ids.new(),
        offer_id=of.offer_id,
        category_id=of.category_id,
        market_id=of.market_id,
        policy_version_id=inputs.policy.version_id,
        tariff_version_id=inputs.tariff.version_id if inputs.tariff else None,
        customer_id=of.customer_id,
        during=of.during,
        time_zone=of.time_zone,
        units=inputs.units,
        seats=inputs.seats,
        options=[{"option_id": str(one.option_id), "quantity": one.quantity} for one in inputs.options],
        currency=inputs.currency,
        pay_in_amount=priced.pay_in_amount,
        pay_out_amount=priced.pay_out_amount,
        service_fee_amount=priced.service_fee_amount,
        commission_amount=priced.commission_amount,
        tax_amount=priced.tax_amount,
        surge_amount=priced.surge_amount,
        bonus_amount=inputs.surge.bonus_amount,
        stake_amount=priced.stake_amount,
        surge_multiplier=Decimal(inputs.surge.multiplier_bp // _IN_A_THOUSANDTH).scaleb(-3),
        inputs=inputs.model_dump(mode="json"),
        lines=[line.document for line in priced.lines],
        created_at=at,
        expires_at=expires_at,
        changes_quote_id=changes,
        signature="",
    )
    # It was made a moment ago and nobody else has seen it, so it is signed in place; a copy would cost more
    # than counting the price.
    object.__setattr__(said, "signature", signing.sign(_PURPOSE, canonical(said)))
    return said


def canonical(quote: Quote) -> bytes:
    """What is signed, byte for byte the same before the quote is stored and after."""
    said = {
        "amounts": {
            "pay_in": quote.pay_in_amount,
            "pay_out": quote.pay_out_amount,
            "service_fee": quote.service_fee_amount,
            "commission": quote.commission_amount,
            "tax": quote.tax_amount,
            **_where_there_is_any(quote),
        },
        "ids": [
            str(known) if known else None
            for known in (
                quote.id,
                quote.offer_id,
                quote.category_id,
                quote.market_id,
                quote.policy_version_id,
                quote.tariff_version_id,
                quote.customer_id,
                quote.changes_quote_id,
            )
        ],
        "instants": [
            instant.astimezone(UTC).isoformat(timespec="microseconds")
            for instant in (quote.during.start, quote.during.end, quote.created_at, quote.expires_at)
        ],
        "time_zone": quote.time_zone,
        "currency": quote.currency,
        "units": quote.units,
        "seats": quote.seats,
        "options": quote.options,
        "surge_multiplier": f"{quote.surge_multiplier:.3f}",
        "inputs": quote.inputs,
        "lines": quote.lines,
    }
    return orjson.dumps(said, option=orjson.OPT_SORT_KEYS)


def _where_there_is_any(quote: Quote) -> dict[str, int]:
    """What came with surge and with tasks, left out where it is nothing: old quotes say what they said."""
    said = {"surge": quote.surge_amount, "bonus": quote.bonus_amount, "stake": quote.stake_amount}
    return {name: amount for name, amount in said.items() if amount}


def is_genuine(quote: Quote) -> bool:
    """Whether the quote still says what we signed."""
    return signing.verify(_PURPOSE, canonical(quote), quote.signature)


def replay(quote: Quote) -> Priced:
    """The price counted again from what the quote stores, and from nothing else."""
    return price(Inputs.model_validate(quote.inputs))


def columns(quote: Quote) -> dict[str, Any]:
    """The quote as the statements that store it take it."""
    values = {name: getattr(quote, name) for name in _STORED}
    documents = {name: orjson.dumps(values[name]).decode() for name in ("options", "inputs", "lines")}
    return values | documents | {"start": quote.during.start, "end": quote.during.end}
