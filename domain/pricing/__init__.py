"""What something costs, promised for a while: **quotes** made of **lines**, and the **tariff** they follow.

A quote is a priced answer with an expiry: signed, immutable, and counted from inputs that it stores, so that
it can be counted again to the same cent. Its **lines** say who owes whom how much by which rule. The
customer's total is the **pay-in**, the provider's the **pay-out**; what is between them are the platform's
**service fee** and **commission** and a **tax** that the platform remits.

Always: pay-in − pay-out − service fee − commission − tax = 0, to the minor unit, held by a CHECK. A quote
never changes but for being taken or giving way. A customer holds so many live quotes in a category as the
policy allows, each in a place of its own, held by a unique index.
"""

from domain.pricing.actions import quote, take
from domain.pricing.changes import PricedChange, price_of_change
from domain.pricing.explanation import Explanation, explain
from domain.pricing.inputs import Counted, Inputs
from domain.pricing.lines import Line, LineKind, LineRule, Party
from domain.pricing.models import TariffVersion
from domain.pricing.publishing import publish_tariff
from domain.pricing.queries import quote as own_quote
from domain.pricing.queries import sweep as sweep_quotes
from domain.pricing.queries import tariffs
from domain.pricing.quotes import Quote
from domain.pricing.rules import Priced
from domain.pricing.sealing import is_genuine, replay
from domain.pricing.tariff import Effect, Tariff

__all__ = [
    "Counted",
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
    "Tariff",
    "TariffVersion",
    "explain",
    "is_genuine",
    "own_quote",
    "price_of_change",
    "publish_tariff",
    "quote",
    "replay",
    "sweep_quotes",
    "take",
    "tariffs",
]
