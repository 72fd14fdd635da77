"""What a provider gives on terms: an **offer** of a service in a **category**, with **options**.

One model serves every kind of service. A **category** is data: the unit a price is for, the grid starts lie
on, whether a booking takes the whole time or seats, where it happens, and a JSON Schema for the attributes
its offers carry. **Terms** are an offer as others need it: one value, read in one statement.

An offer is drafted, published, paused and archived by its provider; that it is **hidden** is a fact set from
above. Where it is stays with the provider: the world sees a blurred point, always the same one, and every
distance the world is told is measured from there.
"""

from domain.offers.kinds import Claim, OfferState, OptionPer, Place, Unbookable, Unit
from domain.offers.term_sheet import OptionTerms, Terms

__all__ = [
    "Claim",
    "OfferState",
    "OptionPer",
    "OptionTerms",
    "Place",
    "Terms",
    "Unbookable",
    "Unit",
]
