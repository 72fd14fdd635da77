"""Part 3: a real community's reputations, counted by this engine under that community's rules as a policy.

What was given is valued day by day by `domain.contributions.valuation.period_valuation`, with the numbers of
a policy document (`community_rules.py`); what is taken back or paid follows the wallet's rules. Everybody
begins with a point.
Beside it: the same events just added up, and ours without the cap, and without what the files do not tell.

One thing no event tells: who was known in a sister community, which is worth 100 points there. Whoever's
published reputation is nearer with them is taken to have had them, first of all; a row shows what comes out
without. What is left is missing data too: edits that were accepted (+2) and votes against others (−1).
"""

import time
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
from rich.table import Table as Printed

from bench.contributions import community, community_rules, replay_picture
from bench.contributions.community import Community, Happening
from bench.contributions.community_rules import KINDS, PAID, TAKEN_BACK, UNITS_ARE_POINTS
from bench.ratings import saying
from domain.contributions import ContributionPolicy, valuation
from domain.foundation import ids

FIRST_POINT = 1
MILLI = 1_000
ENOUGH = 10**12  # thousandths in a day's pool: this community gave points without counting its fees
WITHIN = 10
GOAL_EXACT, GOAL_WITHIN, GOAL_ERROR = 0.74, 0.95, 0.01

OURS = "this engine"
NOT_CAPPED = "without the cap"
NOT_KNOWN = "nobody known elsewhere"
ADDED_UP = "points added up"

Row = dict[str, Any]
Claim = valuation.period_valuation.VerifiedClaim
Counted = Mapping[str, int]


@dataclass(slots=True)
class Purse:
    """What somebody has and owes, in thousandths; as the wallet does it, without a database."""

    available: int = 0
    owed: int = 0
    refused: int = 0

    def grant(self, credits_: int) -> None:
        """What is owed is paid off first."""
        paid_off = min(credits_, self.owed)
        self.owed -= paid_off
        self.available += credits_ - paid_off

    def claw_back(self, credits_: int) -> None:
        """What is not there any more is owed."""
        taken = min(credits_, self.available)
        self.available -= taken
        self.owed += credits_ - taken

    def redeem(self, credits_: int) -> None:
        """Nobody pays with what they do not have: then nothing is paid."""
        if credits_ > self.available:
            self.refused += 1
        else:
            self.available -= credits_

    @property
    def points(self) -> int:
        """Whole points, to the nearest, with the one that everybody begins with."""
        return FIRST_POINT + (self.available + MILLI // 2) // MILLI


def run(events: Path, users: Path, *, folder: Path | None = None, quick: bool = False) -> list[Row]:
    """Replay, print, draw. Quick is the same: it takes seconds."""
    del quick
    began, console = time.perf_counter(), saying.console()
    known = community.read(events, users)
    console.print(_opening(known))
    result = replayed(known)
    rows = [_scores(name, counts, known) for name, counts in result.items()]
    console.print(_table(rows))
    console.print(_assumed(known, result))
    console.print(verdict(rows[0]))
    if folder is not None:
        replay_picture.draw(result, known, folder)
    console.print(saying.closing(began, "none, nothing is drawn"))
    return rows


def replayed(known: Community) -> Mapping[str, Counted]:
    """Every active member's reputation, by each way of counting."""
    policy = community_rules.policy()
    unknown = counted(known, policy, elsewhere=())
    welcome = counted(known, policy, elsewhere=known.active)
    elsewhere = {
        user_id
        for user_id, published in known.published.items()
        if user_id in unknown and abs(published - welcome[user_id]) < abs(published - unknown[user_id])
    }
    return {
        OURS: {one: welcome[one] if one in elsewhere else unknown[one] for one in unknown},
        NOT_CAPPED: counted(known, _without_caps(policy), elsewhere=elsewhere),
        NOT_KNOWN: unknown,
        ADDED_UP: _added_up(known),
    }


def counted(known: Community, policy: ContributionPolicy, *, elsewhere: Iterable[str]) -> Counted:
    """Every active member's reputation under a policy; who is `elsewhere` was welcomed for it first."""
    purses: dict[str, Purse] = defaultdict(Purse)
    clusters: dict[str, UUID] = defaultdict(ids.new)
    day_before = min(known.days)
    welcomed = [Happening(day_before, "known_elsewhere", user_id, 0) for user_id in elsewhere]
    for happened in (welcomed, *known.days.values()):
        for user_id, credits_ in _valued(happened, policy, clusters):
            purses[user_id].grant(credits_)
        for one in happened:
            if one.kind in TAKEN_BACK:
                purses[one.user_id].claw_back(-one.points * MILLI)
            elif one.kind in PAID:
                purses[one.user_id].redeem(-one.points * MILLI)
    return {user_id: purses[user_id].points for user_id in known.active}


def verdict(row: Row) -> str:
    """Whether the goals are met."""
    told = (
        ("exact", row["exact"], row["exact"] >= GOAL_EXACT, f"≥ {GOAL_EXACT:.0%}"),
        (f"within ±{WITHIN}", row["within"], row["within"] >= GOAL_WITHIN, f"≥ {GOAL_WITHIN:.0%}"),
        ("total absolute error", row["error"], row["error"] <= GOAL_ERROR, f"≤ {GOAL_ERROR:.0%}"),
    )
    return "; ".join(
        f"{what} {value:.2%}, goal {goal}: {'met' if met else 'missed'}" for what, value, met, goal in told
    )


def _valued(
    happened: Iterable[Happening], policy: ContributionPolicy, clusters: Mapping[str, UUID]
) -> Iterable[tuple[str, int]]:
    """What a day's gifts are worth, in thousandths, and to whom."""
    claims, whose = [], {}
    for one in happened:
        if one.kind in KINDS and (units := _units(one)):
            claim = _claim(one, units, policy, clusters[one.user_id])
            claims.append(claim)
            whose[claim.id] = one.user_id
    valued = valuation.period_valuation.value_claims(claims, past={}, fees={}, pool=ENOUGH)
    return [(whose[claim_id], found.credits) for claim_id, found in valued.worths.items()]


def _units(one: Happening) -> int:
    return one.points if one.kind in UNITS_ARE_POINTS else 1


def _claim(one: Happening, units: int, policy: ContributionPolicy, cluster_id: UUID) -> Claim:
    kind, segment = KINDS[one.kind]
    rules = policy.kind_rules(kind, segment)
    assert rules is not None, "the policy has every kind that is claimed"
    rate = valuation.formula.ValuationRate(
        base=rules.base_milli,
        factor_milli=policy.segment_factor_milli(segment),
        quality_milli=MILLI,
        kappa_milli=rules.kappa_milli,
        cap=rules.cap_milli,
    )
    return Claim(
        id=ids.new(), cluster_id=cluster_id, kind=kind, version=1, rate=rate, units_milli=units * MILLI
    )


def _without_caps(policy: ContributionPolicy) -> ContributionPolicy:
    kinds = {kind: rules.model_copy(update={"cap_milli": ENOUGH}) for kind, rules in policy.kinds.items()}
    return policy.model_copy(update={"kinds": kinds})


def _added_up(known: Community) -> Counted:
    points: dict[str, int] = defaultdict(int)
    for happened in known.days.values():
        for one in happened:
            points[one.user_id] += one.points
    return {user_id: FIRST_POINT + points[user_id] for user_id in known.active}


def _scores(name: str, result: Counted, known: Community) -> Row:
    published = np.array([known.published[user_id] for user_id in result])
    off = np.abs(np.array(list(result.values())) - published)
    return {
        "method": name,
        "members": len(result),
        "exact": float((off == 0).mean()),
        "within": float((off <= WITHIN).mean()),
        "error": float(off.sum() / published.sum()),
        "furthest": int(off.max()),
    }


def _opening(known: Community) -> str:
    days = sorted(known.days)
    return (
        f"Data {known.digest}: {known.events:,} events of {len(known.active):,} of {len(known.published):,} "
        f"members from {days[0]} to {days[-1]}."
    )


def _assumed(known: Community, result: Mapping[str, Counted]) -> str:
    welcomed = sum(result[OURS][one] != result[NOT_KNOWN][one] for one in known.active)
    untouched = [published for one, published in known.published.items() if one not in set(known.active)]
    return (
        f"Assumed: {welcomed} of {len(known.active)} were known in a sister community, as their reputation "
        f"tells and no event does. (Of {len(untouched):,} to whom nothing happened, "
        f"{untouched.count(FIRST_POINT):,} have exactly 1 point and "
        f"{untouched.count(FIRST_POINT + community_rules.WELCOME):,} exactly 101.) Not in the files: "
        "accepted edits (+2) and votes given against others (−1)."
    )


def _table(rows: list[Row]) -> Printed:
    printed = Printed(title="Published reputations reproduced", title_justify="left")
    for column in ("counted", "members", "exact", f"within ±{WITHIN}", "total absolute error", "furthest"):
        printed.add_column(column, justify="left" if column == "counted" else "right")
    for row in rows:
        shares = [f"{row[name]:.2%}" for name in ("exact", "within", "error")]
        printed.add_row(row["method"], str(row["members"]), *shares, str(row["furthest"]))
    return printed
