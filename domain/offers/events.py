"""Facts about categories and offers. Those that nobody reads yet are kept for people to look up."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from domain.foundation.events import DomainEvent


@dataclass(frozen=True)
class CategoryDefined(DomainEvent):
    """A kind of service was added; offers may be made in it from now on."""

    name: ClassVar[str] = "category.defined"
    audit_only: ClassVar[bool] = True
    category_id: UUID
    slug: str


@dataclass(frozen=True)
class OfferFact(DomainEvent):
    """What all facts about an offer tell."""

    audit_only: ClassVar[bool] = True
    offer_id: UUID
    version: int


@dataclass(frozen=True)
class OfferDrafted(OfferFact):
    """A provider began an offer."""

    name: ClassVar[str] = "offer.drafted"


@dataclass(frozen=True)
class OfferEdited(OfferFact):
    """The offer says something else now."""

    name: ClassVar[str] = "offer.edited"


@dataclass(frozen=True)
class OfferPublished(OfferFact):
    """The offer can be found and booked."""

    name: ClassVar[str] = "offer.published"


@dataclass(frozen=True)
class OfferPaused(OfferFact):
    """The offer takes no new bookings; those it has go on."""

    name: ClassVar[str] = "offer.paused"


@dataclass(frozen=True)
class OfferArchived(OfferFact):
    """The offer is over for good."""

    name: ClassVar[str] = "offer.archived"


@dataclass(frozen=True)
class OfferHidden(OfferFact):
    """The offer was taken from sight, whatever its provider wants."""

    name: ClassVar[str] = "offer.hidden"
    reason: str


@dataclass(frozen=True)
class OfferUnhidden(OfferFact):
    """The offer may be seen again."""

    name: ClassVar[str] = "offer.unhidden"


@dataclass(frozen=True)
class OptionAdded(OfferFact):
    """The offer has one more option."""

    name: ClassVar[str] = "offer.option_added"
    option_id: UUID


@dataclass(frozen=True)
class OptionEdited(OfferFact):
    """An option says something else now."""

    name: ClassVar[str] = "offer.option_edited"
    option_id: UUID


@dataclass(frozen=True)
class OptionRetired(OfferFact):
    """An option can no longer be chosen; bookings that have it keep it."""

    name: ClassVar[str] = "offer.option_retired"
    option_id: UUID


@dataclass(frozen=True)
class TaskAdded(OfferFact):
    """The customer may take over one more task of the offer; alone it saves this much."""

    name: ClassVar[str] = "offer.task_added"
    task_id: UUID
    saving_amount: int


@dataclass(frozen=True)
class TaskEdited(OfferFact):
    """A task says or saves something else now."""

    name: ClassVar[str] = "offer.task_edited"
    task_id: UUID
    saving_amount: int


@dataclass(frozen=True)
class TaskRetired(OfferFact):
    """A task can no longer be taken over; bookings that have it keep it."""

    name: ClassVar[str] = "offer.task_retired"
    task_id: UUID


@dataclass(frozen=True)
class SavingsSaid(OfferFact):
    """The provider said what sets of several tasks save together: all there are, each with its amount."""

    name: ClassVar[str] = "offer.savings_said"
    savings: list[tuple[list[UUID], int]]
