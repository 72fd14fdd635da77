"""Two other designs of a ledger, under the same kind of load, on tables of their own.

The **hot pool** keeps the pool's balance in a row like any other: simple, and every writer waits for that
one row. **Permitted by a sum** asks what an account holds by adding its postings up, and then spends: quick
while it is short, and two who ask at the same moment are both told yes.
"""

import random
import threading
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import psycopg
from sqlalchemy import make_url

ACCOUNTS = 2_000
# Where one account is spent from by many at once, as when somebody presses twice: what the sum gets wrong.
BUSY = 20

_TABLES = """
    CREATE TABLE rival_balances (account int PRIMARY KEY, balance bigint NOT NULL,
                                 CHECK (account = 0 OR balance >= 0));
    CREATE TABLE rival_postings (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, debit int NOT NULL,
                                 credit int NOT NULL, amount bigint NOT NULL, key text UNIQUE);
    CREATE INDEX ON rival_postings (debit, id);
    CREATE INDEX ON rival_postings (credit, id);
    INSERT INTO rival_balances SELECT account, 0 FROM generate_series(0, 2000) account;
"""
_HOT = """
    WITH posted AS (INSERT INTO rival_postings (debit, credit, amount, key) VALUES (%s, %s, %s, %s))
    UPDATE rival_balances SET balance = balance + CASE WHEN account = %s THEN -%s::bigint ELSE %s::bigint END
    WHERE account IN (%s, %s)
"""
_SUM = """
    SELECT coalesce(sum(CASE WHEN credit = %s THEN amount ELSE -amount END), 0)
    FROM rival_postings WHERE credit = %s OR debit = %s
"""
_POST = "INSERT INTO rival_postings (debit, credit, amount, key) VALUES (%s, %s, %s, %s)"
_BELOW_ZERO = """
    SELECT count(*) FROM (
        SELECT account FROM (SELECT credit AS account, amount FROM rival_postings
                             UNION ALL SELECT debit, -amount FROM rival_postings) moved
        WHERE account > 0 GROUP BY account HAVING sum(amount) < 0) overdrawn
"""

Connection = psycopg.Connection[Any]
Deed = Callable[[Connection, random.Random, str], bool]


def measure(url: str, writers: int, *, seconds: float) -> list[dict[str, Any]]:
    """Both rivals for so many seconds each."""
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    deeds: dict[str, Deed] = {"rival: the pool keeps a balance": _hot, "rival: permitted by a sum": _summed}
    return [_measured(plain, writers, seconds, name, deed) for name, deed in deeds.items()]


def _measured(plain: str, writers: int, seconds: float, name: str, deed: Deed) -> dict[str, Any]:
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute("DROP TABLE IF EXISTS rival_balances, rival_postings")
        connection.execute(_TABLES)
        spent: list[list[float]] = [[] for _ in range(writers)]
        until = time.perf_counter() + seconds
        threads = [
            threading.Thread(target=_write, args=(plain, writer, until, deed, spent[writer]))
            for writer in range(writers)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        [below] = connection.execute(_BELOW_ZERO).fetchone() or (0,)
        [postings] = connection.execute("SELECT count(*) FROM rival_postings").fetchone() or (0,)
        connection.execute("DROP TABLE rival_balances, rival_postings")
    times = np.concatenate([np.array(one) for one in spent])
    return {
        "what": name,
        "operations": len(times),
        "postings": int(postings),
        "seconds": seconds,
        "a_second": postings / seconds,
        "p50_ms": float(np.quantile(times, 0.5) * 1_000),
        "p95_ms": float(np.quantile(times, 0.95) * 1_000),
        "mismatches": int(below),
    }


def _write(plain: str, writer: int, until: float, deed: Deed, spent: list[float]) -> None:
    chance = random.Random(writer)
    with psycopg.connect(plain) as connection:
        number = 0
        while (began := time.perf_counter()) < until:
            deed(connection, chance, f"{writer}:{number}")
            spent.append(time.perf_counter() - began)
            number += 1


def _turn(chance: random.Random) -> tuple[int, int, int]:
    """Earning or spending: debited account, credited account, amount; account zero is the pool."""
    account = chance.randint(1, BUSY) if chance.random() < 0.5 else chance.randint(1, ACCOUNTS)
    earns = chance.random() < 0.5
    return (0, account, chance.randint(1, 900)) if earns else (account, 0, chance.randint(1, 900))


def _hot(connection: Connection, chance: random.Random, key: str) -> bool:
    debit, credit, amount = _turn(chance)
    # Both rows by their number, so that writers do not wait in a circle.
    try:
        with connection.transaction():
            connection.execute(
                "SELECT FROM rival_balances WHERE account IN (%s, %s) ORDER BY account FOR UPDATE",
                (debit, credit),
            )
            connection.execute(_HOT, (debit, credit, amount, key, debit, amount, amount, debit, credit))
    except psycopg.errors.CheckViolation:
        return False
    return True


def _summed(connection: Connection, chance: random.Random, key: str) -> bool:
    debit, credit, amount = _turn(chance)
    with connection.transaction():
        if debit:
            [there] = connection.execute(_SUM, (debit, debit, debit)).fetchone() or (0,)
            if there < amount:
                return False
        connection.execute(_POST, (debit, credit, amount, key))
    return True
