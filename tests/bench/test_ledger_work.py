"""The ledger's benchmark asks the same whenever it asks, or a killed writer would be followed by another."""

import pytest

from bench.contributions.ledger_work import Books, key_of, operation, stream
from domain.foundation import ids
from domain.ledger import CHART_OF_ACCOUNTS, Account, AccountKind


def accounts(kind: AccountKind, count: int) -> list[Account]:
    nature = CHART_OF_ACCOUNTS[kind]
    return [Account(ids.new(), kind, nature.unit, ids.new(), nature.floor) for _ in range(count)]


@pytest.fixture
def books() -> Books:
    [pool] = accounts(AccountKind.CREDITS_POOL, 1)
    kinds = (AccountKind.CREDITS, AccountKind.CREDITS_PENDING, AccountKind.COMMUNITY_POT, AccountKind.HOURS)
    return Books(pool, *(accounts(kind, 5) for kind in kinds))


def test_a_writer_that_takes_over_is_asked_the_same(books: Books) -> None:
    first = [operation(books, draw) for writer in range(3) for draw in stream(1, writer, 200, 5)]
    again = [operation(books, draw) for writer in range(3) for draw in stream(1, writer, 200, 5)]
    assert first == again
    assert first != [operation(books, draw) for writer in range(3) for draw in stream(2, writer, 200, 5)]
    assert len({key_of(writer, number) for writer in range(3) for number in range(200)}) == 600


def test_every_kind_of_move_is_tried_and_some_are_asked_for_twice(books: Books) -> None:
    moved = {
        (posting.debit.kind, posting.credit.kind)
        for draw in stream(1, 0, 500, 5)
        for posting in operation(books, draw)
    }
    kinds = AccountKind
    assert moved == {
        (kinds.CREDITS_POOL, kinds.CREDITS),
        (kinds.CREDITS_POOL, kinds.CREDITS_PENDING),
        (kinds.CREDITS_PENDING, kinds.CREDITS),
        (kinds.CREDITS, kinds.CREDITS_POOL),
        (kinds.COMMUNITY_POT, kinds.CREDITS_POOL),
        (kinds.CREDITS, kinds.COMMUNITY_POT),
        (kinds.HOURS, kinds.HOURS),
    }
    assert 0 < sum(draw.is_asked_again for draw in stream(1, 0, 1_000, 5)) < 60
