"""Patronage: what a period left over goes back to those who brought it in, in credits, by a public formula.

An operator names the period and its surplus, looks at a preview that shows every number, and posts it once;
the database keeps two rounds of a market from touching the same time. The shares are written down with the
round in one transaction, and credited one by one afterwards, each under its own key.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from domain import markets, pricing
from domain.bookings import statistics
from domain.credits import wallet
from domain.credits.errors import CreditsNotEnabled, NothingToSplit, PeriodNotOver, SurplusTooLarge
from domain.credits.events import PatronagePosted
from domain.credits.patronage import queries
from domain.credits.patronage.models import PatronageRound, PatronageShare
from domain.credits.patronage.rules import CalculatedShare, PatronageFormula, PatronagePart, split_surplus
from domain.credits.policy import credit_policy_of_version
from domain.foundation import events
from domain.foundation.actors import CLOCK
from domain.foundation.errors import Forbidden, Unacceptable
from domain.identity import Caller
from domain.markets import PolicyVersion

PATRONAGE = "patronage"


@dataclass(frozen=True, slots=True)
class PatronagePlan:
    """A round as it would be posted: what the period earned, and everybody's share with its numbers."""

    currency: str
    surplus_amount: int
    earned_amount: int
    formula: PatronageFormula
    version: PolicyVersion
    shares: list[CalculatedShare]


def preview_patronage(
    session: Session,
    market_id: UUID,
    *,
    starts_at: datetime,
    ends_at: datetime,
    surplus_amount: int,
    by: Caller,
    at: datetime,
) -> PatronagePlan:
    """What posting this would do, every number of it; nothing is written.

    Raises `MarketUnknown`, `Forbidden` to who does not operate it, `PeriodNotOver`, `CreditsNotKept`,
    `NothingToSplit` and `SurplusTooLarge`.
    """
    market = markets.get_market(session, market_id)
    _check_period(starts_at, ends_at, market_id, by, at)
    version = markets.get_policy_at(session, market_id, at)
    formula = _formula(version)
    brought = statistics.list_platform_revenue(
        session, market_id, market.currency, since=starts_at, until=ends_at
    )
    parts = [
        PatronagePart(revenue.user_id, revenue.fee_amount, revenue.commission_amount) for revenue in brought
    ]
    shares = split_surplus(surplus_amount, parts, formula)
    if not shares:
        raise NothingToSplit
    earned = sum(part.fee_amount + part.commission_amount for part in parts)
    if surplus_amount > earned:
        raise SurplusTooLarge(f"The market earned {earned} in this period.", field="surplus_amount")
    return PatronagePlan(market.currency, surplus_amount, earned, formula, version, shares)


def post_patronage(
    session: Session,
    market_id: UUID,
    *,
    starts_at: datetime,
    ends_at: datetime,
    surplus_amount: int,
    by: Caller,
    at: datetime,
) -> PatronageRound:
    """Split the surplus as the preview shows it. Refuses as that, and `SurplusSplitAlready`."""
    arguments = {"starts_at": starts_at, "ends_at": ends_at, "surplus_amount": surplus_amount}
    plan = preview_patronage(session, market_id, by=by, at=at, **arguments)  # type: ignore[arg-type]  # as they came
    round_ = PatronageRound(
        market_id=market_id,
        starts_at=starts_at,
        ends_at=ends_at,
        currency=plan.currency,
        surplus_amount=surplus_amount,
        earned_amount=plan.earned_amount,
        fee_weight=plan.formula.fee_weight,
        commission_weight=plan.formula.commission_weight,
        value_amount=plan.formula.value_amount,
        policy_version_id=plan.version.id,
        posted_by=by.user_id,
        posted_at=at,
    )
    session.add(round_)
    session.flush()
    session.add_all(_share_row(round_, share) for share in plan.shares)
    session.flush()
    credited = sum(share.credits for share in plan.shares)
    event = PatronagePosted(market_id, surplus_amount, plan.currency, len(plan.shares), credited)
    events.record_event(session, event, subject=("patronage", round_.id), by=by.actor_in(market_id), at=at)
    return round_


def credit_share(session: Session, round_id: UUID, user_id: UUID, *, at: datetime) -> bool:
    """Credit a share that waits for it. False where it does not, or somebody else is at it."""
    share = queries.lock_uncredited_share(session, round_id, user_id)
    if share is None:
        return False
    round_ = session.get_one(PatronageRound, round_id)
    rules = pricing.credit_rules(markets.get_policy_version(session, round_.policy_version_id))
    entry = wallet.grant(
        session,
        user_id,
        share.credits,
        key=f"{PATRONAGE}:{round_id}:{user_id}",
        subject_id=round_id,
        hold=False,
        by=CLOCK,
        at=at,
        kind=PATRONAGE,
        policy_version_id=round_.policy_version_id,
        expiry_days=None if rules is None else rules.expiry_days,
    )
    share.entry_id = entry.id
    session.flush()
    return True


def _share_row(round_: PatronageRound, share: CalculatedShare) -> PatronageShare:
    return PatronageShare(
        round_id=round_.id,
        user_id=share.part.user_id,
        fee_amount=share.part.fee_amount,
        commission_amount=share.part.commission_amount,
        share_amount=share.share_amount,
        credits=share.credits,
    )


def _formula(version: PolicyVersion) -> PatronageFormula:
    rules, credit_rules = credit_policy_of_version(version), pricing.credit_rules(version)
    if rules is None or credit_rules is None:
        raise CreditsNotEnabled
    weights = rules.patronage
    return PatronageFormula(weights.fee_weight, weights.commission_weight, credit_rules.value_amount)


def _check_period(starts_at: datetime, ends_at: datetime, market_id: UUID, by: Caller, at: datetime) -> None:
    if not by.is_operator(market_id):
        raise Forbidden("Only an operator of this market may.", permission="patronage.operate")
    if starts_at >= ends_at:
        raise Unacceptable("A period starts before it ends.", field="ends_at")
    if ends_at > at:
        raise PeriodNotOver
