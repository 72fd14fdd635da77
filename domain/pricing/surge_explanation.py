"""Why a live or scheduled factor is what it is, in words. Display only: every number was counted before.

A **reason** tells what made the market's factor, a **limit** what lowered it for one customer. Both are a
code for programs and a sentence for people. Counts of people are told in ranges (`surge.bucket`), and what
limited something is told with its number.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from babel import Locale
from babel.numbers import format_decimal

from domain.foundation.money import BASIS_POINTS
from domain.surge import (
    ONE_BP,
    Absence,
    Limit,
    LiveRules,
    Mode,
    Reason,
    ScheduledRules,
    SurgePolicy,
    bucket,
    codes,
)

_ENGLISH = Locale("en")


@dataclass(frozen=True, slots=True)
class Spoken:
    """A code and its sentence."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Scene:
    """What the sentences speak about: a category of a market at one time, and who was around.

    `free` and `usual` are providers free near the place, now and as it usually is at this hour of the week;
    None where nothing is known of them any more.
    """

    policy: SurgePolicy
    category: str
    mode: Mode
    free: float | None = None
    usual: float | None = None
    locale: Locale = _ENGLISH

    @property
    def rules(self) -> LiveRules | ScheduledRules:
        """The category's rules in this mode; the defaults where the policy has none any more."""
        if self.mode is Mode.LIVE:
            return self.policy.live.get(self.category, LiveRules())
        return self.policy.scheduled.get(self.category, ScheduledRules())

    def factor(self, bp: int) -> str:
        """Basis points as a factor: 1.5×."""
        return f"{format_decimal(bp / BASIS_POINTS, '0.##', locale=self.locale)}×"

    @property
    def around(self) -> str:
        """Who is free, as far as anybody is to know."""
        if self.free is None:
            return ""
        told = f": {bucket(self.free)} providers free near you"
        return told if self.usual is None else f"{told}, {bucket(self.usual)} usual"


def reasons(flags: Reason, scene: Scene) -> tuple[Spoken, ...]:
    """The reasons that hold, in the order of the steps that gave them."""
    return tuple(
        Spoken(code, _REASONS[reason](scene)) for code, reason in zip(codes(flags), flags, strict=True)
    )


def absence(why: Absence, scene: Scene) -> Spoken:
    """Why there is no factor."""
    return Spoken(why.value, _ABSENCES[why].format(minutes=scene.policy.stale_after_minutes))


def limits(applied: tuple[Limit, ...], scene: Scene) -> tuple[Spoken, ...]:
    """What lowered this customer's price, each with its number."""
    return tuple(Spoken(limit.value, _LIMITS[limit](scene)) for limit in applied)


def _cap_of_category(scene: Scene) -> str:
    return f"This category's price goes no higher than {scene.factor(scene.rules.cap_bp)} here."


def _cap_by_regulation(scene: Scene) -> str:
    cap = scene.policy.regulated_cap_bp
    most = f" no more than {scene.factor(cap)}" if cap else " no more"
    return f"The law of this place allows{most}."


def _floor(scene: Scene) -> str:
    rules = scene.rules
    floor = rules.floor_bp if isinstance(rules, LiveRules) else rules.last_minute_floor_bp
    return f"The price goes no lower than {scene.factor(floor)}, so that work stays worth its while."


def _last_minute(scene: Scene) -> str:
    rules = scene.policy.scheduled.get(scene.category, ScheduledRules())
    return (
        f"It is less than {rules.last_minute_hours} hours ahead, few are expected to ask, "
        "and the provider would rather come for less than not at all."
    )


def _unmet(scene: Scene) -> str:
    rules = scene.rules
    if not isinstance(rules, LiveRules) or rules.without_unmet_bp == ONE_BP:
        return "A forecast alone raises no price; it goes up only when somebody near you went without."
    return (
        f"A forecast alone raises the price to {scene.factor(rules.without_unmet_bp)} at most; it goes "
        "further only when somebody near you went without."
    )


def _rate(scene: Scene) -> str:
    return (
        f"It changes by {scene.factor(scene.policy.livable.rate_bp)} in {scene.policy.tick_minutes} "
        "minutes at most, and is still on its way."
    )


_REASONS: Mapping[Reason, Callable[[Scene], str]] = MappingProxyType(
    {
        Reason.MORE_ASK_THAN_ARE_FREE: lambda scene: (
            f"More people ask near you than providers are free{scene.around}."
        ),
        Reason.FEW_ASK: lambda scene: f"Few people ask near you now, so it costs less{scene.around}.",
        Reason.WAITING_FOR_UNMET_QUOTE: _unmet,
        Reason.HELD_BY_HYSTERESIS: lambda _: "The change since was too small to move the price for it.",
        Reason.LIMITED_BY_RATE: _rate,
        Reason.LIMITED_BY_DWELL: lambda scene: (
            f"A price that went one way does not turn within {scene.policy.livable.dwell_minutes} minutes."
        ),
        Reason.LOWERED_TO_NEIGHBOURS: lambda scene: (
            "It was lowered, so that it is no more than "
            f"{scene.factor(scene.policy.livable.neighbour_bp)} above the price around the corner."
        ),
        Reason.CAPPED_BY_MARKET: lambda _: "This market's price goes no higher than this.",
        Reason.CAPPED_BY_CATEGORY: _cap_of_category,
        Reason.CAPPED_BY_REGULATION: _cap_by_regulation,
        Reason.CAPPED_BY_EMERGENCY: lambda _: "There is an emergency here, and prices are held down for it.",
        Reason.RAISED_TO_FLOOR: _floor,
        Reason.SCHEDULED_DAY_FILLS: lambda _: "This part of the day fills faster than providers have time.",
        Reason.LAST_MINUTE: _last_minute,
        Reason.PATH_DOES_NOT_FALL: lambda _: (
            "Far ahead a price does not fall while places go; who books early never pays for it."
        ),
    }
)
_ABSENCES: Mapping[Absence, str] = MappingProxyType(
    {
        Absence.NOT_IN_FORCE: "This market's prices do not follow demand here.",
        Absence.NO_SNAPSHOT: "No price by demand was published yet, so the usual price holds.",
        Absence.STALE: "What is known of demand is older than {minutes} minutes, so the usual price holds.",
        Absence.NOWHERE: "Nothing is known of demand around this place, so the usual price holds.",
    }
)


def _tier(scene: Scene) -> str:
    lowest = min((tier.cap_bp for tier in scene.policy.protection.tier_caps), default=BASIS_POINTS)
    return (
        "You have booked here before, so you pay less of the factor; those who come often pay "
        f"{scene.factor(lowest)} at most."
    )


def _memory(scene: Scene) -> str:
    protection = scene.policy.protection
    margin = format_decimal(protection.memory_margin_bp / BASIS_POINTS, "0.##", locale=scene.locale)
    return (
        f"You pay no factor more than {margin} above what you mostly paid in the last "
        f"{protection.memory_days} days."
    )


_LIMITS: Mapping[Limit, Callable[[Scene], str]] = MappingProxyType(
    {
        Limit.TIER_CAP: _tier,
        Limit.PRICE_MEMORY: _memory,
        Limit.FIRST_BOOKING: lambda _: "Your first booking costs the usual price, whatever the demand.",
        Limit.SURGED_BOOKINGS_THIS_MONTH: lambda scene: (
            f"You paid more than the usual price {scene.policy.protection.surged_bookings_a_month} times "
            "this month; more often nobody does."
        ),
    }
)
