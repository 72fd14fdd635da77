"""The closed loop: what prices do to people, simulated over real arrivals under all policies at once.

Real are minute and place of each asking; nearly all else is assumed and said so in the output. The rival to
beat is the capped local ratio, as usually written and with its scale chosen on training days as ours was.
"""

import time
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from bench.surge import loop_results as results
from bench.surge import loop_tables as tables
from bench.surge.loop_pictures import draw
from bench.surge.loop_plan import FULL, QUICK, Plan, cuts, reported, trained, training_and_reported
from bench.surge.loop_results import RATIO_2, RATIO_TUNED, Result

WIDTH = 155  # what the widest table needs; a file or a pipe has no width of its own
_REAL = (
    "Real: minute and place of each asking. They are pickups of one base, so served demand at prices that "
    "were already surged, from one seller: censored and thin. Demand that went elsewhere is not in the file."
)
_ASSUMED = (
    "Assumed: demand times kappa, destinations (drawn from places of the same hour), speed, base price $4 + "
    "$1 a minute, willingness to pay base × (1 + Exp(1.6)) (Cohen et al. 2016), $0.50 a minute waited, the "
    "nearest idle provider within 15 minutes, supply elasticity 0.3 to pay, idle providers following prices, "
    "$0.20 a km, a reserve wage of $15 an hour, no return of who went without, no discount below base, no "
    "personal protection."
)


def run(path: Path, *, folder: Path | None, quick: bool) -> list[dict[str, object]]:
    """Simulate, print tables and goals, draw pictures into the folder if there is one; rows of every day."""
    plan, began = QUICK if quick else FULL, time.perf_counter()
    console = Console(width=max(Console().width, WIDTH))
    with Progress(console=console, transient=True) as progress:
        bar = progress.add_task("simulated days", total=training_and_reported(plan))

        def step() -> None:
            progress.advance(bar)

        best, scale = trained(plan, path, step)
        found = reported(plan, path, best, scale, step)
    _say(console, path, plan, best, scale)
    _show(console, plan, found)
    if folder is not None:
        for picture in draw(found, path, folder):
            console.print(f"picture: {picture}", highlight=False)
    console.print(f"closed loop: {time.perf_counter() - began:.0f} s", highlight=False)
    return results.rows(found)


def _say(
    console: Console, path: Path, plan: Plan, best: dict[tuple[float, int], float], scale: float
) -> None:
    pickups, training, cut = cuts(path)
    console.print(
        f"data {pickups.digest}, {len(pickups.minute):,} pickups, {pickups.days} days from "
        f"{pickups.first_day}; training days {training} until {cut}, reported from {cut}; "
        f"seeds {plan.seeds}, training {plan.training_seeds}.",
        highlight=False,
    )
    console.print(_REAL, highlight=False)
    console.print(_ASSUMED, highlight=False)
    chosen = ", ".join(f"κ {kappa:g} fleet {fleet}: {value:g}" for (kappa, fleet), value in best.items())
    console.print(
        f"Best uniform multiplier on training days: {chosen}. Best scale of the ratio: {scale:g}.",
        highlight=False,
    )


def _show(console: Console, plan: Plan, found: list[Result]) -> None:
    usual = [each for each in found if not each.event]
    burst = [each for each in found if each.event]
    healthy = [each for each in usual if (each.kappa, each.fleet) == plan.healthy]
    console.print(
        tables.worth(f"All markets, a day's mean; differences to {RATIO_2}, 95 % over seeds", usual)
    )
    console.print(tables.calm("All markets: who gains, and how restless prices are", usual))
    console.print(tables.by_market(f"Welfare to {RATIO_2} by κ · fleet, %", usual, "welfare"))
    console.print(tables.by_market(f"Completions to {RATIO_2} by κ · fleet, %", usual, "completed"))
    if burst:
        console.print(tables.worth("With an event: sixty more within 25 minutes in one place", burst))
        console.print(tables.calm("With an event", burst))
    for rival in (RATIO_2, RATIO_TUNED):
        console.print(tables.reached(usual, healthy, rival))
