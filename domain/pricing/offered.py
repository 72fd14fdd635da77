"""What tasks of an offer take off for the customer, told before anybody asks for a price."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from domain import markets, offers
from domain.foundation.money import portion
from domain.offers import WholeOffer
from domain.pricing.coproduction import task_rules


def customer_savings(
    session: Session, wholes: Sequence[WholeOffer], at: datetime
) -> Mapping[tuple[UUID, ...], int]:
    """What named sets of tasks take off the service, before any tax on it, by the sets' ids in order.

    The market's part of what they save the provider, in minor units of the offer's currency. Nothing is asked
    where no offer has tasks; a market whose policy says nothing of tasks has none that could be taken over.
    """
    with_tasks = [whole.offer.id for whole in wholes if whole.tasks]
    if not with_tasks:
        return {}
    found: dict[tuple[UUID, ...], int] = {}
    for terms in offers.terms_of(session, with_tasks).values():
        if rules := task_rules(markets.policy_at(session, terms.market_id, at)):
            part = rules.sharing_of(terms.segment)
            found |= {each.task_ids: portion(each.saving_amount, part) for each in terms.savings}
    return found
