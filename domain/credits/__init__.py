"""Credits: a balance that pays service fees, shields from surge, or helps others through a pot.

A user has **available**, **pending** and **owed** credits, in thousandths, kept in the ledger. This package
grants, releases, claws back, expires and pays them out. `credits.pots` holds community pots,
`credits.patronage` splits a period's surplus. Credits never pass directly from user to user, and are no wage.
"""

from domain.credits.expiry import (
    FIRST_NOTICE_DAYS,
    SECOND_NOTICE_DAYS,
    expire_credits,
    list_lots,
    users_with_expiring_credits,
)
from domain.credits.lots import BREAKAGE, CreditLot, GrantTerms, build_lots
from domain.credits.patronage import CalculatedShare, PatronagePlan, PatronageRound, PatronageShareRow
from domain.credits.payout import pay_out_credits
from domain.credits.policy import PatronageRules, PayoutRules
from domain.credits.pots import ContributionPot, PotGift, VisiblePot
from domain.credits.statement import (
    CreditBalanceKind,
    CreditsOverview,
    CreditStatementLine,
    MarketCreditTerms,
    get_credits_overview,
    list_credit_postings,
)
from domain.credits.wallet import CLAW_BACK, GRANT, RELEASE, claw_back, grant, release

__all__ = [
    "BREAKAGE",
    "CLAW_BACK",
    "FIRST_NOTICE_DAYS",
    "GRANT",
    "RELEASE",
    "SECOND_NOTICE_DAYS",
    "CalculatedShare",
    "ContributionPot",
    "CreditBalanceKind",
    "CreditLot",
    "CreditStatementLine",
    "CreditsOverview",
    "GrantTerms",
    "MarketCreditTerms",
    "PatronagePlan",
    "PatronageRound",
    "PatronageRules",
    "PatronageShareRow",
    "PayoutRules",
    "PotGift",
    "VisiblePot",
    "build_lots",
    "claw_back",
    "expire_credits",
    "get_credits_overview",
    "grant",
    "list_credit_postings",
    "list_lots",
    "pay_out_credits",
    "release",
    "users_with_expiring_credits",
]
