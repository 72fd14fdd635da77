"""The closed loop's figures as tables for people: worth, calm, markets one by one, goals."""

from collections.abc import Sequence

from rich.table import Table

from bench.surge.loop_goals import goals
from bench.surge.loop_results import OURS, RATIO_2, STATIC, Result, compared, mean

_PAIRED = ("welfare", "completions")
_PAIR = 22  # "+2.1% [+0.8%, +3.4%]" in one line
_PEOPLE = (
    ("unserved", "unserved", ".0f"),
    ("priced out", "priced_out", ".0f"),
    ("too far", "too_long", ".0f"),
    ("waited in vain", "gave_up", ".0f"),
    ("later at base", "served_later", ".0f"),
    ("wait, min", "wait_minutes", ".2f"),
)
_PRICES = (
    ("surplus $", "surplus", ",.0f"),
    ("earned $/h", "earnings_an_hour", ".2f"),
    ("gini", "gini", ".3f"),
    ("volatility", "volatility", ".4f"),
    ("reversals", "reversals", ".3f"),
    ("surged", "surged_share", ".1%"),
    ("mean", "mean_multiplier", ".3f"),
    ("pool $", "pool", ",.0f"),
    ("broken", "violations", ",.0f"),
)


def worth(title: str, results: Sequence[Result]) -> Table:
    """Welfare and completions against the capped ratio, and how askings ended."""
    found = _table(title, [*_PAIRED, *(name for name, *_ in _PEOPLE)])
    for policy in _policies(results):
        pairs = [str(compared(results, policy, RATIO_2, figure)) for figure in ("welfare", "completed")]
        found.add_row(policy, *pairs, *_cells(results, policy, _PEOPLE), style=_style(policy))
    return found


def calm(title: str, results: Sequence[Result]) -> Table:
    """Who gains, and how restless prices are."""
    found = _table(title, [name for name, *_ in _PRICES])
    for policy in _policies(results):
        found.add_row(policy, *_cells(results, policy, _PRICES), style=_style(policy))
    return found


def by_market(title: str, results: Sequence[Result], figure: str) -> Table:
    """A figure's relative difference to the capped ratio, per cent, for every demand and fleet."""
    markets = sorted({(each.kappa, each.fleet) for each in results})
    found = _table(title, [f"{kappa:g} · {fleet}" for kappa, fleet in markets])
    for policy in _policies(results):
        cells = []
        for market in markets:
            some = [each for each in results if (each.kappa, each.fleet) == market]
            cells.append(f"{compared(some, policy, RATIO_2, figure).mean * 100:+.1f}")
        found.add_row(policy, *cells, style=_style(policy))
    return found


def reached(usual: Sequence[Result], healthy: Sequence[Result], rival: str) -> Table:
    """What should show, and whether it does."""
    found = _table(f"Goals against {rival}; healthy market against {STATIC}", ["figure", "reached"])
    for goal in goals(usual, healthy, rival):
        found.add_row(goal.says, goal.figure, "yes" if goal.reached else "NO")
    return found


def _table(title: str, columns: Sequence[str]) -> Table:
    found = Table(title=title, title_justify="left")
    found.add_column("", no_wrap=True)
    for column in columns:
        found.add_column(column, justify="right", min_width=_PAIR if column in _PAIRED else None)
    return found


def _cells(results: Sequence[Result], policy: str, columns: Sequence[tuple[str, str, str]]) -> list[str]:
    return [format(mean(results, policy, figure), form) for _, figure, form in columns]


def _policies(results: Sequence[Result]) -> list[str]:
    return list(dict.fromkeys(each.policy for each in results))


def _style(policy: str) -> str | None:
    return "bold" if policy == OURS else None
