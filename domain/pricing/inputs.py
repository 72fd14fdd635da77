"""Inputs: everything a price depends on, as one value that is stored with the quote.

Nothing else is asked when a quote is replayed: not the offer, which may have changed; not the policy or the
tariff, whose versions are named beside the numbers they gave; not even the time zone rules, since the
tariff's factors stand here by piece of time, already matched. A field may be added with a default that means
what was so before, and none is ever renamed or removed; a new way of counting gets a new `formula`.
"""

from enum import StrEnum
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from domain.markets import TaxBase
from domain.offers import OptionPer, Unit

MINUTES_IN_AN_HOUR = 60


class Counted(StrEnum):
    """What a quote's `units` are. An hourly service is counted in minutes, so that no minute is lost."""

    MINUTE = "minute"
    SESSION = "session"
    NIGHT = "night"
    KILOMETRE = "kilometre"
    TASK = "task"


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Chosen(_Value):
    """An option as it was chosen: its price then, and how many times."""

    option_id: UUID
    title: str
    price_amount: int
    per: OptionPer
    minutes: int
    quantity: int


class Factor(_Value):
    """A named effect of the tariff that was in force over a piece of the time."""

    name: str
    factor_bp: int


class Piece(_Value):
    """So many of the units, all under the same effects. Without a tariff one piece stands for all."""

    units: int
    effects: tuple[Factor, ...] = ()


class Tax(_Value):
    """The tax rule as the policy had it."""

    name: str
    rate_bp: int
    applies_to: TaxBase
    inclusive: bool


class PolicyUsed(_Value):
    """The policy version that decided, and the numbers of it that a price depends on."""

    version_id: UUID
    number: int
    service_fee_bp: int
    commission_bp: int
    tax: Tax


class TariffUsed(_Value):
    """The tariff version that was in force when the quote was asked for."""

    version_id: UUID
    number: int


class Surge(_Value):
    """The live factor. No market has one in force yet, and then it is one and says so."""

    multiplier: Literal["1.00"] = "1.00"
    reason: Literal["not_in_force"] = "not_in_force"


class Inputs(_Value):
    """What `rules.price` takes. Amounts are minor units of `currency`; `counted` says what `units` are."""

    formula: Literal[1] = 1
    currency: str
    unit: Unit
    price_amount: int
    units: int
    seats: int
    options: tuple[Chosen, ...] = ()
    pieces: tuple[Piece, ...]
    policy: PolicyUsed
    tariff: TariffUsed | None = None
    surge: Surge = Surge()

    @property
    def counted(self) -> Counted:
        """What the units are."""
        return Counted.MINUTE if self.unit is Unit.HOUR else Counted(self.unit.value)

    @property
    def per(self) -> int:
        """How many units the price is for."""
        return MINUTES_IN_AN_HOUR if self.unit is Unit.HOUR else 1

    @property
    def option_minutes(self) -> int:
        """By how many minutes the options extend the service."""
        return sum(option.minutes * option.quantity for option in self.options)
