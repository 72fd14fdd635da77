"""A quote as everybody but its table sees it: a value that says all there is to say.

Quotes are drawn up, signed, stored and shown far more often than anything is booked, and a row's object costs
ten times what counting the price does; so the table class is for the database alone.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from domain.foundation.spans import Span


@dataclass(frozen=True, slots=True)
class Quote:
    """A price promised to a customer until `expires_at`. Amounts are minor units of `currency`.

    `inputs` and `lines` are the documents that `inputs.Inputs` and `lines.Line` write. `live_number` is the
    place among the customer's live quotes, `superseded_at` when it was given to a newer one. `surge_amount`
    goes to the surge pool; `bonus_amount` is promised to the provider out of it, beside the pay-in.
    `stake_amount` is what the tasks that the customer takes over save them: the pay-in without them is so
    much more, and never more than that.
    `surge_multiplier` is cut to three decimals, for queries; the inputs have it in basis points.
    """

    id: UUID
    offer_id: UUID
    category_id: UUID
    market_id: UUID
    policy_version_id: UUID
    tariff_version_id: UUID | None
    customer_id: UUID
    during: Span
    time_zone: str
    units: int
    seats: int
    options: list[dict[str, Any]]
    currency: str
    pay_in_amount: int
    pay_out_amount: int
    service_fee_amount: int
    commission_amount: int
    tax_amount: int
    surge_amount: int
    bonus_amount: int
    surge_multiplier: Decimal
    inputs: dict[str, Any]
    lines: list[dict[str, Any]]
    signature: str
    created_at: datetime
    expires_at: datetime
    changes_quote_id: UUID | None = None
    taken_at: datetime | None = None
    live_number: int | None = None
    superseded_at: datetime | None = None
    stake_amount: int = 0
