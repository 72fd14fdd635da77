"""The work of the ledger's part: a deterministic stream of operations, and the process that carries it out.

Operation `number` of writer `writer` is the same whenever it is asked for, so a writer that was killed does
again what nobody heard of, under the same keys. Its diary has one byte for each operation that it knows the
end of, written after the commit.
"""

import random
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from domain import ledger
from domain.foundation.actors import SYSTEM
from domain.foundation.database import Transactions, engine_for
from domain.foundation.errors import Unavailable
from domain.ledger import CREDITS, HOURS, Account, AccountKind, Posting

AT = datetime(2026, 11, 23, 12, tzinfo=UTC)
POSTED, REPEATED, REFUSED, TWICE = b"p", b"r", b"n", b"2"
_REPEATS = 0.02  # of operations are asked for twice, as by a client whose answer was lost
_UNIT_OF = {AccountKind.HOURS: HOURS}


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
        pool = ledger.account(session, AccountKind.CREDITS_POOL, CREDITS)
    for start in range(0, len(users), 250):
        part = users[start : start + 250]
        for kind in kinds:
            wanted = [(kind, _UNIT_OF.get(kind, CREDITS), user) for user in part]
            with transactions() as session:
                found[kind] += ledger.accounts_for(session, wanted)
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


def operation(books: Books, seed: int, writer: int, number: int) -> list[Posting]:
    """What a writer does at its turn: earn, earn held, release, spend, lose, give into a pot, pass hours."""
    chance = random.Random(f"{seed}:{writer}:{number}")
    one, other = chance.sample(range(len(books.available)), 2)
    amount, kind = chance.randint(1, 900), chance.random()
    if kind < 0.25:
        return [Posting(books.pool, books.available[one], amount)]
    if kind < 0.4:
        held = chance.randint(1, amount) if amount > 1 else 1
        moved = [Posting(books.pool, books.pending[one], held)]
        return moved + ([Posting(books.pool, books.available[one], amount - held)] if amount > held else [])
    if kind < 0.5:
        return [Posting(books.pending[one], books.available[one], amount)]
    if kind < 0.8:
        return [
            Posting(books.available[one], books.pool, amount),
            Posting(books.pots[one], books.pool, chance.randint(1, 200)),
        ][: chance.choice((1, 1, 2))]
    if kind < 0.9:
        return [Posting(books.available[one], books.pots[other], amount)]
    return [Posting(books.hours[one], books.hours[other], chance.randint(1, 240))]


def key_of(writer: int, number: int) -> str:
    """Under which key an operation is posted."""
    return f"bench:{writer}:{number}"


def is_asked_again(seed: int, writer: int, number: int) -> bool:
    """Whether the answer to an operation is lost, so that its writer asks a second time."""
    return random.Random(f"again:{seed}:{writer}:{number}").random() < _REPEATS


def carry_out(transactions: Transactions, books: Books, seed: int, writer: int, number: int) -> bytes:
    """One operation in a transaction of its own; how it ended."""
    postings = operation(books, seed, writer, number)
    key, subject = key_of(writer, number), books.pool.id
    while True:
        try:
            with transactions() as session:
                entry = ledger.post(
                    session, key=key, kind="bench", subject_id=subject, postings=postings, by=SYSTEM, at=AT
                )
        except (ledger.BalanceTooLow, ledger.BalanceTooHigh):
            return REFUSED
        except Unavailable:
            continue  # the machine is busy: as a client would, ask again
        return POSTED if entry.is_new else REPEATED


def write(told: dict[str, Any], books: Books) -> None:
    """A writer's life: from where its diary ends to the end of its stream."""
    diary, times = Path(told["diary"]), Path(told["times"])
    done = diary.stat().st_size if diary.exists() else 0
    engine = engine_for(told["url"], pool_size=1, name="bench")
    transactions = Transactions(engine)
    seed, writer = told["seed"], told["writer"]
    with diary.open("ab", buffering=0) as said, times.open("a") as spent:
        for number in range(done, told["count"]):
            began = time.perf_counter()
            ended = carry_out(transactions, books, seed, writer, number)
            spent.write(f"{time.perf_counter() - began:.6f}\n")
            # What was refused may well succeed a moment later; only what was posted must not happen twice.
            if ended != REFUSED and is_asked_again(seed, writer, number):
                again = carry_out(transactions, books, seed, writer, number)
                ended = ended if again == REPEATED else TWICE
            said.write(ended)
    engine.dispose()
