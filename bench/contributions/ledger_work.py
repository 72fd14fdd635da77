"""The work of the ledger's part: a deterministic stream of operations, and the writers who carry them out.

Operation `number` of writer `writer` is the same whenever it is asked for, so a writer that was killed does
again what nobody heard of, under the same keys. Its diary has one byte for each operation that it knows the
end of, written after the commit.
"""

import gc
import math
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias
from uuid import UUID

import numpy as np
from sqlmodel import Session

from domain import ledger
from domain.foundation.actors import SYSTEM
from domain.foundation.errors import Unavailable
from domain.foundation.persistence.database import Transactions, build_engine
from domain.ledger import CREDITS, HOURS, Account, AccountKind, Posting

AT = datetime(2026, 11, 23, 12, tzinfo=UTC)
POSTED, REPEATED, REFUSED, TWICE = b"p", b"r", b"n", b"2"
_REPEATS = 0.02  # of operations are asked for twice, as by a client whose answer was lost
_UNIT_OF = {AccountKind.HOURS: HOURS}

Begun: TypeAlias = Callable[[], AbstractContextManager[Session]]


class Draw(NamedTuple):
    """What chance decided about one operation."""

    chance: float
    part: float
    one: int
    other: int
    amount: int
    less: int
    is_asked_again: bool


@dataclass(frozen=True, slots=True)
class Books:
    """The accounts of a made-up town: for each user five, and the pool that credits come from."""

    pool: Account
    available: list[Account]
    pending: list[Account]
    pots: list[Account]
    hours: list[Account]


def opened(transactions: Transactions, users: list[UUID]) -> Books:
    """The accounts of these users, opened or found; each transaction opens some."""
    kinds = (AccountKind.CREDITS, AccountKind.CREDITS_PENDING, AccountKind.COMMUNITY_POT, AccountKind.HOURS)
    found: dict[AccountKind, list[Account]] = {kind: [] for kind in kinds}
    with transactions() as session:
        pool = ledger.get_account(session, AccountKind.CREDITS_POOL, CREDITS)
    for start in range(0, len(users), 250):
        part = users[start : start + 250]
        for kind in kinds:
            wanted = [(kind, _UNIT_OF.get(kind, CREDITS), user) for user in part]
            with transactions() as session:
                found[kind] += ledger.get_accounts(session, wanted)
    return Books(pool, *(found[kind] for kind in kinds))


def endowed(transactions: Transactions, books: Books) -> None:
    """Something to begin with, so that most spending succeeds and some does not."""
    for accounts, amount in ((books.available, 4_000), (books.pending, 1_000), (books.pots, 500)):
        for start in range(0, len(accounts), 500):
            postings = [Posting(books.pool, account, amount) for account in accounts[start : start + 500]]
            key = f"endowed:{accounts[start].id}"
            with transactions() as session:
                ledger.post(
                    session,
                    key=key,
                    kind="endowment",
                    subject_id=books.pool.id,
                    postings=postings,
                    by=SYSTEM,
                    at=AT,
                )


def stream(seed: int, writer: int, count: int, users: int) -> list[Draw]:
    """All that a writer will do, drawn before it begins, so that drawing costs no posting its time."""
    rng = np.random.default_rng((seed, writer))
    chance, part = rng.random(count), rng.random(count)
    one, step = rng.integers(users, size=count), rng.integers(1, users, size=count)
    amount, less = rng.integers(1, 901, size=count), rng.integers(1, 201, size=count)
    again = rng.random(count) < _REPEATS
    columns = (chance, part, one, (one + step) % users, amount, less, again)
    return [Draw(*row) for row in zip(*(column.tolist() for column in columns), strict=True)]


def operation(books: Books, draw: Draw) -> list[Posting]:
    """What a writer does at its turn: earn, earn held, release, spend, lose, give into a pot, pass hours."""
    one, other, amount = draw.one, draw.other, draw.amount
    if draw.chance < 0.25:
        return [Posting(books.pool, books.available[one], amount)]
    if draw.chance < 0.4:
        held = math.ceil(draw.part * amount) or 1
        moved = [Posting(books.pool, books.pending[one], held)]
        return moved + ([Posting(books.pool, books.available[one], amount - held)] if amount > held else [])
    if draw.chance < 0.5:
        return [Posting(books.pending[one], books.available[one], amount)]
    if draw.chance < 0.8:
        spent = [Posting(books.available[one], books.pool, amount)]
        return spent + ([Posting(books.pots[one], books.pool, draw.less)] if draw.part < 1 / 3 else [])
    if draw.chance < 0.9:
        return [Posting(books.available[one], books.pots[other], amount)]
    return [Posting(books.hours[one], books.hours[other], draw.less)]


def key_of(writer: int, number: int) -> str:
    """Under which key an operation is posted."""
    return f"bench:{writer}:{number}"


def carry_out(transaction: Begun, books: Books, key: str, postings: list[Posting]) -> bytes:
    """One operation in a transaction of its own; how it ended."""
    while True:
        try:
            with transaction() as session:
                entry = ledger.post(
                    session,
                    key=key,
                    kind="bench",
                    subject_id=books.pool.id,
                    postings=postings,
                    by=SYSTEM,
                    at=AT,
                )
        except (ledger.BalanceTooLow, ledger.BalanceTooHigh):
            return REFUSED
        except Unavailable:
            continue  # the machine is busy: as a client would, ask again
        return POSTED if entry.is_new else REPEATED


def write(crew: list[dict[str, Any]], books: Books) -> None:
    """A process of writers, a thread and a connection each."""
    gc.freeze()  # a town shared with its parent, which no collection should copy
    engine = build_engine(crew[0]["url"], pool_size=len(crew), name="bench")
    transactions = Transactions(engine)
    transaction = transactions.autocommit_session if crew[0]["at_once"] else transactions
    with ThreadPoolExecutor(len(crew)) as threads:
        lives = [threads.submit(_live, told, books, transaction) for told in crew]
    engine.dispose()
    for life in lives:
        life.result()


def _live(told: dict[str, Any], books: Books, transaction: Begun) -> None:
    """A writer's life: from where its diary ends to the end of its stream."""
    diary, times = Path(told["diary"]), Path(told["times"])
    done = diary.stat().st_size if diary.exists() else 0
    draws = stream(told["seed"], told["writer"], told["count"], len(books.available))
    with diary.open("ab", buffering=0) as said, times.open("a") as spent:
        for number, draw in enumerate(draws[done:], start=done):
            began = time.perf_counter()
            key, postings = key_of(told["writer"], number), operation(books, draw)
            ended = carry_out(transaction, books, key, postings)
            spent.write(f"{time.perf_counter() - began:.6f}\n")
            # What was refused may well succeed a moment later; only what was posted must not happen twice.
            if ended != REFUSED and draw.is_asked_again:
                again = carry_out(transaction, books, key, postings)
                ended = ended if again == REPEATED else TWICE
            said.write(ended)
