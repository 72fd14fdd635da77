"""The draw of a quorum: nobody can steer or foresee it, and whoever audits it counts the same.

A person's place is the SHA-256 of a seed and their id; the smallest come first. The seed is derived by us
alone, from a secret and the id of the claim (or of the one it repeats), so it is fixed before anybody is
eligible, another claim is another order, and claiming the same again is the same order.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from domain.foundation import signing

_PURPOSE = "contributions/draw"


def derive_seed(draw_id: UUID) -> bytes:
    """Thirty-two bytes that only we can derive."""
    return signing.derive_secret(_PURPOSE, draw_id.bytes)


def draw_position(seed: bytes, user_id: UUID) -> bytes:
    """Where a person stands in the order of a seed; the database counts the same."""
    return hashlib.sha256(seed + user_id.bytes).digest()


def rank_attesters(seed: bytes, user_ids: Iterable[UUID]) -> list[UUID]:
    """These people in the order of the draw."""
    return sorted(user_ids, key=lambda user_id: draw_position(seed, user_id))


def first_of_each_cluster(
    order: Sequence[UUID], clusters: Mapping[UUID, UUID], without: Iterable[UUID]
) -> list[UUID]:
    """The order without people of these clusters, and with the first of every other one only.

    Two accounts of one person are one voice.
    """
    taken, kept = set(without), []
    for user_id in order:
        if clusters[user_id] not in taken:
            taken.add(clusters[user_id])
            kept.append(user_id)
    return kept
