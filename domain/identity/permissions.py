"""Permissions: one table and one function, used by every endpoint and by `GET /me/permissions`.

A **permission** is named `noun.verb`. Its **rule** depends only on whether the caller is signed in and on
their roles. Permissions that depend on a row (is this booking yours?) have the rule `OWN`: the noun checks
them when it has loaded the row, and reports rows of others as not found.

An endpoint often does not know the market yet. So without a market, a rule about a market's staff accepts the
role in any market, and the noun checks again with the id: `decide(caller, name, market_id=market_id)` or
`caller.is_operator(market_id)`. The rule `OPERATOR` needs a grant for all markets.

Add a line for each new permission; the API does not start if the permission of a route is missing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final
from uuid import UUID

from domain.identity.callers import Caller, UserRole


class PermissionRule(StrEnum):
    """What a caller needs before a row is read, from the least to the most restrictive rule."""

    ANYONE = "anyone"
    SIGNED_IN = "signed_in"
    OWN = "own"
    MARKET_MODERATOR = "market_moderator"
    MARKET_OPERATOR = "market_operator"
    OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class Permission:
    """A permission: its name, its rule, and a sentence for users that says what it allows."""

    name: str
    rule: PermissionRule
    description: str


@dataclass(frozen=True, slots=True)
class PermissionDecision:
    """Whether a caller has a permission, and the reason as a sentence for the caller."""

    permission: Permission
    allowed: bool
    reason: str

    @property
    def rule(self) -> PermissionRule:
        """The rule of the permission."""
        return self.permission.rule


_TABLE: Final = (
    # identity
    Permission("users.sign_up", PermissionRule.ANYONE, "Open an account."),
    Permission(
        "users.suspend", PermissionRule.OPERATOR, "Suspend an account in all markets, or reinstate it."
    ),
    Permission("sessions.start", PermissionRule.ANYONE, "Sign in with a password."),
    Permission("sessions.renew", PermissionRule.ANYONE, "Renew a session with its refresh token."),
    Permission("sessions.manage", PermissionRule.SIGNED_IN, "See your sessions and end them."),
    Permission(
        "oidc.sign_in", PermissionRule.ANYONE, "Sign in through an identity provider the platform trusts."
    ),
    Permission("me.read", PermissionRule.SIGNED_IN, "See what is stored about you and what you may do."),
    Permission("me.change", PermissionRule.SIGNED_IN, "Change your name, language and time zone."),
    Permission("roles.read", PermissionRule.MARKET_OPERATOR, "See who holds which role."),
    Permission(
        "roles.grant", PermissionRule.MARKET_OPERATOR, "Grant and revoke roles in markets you operate."
    ),
    # markets
    Permission("markets.read", PermissionRule.ANYONE, "See markets and the policy in force."),
    Permission("markets.create", PermissionRule.OPERATOR, "Open a market."),
    Permission(
        "markets.publish_policy", PermissionRule.MARKET_OPERATOR, "Publish a version of a market's policy."
    ),
    # providers
    Permission("providers.read", PermissionRule.ANYONE, "See the public profile of an approved provider."),
    Permission("providers.apply", PermissionRule.SIGNED_IN, "Apply to be a provider in a market."),
    Permission("providers.change", PermissionRule.OWN, "Change your provider profile and send it in again."),
    Permission(
        "providers.review",
        PermissionRule.MARKET_MODERATOR,
        "Review applications; suspend and reinstate providers.",
    ),
    Permission(
        "providers.close",
        PermissionRule.OWN,
        "Close your provider profile; operators may close any in their market.",
    ),
    Permission(
        "providers.verify",
        PermissionRule.MARKET_OPERATOR,
        "Record the business behind a profile: organisation, payout account, segment.",
    ),
    Permission(
        "presence.update", PermissionRule.OWN, "Say roughly where you are, as a provider, and that you left."
    ),
    # offers
    Permission("categories.read", PermissionRule.ANYONE, "See the categories of services."),
    Permission("categories.define", PermissionRule.OPERATOR, "Define a category."),
    Permission("offers.read", PermissionRule.ANYONE, "See an offer that is published."),
    Permission("offers.draft", PermissionRule.SIGNED_IN, "Draft an offer as a provider."),
    Permission("offers.change", PermissionRule.OWN, "Change your offer and its options."),
    Permission("offers.publish", PermissionRule.OWN, "Publish, pause and archive your offer."),
    Permission("offers.hide", PermissionRule.MARKET_MODERATOR, "Hide an offer, or show it again."),
    Permission("search.find", PermissionRule.ANYONE, "Search the offers of a market."),
    # availability
    Permission("availability.read", PermissionRule.ANYONE, "See when an offer can be booked."),
    Permission(
        "availability.manage", PermissionRule.OWN, "Set your schedule, its exceptions and your own blocks."
    ),
    # pricing
    Permission("quotes.create", PermissionRule.SIGNED_IN, "Ask for a quote."),
    Permission("quotes.read", PermissionRule.OWN, "See your quote."),
    Permission("tariffs.read", PermissionRule.ANYONE, "See the published tariffs of a market."),
    Permission("tariffs.publish", PermissionRule.MARKET_OPERATOR, "Publish a market's tariff."),
    Permission(
        "prices.read",
        PermissionRule.ANYONE,
        "See the prices of services by time, the same for all users.",
    ),
    # surge
    Permission("surge.read", PermissionRule.ANYONE, "See the map of surge multipliers."),
    Permission(
        "surge.operate",
        PermissionRule.MARKET_OPERATOR,
        "Declare and lift emergencies, look through snapshots and audits, try out rules.",
    ),
    # bookings
    Permission("bookings.request", PermissionRule.SIGNED_IN, "Book what a quote promised."),
    Permission(
        "bookings.read",
        PermissionRule.OWN,
        "See a booking you are a side of; operators see those of their market.",
    ),
    Permission("bookings.pay", PermissionRule.OWN, "Pay for your booking."),
    Permission("bookings.accept", PermissionRule.OWN, "Accept a request for your offer."),
    Permission("bookings.decline", PermissionRule.OWN, "Decline a request for your offer."),
    Permission("bookings.withdraw", PermissionRule.OWN, "Withdraw your request before it is accepted."),
    Permission(
        "bookings.cancel",
        PermissionRule.OWN,
        "Cancel a booking you are a side of; operators may cancel any in their market.",
    ),
    Permission("bookings.start", PermissionRule.OWN, "Say that the service has begun."),
    Permission("bookings.deliver", PermissionRule.OWN, "Say that your service is done."),
    Permission("bookings.complete", PermissionRule.OWN, "Say that the service you booked was done."),
    Permission(
        "bookings.report_no_show", PermissionRule.OWN, "Say that the other side did not come, or contest it."
    ),
    Permission("bookings.dispute", PermissionRule.OWN, "Dispute a service that was delivered to you."),
    Permission("bookings.resolve", PermissionRule.MARKET_OPERATOR, "Resolve a dispute."),
    Permission("bookings.perform_task", PermissionRule.OWN, "Say that you did what you took over."),
    Permission(
        "bookings.confirm_task", PermissionRule.OWN, "Confirm that your customer did what they took over."
    ),
    Permission(
        "bookings.report_task",
        PermissionRule.OWN,
        "Say that a task was left undone or made impossible, or object to that.",
    ),
    Permission(
        "bookings.decide_task", PermissionRule.MARKET_OPERATOR, "Decide about a task where both sides differ."
    ),
    Permission(
        "bookings.propose",
        PermissionRule.OWN,
        "Propose another time or other terms, and answer such a proposal.",
    ),
    # reviews
    Permission("reviews.read", PermissionRule.ANYONE, "See what customers say about a provider."),
    Permission(
        "reviews.read_customers", PermissionRule.SIGNED_IN, "See what providers say about a customer."
    ),
    Permission("reputation.read", PermissionRule.ANYONE, "See what a provider's reviews add up to, and how."),
    Permission(
        "reputation.read_customers", PermissionRule.SIGNED_IN, "See what a customer's reviews add up to."
    ),
    Permission("reputation.export", PermissionRule.SIGNED_IN, "Export a signed summary of your reputation."),
    Permission("reputation.preview_tier", PermissionRule.OWN, "See what your next tier would be, and why."),
    Permission("reviews.write", PermissionRule.OWN, "Review the other side of your booking."),
    Permission("reviews.reply", PermissionRule.OWN, "Reply to a review of you."),
    Permission(
        "reviews.hold_window", PermissionRule.MARKET_OPERATOR, "Let a booking's reviews wait for a dispute."
    ),
    Permission(
        "reviews.moderate",
        PermissionRule.MARKET_MODERATOR,
        "Hold, remove and restore reviews, and answer appeals.",
    ),
    Permission("reviews.read_decisions", PermissionRule.OWN, "See what was decided about your review."),
    Permission("reviews.appeal", PermissionRule.OWN, "Appeal a decision against your review."),
    # contributions
    Permission(
        "contributions.read_policy", PermissionRule.ANYONE, "See what a market gives for contributions."
    ),
    Permission("calls.read", PermissionRule.ANYONE, "See what is asked for in a market."),
    Permission("calls.open", PermissionRule.SIGNED_IN, "Ask for contributions."),
    Permission(
        "calls.answer", PermissionRule.SIGNED_IN, "Promise to answer a call, and see what you promised."
    ),
    Permission("calls.close", PermissionRule.OWN, "Close your call; moderators close any of their market."),
    Permission(
        "commitments.withdraw", PermissionRule.OWN, "Take your promise back, without any consequence."
    ),
    Permission(
        "contributions.submit", PermissionRule.SIGNED_IN, "Say what you gave, and see what became of it."
    ),
    Permission("contributions.read", PermissionRule.OWN, "See a contribution you gave or are asked about."),
    Permission(
        "contributions.withdraw", PermissionRule.OWN, "Take your claim back while it is not confirmed."
    ),
    Permission("contributions.appeal", PermissionRule.OWN, "Appeal the rejection of your contribution."),
    Permission(
        "attestations.answer",
        PermissionRule.OWN,
        "Say whether a contribution happened that you are asked about.",
    ),
    Permission(
        "contributions.moderate", PermissionRule.MARKET_MODERATOR, "Verify contributions and answer appeals."
    ),
    Permission(
        "contributions.trace", PermissionRule.OWN, "See what your contribution earned and what that did."
    ),
    Permission(
        "contributions.claw_back",
        PermissionRule.MARKET_MODERATOR,
        "Take credits back with a reason; answer appeals.",
    ),
    Permission(
        "contributions.appeal_claw_back", PermissionRule.OWN, "Appeal when your credits were taken back."
    ),
    Permission(
        "contributions.read_signals",
        PermissionRule.MARKET_MODERATOR,
        "See signals of fraud in contributions.",
    ),
    Permission(
        "referrals.invite", PermissionRule.SIGNED_IN, "Share your referral code, and see who used it."
    ),
    Permission("referrals.use", PermissionRule.SIGNED_IN, "Enter the referral code of another user."),
    # credits, hours, pots and patronage
    Permission(
        "credits.explain", PermissionRule.OWN, "See the exact reasons for each change of your credits."
    ),
    Permission(
        "credits.read", PermissionRule.SIGNED_IN, "See your credits, what they pay for, and every posting."
    ),
    Permission(
        "credits.pay_out", PermissionRule.SIGNED_IN, "Turn credits into money, where a market offers it."
    ),
    Permission("hours.read", PermissionRule.SIGNED_IN, "See your hours."),
    Permission(
        "hours.transfer", PermissionRule.OWN, "Say that you gave or received hours, and answer to that."
    ),
    Permission("pots.read", PermissionRule.SIGNED_IN, "See the community pots of a market."),
    Permission(
        "pots.open", PermissionRule.SIGNED_IN, "Open a pot for another person; operators, for a purpose."
    ),
    Permission("pots.give", PermissionRule.SIGNED_IN, "Give credits into a pot, and see what you gave."),
    Permission("pots.close", PermissionRule.OWN, "Close a pot that is for you; operators may close any."),
    Permission(
        "pots.set_mandate", PermissionRule.MARKET_OPERATOR, "Say whose service fees a purpose's pot pays."
    ),
    Permission("patronage.read", PermissionRule.SIGNED_IN, "See which surpluses were split, and your share."),
    Permission("patronage.operate", PermissionRule.MARKET_OPERATOR, "Preview and split a period's surplus."),
    # standing and levels
    Permission("standing.read", PermissionRule.SIGNED_IN, "See a user's level, and all details of your own."),
    Permission("levels.read", PermissionRule.ANYONE, "See what a market's levels ask for and let people do."),
    Permission(
        "levels.read_decisions", PermissionRule.OWN, "See what was decided about your level, and why."
    ),
    Permission("levels.appeal", PermissionRule.OWN, "Appeal the loss of your level to a person."),
    Permission(
        "levels.answer_appeals", PermissionRule.MARKET_MODERATOR, "Answer appeals against lost levels."
    ),
    # payments and the ledger
    Permission("payments.read", PermissionRule.OWN, "See the payment of your booking."),
    Permission(
        "payments.refund", PermissionRule.MARKET_OPERATOR, "Refund a payment and decide who pays for it."
    ),
    Permission(
        "payments.receive_webhook",
        PermissionRule.ANYONE,
        "Deliver a payment event; it must be signed by the payment provider.",
    ),
    Permission(
        "payments.resolve_card_dispute",
        PermissionRule.MARKET_OPERATOR,
        "Decide who pays for a lost card dispute.",
    ),
    Permission(
        "payments.sync",
        PermissionRule.MARKET_OPERATOR,
        "Retry the outstanding steps of a payment at the payment provider now.",
    ),
    Permission(
        "payments.reconcile", PermissionRule.OPERATOR, "Reconcile the ledger with the payment provider."
    ),
    Permission("ledger.read", PermissionRule.OPERATOR, "Read the ledger."),
)

PERMISSIONS: Final[Mapping[str, Permission]] = MappingProxyType(
    {permission.name: permission for permission in _TABLE}
)

_HELD_IN_A_MARKET: Final[Mapping[PermissionRule, UserRole]] = MappingProxyType(
    {PermissionRule.MARKET_MODERATOR: UserRole.MODERATOR, PermissionRule.MARKET_OPERATOR: UserRole.OPERATOR}
)


def get_permission(name: str) -> Permission:
    """The permission with this name. Raises LookupError if the table does not have it."""
    if name not in PERMISSIONS:
        raise LookupError(f"no permission is named {name!r}; add a line to domain/identity/permissions.py")
    return PERMISSIONS[name]


def decide(caller: Caller | None, name: str, market_id: UUID | None = None) -> PermissionDecision:
    """Decide by its rule whether the caller has the permission with this name.

    With a `market_id` the role must be valid in that market; without one, a role in any market is enough.
    """
    permission = get_permission(name)
    match permission.rule:
        case PermissionRule.ANYONE:
            return PermissionDecision(permission, allowed=True, reason="Anyone may.")
        case _ if caller is None:
            return PermissionDecision(permission, allowed=False, reason="You are not signed in.")
        case PermissionRule.SIGNED_IN:
            return PermissionDecision(permission, allowed=True, reason="Everyone who is signed in may.")
        case PermissionRule.OWN:
            return PermissionDecision(
                permission,
                allowed=True,
                reason="Everyone may with their own; what belongs to others is not found.",
            )
    allowed = _holds(caller, permission.rule, market_id)
    return PermissionDecision(
        permission, allowed, _reason(permission.rule, allowed=allowed, market_id=market_id)
    )


def _holds(caller: Caller, rule: PermissionRule, market_id: UUID | None) -> bool:
    if rule is PermissionRule.OPERATOR:
        return caller.is_operator()
    role = _HELD_IN_A_MARKET[rule]
    if market_id is None:
        return any(grant.role in {role, UserRole.OPERATOR} for grant in caller.grants)
    return caller.is_operator(market_id) if role is UserRole.OPERATOR else caller.is_moderator(market_id)


def _reason(rule: PermissionRule, *, allowed: bool, market_id: UUID | None) -> str:
    role = "an operator" if rule is not PermissionRule.MARKET_MODERATOR else "a moderator or operator"
    if rule is PermissionRule.OPERATOR:
        scope = "of every market"
    else:
        scope = "of a market" if market_id is None else "of this market"
    return f"You are {role} {scope}." if allowed else f"Only {role} {scope} may."
