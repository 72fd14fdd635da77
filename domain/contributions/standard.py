"""The kinds every market starts with, and why they are worth what they are.

One credit stands for five unhurried minutes of a neighbour's time, so the bases below are minutes of care
divided by five. κ is how many of a kind somebody can give in a month before the next one helps others half as
much as the first; caps keep any one kind from becoming a job. `most_units` is what a person can give in 30
days without doing little else.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from domain.contributions.kinds import ContributionKind as K
from domain.contributions.kinds import Funder, Unit, Verifier

CREDIT: Final = 1_000  # thousandths in one credit
ONE: Final = 1_000  # thousandths in one unit

# What holds unless a line says otherwise: paid out of the pool, a week in which a mistake can be mended.
_USUALLY: Final = {"unit": Unit.PIECE, "funder": Funder.POOL, "hold_days": 7}

# The line's numbers: base in credits, κ in units, cap in credits and most units within 30 days, verifier.
_LINES: Final = {
    # Two or three sentences for somebody who is stuck; whoever asked, or a quorum, says whether it helped.
    K.ANSWER: (1, 20, 40, 60, Verifier.COUNTERPARTY),
    # An hour's writing that many will read.
    K.GUIDE: (12, 3, 48, 6, Verifier.QUORUM),
    # Half an hour; the tenth translation of a month still opens a door to somebody.
    K.TRANSLATION: (6, 10, 60, 20, Verifier.QUORUM),
    # Twenty minutes; after a few the offers that people look at have theirs.
    K.PHOTO_SET: (4, 5, 24, 10, Verifier.QUORUM),
    # Ten minutes of thought. Its stars are not looked at: rewards that depend on them are against the law.
    K.REVIEW: (2, 8, 16, 20, Verifier.SYSTEM),
    # Half an hour of finding out how to make it happen again, which only staff can judge.
    K.DEFECT_REPORT: (6, 5, 36, 10, Verifier.MODERATOR),
    # Rare, and worth an afternoon to those who built on it.
    K.ADOPTED_IDEA: (24, 2, 60, 4, Verifier.MODERATOR),
    # Never above a share of the first booking's own fee, so nobody earns by inviting themselves.
    K.REFERRAL: (24, 5, 120, 10, Verifier.COUNTERPARTY),
    # An hour beside somebody new; a good buddy has a handful of people.
    K.NEWCOMER_BUDDY: (12, 3, 48, 5, Verifier.COUNTERPARTY),
    # A quarter of an hour with another's evidence. Worth the same whatever the verdict.
    K.JURY: (3, 10, 30, 30, Verifier.SYSTEM),
    # It costs an evening's plans and helps one person at once.
    K.SLOT_SWAP: (6, 3, 24, 5, Verifier.COUNTERPARTY),
    # A quarter of an hour with a measuring tape; what it tells cannot be told often enough.
    K.ACCESSIBILITY_FACTS: (3, 15, 45, 30, Verifier.QUORUM),
    # A risk taken for somebody nobody knows yet; the risk is less the more often it is taken.
    K.TRIAL: (4, 2, 12, 4, Verifier.COUNTERPARTY),
    # An evening for many, and the days before it.
    K.EVENT: (36, 2, 96, 4, Verifier.QUORUM),
    # Dropping everything for another provider's customer: the dearest hour there is.
    K.COVERING_NO_SHOW: (24, 4, 120, 10, Verifier.COUNTERPARTY),
    # A trade's secret given to its competitors, once.
    K.OPEN_METHOD: (24, 2, 60, 3, Verifier.QUORUM),
}

STANDARD_KINDS: Final[Mapping[K, Mapping[str, object]]] = MappingProxyType(
    {
        **{
            kind: {
                **_USUALLY,
                "base_milli": base * CREDIT,
                "kappa_milli": kappa * ONE,
                "cap_milli": cap * CREDIT,
                "most_units_milli": most * ONE,
                "verifier": verifier,
            }
            for kind, (base, kappa, cap, most, verifier) in _LINES.items()
        },
        # Hours are not credits: the mentee gives the hour the mentor gets, and both stay human.
        K.MENTORING: {
            "unit": Unit.HOUR, "funder": Funder.HOURS, "hold_days": 0, "most_units_milli": 40 * ONE,
            "verifier": Verifier.COUNTERPARTY,
        },
        # Thanked, and never paid: it must not buy silence.
        K.PATIENCE: {
            "unit": Unit.PIECE, "funder": Funder.NOBODY, "hold_days": 0, "most_units_milli": 10 * ONE,
            "verifier": Verifier.COUNTERPARTY,
        },
    }
)  # fmt: skip
