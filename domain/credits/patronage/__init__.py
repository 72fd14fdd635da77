"""Patronage: a period's surplus is split among those who brought it in, by a published formula."""

from domain.credits.patronage.actions import (
    PATRONAGE,
    PatronagePlan,
    credit_share,
    post_patronage,
    preview_patronage,
)
from domain.credits.patronage.models import PatronageRound, PatronageShare
from domain.credits.patronage.queries import (
    PatronageShareRow,
    list_rounds,
    list_shares,
    list_uncredited_shares,
)
from domain.credits.patronage.rules import (
    CREDIT_MILLI,
    CalculatedShare,
    PatronageFormula,
    PatronagePart,
    credits_for,
    patronage_weight,
)

__all__ = [
    "CREDIT_MILLI",
    "PATRONAGE",
    "CalculatedShare",
    "PatronageFormula",
    "PatronagePart",
    "PatronagePlan",
    "PatronageRound",
    "PatronageShare",
    "PatronageShareRow",
    "credit_share",
    "credits_for",
    "list_rounds",
    "list_shares",
    "list_uncredited_shares",
    "patronage_weight",
    "post_patronage",
    "preview_patronage",
]
