from sqlmodel import Session

from domain import surge
from domain.surge import Mode
from tests import cast
from tests.domain.surge.towns import HERE, HOURLY, MINUTE, NOON, ticked, town


def test_a_market_without_surge_rules_never_ticks(session: Session):
    market = town(session, {})
    assert ticked(session, market, at=NOON) is None
    assert surge.in_force(session, market.id) is None


def test_a_tick_publishes_a_snapshot_that_can_be_counted_again(session: Session):
    market = town(session)
    cast.offer(session)
    cast.open_always(session, cast.ellen(session))
    snapshot_id = ticked(session, market, at=NOON)
    assert snapshot_id == surge.pointer(session, market.id)
    published = surge.published(session, snapshot_id)
    price = published.price(category=HOURLY, cell=HERE, start=NOON + 30 * MINUTE, at=NOON)
    assert (price.multiplier_bp, price.mode, price.absence) == (10_000, Mode.LIVE, None)
    assert price.idle == 1.0
    assert surge.recount(session, snapshot_id).differences == ()


def test_a_tick_comes_once_every_five_minutes(session: Session):
    market = town(session)
    first = ticked(session, market, at=NOON + MINUTE)
    assert surge.published(session, first).tick_at == NOON
    assert ticked(session, market, at=NOON + 4 * MINUTE) is None
    assert ticked(session, market, at=NOON + 5 * MINUTE)
