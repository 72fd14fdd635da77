"""Whether the books and the writers' diaries tell the same story."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, text

from bench.contributions.ledger_work import POSTED, REFUSED, REPEATED, TWICE, Books, key_of, operation, stream
from domain import ledger

_TOLD = text("""
    SELECT e.key, array_agg(p.debit_account_id::text || p.credit_account_id || p.amount ORDER BY p.id) AS told
    FROM ledger_entries e JOIN ledger_postings p ON p.entry_id = e.id
    WHERE e.kind = 'bench' AND e.key LIKE :mine GROUP BY e.key
""")


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found; `mismatches` counts everything that does not agree, in the diaries and in the books."""

    posted: int
    repeated: int
    refused: int
    postings: int
    mismatches: int


def checked(engine: Engine, books: Books, told: list[dict[str, Any]], seed: int) -> Checked:
    """Hold every operation of every writer against the books, and the books against their own invariants."""
    counts = dict.fromkeys((POSTED, REPEATED, REFUSED, TWICE), 0)
    mismatches = postings = 0
    with engine.connect() as connection:
        for one in told:
            diary = Path(one["diary"]).read_bytes()
            mismatches += abs(len(diary) - one["count"])
            there = _there(connection, one["writer"])
            postings += sum(map(len, there.values()))
            draws = stream(seed, one["writer"], one["count"], len(books.available))
            for number, (byte, draw) in enumerate(zip(diary, draws, strict=False)):
                ended = bytes([byte])
                counts[ended] += 1
                found = there.pop(key_of(one["writer"], number), None)
                meant = [f"{each.debit.id}{each.credit.id}{each.amount}" for each in operation(books, draw)]
                mismatches += found != (None if ended == REFUSED else meant)
            mismatches += len(there)
        mismatches += sum(len(_rows(connection, sql)) for sql in ledger.INVARIANTS.values())
        mismatches += counts[TWICE]
    return Checked(counts[POSTED], counts[REPEATED], counts[REFUSED], postings, mismatches)


def _there(connection: Connection, writer: int) -> dict[str, list[str]]:
    rows = connection.execute(_TOLD, {"mine": key_of(writer, 0).removesuffix("0") + "%"})
    return {row.key: list(row.told) for row in rows}


def _rows(connection: Connection, sql: str) -> list[Any]:
    return list(connection.execute(text(sql)))
