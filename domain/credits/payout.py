"""Credits paid out as money: off unless a market's policy says otherwise, because credits are not wages.

Where a market offers it, credits become money that the platform owes: they leave the wallet for the pool
they came from, and what they are worth is put to what the caller is owed as a provider, borne by goodwill.
Both happen in one entry each and one transaction. Without a provider profile there is nobody to be paid.
"""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from domain import identity, ledger, markets, pricing, providers
from domain.credits.errors import CreditsNotEnabled, PayoutNotOffered
from domain.credits.patronage.rules import CREDIT_MILLI
from domain.credits.policy import credit_policy_of_version
from domain.foundation import ids
from domain.foundation.errors import Unacceptable
from domain.identity import Caller
from domain.ledger import CREDITS, AccountKind, PostedEntry, Posting
from domain.providers import ProviderCapability

PAYOUT = "credit_payout"


def pay_out_credits(
    session: Session,
    market_id: UUID,
    credits: int,
    *,
    by: Caller,
    at: datetime,
) -> PostedEntry:
    """Turn thousandths of credits into money that the caller is owed as a provider.

    Raises `CreditsNotKept`, `PayoutNotOffered` with the reason, credits that are worth less than a minor
    unit, `AccountSuspended`, `CapabilityMissing` while their profile is suspended, and `BalanceTooLow`.
    """
    identity.require_active_accounts(session, by.user_id)
    market = markets.get_market(session, market_id)
    version = markets.get_policy_at(session, market_id, at)
    rules, credit_rules = credit_policy_of_version(version), pricing.credit_rules(version)
    if rules is None or credit_rules is None:
        raise CreditsNotEnabled
    if not rules.payout.offered:
        raise PayoutNotOffered(
            "This market does not pay credits out: they stand for what neighbours give one another, and pay "
            "service fees, shield from surge, or help somebody else through a pot."
        )
    profile = _get_profile_id(session, market_id, by.user_id)
    providers.require_capability(session, providers.get_profile(session, profile), ProviderCapability.BE_PAID)
    worth = credits * credit_rules.value_amount // CREDIT_MILLI
    if not worth:
        raise Unacceptable("So few credits are worth less than the smallest coin.", field="credits")
    payout_id = ids.new()
    own, pool, goodwill, owed = ledger.get_accounts(
        session,
        [
            (AccountKind.CREDITS, CREDITS, by.user_id),
            (AccountKind.CREDITS_POOL, CREDITS, None),
            (AccountKind.GOODWILL, market.currency, None),
            (AccountKind.PAYABLE, market.currency, profile),
        ],
    )
    ledger.lock_balance(session, own)  # so that entries stand in the order in which they moved it
    return ledger.post(
        session,
        key=f"{PAYOUT}:{payout_id}",
        kind=PAYOUT,
        subject_id=payout_id,
        postings=[Posting(own, pool, credits), Posting(goodwill, owed, worth)],
        by=by.actor,
        at=at,
    )


def _get_profile_id(session: Session, market_id: UUID, user_id: UUID) -> UUID:
    """The caller's provider profile in the market, to which money can be owed."""
    mine = providers.list_user_profiles(session, user_id)
    profile_id = next((profile.id for profile in mine if profile.market_id == market_id), None)
    if profile_id is None:
        raise PayoutNotOffered("Money is paid to providers alone, and you are none in this market.")
    return profile_id
