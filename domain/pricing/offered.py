"""What is said of an offer's prices before anybody asks for one: savings by tasks, what cards cannot pay."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from domain import markets, offers
from domain.foundation.money import portion
from domain.offers import PriceProblem, WholeOffer
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
        if rules := task_rules(markets.get_policy_at(session, terms.market_id, at)):
            part = rules.sharing_of(terms.segment)
            found |= {each.task_ids: portion(each.saving_amount, part) for each in terms.savings}
    return found


def price_problems(
    session: Session, wholes: Sequence[WholeOffer], at: datetime
) -> Mapping[UUID, tuple[PriceProblem, ...]]:
    """What cards cannot pay of these offers under the policies of their markets now, by the offer's id."""
    policies = {
        market_id: markets.get_policy_at(session, market_id, at).rules
        for market_id in {whole.offer.market_id for whole in wholes}
    }
    return {
        whole.offer.id: offers.price_problems(
            offers.content_of(whole.offer),
            whole.category,
            whole.options,
            currency=whole.offer.currency,
            policy=policies[whole.offer.market_id],
        )
        for whole in wholes
    }
