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

from domain.contributions.worth import NANO_IN_A_THOUSANDTH, Place, Rate, Share, Worth, raw_nano
from domain.foundation.money import apportion

WINDOW = timedelta(days=30)
_NO_BOOKING = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Claim:
    """A verified contribution as its worth is counted. `version` numbers the policy it was claimed under.

    `from_fee` is paid out of the fee of the booking it is about, everything else out of the pool.
    """

    id: UUID
    cluster_id: UUID
    kind: str
    version: int
    rate: Rate
    units_milli: int
    booking_id: UUID | None = None
    from_fee: bool = False


@dataclass(frozen=True, slots=True)
class Past:
    """What a cluster gave of a kind within the window and before the period, and what it was worth."""

    units_milli: int = 0
    raw_nano: int = 0


@dataclass(frozen=True, slots=True)
class Valued:
    """The worth of each claim, and its share of what counts against its kind's cap.

    `raw_nano` is what all that the pool pays was worth before it.
    """

    worths: Mapping[UUID, Worth]
    capped_nano: Mapping[UUID, int]
    raw_nano: int


class _Key(NamedTuple):
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
class _Pile:
    """What is alike and about the same booking (or about none), and how it came to its worth so far."""

    key: _Key
    claims: Sequence[Claim]
    worth: Worth

    @property
    def units_milli(self) -> int:
        return sum(claim.units_milli for claim in self.claims)


def value(
    claims: Iterable[Claim],
    *,
    past: Mapping[tuple[UUID, str], Past],
    fees: Mapping[UUID, int],
    pool: int,
) -> Valued:
    """The worth of each claim of one period of one market.

    `past` is by cluster and kind. `fees` says what each booking can still bear, `pool` what the period can,
    in thousandths of a credit, not below zero. A booking that `fees` does not name bears nothing.
    """
    piles = list(_piles(claims, past))
    _bound_by_fees(piles, fees)
    pooled = [pile for pile in piles if not pile.key.from_fee]
    raw = _bound_by_pool(pooled, pool)
    worths = {claim.id: worth for pile in piles for claim, worth in _of_each(pile)}
    return Valued(worths, {claim: nano for pile in piles for claim, nano in _capped(pile)}, raw)


def shares(total: int, weights: Sequence[int]) -> list[Share]:
    """A total in shares by weights that sum to it; `worth.part` counts each from what its share says.

    Larger remainders come first, and among equals the earlier ones.
    """
    whole = sum(weights)
    remainders = [total * weight % whole for weight in weights]
    left_over = sum(remainders) // whole
    by_loss = sorted(range(len(weights)), key=lambda place: (-remainders[place], place))
    ranks = {place: rank for rank, place in enumerate(by_loss)}
    return [
        Share(total=total, weight=whole, rank=ranks[place], left_over=left_over)
        for place in range(len(weights))
    ]


def _piles(claims: Iterable[Claim], past: Mapping[tuple[UUID, str], Past]) -> Iterator[_Pile]:
    """Piles in the order of their keys, worth what they are within their kind's cap."""
    gathered = defaultdict(list)
    for claim in sorted(claims, key=lambda claim: claim.id):
        gathered[_key(claim)].append(claim)
    before = dict(past)
    for _, keys in groupby(sorted(gathered), key=lambda key: key.alike):
        yield from _alike([(key, gathered[key]) for key in keys], before)


def _alike(
    together: Sequence[tuple[_Key, Sequence[Claim]]], past: dict[tuple[UUID, str], Past]
) -> Iterator[_Pile]:
    """Piles that are alike, and by them the past of whatever their cluster gives next of the kind."""
    key, claims = together[0]
    units = [sum(claim.units_milli for claim in claims) for _, claims in together]
    before = past.get((key.cluster_id, key.kind), Past())
    rate = claims[0].rate
    raw = raw_nano(rate, before.units_milli, sum(units), before.raw_nano)
    past[key.cluster_id, key.kind] = Past(before.units_milli + sum(units), before.raw_nano + raw)
    for (one, its_claims), pile_units, share in zip(together, units, shares(raw, units), strict=True):
        worth = Worth(
            rate=rate,
            units_milli=pile_units,
            before_milli=before.units_milli,
            before_nano=before.raw_nano,
            alike_milli=sum(units),
            together_milli=pile_units,
            among_bookings=_place(share),
        )
        yield _Pile(one, its_claims, worth)


def _bound_by_fees(piles: Iterable[_Pile], fees: Mapping[UUID, int]) -> None:
    """Where all that is about a booking is worth more than its fee bears, it shares what the fee bears."""
    about = defaultdict(list)
    for pile in piles:
        if pile.key.booking_id != _NO_BOOKING:
            about[pile.key.booking_id].append(pile)
    for booking_id, its_piles in about.items():
        bearable = fees.get(booking_id, 0) * NANO_IN_A_THOUSANDTH
        raw = [pile.worth.raw_nano for pile in its_piles]
        if sum(raw) > bearable:
            for pile, share in zip(its_piles, shares(bearable, raw), strict=True):
                pile.worth = pile.worth.model_copy(update={"fee": share})


def _bound_by_pool(piles: Sequence[_Pile], pool: int) -> int:
    """Where all is worth as much as the pool or more, the pool is shared. Returns what all is worth."""
    raw = [pile.worth.raw_nano for pile in piles]
    if 0 < sum(raw) >= pool * NANO_IN_A_THOUSANDTH:
        for pile, share in zip(piles, shares(pool, raw), strict=True):
            pile.worth = pile.worth.model_copy(update={"pool": share})
    return sum(raw)


def _of_each(pile: _Pile) -> Iterator[tuple[Claim, Worth]]:
    """A pile's claims, each with its share by units; a split contribution is the sum of its parts."""
    units = [claim.units_milli for claim in pile.claims]
    for claim, share in zip(pile.claims, shares(pile.worth.credits, units), strict=True):
        told = {"rate": claim.rate, "units_milli": claim.units_milli, "among_alike": _place(share)}
        yield claim, pile.worth.model_copy(update=told)


def _capped(pile: _Pile) -> Iterator[tuple[UUID, int]]:
    units = [claim.units_milli for claim in pile.claims]
    for claim, nano in zip(pile.claims, apportion(pile.worth.capped_nano, units), strict=True):
        yield claim.id, nano


def _key(claim: Claim) -> _Key:
    rate = claim.rate
    how = -rate.per_unit, claim.version, rate.kappa_milli, rate.cap, claim.from_fee
    return _Key(claim.cluster_id, claim.kind, *how, claim.booking_id or _NO_BOOKING)


def _place(share: Share) -> Place:
    return Place(rank=share.rank, left_over=share.left_over)
