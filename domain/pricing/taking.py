"""Taking a quote to book with it: as promised, or for less if the same costs less by then."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import UUID

from sqlmodel import Session

from domain.foundation import ids
from domain.foundation.errors import Unacceptable
from domain.offers import Terms
from domain.pricing import queries
from domain.pricing.actions import check_bookable, concerning, quote_again
from domain.pricing.asking import asked_again
from domain.pricing.credits import redemptions
from domain.pricing.errors import PolicyTakesTooMuch, QuoteExpired, QuoteNotGenuine, QuoteTaken
from domain.pricing.fitting import fit, inputs_of, used
from domain.pricing.inputs import Inputs, Surge
from domain.pricing.participation import agreed
from domain.pricing.payability import check_promised, is_payable
from domain.pricing.queries import InForce, Situation
from domain.pricing.quotes import Quote
from domain.pricing.sealing import Concerning, columns, drawn_up, is_genuine
from domain.pricing.surging import Wanted, surge_on


@dataclass(frozen=True, slots=True)
class RedeemedQuote:
    """The quote to book with, marked as taken, and the offer's terms as they were read for it."""

    quote: Quote
    terms: Terms


def take(session: Session, quote_id: UUID, *, customer_id: UUID, at: datetime) -> RedeemedQuote:
    """The quote to book with: this one, or a cheaper one if the same costs less now.

    Prices may fall between the promise and the booking, and then the lower amount counts; the cheaper quote
    is stored beside the first one, and both count as taken. Where the same could not be quoted any more (an
    option is retired, the session is longer now) the promise stands as it is, but for a factor by demand that
    is lower now. Raises `QuoteUnknown`, `QuoteTaken`, `OwnOffer`, `OfferTakesNoBookings`, and `QuoteExpired`
    with a fresh quote in its extras, or with the slug of what `quote` says of the same now; what `quote`
    refuses of the customer, the offer and the start; and `AmountNotPayable` of a quote from before that was
    looked at.

    What can be compared is compared before the row is marked, so that nothing is waited for while it is
    locked: whoever asks for a quote holds the customer's turn and then marks rows, never the other way round.
    """
    found = queries.quote(session, quote_id, customer_id=customer_id)
    if found.taken_at is not None:
        raise QuoteTaken
    if not is_genuine(found):
        raise QuoteNotGenuine("Ask for a new quote.")
    if found.superseded_at is not None or found.expires_at <= at:
        raise _expired(session, found, at)
    check_promised(found)
    situation = queries.situation(session, found.offer_id, customer_id, at)
    check_bookable(session, situation)
    cheaper = _cheaper(session, situation, found, at)
    if not queries.take(session, quote_id, at=at):
        return take(session, quote_id, customer_id=customer_id, at=at)  # it changed meanwhile; see how
    if cheaper is None:
        return RedeemedQuote(replace(found, taken_at=at), situation.terms)
    queries.write(session, columns(cheaper))
    return RedeemedQuote(cheaper, situation.terms)


def _cheaper(session: Session, situation: Situation, promised: Quote, at: datetime) -> Quote | None:
    """The same for less, as taken, if today has it for less; it is not stored yet.

    Two prices are compared with the promise: everything as it is today, and everything as promised but for
    the factor. So a cap that an emergency brought counts even where the offer itself became dearer meanwhile.
    The customer's own part stays as promised, and the list price must not have risen: it is what is at stake.
    The same for fewer credits is less. A lower price that no card can pay is none that could be had.
    """
    terms, now = situation.terms, situation.now
    wanted = Wanted(promised.customer_id, promised.during.start, at)
    factor = surge_on(session, terms, wanted, now)
    found = [
        _today(terms, promised, now, factor, at),
        _with_factor(promised, factor, at),
    ]
    lower = [each for each in found if each and is_payable(each) and _costs(each) < _costs(promised)]
    most = promised.pay_in_amount + promised.stake_amount
    return min(
        (each for each in lower if each.pay_in_amount + each.stake_amount <= most), key=_costs, default=None
    )


def _costs(quote: Quote) -> tuple[int, int]:
    """Money first, then credits."""
    return quote.pay_in_amount, sum(redemption.credits for redemption in redemptions(quote))


def _today(terms: Terms, promised: Quote, now: InForce, factor: Surge, at: datetime) -> Quote | None:
    """The same with everything as it is today; None where it cannot be had any more."""
    try:
        before = Inputs.model_validate(promised.inputs)
        fitted, part = fit(terms, asked_again(before, promised.during)), agreed(before)
        inputs = inputs_of(terms, fitted, policy=used(now.policy), tariff=now.tariff, surge=factor, part=part)
        of = concerning(terms, fitted, promised.customer_id)
        drawn = drawn_up(of, inputs, at=at, expires_at=promised.expires_at)
    except (Unacceptable, PolicyTakesTooMuch):
        return None
    is_the_same = (drawn.during, drawn.currency) == (promised.during, promised.currency)
    return replace(drawn, taken_at=at) if is_the_same else None


def _with_factor(promised: Quote, factor: Surge, at: datetime) -> Quote | None:
    """The promise under today's factor; None where that is no lower."""
    inputs = Inputs.model_validate(promised.inputs)
    if factor.multiplier_bp >= inputs.surge.multiplier_bp:
        return None
    of = Concerning(
        offer_id=promised.offer_id,
        category_id=promised.category_id,
        market_id=promised.market_id,
        customer_id=promised.customer_id,
        during=promised.during,
        time_zone=promised.time_zone,
    )
    lowered = inputs.model_copy(update={"surge": factor})
    return replace(drawn_up(of, lowered, at=at, expires_at=promised.expires_at), taken_at=at)


def _expired(session: Session, old: Quote, at: datetime) -> QuoteExpired:
    """Who comes too late learns today's price in the same answer; the quote itself is a request away.

    They named nothing but the quote, so an option, a task or credits that cannot be had any more are no
    mistake of theirs: the quote is over, and why there is no fresh one stands beside it.
    """
    try:
        fresh = quote_again(session, old, at)
    except (Unacceptable, PolicyTakesTooMuch) as refused:
        return QuoteExpired(f"{refused.title}. Ask for what can be had now.", reasons=[refused.slug])
    return QuoteExpired(
        "Here is a fresh one.",
        quote={
            "id": ids.encode("quo", fresh.id),
            "pay_in": {"amount": fresh.pay_in_amount, "currency": fresh.currency},
            "expires_at": fresh.expires_at.astimezone(UTC).isoformat(),
        },
    )
