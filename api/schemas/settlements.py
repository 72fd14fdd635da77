"""Where a booking's money goes, on the wire: as agreed, and as settled when it ends."""

from typing import Self

from pydantic import Field

from api.schemas.common import Money, View
from domain.bookings import Amounts, Ground, Settlement


class AmountsView(View):
    """Where the pay-in goes: pay_in = pay_out + service_fee + commission + tax + surge."""

    pay_in: Money
    pay_out: Money
    service_fee: Money
    commission: Money
    tax: Money
    surge: Money = Field(description="What demand adds, for the surge pool.")

    @classmethod
    def of(cls, amounts: Amounts, currency: str) -> Self:
        """Amounts with their currency."""
        return cls(
            pay_in=Money(amount=amounts.pay_in, currency=currency),
            pay_out=Money(amount=amounts.pay_out, currency=currency),
            service_fee=Money(amount=amounts.service_fee, currency=currency),
            commission=Money(amount=amounts.commission, currency=currency),
            tax=Money(amount=amounts.tax, currency=currency),
            surge=Money(amount=amounts.surge, currency=currency),
        )


class SettlementView(View):
    """What goes back to the customer when the booking ends, what is kept for whom, and by which rule.

    All of it is counted from what has moved before: refund + already_back + kept.pay_in is the list price.
    """

    refund: Money = Field(description="What moves because the booking ends.")
    already_back: Money = Field(
        description="What of the price was not there any more: refunded before, withdrawn by the customer's "
        "bank, or never taken. Goodwill beyond the rules is here only as far as it is missing from the rest."
    )
    kept: AmountsView
    ground: Ground
    returned_stake: Money = Field(
        description="What of that which goes back was at stake with the customer's tasks. Who calls a "
        "booking off gets all of it, whatever the cancellation policy takes of the price."
    )
    kept_stake: Money = Field(description="What of the kept amounts is for tasks left undone.")
    returned_credits: int = Field(description="Credits given back beside the money, in thousandths.")

    @classmethod
    def of(cls, settlement: Settlement, currency: str) -> Self:
        """A settlement with its currency."""
        return cls(
            refund=Money(amount=settlement.refund_amount, currency=currency),
            already_back=Money(amount=settlement.already_back_amount, currency=currency),
            kept=AmountsView.of(settlement.kept, currency),
            ground=settlement.ground,
            returned_stake=Money(amount=settlement.returned_stake_amount, currency=currency),
            kept_stake=Money(amount=settlement.kept_stake.amount, currency=currency),
            returned_credits=settlement.returned_credits,
        )
