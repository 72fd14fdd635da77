"""The rules of a question-and-answer community, written as a policy of this engine.

Its rules in 2018, as it published them: an answer that somebody finds good gives 10 points, a question 5; an
accepted answer 15, and accepting one 2; a bounty what was set; being known in a sister community 100. From
votes nobody gets more than 200 in a day. A vote against takes 2 back, and a bounty is paid by who offers it.

One credit is a point. Votes are of one kind, so that they share its cap, and questions are a segment in which
it is worth half. κ is as large as a policy may have it, so that the n-th vote counts like the first. A day is
a period, and the window of the cap. Taking back and paying are what the wallet does: what is taken from
nothing is owed and paid off by what comes next, and nobody pays with what they do not have.
"""

from typing import Any, Final

from domain.contributions import (
    ContributionFunder,
    ContributionKind,
    ContributionPolicy,
    ContributionVerifier,
    parse_policy,
)

QUESTIONS: Final = "questions"
WELCOME: Final = 100
_STRAIGHT_MILLI = 1_000_000_000
_ENOUGH_MILLI = 1_000_000_000
_VOTES_A_DAY_MILLI = 200_000

# What happened there, as a kind of ours and in which segment; what is not here is taken back or paid.
KINDS: Final = {
    "answer_upvote": (ContributionKind.ANSWER, None),
    "question_upvote": (ContributionKind.ANSWER, QUESTIONS),
    "accepted": (ContributionKind.ADOPTED_IDEA, None),
    "accepter": (ContributionKind.JURY, None),
    "bounty_won": (ContributionKind.EVENT, None),
    "known_elsewhere": (ContributionKind.REFERRAL, None),
}
TAKEN_BACK: Final = frozenset({"answer_downvote", "question_downvote"})
PAID: Final = frozenset({"bounty_offered"})
UNITS_ARE_POINTS: Final = frozenset({"bounty_won"})


def _rules(points: int, cap_milli: int = _ENOUGH_MILLI) -> dict[str, Any]:
    return {
        "base_milli": points * 1_000,
        "kappa_milli": _STRAIGHT_MILLI,
        "cap_milli": cap_milli,
        "most_units_milli": _ENOUGH_MILLI,
        "verifier": ContributionVerifier.SYSTEM,
        "hold_days": 0,
        "funder": ContributionFunder.POOL,
    }


DOCUMENT: Final[dict[str, Any]] = {
    "kinds": {
        ContributionKind.ANSWER: _rules(10, _VOTES_A_DAY_MILLI),
        ContributionKind.ADOPTED_IDEA: _rules(15),
        ContributionKind.JURY: _rules(2),
        ContributionKind.EVENT: _rules(1),
        ContributionKind.REFERRAL: _rules(WELCOME),
    },
    "segments": {QUESTIONS: {"factor_milli": 500}},
    "pool": {"period_days": 1},
}


def policy() -> ContributionPolicy:
    """The document, read by the door every market's policy comes in by."""
    found = parse_policy(DOCUMENT)
    assert found is not None, "the document says something"
    return found
