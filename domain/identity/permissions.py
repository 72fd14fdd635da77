"""Who may do what: one table, one function, asked at every door and by `GET /me/permissions`.

A **permission** is named `noun.verb`. Its **rule** is all that can be known before a row is read: whether
somebody is signed in and which roles they hold. What depends on the row (is this booking yours?) the noun
decides when it has read it; such permissions carry `OWN`, and what is not yours is answered as not found.

Roles are held in a market or everywhere. At the door the market is often unknown, so a rule about *a
market's* staff lets in whoever holds the role in any market, and the noun asks again with the market's id
once it knows it: `decide(caller, name, market_id=market_id)` or `caller.is_operator(market_id)`. A rule
about *everywhere* needs a grant for everywhere at once.

A noun that gains a route appends its line here; a route whose permission is missing does not start.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final
from uuid import UUID

from domain.identity.callers import Caller, Role


class Rule(StrEnum):
    """What must be true of a caller before a row is read, from the most open to the narrowest."""

    ANYONE = "anyone"
    SIGNED_IN = "signed_in"
    OWN = "own"
    MARKET_MODERATOR = "market_moderator"
    MARKET_OPERATOR = "market_operator"
    OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class Permission:
    """A thing that can be done, the rule that guards it, and a sentence that tells people what it means."""

    name: str
    rule: Rule
    sentence: str


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether a caller may, by which rule, and why in a sentence for the person who asked."""

    permission: Permission
    allowed: bool
    because: str

    @property
    def rule(self) -> Rule:
        """The rule that decided."""
        return self.permission.rule


_TABLE: Final = (
    # identity
    Permission("users.sign_up", Rule.ANYONE, "Open an account."),
    Permission("users.suspend", Rule.OPERATOR, "Suspend an account everywhere, or let it back in."),
    Permission("sessions.start", Rule.ANYONE, "Sign in with a password."),
    Permission("sessions.renew", Rule.ANYONE, "Renew a session with its refresh token."),
    Permission("sessions.manage", Rule.SIGNED_IN, "See your sessions and end them."),
    Permission("oidc.sign_in", Rule.ANYONE, "Sign in through an identity provider the platform trusts."),
    Permission("me.read", Rule.SIGNED_IN, "See what is stored about you and what you may do."),
    Permission("me.change", Rule.SIGNED_IN, "Change your name, language and time zone."),
    Permission("roles.read", Rule.MARKET_OPERATOR, "See who holds which role."),
    Permission("roles.grant", Rule.MARKET_OPERATOR, "Give and take roles where you operate yourself."),
    # markets
    Permission("markets.read", Rule.ANYONE, "See markets and the policy in force."),
    Permission("markets.create", Rule.OPERATOR, "Open a market."),
    Permission("markets.publish_policy", Rule.MARKET_OPERATOR, "Publish a version of a market's policy."),
    # providers
    Permission("providers.read", Rule.ANYONE, "See the public side of an approved provider."),
    Permission("providers.apply", Rule.SIGNED_IN, "Apply to be a provider in a market."),
    Permission("providers.change", Rule.OWN, "Change your provider profile and send it in again."),
    Permission(
        "providers.review", Rule.MARKET_MODERATOR, "Review applications; suspend and reinstate providers."
    ),
    Permission(
        "providers.close", Rule.OWN, "Close your provider profile; operators may close any in their market."
    ),
    Permission(
        "providers.verify",
        Rule.MARKET_OPERATOR,
        "Record the business behind a profile: organisation, payout account, segment.",
    ),
    Permission("presence.tell", Rule.OWN, "Say roughly where you are, as a provider, and that you left."),
    # offers
    Permission("categories.read", Rule.ANYONE, "See the categories of services."),
    Permission("categories.define", Rule.OPERATOR, "Define a category."),
    Permission("offers.read", Rule.ANYONE, "See an offer that is published."),
    Permission("offers.draft", Rule.SIGNED_IN, "Draft an offer as a provider."),
    Permission("offers.change", Rule.OWN, "Change your offer and its options."),
    Permission("offers.publish", Rule.OWN, "Publish, pause and archive your offer."),
    Permission("offers.hide", Rule.MARKET_MODERATOR, "Hide an offer, or show it again."),
    Permission("search.find", Rule.ANYONE, "Search the offers of a market."),
    # availability
    Permission("availability.read", Rule.ANYONE, "See when an offer can be booked."),
    Permission("availability.manage", Rule.OWN, "Set your schedule, its exceptions and your own blocks."),
    # pricing
    Permission("quotes.ask", Rule.SIGNED_IN, "Ask for a quote."),
    Permission("quotes.read", Rule.OWN, "See your quote."),
    Permission("tariffs.read", Rule.ANYONE, "See the published tariffs of a market."),
    Permission("tariffs.publish", Rule.MARKET_OPERATOR, "Publish a market's tariff."),
    Permission("prices.read", Rule.ANYONE, "See what services cost at which time, before anybody's own."),
    # surge
    Permission("surge.read", Rule.ANYONE, "See the map of what demand makes of prices."),
    Permission(
        "surge.operate",
        Rule.MARKET_OPERATOR,
        "Declare and lift emergencies, look through snapshots and audits, try out rules.",
    ),
    # bookings
    Permission("bookings.request", Rule.SIGNED_IN, "Book what a quote promised."),
    Permission(
        "bookings.read", Rule.OWN, "See a booking you are a side of; operators see those of their market."
    ),
    Permission("bookings.pay", Rule.OWN, "Pay for your booking."),
    Permission("bookings.accept", Rule.OWN, "Accept a request for your offer."),
    Permission("bookings.decline", Rule.OWN, "Decline a request for your offer."),
    Permission("bookings.withdraw", Rule.OWN, "Withdraw your request before it is accepted."),
    Permission(
        "bookings.cancel",
        Rule.OWN,
        "Cancel a booking you are a side of; operators may cancel any in their market.",
    ),
    Permission("bookings.start", Rule.OWN, "Say that the service has begun."),
    Permission("bookings.deliver", Rule.OWN, "Say that your service is done."),
    Permission("bookings.complete", Rule.OWN, "Say that the service you booked was done."),
    Permission("bookings.report_no_show", Rule.OWN, "Say that the other side did not come, or contest it."),
    Permission("bookings.dispute", Rule.OWN, "Dispute a service that was delivered to you."),
    Permission("bookings.resolve", Rule.MARKET_OPERATOR, "Resolve a dispute."),
    Permission("bookings.perform_task", Rule.OWN, "Say that you did what you took over."),
    Permission("bookings.confirm_task", Rule.OWN, "Confirm that your customer did what they took over."),
    Permission(
        "bookings.report_task",
        Rule.OWN,
        "Say that a task was left undone or made impossible, or object to that.",
    ),
    Permission("bookings.decide_task", Rule.MARKET_OPERATOR, "Decide about a task where both sides differ."),
    Permission(
        "bookings.propose", Rule.OWN, "Propose another time or other terms, and answer such a proposal."
    ),
    # reviews
    Permission("reviews.read", Rule.ANYONE, "See what customers say about a provider."),
    Permission("reviews.read_customers", Rule.SIGNED_IN, "See what providers say about a customer."),
    Permission("reputation.read", Rule.ANYONE, "See what a provider's reviews add up to, and how."),
    Permission("reputation.read_customers", Rule.SIGNED_IN, "See what a customer's reviews add up to."),
    Permission("reputation.export", Rule.SIGNED_IN, "Take a signed summary of your reputation along."),
    Permission("reputation.preview_tier", Rule.OWN, "See what your next tier would be, and why."),
    Permission("reviews.write", Rule.OWN, "Review the other side of your booking."),
    Permission("reviews.reply", Rule.OWN, "Reply to a review of you."),
    Permission("reviews.hold_window", Rule.MARKET_OPERATOR, "Let a booking's reviews wait for a dispute."),
    Permission(
        "reviews.moderate", Rule.MARKET_MODERATOR, "Hold, remove and restore reviews, and answer appeals."
    ),
    Permission("reviews.read_decisions", Rule.OWN, "See what was decided about your review."),
    Permission("reviews.appeal", Rule.OWN, "Appeal a decision against your review."),
    # contributions
    Permission("contributions.read_policy", Rule.ANYONE, "See what a market gives for contributions."),
    Permission("calls.read", Rule.ANYONE, "See what is asked for in a market."),
    Permission("calls.open", Rule.SIGNED_IN, "Ask for contributions."),
    Permission("calls.answer", Rule.SIGNED_IN, "Promise to answer a call, and see what you promised."),
    Permission("calls.close", Rule.OWN, "Close your call; moderators close any of their market."),
    Permission("commitments.withdraw", Rule.OWN, "Take your promise back, without any consequence."),
    Permission("contributions.submit", Rule.SIGNED_IN, "Say what you gave, and see what became of it."),
    Permission("contributions.read", Rule.OWN, "See a contribution you gave or are asked about."),
    Permission("contributions.withdraw", Rule.OWN, "Take your claim back while it is not confirmed."),
    Permission("contributions.appeal", Rule.OWN, "Appeal the rejection of your contribution."),
    Permission(
        "attestations.answer", Rule.OWN, "Say whether a contribution happened that you are asked about."
    ),
    Permission("contributions.moderate", Rule.MARKET_MODERATOR, "Verify contributions and answer appeals."),
    Permission("contributions.trace", Rule.OWN, "See what your contribution earned and what that did."),
    Permission(
        "contributions.claw_back", Rule.MARKET_MODERATOR, "Take credits back with a reason; answer appeals."
    ),
    Permission("contributions.appeal_claw_back", Rule.OWN, "Appeal when your credits were taken back."),
    Permission("contributions.watch", Rule.MARKET_MODERATOR, "Look at what was noticed about contributions."),
    Permission("referrals.invite", Rule.SIGNED_IN, "Hand on your code, and see whom you brought."),
    Permission("referrals.use", Rule.SIGNED_IN, "Say by whose code you came."),
    # credits, hours, pots and patronage
    Permission("credits.explain", Rule.OWN, "See why your credits moved, to the integer."),
    Permission("credits.read", Rule.SIGNED_IN, "See your credits, what they pay for, and every posting."),
    Permission("credits.pay_out", Rule.SIGNED_IN, "Turn credits into money, where a market offers it."),
    Permission("hours.read", Rule.SIGNED_IN, "See your hours."),
    Permission("hours.pass", Rule.OWN, "Say that you gave or received hours, and answer to that."),
    Permission("pots.read", Rule.SIGNED_IN, "See the community pots of a market."),
    Permission("pots.open", Rule.SIGNED_IN, "Open a pot for another person; operators, for a purpose."),
    Permission("pots.feed", Rule.SIGNED_IN, "Give credits into a pot, and see what you gave."),
    Permission("pots.close", Rule.OWN, "Close a pot that stands for you; operators may close any."),
    Permission("pots.promise", Rule.MARKET_OPERATOR, "Say whose service fees a purpose's pot pays."),
    Permission("patronage.read", Rule.SIGNED_IN, "See which surpluses were split, and your share."),
    Permission("patronage.operate", Rule.MARKET_OPERATOR, "Preview and split a period's surplus."),
    # standing and levels
    Permission("standing.read", Rule.SIGNED_IN, "See somebody's level; and all that is behind your own."),
    Permission("levels.read", Rule.ANYONE, "See what a market's levels ask for and let people do."),
    Permission("levels.read_decisions", Rule.OWN, "See what was decided about your level, and why."),
    Permission("levels.appeal", Rule.OWN, "Ask a person to look at the loss of your level."),
    Permission("levels.answer_appeals", Rule.MARKET_MODERATOR, "Answer appeals against lost levels."),
    # payments and the ledger
    Permission("payments.read", Rule.OWN, "See the payment of your booking."),
    Permission("payments.refund", Rule.MARKET_OPERATOR, "Refund a payment and say who bears it."),
    Permission(
        "payments.receive_webhook", Rule.ANYONE, "Deliver a payment event; its signature is what counts."
    ),
    Permission(
        "payments.resolve_card_dispute", Rule.MARKET_OPERATOR, "Say who bears what a card dispute took."
    ),
    Permission("payments.settle", Rule.MARKET_OPERATOR, "Bring a payment to what was decided, now."),
    Permission("payments.reconcile", Rule.OPERATOR, "Lay the books beside the payment provider's."),
    Permission("ledger.read", Rule.OPERATOR, "Read the books."),
)

PERMISSIONS: Final[Mapping[str, Permission]] = MappingProxyType(
    {permission.name: permission for permission in _TABLE}
)

_HELD_IN_A_MARKET: Final[Mapping[Rule, Role]] = MappingProxyType(
    {Rule.MARKET_MODERATOR: Role.MODERATOR, Rule.MARKET_OPERATOR: Role.OPERATOR}
)


def permission(name: str) -> Permission:
    """The permission of this name; a name nobody wrote down is a bug seen when its route is declared."""
    if name not in PERMISSIONS:
        raise LookupError(
            f"no permission is named {name!r}; append its line to domain/identity/permissions.py"
        )
    return PERMISSIONS[name]


def decide(caller: Caller | None, name: str, market_id: UUID | None = None) -> Decision:
    """Whether this caller may, by the rule of the permission of this name.

    With a `market_id` the role must reach that market; without one, a market's role held in any market
    opens the door.
    """
    asked = permission(name)
    match asked.rule:
        case Rule.ANYONE:
            return Decision(asked, allowed=True, because="Anyone may.")
        case _ if caller is None:
            return Decision(asked, allowed=False, because="Nobody is signed in.")
        case Rule.SIGNED_IN:
            return Decision(asked, allowed=True, because="Everybody who is signed in may.")
        case Rule.OWN:
            return Decision(
                asked, allowed=True, because="Everybody may with their own; the rest is not found."
            )
    allowed = _holds(caller, asked.rule, market_id)
    return Decision(asked, allowed, _because(asked.rule, allowed=allowed, market_id=market_id))


def _holds(caller: Caller, rule: Rule, market_id: UUID | None) -> bool:
    if rule is Rule.OPERATOR:
        return caller.is_operator()
    role = _HELD_IN_A_MARKET[rule]
    if market_id is None:
        return any(grant.role in {role, Role.OPERATOR} for grant in caller.grants)
    return caller.is_operator(market_id) if role is Role.OPERATOR else caller.is_moderator(market_id)


def _because(rule: Rule, *, allowed: bool, market_id: UUID | None) -> str:
    role = "an operator" if rule is not Rule.MARKET_MODERATOR else "a moderator or operator"
    if rule is Rule.OPERATOR:
        where = "of every market"
    else:
        where = "of a market" if market_id is None else "of this market"
    return f"You are {role} {where}." if allowed else f"Only {role} {where} may."
