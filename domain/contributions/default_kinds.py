"""The kinds every market starts with, and why they are worth what they are.

One credit stands for five unhurried minutes of a neighbour's time, so the bases below are minutes of care
divided by five. κ is how many of a kind somebody can give in a month before the next one helps others half as
much as the first; caps keep any one kind from becoming a job. `most_units` is what a person can give in 30
days without doing little else.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from domain.contributions.kinds import ContributionFunder, ContributionUnit, ContributionVerifier
from domain.contributions.kinds import ContributionKind as Kind

CREDIT_MILLI: Final = 1_000  # thousandths in one credit
UNIT_MILLI: Final = 1_000  # thousandths in one unit

# What holds unless a line says otherwise: paid out of the pool, a week in which a mistake can be mended.
_COMMON_RULES: Final = {"unit": ContributionUnit.PIECE, "funder": ContributionFunder.POOL, "hold_days": 7}

# The line's numbers: base in credits, κ in units, cap in credits and most units within 30 days, verifier.
_KIND_NUMBERS: Final = {
    # Two or three sentences for somebody who is stuck; whoever asked, or a quorum, says whether it helped.
    Kind.ANSWER: (1, 20, 40, 60, ContributionVerifier.COUNTERPARTY),
    # An hour's writing that many will read.
    Kind.GUIDE: (12, 3, 48, 6, ContributionVerifier.QUORUM),
    # Half an hour; the tenth translation of a month still opens a door to somebody.
    Kind.TRANSLATION: (6, 10, 60, 20, ContributionVerifier.QUORUM),
    # Twenty minutes; after a few the offers that people look at have theirs.
    Kind.PHOTO_SET: (4, 5, 24, 10, ContributionVerifier.QUORUM),
    # Ten minutes of thought. Its stars are not looked at: rewards that depend on them are against the law.
    Kind.REVIEW: (2, 8, 16, 20, ContributionVerifier.SYSTEM),
    # Half an hour of finding out how to make it happen again, which only staff can judge.
    Kind.DEFECT_REPORT: (6, 5, 36, 10, ContributionVerifier.MODERATOR),
    # Rare, and worth an afternoon to those who built on it.
    Kind.ADOPTED_IDEA: (24, 2, 60, 4, ContributionVerifier.MODERATOR),
    # Never above a share of the first booking's own fee, so nobody earns by inviting themselves.
    Kind.REFERRAL: (24, 5, 120, 10, ContributionVerifier.COUNTERPARTY),
    # An hour beside somebody new; a good buddy has a handful of people.
    Kind.NEWCOMER_BUDDY: (12, 3, 48, 5, ContributionVerifier.COUNTERPARTY),
    # A quarter of an hour with another's evidence. Worth the same whatever the verdict.
    Kind.JURY: (3, 10, 30, 30, ContributionVerifier.SYSTEM),
    # It costs an evening's plans and helps one person at once.
    Kind.SLOT_SWAP: (6, 3, 24, 5, ContributionVerifier.COUNTERPARTY),
    # A quarter of an hour with a measuring tape; what it tells cannot be told often enough.
    Kind.ACCESSIBILITY_FACTS: (3, 15, 45, 30, ContributionVerifier.QUORUM),
    # A risk taken for somebody nobody knows yet; the risk is less the more often it is taken.
    Kind.TRIAL: (4, 2, 12, 4, ContributionVerifier.COUNTERPARTY),
    # An evening for many, and the days before it.
    Kind.EVENT: (36, 2, 96, 4, ContributionVerifier.QUORUM),
    # Dropping everything for another provider's customer: the dearest hour there is.
    Kind.COVERING_NO_SHOW: (24, 4, 120, 10, ContributionVerifier.COUNTERPARTY),
    # A trade's secret given to its competitors, once.
    Kind.OPEN_METHOD: (24, 2, 60, 3, ContributionVerifier.QUORUM),
}

DEFAULT_KINDS: Final[Mapping[Kind, Mapping[str, object]]] = MappingProxyType(
    {
        **{
            kind: {
                **_COMMON_RULES,
                "base_milli": base * CREDIT_MILLI,
                "kappa_milli": kappa * UNIT_MILLI,
                "cap_milli": cap * CREDIT_MILLI,
                "most_units_milli": most * UNIT_MILLI,
                "verifier": verifier,
            }
            for kind, (base, kappa, cap, most, verifier) in _KIND_NUMBERS.items()
        },
        # Hours are not credits: the mentee gives the hour the mentor gets, and both stay human.
        Kind.MENTORING: {
            "unit": ContributionUnit.HOUR,
            "funder": ContributionFunder.HOURS,
            "hold_days": 0,
            "most_units_milli": 40 * UNIT_MILLI,
            "verifier": ContributionVerifier.COUNTERPARTY,
        },
        # Thanked, and never paid: it must not buy silence.
        Kind.PATIENCE: {
            "unit": ContributionUnit.PIECE,
            "funder": ContributionFunder.NOBODY,
            "hold_days": 0,
            "most_units_milli": 10 * UNIT_MILLI,
            "verifier": ContributionVerifier.COUNTERPARTY,
        },
    }
)
