"""What a provider gives on terms: an **offer** of a service in a **category**, with **options**.

One model serves every kind of service. A **category** is data: the unit a price is for, the grid starts lie
on, whether a booking takes the whole time or seats, where it happens, and a JSON Schema for the attributes
its offers carry. **Terms** are an offer as others need it: one value, read in one statement.

An offer is drafted, published, paused and archived by its provider; that it is **hidden** is a fact set from
above. Where it is stays with the provider: the world sees a blurred point, always the same one, and every
distance the world is told is measured from there.
"""

from domain.offers.actions import archive, content_of, draft, edit, hide, pause, publish, unhide
from domain.offers.categories import define_category, define_standard_categories
from domain.offers.content import (
    STANDARD_CANCELLATION_POLICY,
    STANDARD_HORIZON_DAYS,
    CategoryContent,
    Content,
    OptionContent,
)
from domain.offers.kinds import Claim, OfferState, OptionPer, Place, Unbookable, Unit
from domain.offers.models import Category, Offer, OfferOption
from domain.offers.options import add_option, edit_option, retire_option
from domain.offers.queries import (
    WholeOffer,
    categories,
    category,
    category_by_slug,
    offer,
    offers_of,
    options_of,
    own_offer,
    public_offer,
    terms,
    terms_of,
)
from domain.offers.rules import bookable
from domain.offers.term_sheet import OptionTerms, Terms

__all__ = [
    "STANDARD_CANCELLATION_POLICY",
    "STANDARD_HORIZON_DAYS",
    "Category",
    "CategoryContent",
    "Claim",
    "Content",
    "Offer",
    "OfferOption",
    "OfferState",
    "OptionContent",
    "OptionPer",
    "OptionTerms",
    "Place",
    "Terms",
    "Unbookable",
    "Unit",
    "WholeOffer",
    "add_option",
    "archive",
    "bookable",
    "categories",
    "category",
    "category_by_slug",
    "content_of",
    "define_category",
    "define_standard_categories",
    "draft",
    "edit",
    "edit_option",
    "hide",
    "offer",
    "offers_of",
    "options_of",
    "own_offer",
    "pause",
    "public_offer",
    "publish",
    "retire_option",
    "terms",
    "terms_of",
    "unhide",
]
