"""One life of a replay: the stack is started, everybody comes, the requests are sent, the days go by."""

import fcntl
import secrets
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any, Final
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from sqlalchemy import text

from domain.foundation.persistence.database import Transactions
from domain.payments.provider.stripe_gateway import StripeGateway
from ops import database, steps, workplace
from ops.failures import MendableError
from ops.front_door import FrontDoor
from ops.imports.listings import Refused
from ops.processes import StopAsked, crew
from ops.replay import demand, drive, ending, fleet, report, ride, stack
from ops.replay.demand import Request
from ops.replay.journal import Journal, Line, plan
from ops.replay.market_clock import MarketClock
from ops.replay.progress import Progress

_PORTS: Final = (18_000, 18_111)  # the first ports that are tried for the API and the sandbox
_STOPPED: Final = 130
_SECONDS_TO_REST: Final = 30.0
_LAST: Final = text("SELECT max(occurred_at) FROM events")


class ReplayBusyError(MendableError):
    """Somebody replays in this folder already."""


def run(file: Path, wanted: Line, *, processes: int, name: str | None) -> None:
    """Replay what is wanted (the plan's words), from where a former life of it was cut off."""
    console = Console()
    folder = workplace.folder() / "replays" / (name or _name(wanted))
    with _alone(folder):
        sent, refused, kept = _planned(file, folder, wanted)
        try:
            with crew(console) as team:
                tell = steps.Progress(console)
                started = stack.start(team, folder, kept, tell, processes=processes)
                life = Replay(console, folder, kept, started, sent, refused)
                try:
                    team.watch(until=life.start().is_over)
                finally:
                    life.rest()
                life.finish()
        except StopAsked:
            console.print("Stopped. The same command goes on where this one was.")
            raise typer.Exit(_STOPPED) from None


class Replay:
    """One life of a replay: everything that happens while the stack is up, in a thread beside its watch."""

    def __init__(
        self,
        console: Console,
        folder: Path,
        kept: Line,
        started: stack.Stack,
        sent: list[Request],
        refused: list[Refused],
    ) -> None:
        self._console, self._folder, self._kept = console, folder, kept
        self._stack, self._sent, self._refused = started, sent, refused
        self._stop = threading.Event()
        self._failure: BaseException | None = None
        self._report: report.Report | None = None
        self._thread = threading.Thread(target=self._guarded, name="replay", daemon=True)

    def start(self) -> "Replay":
        """Begin."""
        self._thread.start()
        return self

    def is_over(self) -> bool:
        """Whether it has ended, well or not."""
        return not self._thread.is_alive()

    def rest(self) -> None:
        """Begin nothing new, and let what is under way be answered while there is somebody to answer."""
        self._stop.set()
        self._thread.join(_SECONDS_TO_REST)

    def finish(self) -> None:
        """Show what came of it; raises what went wrong."""
        if self._failure is not None:
            raise self._failure
        if self._report is not None:
            report.write(self._report, self._folder / "report.json")
            report.show(self._report, self._console, self._refused)
            self._console.print(f"Kept in {self._folder}", soft_wrap=True)
            if not self._report.is_sound:
                raise typer.Exit(1)

    def _guarded(self) -> None:
        try:
            self._run()
        except BaseException as failure:  # noqa: BLE001  it is raised again in the main thread, by `finish`
            self._failure = failure

    def _run(self) -> None:
        market_clock = MarketClock(self._stack.clock_file, self._stack.sandbox_url)
        with (
            database.transactions_on(self._stack.database_url) as transactions,
            FrontDoor(self._stack.base_url, now=market_clock.now) as door,
            Journal(self._folder / "journal.jsonl") as journal,
            Progress(self._console) as progress,
        ):
            market_clock.begin(_last_moment(transactions) or self._sent[0].at - timedelta(hours=1))
            market_clock.forward_to(market_clock.now())
            self._live(Hands(transactions, market_clock, door, journal, progress))

    def _live(self, hands: "Hands") -> None:
        """Everybody comes, the requests are sent, the days go by; tells what came of it unless stopped."""
        market = self._market(hands)
        before, began = _calls(hands.door), perf_counter()
        self._drive(hands, market)
        calls, drove = _calls(hands.door) - before, perf_counter()
        if not self._stop.is_set():
            with hands.progress.of("days go by", len(hands.journal.ended)) as bar:
                ending.reached(hands.transactions, hands.clock, stop=self._stop, tell=bar.left)
        if not self._stop.is_set():
            seconds = {"driving": round(drove - began, 1), "ending": round(perf_counter() - drove, 1)}
            self._report = self._told(hands, seconds, calls)

    def _market(self, hands: "Hands") -> ride.Market:
        password = self._kept["password"]
        people = fleet.customers(self._kept["customers"], password)
        drivers = fleet.drivers(self._kept["drivers"], self._sent, self._kept["seed"])
        answering = {driver.email: fleet.person(driver, password) for driver in drivers if driver.answers}
        with hands.progress.of("people sign up", len(people) + len(answering)) as bar:
            fleet.sign_up([*people, *answering.values()], hands.door, tell=bar.step)
        market = fleet.open_market(hands.transactions, at=hands.clock.now())
        with hands.progress.of("drivers come", len(drivers)) as bar:
            at = hands.clock.now()
            by_offer = fleet.plant(hands.transactions, market, drivers, at=at, tell=bar.step)
        return ride.Market(
            door=hands.door,
            customers=people,
            answering={
                offer: answering[driver.email] for offer, driver in by_offer.items() if driver.answers
            },
            journal=hands.journal,
        )

    def _drive(self, hands: "Hands", market: ride.Market) -> None:
        keep_up = partial(ending.keep_up, hands.transactions, hands.clock, self._stop)
        with hands.progress.of("requests", len(self._sent)) as bar:
            drive.all_of(market, self._sent, hands.clock, keep_up=keep_up, stop=self._stop, tell=bar.step)

    def _told(self, hands: "Hands", seconds: dict[str, float], calls: int) -> report.Report:
        journal, since = hands.journal, self._sent[0].at - timedelta(days=1)
        compared = report.books(
            hands.transactions,
            StripeGateway.from_settings(self._stack.settings),
            self._stack.sandbox_url,
            since=since,
            at=hands.clock.now(),
        )
        counts, broken = report.market(hands.transactions)
        tries = Counter(str(len(journal.begun.get(number, ()))) for number in journal.ended)
        refusals = Counter(
            line["problem"] for lines in journal.begun.values() for line in lines if "problem" in line
        )
        return report.Report(
            requests=len(self._sent),
            outcomes=dict(report.outcomes(hands.transactions, len(self._sent), journal.ended)),
            refused_rows=[{"line": row.line, "reason": row.reason} for row in self._refused],
            drivers_tried=dict(tries),
            refusals=dict(refusals),
            market=counts,
            strays=report.strays(hands.transactions, journal.ended),
            broken_invariants=broken,
            seconds=seconds,
            calls_per_second=round(calls / seconds["driving"], 1) if calls else 0.0,
            asked_again=hands.door.asked_again,
            latencies=report.latencies(hands.door.seconds),
            **compared,
        )


@dataclass(frozen=True, slots=True)
class Hands:
    """With what a life of a replay works: the database, the clock, the front door, the journal, the bars."""

    transactions: Transactions
    clock: MarketClock
    door: FrontDoor
    journal: Journal
    progress: Progress


def _planned(file: Path, folder: Path, wanted: Line) -> tuple[list[Request], list[Refused], Line]:
    """The requests, the rows that are none, and the plan: the same in every life of this replay."""
    from_on = None if wanted["from"] is None else date.fromisoformat(wanted["from"])
    pickups, refused = demand.read(file, most=wanted["requests"], since=from_on)
    if not pickups:
        raise typer.BadParameter(f"No row of {file} is a request.", param_hint="DEMAND")
    zone = ZoneInfo(fleet.ZONE)
    kept = plan(folder, wanted, _drawn(pickups[0].wall.date()))
    first_on = date.fromisoformat(kept["first_on"])
    return demand.requests(pickups, first_on=first_on, zone=zone, seed=wanted["seed"]), refused, kept


def _drawn(first: date) -> dict[str, Any]:
    return {
        "first_on": demand.replay_day(first).isoformat(),
        "port": steps.free_port("127.0.0.1", _PORTS[0]),
        "sandbox_port": steps.free_port("127.0.0.1", _PORTS[1]),
        "webhook_secret": f"whsec_{secrets.token_hex(24)}",
        "password": secrets.token_urlsafe(24),
    }


def _name(wanted: Line) -> str:
    told = (wanted["file"].partition(".")[0], wanted["from"], wanted["requests"], wanted["seed"])
    return "-".join(str(word) for word in told if word is not None)


def _calls(door: FrontDoor) -> int:
    return sum(len(times) for times in door.seconds.values())


def _last_moment(transactions: Transactions) -> datetime | None:
    """When the last thing happened in this market; a market that was stopped goes on from there."""
    with transactions.read_session() as session:
        last: datetime | None = session.execute(_LAST).scalar()
    return last


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "replay.lock").open("a") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ReplayBusyError(f"A replay is at work in {folder} already.") from None
        yield
