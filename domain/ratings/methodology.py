"""How reviews come about, are verified, counted and removed, for people and machines to read.

European law asks who shows reviews to say whether and how they are checked to be of real customers, and what
decides a ranking (Directive (EU) 2019/2161, arts. 3 and 4). Every number here is the constant that the code
counts with, so the page cannot say anything else than what is done.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from domain.ratings import attacking, credibility, epp, exploration, reliability, rules, scoring, tiers
from domain.ratings.kinds import DecisionReason
from domain.ratings.ranking import FORMULA


@dataclass(frozen=True, slots=True)
class Constant:
    """A number that decides something, with its unit and what it decides."""

    name: str
    value: float
    unit: str
    decides: str


@dataclass(frozen=True, slots=True)
class Methodology:
    """All of it; `version` counts up when a way of counting changes."""

    version: int
    verification: Sequence[str]
    sealing: Sequence[str]
    displayed: str
    ranking: str
    constants: Sequence[Constant]
    tiers: Sequence[tiers.Gate]
    removal: Sequence[str]
    removal_reasons: Sequence[DecisionReason]
    attack_prices: Sequence[attacking.AttackPrice]


_CONSTANTS: Final = (
    Constant("shown_from", scoring.SHOWN_FROM, "reviews", "From how many reviews on a mean is shown."),
    Constant("half_life", scoring.HALF_LIFE_DAYS, "days", "After which a review ranks by half."),
    Constant(
        "prior", scoring.PRIOR, "reviews", "How many reviews like the category's everybody starts with."
    ),
    Constant("value_least", scoring.VALUE_WEIGHT[0], "weight", "The least that a cheap booking weighs."),
    Constant("value_most", scoring.VALUE_WEIGHT[1], "weight", "The most that a dear booking weighs."),
    Constant(
        "largest_bias", scoring.LARGEST_BIAS, "x", "How much of a rater's leaning is taken out at most."
    ),
    Constant("caution", scoring.CAUTION, "deviations", "What doubt costs in the ranking."),
    Constant("effort", scoring.EFFORT, "x per deviation", "What leaving few customers silent earns."),
    Constant("effort_prior", epp.PRIOR_BOOKINGS, "bookings", "Before one's own share of them is believed."),
    Constant("least_credibility", credibility.FLOOR, "weight", "What the word of an unknown rater weighs."),
    Constant("low_credibility", credibility.LOW, "weight", "Below which reviews of a week share one cap."),
    Constant("low_credibility_cap", credibility.LOW_AT_MOST, "reviews", "That cap."),
    Constant("repeated", credibility.REPEATED, "factor", "For each earlier review of a pair in 90 days."),
    Constant("newcomer", exploration.FIRST_BOOKINGS, "bookings", "Below which somebody is a newcomer."),
    Constant(
        "explored",
        exploration.SHARE_OF_IMPRESSIONS,
        "share",
        "Of searchers a newcomer is shown higher to, each day.",
    ),
    Constant("watch_below", tiers.WATCH_BELOW, "stars", "Of the upper bound: below it somebody is watched."),
    Constant("watch_from", tiers.WATCH_EFFECTIVE, "reviews", "Of which a year has to tell before that."),
    Constant("tier_interval", scoring.LEVEL, "share", "Of the interval whose bounds gate a tier."),
    Constant("reliability_window", reliability.WINDOW.days, "days", "Over which reliability is counted."),
)

METHODOLOGY: Final = Methodology(
    version=FORMULA,
    verification=(
        "Only the two parties of a booking made and ended here can review it, each the other, once.",
        "A booking that was cancelled before its start is not reviewed; it counts in reliability.",
        "The database refuses a review without such a booking, whoever asks.",
    ),
    sealing=(
        f"Reviews are sealed until both sides have written or {rules.WINDOW.days} days have passed.",
        "While they are, nothing that anybody but the author sees depends on what they say.",
        "After that stars stand; words can be changed for 48 hours and are kept as versions.",
    ),
    displayed="The plain mean of the stars of all published reviews, to a tenth, halves up; all weigh alike.",
    ranking=(
        "believed + doubt + effort; in a search exploration is added for who is searching. "
        "x = (stars - 1) / 4. A review weighs w = credibility * value * pair discount * cap share * "
        "independence * 2^((written_at - landmark_at) / half_life), which over 2^((at - landmark_at) / "
        "half_life) is what it weighs at an instant. believed = (prior * mean x of the category + sum of "
        "w * (x - the rater's bias)) / (prior + sum of w). doubt = -caution * the standard deviation of the "
        "Dirichlet posterior over five stars. effort and exploration are told. independence is 0 where "
        "author and subject share a card, a device or a bank account, and 1 otherwise."
    ),
    constants=_CONSTANTS,
    tiers=tiers.GATES,
    removal=(
        "Staff decide about a review without being shown its stars; no reason is about how good it was.",
        "Every decision has a statement of reasons, which the author can appeal for 183 days.",
        "Somebody else answers the appeal. What a detector holds is shown 72 hours after its reveal.",
        "What comes within 24 hours of a dispute, a report or a refund is held so, whatever its stars.",
        "What pays for a review, or rewards stars, is not offered by us to anybody.",
    ),
    removal_reasons=rules.WRONG,
    attack_prices=[attacking.price(stars) for stars in attacking.LIFTS],
)
