"""Where a booking's money goes, on the wire: as agreed, and as settled when it ends."""

from typing import Self

from pydantic import Field

from api.schemas.common import Money, View
from domain.bookings import Amounts, FinalAmounts, RefundGround


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


class FinalAmountsView(View):
    """What goes back to the customer when the booking ends, what is kept for whom, and by which rule.

    Counted from what has moved before: refund + already_returned + kept.pay_in is the list price.
    """

    refund: Money = Field(description="What moves because the booking ends.")
    already_returned: Money = Field(
        description="What of the price was not there any more: refunded before, withdrawn by the customer's "
        "bank, or never taken. Goodwill beyond the rules is here only as far as it is missing from the rest."
    )
    kept: AmountsView
    ground: RefundGround
    returned_stake: Money = Field(
        description="What of that which goes back was at stake with the customer's tasks. Who calls a "
        "booking off gets all of it, whatever the cancellation policy takes of the price."
    )
    kept_stake: Money = Field(description="What of the kept amounts is for tasks left undone.")
    returned_credits: int = Field(description="Credits given back beside the money, in thousandths.")

    @classmethod
    def of(cls, final_amounts: FinalAmounts, currency: str) -> Self:
        """A settlement with its currency."""
        return cls(
            refund=Money(amount=final_amounts.refund_amount, currency=currency),
            already_returned=Money(amount=final_amounts.already_returned_amount, currency=currency),
            kept=AmountsView.of(final_amounts.kept, currency),
            ground=final_amounts.ground,
            returned_stake=Money(amount=final_amounts.returned_stake_amount, currency=currency),
            kept_stake=Money(amount=final_amounts.kept_stake.amount, currency=currency),
            returned_credits=final_amounts.returned_credits,
        )
