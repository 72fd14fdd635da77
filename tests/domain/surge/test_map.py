"""The map of a snapshot: hexagons, ranges of people, and why there is nothing to see."""

from datetime import datetime, timedelta

import pytest
from h3.api.basic_int import grid_disk, latlng_to_cell
from sqlmodel import Session

from domain import surge
from domain.surge import Absence, Corners, PriceMap, Reason
from domain.surge import map as mapping
from domain.surge.errors import MapUnfit
from tests import cast, snapshots

KALLIO = latlng_to_cell(60.184, 24.95, 7)
AROUND = [cell for cell in grid_disk(KALLIO, 1) if cell != KALLIO]
RIDES = {"live": {"ride": {}}}


def _drawn(session: Session, at: datetime, within: Corners | None = None, category: str = "ride") -> PriceMap:
    found = surge.in_force(session, cast.market(session).id)
    return surge.price_map(found, category, at=at, within=within)


@pytest.fixture
def at(session: Session, at: datetime) -> datetime:
    market = cast.market(session)
    snapshots.in_force(session, market.id, RIDES, at=at)
    busy = {"shown_bp": 13_000, "reasons": Reason.MORE_ASK_THAN_ARE_FREE.value, "near": 2.0, "usual_near": 12}
    cells = {KALLIO: busy, **{cell: {"near": 4.0} for cell in AROUND}}
    snapshots.published(session, market.id, cells, category="ride", tick_at=at)
    return at


def test_every_cell_is_a_hexagon_with_its_price_and_its_reasons(session: Session, at: datetime) -> None:
    drawn = _drawn(session, at)
    (busy,) = [hexagon for hexagon in drawn.hexagons if hexagon.cell == KALLIO]
    assert (busy.multiplier_bp, busy.reasons) == (13_000, Reason.MORE_ASK_THAN_ARE_FREE)
    assert {hexagon.multiplier_bp for hexagon in drawn.hexagons if hexagon.cell != KALLIO} == {10_000}
    assert len(drawn.hexagons) == 7


def test_people_are_told_in_ranges(session: Session, at: datetime) -> None:
    told = {(hexagon.free, hexagon.usual) for hexagon in _drawn(session, at).hexagons}
    assert told == {("fewer than 3", "11–20"), ("3–5", "fewer than 3")}


def test_a_part_of_the_map_holds_the_cells_whose_middle_lies_there(session: Session, at: datetime) -> None:
    small = _drawn(session, at, Corners(24.93, 60.17, 24.98, 60.20))
    assert [hexagon.cell for hexagon in small.hexagons] == [KALLIO]
    assert _drawn(session, at, Corners(24.98, 60.17, 24.93, 60.20)).hexagons != small.hexagons
    assert len(_drawn(session, at, Corners(170, 60, 26, 61)).hexagons) == 7  # over the 180th meridian


def test_a_map_that_would_tell_nothing_says_why(session: Session, at: datetime) -> None:
    later = at + timedelta(minutes=16)
    assert (_drawn(session, later).absence, _drawn(session, later).hexagons) == (Absence.STALE, ())
    assert _drawn(session, at, category="lesson").absence is Absence.NOT_IN_FORCE
    assert surge.price_map(None, "ride", at=at, within=None).absence is Absence.NO_SNAPSHOT


def test_too_many_hexagons_for_one_answer_are_refused(
    session: Session, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mapping, "MOST_HEXAGONS", 6)
    with pytest.raises(MapUnfit):
        _drawn(session, at)
    assert _drawn(session, at, Corners(24.93, 60.17, 24.98, 60.20)).hexagons
