"""What a provider gives on terms: an **offer** of a service in a **category**, with **options**.

One model serves every kind of service. A **category** is data: the unit a price is for, the grid starts lie
on, whether a booking takes the whole time or seats, where it happens, and a JSON Schema for the attributes
its offers carry. **Terms** are an offer as others need it: one value, read in one statement.

A **task** is work that the customer may take over from the provider, who says what it **saves** them, alone
and together with others.

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
    TaskContent,
)
from domain.offers.kinds import Claim, OfferState, OptionPer, Place, TaskKind, Unbookable, Unit
from domain.offers.models import Category, Offer, OfferOption, OfferTask
from domain.offers.options import add_option, edit_option, retire_option
from domain.offers.payability import PriceProblem
from domain.offers.payability import problems as price_problems
from domain.offers.queries import (
    TERMS_FOR,
    WholeOffer,
    categories,
    category,
    category_by_slug,
    offer,
    offers_of,
    own_offer,
    public_offer,
    terms,
    terms_around,
    terms_of,
)
from domain.offers.rules import bookable
from domain.offers.savings import MOST_TASKS, MOST_TOGETHER, dividends, of_every_set
from domain.offers.tasks import add_task, edit_task, retire_task, say_savings
from domain.offers.term_reading import read_terms
from domain.offers.term_sheet import OptionTerms, SavingTerms, TaskTerms, Terms
from domain.offers.words import analyse_due

__all__ = [
    "MOST_TASKS",
    "MOST_TOGETHER",
    "STANDARD_CANCELLATION_POLICY",
    "STANDARD_HORIZON_DAYS",
    "TERMS_FOR",
    "Category",
    "CategoryContent",
    "Claim",
    "Content",
    "Offer",
    "OfferOption",
    "OfferState",
    "OfferTask",
    "OptionContent",
    "OptionPer",
    "OptionTerms",
    "Place",
    "PriceProblem",
    "SavingTerms",
    "TaskContent",
    "TaskKind",
    "TaskTerms",
    "Terms",
    "Unbookable",
    "Unit",
    "WholeOffer",
    "add_option",
    "add_task",
    "analyse_due",
    "archive",
    "bookable",
    "categories",
    "category",
    "category_by_slug",
    "content_of",
    "define_category",
    "define_standard_categories",
    "dividends",
    "draft",
    "edit",
    "edit_option",
    "edit_task",
    "hide",
    "of_every_set",
    "offer",
    "offers_of",
    "own_offer",
    "pause",
    "price_problems",
    "public_offer",
    "publish",
    "read_terms",
    "retire_option",
    "retire_task",
    "say_savings",
    "terms",
    "terms_around",
    "terms_of",
    "unhide",
]
