"""Inputs: everything a price depends on, as one value that is stored with the quote.

Nothing else is asked when a quote is replayed: not the offer, which may have changed; not the policy or the
tariff, whose versions are named beside the numbers they gave; not even the time zone rules, since the
tariff's factors stand here by piece of time, already matched. A field may be added with a default that means
what was so before, and none is ever renamed or removed; a new way of counting gets a new `formula`.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from domain.foundation.money import BASIS_POINTS
from domain.markets import TaxBase
from domain.offers import OptionPer, TaskKind, Unit
from domain.surge import Absence, Limit, Mode

MINUTES_IN_AN_HOUR = 60


class Counted(StrEnum):
    """What a quote's `units` are. An hourly service is counted in minutes, so that no minute is lost."""

    MINUTE = "minute"
    SESSION = "session"
    NIGHT = "night"
    KILOMETRE = "kilometre"
    TASK = "task"


def counted_in(unit: Unit) -> Counted:
    """What the units of a quote are, where its price is for such a unit."""
    return Counted.MINUTE if unit is Unit.HOUR else Counted(unit.value)


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
    """The factor by demand: what the market asks, what this customer pays, and where it was read.

    Multipliers are basis points. `market_bp` is the market's for this offer: a factor below one is one where
    the provider named no lowest price. `multiplier_bp` is this customer's, and `limits` what lowered it;
    `multiplier` writes it for people. `absence` says why there is no factor, and `reason` says it in one word
    as the first quotes did. `raw_bp` is the response before any step that makes it livable; `reasons` are the
    codes of those steps. `bonus_amount` is promised to the provider out of the surge pool, beside the price.
    `has_personal_data`: whether the customer's own bookings were looked at, which can only lower the price.
    """

    multiplier: str = "1.00"
    reason: str = Absence.NOT_IN_FORCE.value
    market_bp: int = BASIS_POINTS
    multiplier_bp: int = BASIS_POINTS
    raw_bp: int = BASIS_POINTS
    mode: Mode | None = None
    absence: Absence | None = Absence.NOT_IN_FORCE
    reasons: tuple[str, ...] = ()
    limits: tuple[Limit, ...] = ()
    snapshot_id: UUID | None = None
    bonus_amount: int = 0
    has_personal_data: bool = False


NO_SURGE = Surge()


class ChosenTask(_Value):
    """A task that the customer takes over, as it was offered then."""

    task_id: UUID
    title: str
    kind: TaskKind


class Saving(_Value):
    """What exactly these tasks together save beyond what fewer of them do: a dividend in Harsanyi's sense.

    `tasks` are places in `Inputs.tasks`, ascending. The amount is below zero where together they save less
    than each on its own would.
    """

    tasks: tuple[int, ...]
    amount: int


class Credits(_Value):
    """What the customer wants to pay with credits, at most, and what the policy makes of a credit.

    Amounts are minor units; one credit pays for `value_amount` of them.
    """

    fee_discount_amount: int = 0
    surge_shield_amount: int = 0
    fee_discount_most_bp: int
    value_amount: int


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
    surge: Surge = NO_SURGE
    # For one unit; below it the provider does not work for less. None where they take part in no discount.
    lowest_price_amount: int | None = None
    # The tasks of the customer's choice, what they save the provider, and the customer's part of it.
    tasks: tuple[ChosenTask, ...] = ()
    savings: tuple[Saving, ...] = ()
    sharing_bp: int = 0
    credits: Credits | None = None
    # What a card can pay in this currency (`foundation.payable`): every line is a multiple of the step, and
    # credits leave the least amount to pay. One and nothing are what quotes had before this was looked at.
    step: int = 1
    least_amount: int = 0

    def in_steps(self, of: Mapping[str, Any]) -> Mapping[str, Any]:
        """The inputs of a line, with the step where it is not one."""
        return of if self.step == 1 else {**of, "step": self.step}

    @property
    def counted(self) -> Counted:
        """What the units are."""
        return counted_in(self.unit)

    @property
    def per(self) -> int:
        """How many units the price is for."""
        return MINUTES_IN_AN_HOUR if self.unit is Unit.HOUR else 1

    @property
    def option_minutes(self) -> int:
        """By how many minutes the options extend the service."""
        return sum(option.minutes * option.quantity for option in self.options)
