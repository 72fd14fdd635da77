"""What the contributions of a period are worth, all of them at once. Integers in, integers out.

Alike are contributions of one cluster, kind, policy version and rate (base · segment factor · q). They are
valued **together**, those of the best rate first, so that to give more is never worth less.
What is worth something together is split by units. So nothing is gained or lost by splitting one into many,
by merging many, or by the order in which they come: what decides is sums of integers, and sums know no order.
To value an interval whole and share it by units is the price of Aumann and Shapley (1974, "Values of
Non-Atomic Games").

U counts the verified units of the kind within an identity cluster, over the 30 days that end with the period.
What is about one booking is bounded by a share of that booking's fee, what is paid out of the pool by the
pool; where such a bound binds, what it bounds sums to it exactly.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby
from typing import NamedTuple
from uuid import UUID

from domain.contributions.valuation.formula import (
    NANO_IN_A_THOUSANDTH,
    ProportionalShare,
    RemainderRank,
    ValuationRate,
    ValueBreakdown,
    raw_value_nano,
)
from domain.foundation.money import apportion

DIMINISHING_WINDOW = timedelta(days=30)
_NO_BOOKING = UUID(int=0)


@dataclass(frozen=True, slots=True)
class VerifiedClaim:
    """A verified contribution as its worth is counted. `version` numbers the policy it was claimed under.

    `from_fee` is paid out of the fee of the booking it is about, everything else out of the pool.
    """

    id: UUID
    cluster_id: UUID
    kind: str
    version: int
    rate: ValuationRate
    units_milli: int
    booking_id: UUID | None = None
    from_fee: bool = False


@dataclass(frozen=True, slots=True)
class PriorValue:
    """What a cluster gave of a kind within the window and before the period, and what it was worth."""

    units_milli: int = 0
    raw_nano: int = 0


@dataclass(frozen=True, slots=True)
class PeriodValuation:
    """The worth of each claim, and its share of what counts against its kind's cap.

    `raw_nano` is what all that the pool pays was worth before it.
    """

    worths: Mapping[UUID, ValueBreakdown]
    capped_nano: Mapping[UUID, int]
    raw_nano: int


class _GroupKey(NamedTuple):
    """What is valued together, in the order in which it is valued: the same key, the same pile."""

    cluster_id: UUID
    kind: str
    less_per_unit: int  # the rate below zero, so that the best comes first
    version: int
    kappa_milli: int
    cap: int
    from_fee: bool
    booking_id: UUID

    @property
    def alike(self) -> tuple[object, ...]:
        """What is alike, about whichever booking."""
        return self[:-1]


@dataclass(slots=True)
class _ClaimGroup:
    """What is alike and about the same booking (or about none), and how it came to its worth so far."""

    key: _GroupKey
    claims: Sequence[VerifiedClaim]
    worth: ValueBreakdown

    @property
    def units_milli(self) -> int:
        return sum(claim.units_milli for claim in self.claims)


def value_claims(
    claims: Iterable[VerifiedClaim],
    *,
    past: Mapping[tuple[UUID, str], PriorValue],
    fees: Mapping[UUID, int],
    pool: int,
) -> PeriodValuation:
    """The worth of each claim of one period of one market.

    `past` is by cluster and kind. `fees` says what each booking can still bear, `pool` what the period can,
    in thousandths of a credit, not below zero. A booking that `fees` does not name bears nothing.
    """
    groups = list(_group_claims(claims, past))
    _limit_by_fees(groups, fees)
    pooled_groups = [group for group in groups if not group.key.from_fee]
    raw = _limit_by_pool(pooled_groups, pool)
    worths = {claim.id: worth for group in groups for claim, worth in _split_by_claim(group)}
    return PeriodValuation(
        worths, {claim: nano for group in groups for claim, nano in _capped_by_claim(group)}, raw
    )


def proportional_shares(total: int, weights: Sequence[int]) -> list[ProportionalShare]:
    """A total in shares by weights that sum to it; `worth.part` counts each from what its share says.

    Larger remainders come first, and among equals the earlier ones.
    """
    whole = sum(weights)
    remainders = [total * weight % whole for weight in weights]
    left_over = sum(remainders) // whole
    by_loss = sorted(range(len(weights)), key=lambda place: (-remainders[place], place))
    ranks = {place: rank for rank, place in enumerate(by_loss)}
    return [
        ProportionalShare(total=total, weight=whole, rank=ranks[place], left_over=left_over)
        for place in range(len(weights))
    ]


def _group_claims(
    claims: Iterable[VerifiedClaim], past: Mapping[tuple[UUID, str], PriorValue]
) -> Iterator[_ClaimGroup]:
    """Piles in the order of their keys, worth what they are within their kind's cap."""
    gathered = defaultdict(list)
    for claim in sorted(claims, key=lambda claim: claim.id):
        gathered[_group_key(claim)].append(claim)
    before = dict(past)
    for _, keys in groupby(sorted(gathered), key=lambda key: key.alike):
        yield from _value_similar_groups([(key, gathered[key]) for key in keys], before)


def _value_similar_groups(
    together: Sequence[tuple[_GroupKey, Sequence[VerifiedClaim]]], past: dict[tuple[UUID, str], PriorValue]
) -> Iterator[_ClaimGroup]:
    """Piles that are alike, and by them the past of whatever their cluster gives next of the kind."""
    key, claims = together[0]
    units = [sum(claim.units_milli for claim in claims) for _, claims in together]
    before = past.get((key.cluster_id, key.kind), PriorValue())
    rate = claims[0].rate
    raw = raw_value_nano(rate, before.units_milli, sum(units), before.raw_nano)
    past[key.cluster_id, key.kind] = PriorValue(before.units_milli + sum(units), before.raw_nano + raw)
    for (group_key, its_claims), pile_units, share in zip(
        together, units, proportional_shares(raw, units), strict=True
    ):
        worth = ValueBreakdown(
            rate=rate,
            units_milli=pile_units,
            before_milli=before.units_milli,
            before_nano=before.raw_nano,
            alike_milli=sum(units),
            together_milli=pile_units,
            among_bookings=_remainder_rank(share),
        )
        yield _ClaimGroup(group_key, its_claims, worth)


def _limit_by_fees(groups: Iterable[_ClaimGroup], fees: Mapping[UUID, int]) -> None:
    """Where all that is about a booking is worth more than its fee bears, it shares what the fee bears."""
    about = defaultdict(list)
    for group in groups:
        if group.key.booking_id != _NO_BOOKING:
            about[group.key.booking_id].append(group)
    for booking_id, booking_groups in about.items():
        bearable = fees.get(booking_id, 0) * NANO_IN_A_THOUSANDTH
        raw = [group.worth.raw_nano for group in booking_groups]
        if sum(raw) > bearable:
            for group, share in zip(booking_groups, proportional_shares(bearable, raw), strict=True):
                group.worth = group.worth.model_copy(update={"fee": share})


def _limit_by_pool(groups: Sequence[_ClaimGroup], pool: int) -> int:
    """Where all is worth as much as the pool or more, the pool is shared. Returns what all is worth."""
    raw = [group.worth.raw_nano for group in groups]
    if 0 < sum(raw) >= pool * NANO_IN_A_THOUSANDTH:
        for group, share in zip(groups, proportional_shares(pool, raw), strict=True):
            group.worth = group.worth.model_copy(update={"pool": share})
    return sum(raw)


def _split_by_claim(group: _ClaimGroup) -> Iterator[tuple[VerifiedClaim, ValueBreakdown]]:
    """A pile's claims, each with its share by units; a split contribution is the sum of its parts."""
    units = [claim.units_milli for claim in group.claims]
    for claim, share in zip(group.claims, proportional_shares(group.worth.credits, units), strict=True):
        changes = {
            "rate": claim.rate,
            "units_milli": claim.units_milli,
            "among_alike": _remainder_rank(share),
        }
        yield claim, group.worth.model_copy(update=changes)


def _capped_by_claim(group: _ClaimGroup) -> Iterator[tuple[UUID, int]]:
    units = [claim.units_milli for claim in group.claims]
    for claim, nano in zip(group.claims, apportion(group.worth.capped_nano, units), strict=True):
        yield claim.id, nano


def _group_key(claim: VerifiedClaim) -> _GroupKey:
    rate = claim.rate
    how = -rate.per_unit, claim.version, rate.kappa_milli, rate.cap, claim.from_fee
    return _GroupKey(claim.cluster_id, claim.kind, *how, claim.booking_id or _NO_BOOKING)


def _remainder_rank(share: ProportionalShare) -> RemainderRank:
    return RemainderRank(rank=share.rank, left_over=share.left_over)
