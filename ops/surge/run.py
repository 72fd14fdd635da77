"""What the commands of `talkoo surge` do, on the database that `ops.database` finds."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import typer
from sqlmodel import Session

from domain import markets, offers, pricing, surge
from domain.foundation import clock
from domain.foundation.actors import SYSTEM
from domain.foundation.errors import DomainError
from domain.foundation.persistence.database import Transactions
from domain.foundation.spans import Span
from domain.markets import Market
from domain.surge import ONE_BP, PriceMap
from ops import database
from ops.failures import MendableError
from ops.surge.picture import Cell, Hour, Scene, draw
from workers import surge as at_work

_WHY_NO_MAP = {
    surge.Absence.NOT_IN_FORCE: "Live prices are not in force here; scheduled ones are the same everywhere.",
    surge.Absence.NO_SNAPSHOT: "No prices were counted yet; `talkoo surge tick` does it now.",
    surge.Absence.STALE: "The last prices are too old to be in force; `talkoo surge tick` counts new ones.",
}
_GLOBE = (90.0, 180.0)
_FORMATS = (".png", ".svg", ".pdf")


def plot_prices(market: str, category: str, out: Path, *, days: int, near: str | None) -> None:
    """Draw curve and map of a category into a file."""
    at, point = clock.now(), _point(near)
    _check_out(out)
    with _on() as transactions, transactions.read_session() as session:
        found = _market(session, market)
        try:
            offers.category_by_slug(session, category)
            drawn = surge.price_map(surge.in_force(session, found.id), category, at=at, within=None)
        except DomainError as refusal:
            raise MendableError(f"{category}: {refusal.title}.") from refusal
        cell = surge.cell_at(*point) if point else _dearest(drawn)
        during = Span(at, at + timedelta(days=days))
        curve = pricing.curve_of_category(session, found, category, cell=cell, during=during, at=at)
    hours = [Hour(one.start, one.tariff_bp / ONE_BP, one.multiplier_bp / ONE_BP) for one in curve.points]
    cells = [Cell(surge.outline(one.cell), one.multiplier_bp / ONE_BP) for one in drawn.hexagons]
    note = _WHY_NO_MAP.get(drawn.absence, "") if drawn.absence else "Nobody asks, and nobody is free."
    draw(
        Scene(f"{found.name} · {category}", _told(drawn, found, at), found.time_zone, hours, cells, note), out
    )
    typer.echo(f"Wrote {out}: {len(hours)} hours, {len(cells)} hexagons.")


def tick_now(market: str) -> None:
    """Count and publish a market's prices, if that is due."""
    at = clock.now()
    with _on() as transactions:
        with transactions() as session:
            found = _market(session, market)
            was_due = at_work.tick_market(session, found.id, at=at)
        with transactions.read_session() as session:
            told = surge.in_force(session, found.id)
    if told is None:
        raise MendableError(
            f"The policy of {market} has no surge; docs/pricing.md shows how to switch it on."
        )
    local = told.tick_at.astimezone(ZoneInfo(found.time_zone))
    what = "Counted" if was_due else "Nothing was due; the last prices are"
    typer.echo(
        f"{what}: {len(told.cells)} hexagons, {len(told.categories)} live categories, {local:%H:%M:%S}."
    )


def recount_last(market: str, last: int) -> bool:
    """Count the newest snapshots again. Returns whether all came out the same."""
    with _on() as transactions, transactions.read_session() as session:
        found = _market(session, market)
        seen = surge.snapshots(session, found.id, by=SYSTEM, after=None, limit=last).items
        recounts = [surge.recount(session, one.id) for one in seen]
    prices = sum(one.prices for one in recounts)
    wrong = [one for one in recounts if not one.holds]
    for one in wrong:
        typer.echo(f"{one.snapshot_id}: {', '.join(one.differences)}")
    typer.echo(
        f"{len(recounts)} snapshots, {prices} prices counted again: {len(wrong)} came out differently."
    )
    return not wrong


@contextmanager
def _on() -> Iterator[Transactions]:
    with database.address() as url, database.transactions_on(url) as transactions:
        yield transactions


def _market(session: Session, slug: str) -> Market:
    try:
        return markets.get_market_by_slug(session, slug)
    except DomainError as refusal:
        raise MendableError(f"{slug}: {refusal.title}.") from refusal


def _check_out(out: Path) -> None:
    if out.suffix.lower() not in _FORMATS:
        raise MendableError(f"{out}: let it end in {', '.join(_FORMATS)}.")
    if not out.parent.is_dir():
        raise MendableError(f"{out.parent} is no folder; make it first.")


def _point(near: str | None) -> tuple[float, float] | None:
    if near is None:
        return None
    try:
        latitude, longitude = (float(part) for part in near.split(","))
    except ValueError as error:
        raise MendableError("Say --near as latitude,longitude: 60.18,24.95.") from error
    if not (abs(latitude) <= _GLOBE[0] and abs(longitude) <= _GLOBE[1]):  # so that no number is none either
        raise MendableError("That is not on the globe; latitude comes first.")
    return latitude, longitude


def _dearest(drawn: PriceMap) -> int | None:
    """The cell whose price is the highest, and so has most to tell."""
    return max(drawn.hexagons, key=lambda one: one.multiplier_bp).cell if drawn.hexagons else None


def _told(drawn: PriceMap, market: Market, at: datetime) -> str:
    zone = ZoneInfo(market.time_zone)
    counted = (
        f"Counted {drawn.tick_at.astimezone(zone):%a %-d %b, %H:%M}" if drawn.tick_at else "Nothing counted"
    )
    return (
        f"What a service costs, as a multiple of its plain price. {counted}; "
        f"drawn {at.astimezone(zone):%H:%M} ({market.time_zone})."
    )
