"""Counting a snapshot again from what it stores: what was shown follows from what was known, to the bit."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import Session

from domain import markets
from domain.surge import counting, days, queries
from domain.surge.counting import PRICES, STATE
from domain.surge.errors import SnapshotUnknown
from domain.surge.policy import SurgePolicy
from domain.surge.queries import SnapshotRow
from domain.surge.reading import rules_of
from domain.surge.snapshots import Numbers, digest, same_bits, unpack


@dataclass(frozen=True, slots=True)
class Recounted:
    """What came of it: how many prices were counted again, and the names of what came out differently."""

    snapshot_id: UUID
    prices: int
    differences: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Whether every bit was the same."""
        return not self.differences


def recount(session: Session, snapshot_id: UUID) -> Recounted:
    """Count a snapshot's prices again and compare. Raises `SnapshotUnknown`.

    It begins with the state that the snapshot before left; where that one was swept, or nobody can read the
    policy any more, this stands among the differences.
    """
    row = queries.snapshot(session, snapshot_id)
    if row is None:
        raise SnapshotUnknown
    packed = queries.packed(session, snapshot_id)
    arrays = {name: unpack(one) for name, one in packed.items()}
    policy = rules_of(markets.get_policy_version(session, row.policy_version_id))
    left = _left(session, row)
    if policy is None or (left is None and row.previous_id is not None):
        return Recounted(snapshot_id, 0, ("policy" if policy is None else "previous",))
    counted = _counted(left, row, arrays, policy)
    wrong = [name for name, array in counted if not same_bits(array, arrays[name])]
    if digest(row.header, packed) != row.digest:
        wrong.append("digest")
    prices = sum(arrays[name].size for name in arrays if name.endswith("shown_bp"))
    return Recounted(snapshot_id, prices, tuple(wrong))


def _left(session: Session, row: SnapshotRow) -> counting.Left | None:
    before = None if row.previous_id is None else queries.snapshot(session, row.previous_id)
    if before is None:
        return None
    return counting.left_by(before.header, queries.arrays(session, before.id, ("cells", *STATE)))


def _counted(
    left: counting.Left | None, row: SnapshotRow, arrays: Mapping[str, Numbers], policy: SurgePolicy
) -> Iterator[tuple[str, Numbers]]:
    """Every array that follows from others, by name."""
    inputs = counting.inputs_again(left, row.header, arrays, policy)
    live = counting.live_arrays(inputs, policy)
    yield from ((name, live[name]) for name in (*STATE, *PRICES))
    for slug in row.header["scheduled"]:
        yield from days.again(slug, arrays, policy).items()
