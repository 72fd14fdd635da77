"""Valuation: what the contributions of a period are worth in credits, their settlement, and claw-backs."""

from domain.contributions.valuation.booking_fees import credit_limit, link_review_to_booking
from domain.contributions.valuation.claw_back_appeals import answer_claw_back_appeal, appeal_claw_back
from domain.contributions.valuation.claw_backs import (
    claw_back,
    claw_back_corrected,
    claw_back_refunded,
    restore_after_failed_refund,
)
from domain.contributions.valuation.credit_settlement import (
    hold_credits,
    list_contributions_to_hold,
    list_contributions_to_settle,
    settle_credits,
)
from domain.contributions.valuation.kinds import ClawBackOutcome, ClawBackReason
from domain.contributions.valuation.models import ContributionPeriod
from domain.contributions.valuation.period_close import close_period
from domain.contributions.valuation.periods import (
    list_closed_periods,
    markets_with_verified_contributions,
    pool_credits,
)

__all__ = [
    "ClawBackOutcome",
    "ClawBackReason",
    "ContributionPeriod",
    "answer_claw_back_appeal",
    "appeal_claw_back",
    "claw_back",
    "claw_back_corrected",
    "claw_back_refunded",
    "close_period",
    "credit_limit",
    "hold_credits",
    "link_review_to_booking",
    "list_closed_periods",
    "list_contributions_to_hold",
    "list_contributions_to_settle",
    "markets_with_verified_contributions",
    "pool_credits",
    "restore_after_failed_refund",
    "settle_credits",
]
