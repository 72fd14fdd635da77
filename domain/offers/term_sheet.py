"""Terms: all that quoting, finding slots and booking need to know about one offer, read in one statement.

A value, not a row: it names the offer, its options, its category and the state of the provider at one moment,
and it can be passed down and across floors without a session behind it.
"""

from dataclasses import dataclass
from datetime import datetime, time
from uuid import UUID

from domain.offers.kinds import Claim, OfferState, OptionPer, Place, TaskKind, Unit
from domain.providers import ProviderProfileState


@dataclass(frozen=True, slots=True)
class OptionTerms:
    """An add-on: so much money and so many minutes more, at most so many times in one booking."""

    option_id: UUID
    title: str
    price_amount: int
    per: OptionPer
    minutes: int
    most: int
    position: int
    retired_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class TaskTerms:
    """Work that the customer may take over."""

    task_id: UUID
    title: str
    kind: TaskKind
    position: int


@dataclass(frozen=True, slots=True)
class SavingTerms:
    """What exactly these tasks together, ids ascending, save the provider in one booking."""

    task_ids: tuple[UUID, ...]
    saving_amount: int


@dataclass(frozen=True, slots=True)
class Terms:
    """An offer as it stands now.

    `price_amount` is for one `unit`, in minor units of `currency`; `lowest_price_amount` is the least for
    which the provider works when few ask, None where they take part in no discount. `provider_suspended_at`
    is when the provider's user account was suspended, `profile_state` where their business stands. Lengths,
    buffers and notice are elapsed minutes, `horizon_days` times 24 elapsed hours. Exactly one of these
    holds for an offer that was published: `session` and `task` have `duration_minutes`; `hour` and
    `kilometre` have `minimum_minutes` and `maximum_minutes`; `night` has them too, as 1,440 for each night,
    and `check_in_at` and `check_out_at` on the clock of `time_zone`. `latitude` and `longitude` are the
    true point: only a confirmed booking shows it.
    """

    offer_id: UUID
    version: int
    profile_id: UUID
    profile_state: ProviderProfileState
    provider_user_id: UUID
    segment: str | None
    market_id: UUID
    category_id: UUID
    category_slug: str
    unit: Unit
    granularity_minutes: int
    claim: Claim
    place: Place
    title: str
    state: OfferState
    hidden_at: datetime | None
    price_amount: int
    currency: str
    duration_minutes: int | None
    minimum_minutes: int | None
    maximum_minutes: int | None
    buffer_before_minutes: int
    buffer_after_minutes: int
    notice_minutes: int
    horizon_days: int
    seats: int
    books_instantly: bool
    cancellation_policy: str
    check_in_at: time | None
    check_out_at: time | None
    time_zone: str
    latitude: float | None
    longitude: float | None
    cell: int | None
    cell_r7: int | None
    lowest_price_amount: int | None = None
    provider_suspended_at: datetime | None = None
    options: tuple[OptionTerms, ...] = ()
    retired_options: tuple[OptionTerms, ...] = ()
    tasks: tuple[TaskTerms, ...] = ()
    savings: tuple[SavingTerms, ...] = ()

    @property
    def shortest_minutes(self) -> int:
        """The least a booking may last, without options."""
        return self.duration_minutes or self.minimum_minutes or self.granularity_minutes

    @property
    def longest_minutes(self) -> int:
        """The most a booking may last, without options."""
        return self.duration_minutes or self.maximum_minutes or self.shortest_minutes

    def option(self, option_id: UUID) -> OptionTerms | None:
        """The option of this id that can be chosen now."""
        return next((option for option in self.options if option.option_id == option_id), None)
