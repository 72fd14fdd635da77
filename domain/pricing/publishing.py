"""Publishing a market's tariff, version by version, never for the past."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from domain import markets
from domain.foundation.actors import Actor, ActorKind
from domain.foundation.errors import Forbidden, Stale
from domain.foundation.events import record_event
from domain.pricing import queries
from domain.pricing.errors import TariffForThePast
from domain.pricing.events import TariffPublished
from domain.pricing.models import TariffVersion
from domain.pricing.tariff import Tariff

_MAY_PUBLISH = frozenset({ActorKind.OPERATOR, ActorKind.SYSTEM})


def publish_tariff(
    session: Session,
    market_id: UUID,
    *,
    tariff: Tariff,
    by: Actor,
    at: datetime,
    active_from: datetime | None = None,
    if_match: int | None = None,
    note: str = "",
) -> TariffVersion:
    """Announce the next version, in force from `active_from` or at once; earlier quotes stay as they are.

    `by` acts as an operator of this market, or is the system itself. `if_match` is the number of the latest
    version the caller has seen, zero for none. Raises `Forbidden`, `TariffForThePast`, `Stale`, and
    `TariffPublishedMeanwhile` when two publish in the same moment.
    """
    market = markets.get_market(session, market_id)
    if by.kind not in _MAY_PUBLISH:
        raise Forbidden("Only an operator of this market may.", permission="tariffs.publish")
    starts = active_from or at
    if starts < at:
        raise TariffForThePast("Let the tariff start now or later.", field="active_from")
    latest = queries.latest_number(session, market.id)
    if if_match not in {None, latest}:
        raise Stale(f"The latest version is number {latest}.", version=latest)
    version = TariffVersion(
        market_id=market.id,
        number=latest + 1,
        effects=tariff.model_dump(mode="json")["effects"],
        active_from=starts,
        created_by=by.user_id,
        created_at=at,
        note=note,
    )
    session.add(version)
    fact = TariffPublished(
        market_id=market.id, tariff_version_id=version.id, number=version.number, active_from=starts
    )
    record_event(session, fact, subject=("market", market.id), by=by, at=at)
    return version
