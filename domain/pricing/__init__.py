"""What something costs, promised for a while: **quotes** made of **lines**, and the **tariff** they follow.

A quote is a priced answer with an expiry: signed, immutable, and counted from inputs that it stores, so that
it can be counted again to the same cent. Its **lines** say who owes whom how much by which rule. The
customer's total is the **pay-in**, the provider's the **pay-out**; what is between them are the platform's
**service fee** and **commission**, a **tax** that the platform remits, and what demand adds for the **surge
pool**. **Tasks** that the customer takes over, and **credits** they redeem, are lines that make it less; the
**list price** is the pay-in without the tasks, and the **stake** what lies between the two.

Always: pay-in − pay-out − service fee − commission − tax − surge = 0, to the minor unit, held by a CHECK. A
quote never changes but for being taken, agreed to, called off or giving way. A customer holds so many live
quotes in a category as the policy allows, each in a place of its own, held by a unique index. What a customer
pays by demand is the market's factor or less, and the factor is the same for everybody who asks for the same
place, category and tick; the provider's **bonus** for it comes out of the surge pool, beside the pay-in.
"""

from domain.pricing import shapley
from domain.pricing.actions import quote
from domain.pricing.alternatives import Alternative, Way, alternatives
from domain.pricing.asking import Wish
from domain.pricing.changes import PricedChange, price_after_drop, price_of_change
from domain.pricing.coproduction import CreditRules, TaskRules, credit_rules, task_rules
from domain.pricing.credits import Redemption, Use, redemptions
from domain.pricing.curve import Curve, curve_of_category, curve_of_offer
from domain.pricing.curve import Point as CurvePoint
from domain.pricing.demand import Asked, asked_between, typical_amounts
from domain.pricing.explanation import Explanation, explain
from domain.pricing.inputs import Counted, Inputs, Surge, counted_in
from domain.pricing.lines import Line, LineKind, LineRule, Party
from domain.pricing.models import TariffVersion
from domain.pricing.offered import customer_savings, price_problems
from domain.pricing.publishing import publish_tariff
from domain.pricing.queries import agree, call_off, tariffs
from domain.pricing.queries import quote as own_quote
from domain.pricing.queries import sweep as sweep_quotes
from domain.pricing.quotes import Quote
from domain.pricing.rules import LARGEST_AMOUNT, Priced, price
from domain.pricing.sealing import is_genuine, replay
from domain.pricing.surge_explanation import Spoken
from domain.pricing.surge_told import SurgeTold
from domain.pricing.surge_told import told as surge_told
from domain.pricing.surging import written
from domain.pricing.taken import taken_between
from domain.pricing.taking import RedeemedQuote, take
from domain.pricing.tariff import Effect, Tariff
from domain.pricing.tasks import TaskShare, task_shares

__all__ = [
    "LARGEST_AMOUNT",
    "Alternative",
    "Asked",
    "Counted",
    "CreditRules",
    "Curve",
    "CurvePoint",
    "Effect",
    "Explanation",
    "Inputs",
    "Line",
    "LineKind",
    "LineRule",
    "Party",
    "Priced",
    "PricedChange",
    "Quote",
    "RedeemedQuote",
    "Redemption",
    "Spoken",
    "Surge",
    "SurgeTold",
    "Tariff",
    "TariffVersion",
    "TaskRules",
    "TaskShare",
    "Use",
    "Way",
    "Wish",
    "agree",
    "alternatives",
    "asked_between",
    "call_off",
    "counted_in",
    "credit_rules",
    "curve_of_category",
    "curve_of_offer",
    "customer_savings",
    "explain",
    "is_genuine",
    "own_quote",
    "price",
    "price_after_drop",
    "price_of_change",
    "price_problems",
    "publish_tariff",
    "quote",
    "redemptions",
    "replay",
    "shapley",
    "surge_told",
    "sweep_quotes",
    "take",
    "taken_between",
    "tariffs",
    "task_rules",
    "task_shares",
    "typical_amounts",
    "written",
]
