"""What is usual in a market at an hour of the week, kept and read: the rows behind `baseline`.

A row holds the cells it was learned on; cells come and go, so rows are brought onto one map before they are
used together.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import numpy as np
import orjson
from sqlalchemy import Row, text
from sqlmodel import Session

from domain.markets import Market
from domain.surge import baseline, grid
from domain.surge.baseline import SLOTS
from domain.surge.grid import Cells, Grid
from domain.surge.live import Reals

_REAL = np.dtype("<f4")
_COLUMNS = "slot, categories, cells, demand, idle, usual, events, updates, learned_until"
_AROUND = text("""
    SELECT slot, categories, cells, demand, CASE WHEN slot = :slot THEN idle END AS idle,
        cast(NULL AS bytea) AS usual, cast(NULL AS bytea) AS events, updates, learned_until
    FROM surge_baselines WHERE market_id = :market_id AND slot = ANY(:slots)
""")
_WEEK = text("""
    SELECT slot, categories, cells, cast(NULL AS bytea) AS demand, cast(NULL AS bytea) AS idle, usual, events,
        updates, learned_until
    FROM surge_baselines WHERE market_id = :market_id AND learned_until <= :at
    ORDER BY learned_until DESC LIMIT 1
""")
_SLOTS = text(f"SELECT {_COLUMNS} FROM surge_baselines WHERE market_id = :market_id AND slot = ANY(:slots)")  # noqa: S608 -- our own columns
_LATEST = text("""
    SELECT max(learned_until) FROM surge_baselines WHERE market_id = :market_id AND learned_until <= :at
""")
_WRITE = text("""
    INSERT INTO surge_baselines
        (market_id, slot, categories, cells, demand, idle, usual, events, updates, learned_until)
    VALUES (:market_id, :slot, cast(:categories AS jsonb), :cells, :demand, :idle, :usual, :events, :updates,
            :learned_until)
    ON CONFLICT (market_id, slot) DO UPDATE SET
        categories = excluded.categories, cells = excluded.cells, demand = excluded.demand,
        idle = excluded.idle, usual = excluded.usual, events = excluded.events, updates = excluded.updates,
        learned_until = excluded.learned_until
""")


@dataclass(frozen=True, slots=True)
class Learned:
    """One row: an hour of the week. Arrays are (cells, categories) as the market's policy orders them."""

    slot: int
    grid: Grid
    demand: Reals
    idle: Reals
    usual: Reals
    events: Reals
    updates: int
    learned_until: datetime


@dataclass(frozen=True, slots=True)
class Expected:
    """What is usual now: customers in one tick, the median of that over the week, and idle providers."""

    baseline: Reals
    usual: Reals
    idle: Reals


@dataclass(frozen=True, slots=True)
class Usual:
    """The hour of a tick, those beside it, and what the latest row knows of the week."""

    grid: Grid
    around: tuple[Learned | None, Learned | None, Learned | None]
    latest: Learned | None
    categories: int

    def on(self, placed: Grid, *, minutes: float) -> Expected:
        """What is usual on these cells, in ticks of so many minutes."""
        parts = [self._moved(row, "demand", placed) for row in self.around]
        # An hour not learned yet is as the one in the middle, or nothing would count for a quarter of it.
        middle = self._moved(self.around[1], "demand", placed)
        before, after = (
            middle if row is None else part
            for row, part in ((self.around[0], parts[0]), (self.around[2], parts[2]))
        )
        own = baseline.smoothed(before, middle, after)
        seen = self._moved(self.latest, "events", placed)
        leaning = baseline.leaning(own, seen, baseline.parents(placed)) if len(placed) else own
        return Expected(
            baseline=baseline.a_tick(leaning, minutes),
            usual=baseline.a_tick(self._moved(self.latest, "usual", placed), minutes),
            idle=self._moved(self.around[1], "idle", placed),
        )

    def _moved(self, row: Learned | None, what: str, placed: Grid) -> Reals:
        nothing = np.zeros((len(placed), self.categories), dtype=np.float32)
        return nothing if row is None else grid.moved(getattr(row, what), row.grid, placed, nothing)


def read(session: Session, market: Market, categories: Sequence[str], *, at: datetime) -> Usual:
    """What is usual around this instant, by the market's own clock."""
    slot = baseline.slot_of(at.astimezone(ZoneInfo(market.time_zone)))
    slots = [(slot - 1) % SLOTS, slot, (slot + 1) % SLOTS]
    wanted = {"market_id": market.id, "slots": slots, "slot": slot}
    found = {row.slot: _learned(row, categories) for row in session.execute(_AROUND, wanted)}
    before, itself, after = (found.get(one) for one in slots)
    latest = session.execute(_WEEK, {"market_id": market.id, "at": at}).first()
    week = None if latest is None else _learned(latest, categories)
    cells: list[Cells] = [row.grid.cells[row.demand.any(axis=1)] for row in found.values()]
    together = grid.grid_of(np.concatenate([np.zeros(0, dtype=np.int64), *cells]))
    return Usual(together, (before, itself, after), week, len(categories))


def learned_until(session: Session, market_id: UUID, *, at: datetime) -> datetime | None:
    """Up to when the market's hours were learned; None where none was.

    What a clock that was ahead learned of later hours is passed over, and learned again when they come.
    """
    until: datetime | None = session.execute(_LATEST, {"market_id": market_id, "at": at}).scalar_one()
    return until


def rows(
    session: Session, market_id: UUID, categories: Sequence[str], slots: Sequence[int]
) -> Mapping[int, Learned]:
    """The rows of these hours, where there are any, by slot."""
    wanted = {"market_id": market_id, "slots": list(slots)}
    return {row.slot: _learned(row, categories) for row in session.execute(_SLOTS, wanted)}


def write(session: Session, market_id: UUID, categories: Sequence[str], learned: Learned) -> None:
    """Keep an hour of the week."""
    arrays = {
        name: np.ascontiguousarray(getattr(learned, name), dtype=_REAL).tobytes()
        for name in ("demand", "idle", "usual", "events")
    }
    session.execute(
        _WRITE,
        {
            "market_id": market_id,
            "slot": learned.slot,
            "categories": orjson.dumps(list(categories)).decode(),
            "cells": learned.grid.cells.astype("<i8").tobytes(),
            "updates": learned.updates,
            "learned_until": learned.learned_until,
            **arrays,
        },
    )


def _learned(row: Row[Any], categories: Sequence[str]) -> Learned:
    """The row with its categories in the order that is asked for; what is new to it or left out is zero."""
    cells = grid.grid_of(np.frombuffer(row.cells, dtype="<i8"))
    shape = (len(cells), len(row.categories))

    def read_array(name: str) -> Reals:
        if (data := getattr(row, name)) is None:
            return np.zeros((1, 1), dtype=np.float32)  # nobody asks for it
        kept = np.frombuffer(data, dtype=_REAL).reshape(shape)
        if row.categories == list(categories):
            return kept
        result = np.zeros((len(cells), len(categories)), dtype=np.float32)
        for place, slug in enumerate(categories):
            if slug in row.categories:
                result[:, place] = kept[:, row.categories.index(slug)]
        return result

    arrays = {name: read_array(name) for name in ("demand", "idle", "usual", "events")}
    return Learned(slot=row.slot, grid=cells, updates=row.updates, learned_until=row.learned_until, **arrays)
