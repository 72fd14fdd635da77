"""What pricing refuses."""

from domain.foundation.errors import Conflict, Forbidden, NotFound, Stale, Unacceptable


class QuoteUnknown(NotFound):
    """There is no such quote, or it is somebody else's."""

    slug = "quote-unknown"
    title = "There is no such quote"


class QuoteExpired(Conflict):
    """Its time is over, or it gave way to a newer one. The extras carry a fresh quote, which is kept.

    Where the same cannot be had any more they carry `reasons` instead, slugs of what a new quote for it would
    be refused with. Ask for one without that.
    """

    slug = "quote-expired"
    title = "This quote has expired"
    commits_transaction = True


class QuoteNotLive(Conflict):
    """The quote whose factor is to hold for another one is over, taken, or gave way."""

    slug = "quote-not-live"
    title = "That quote no longer holds"


class QuoteTaken(Conflict):
    """Something was booked with this quote already."""

    slug = "quote-taken"
    title = "This quote was used already"


class QuoteUnlike(Unacceptable):
    """The quote whose factor is to hold is of another market or category: it promised nothing about this."""

    slug = "quote-unlike"
    title = "That quote is for something else"


class QuoteNotGenuine(Conflict):
    """The quote does not say what we signed. Somebody changed the row; nothing is booked on it."""

    slug = "quote-not-genuine"
    title = "This quote cannot be trusted"


class OwnOffer(Forbidden):
    """Who asks is the provider, or shares an organisation or payout account with them."""

    slug = "own-offer"
    title = "Nobody books their own offer"


class OfferTakesNoBookings(Conflict):
    """The offer cannot be booked now; the extras carry the reasons."""

    slug = "offer-takes-no-bookings"
    title = "This offer takes no bookings now"


class LengthUnclear(Unacceptable):
    """End and units are both missing, contradict each other, or are none that this offer is counted in."""

    slug = "length-unclear"
    title = "How long it should be cannot be told"


class SeatsNotOffered(Unacceptable):
    """The offer has fewer seats, or is booked as a whole."""

    slug = "seats-not-offered"
    title = "The offer does not have so many seats"


class OptionNotOffered(Unacceptable):
    """The option is none of this offer's, is retired, or cannot be had so many times."""

    slug = "option-not-offered"
    title = "The offer does not have this option so often"


class TaskNotOffered(Unacceptable):
    """The task is none of this offer's, is retired, or the market lets customers take over none."""

    slug = "task-not-offered"
    title = "The offer does not have this task"


class CreditsNotTaken(Unacceptable):
    """The market's policy lets credits pay for nothing."""

    slug = "credits-not-taken"
    title = "Credits pay for nothing here"


class CurveUnfit(Unacceptable):
    """A curve is of an offer, or of a category of a market; and one answer shows a month at most."""

    slug = "curve-unfit"
    title = "This curve cannot be drawn"


class AmountTooLarge(Unacceptable):
    """So many units of that price are more than can be written down without losing cents."""

    slug = "amount-too-large"
    title = "This costs more than can be counted here"


class PolicyTakesTooMuch(Conflict):
    """Commission and tax together are more than the price. Only the market's operators can mend that."""

    slug = "policy-takes-too-much"
    title = "This market's policy leaves the provider nothing"


class TariffForThePast(Unacceptable):
    """A tariff would be in force before it was published."""

    slug = "tariff-for-the-past"
    title = "A tariff cannot start in the past"


class TariffPublishedMeanwhile(Stale):
    """Somebody else published a version since the caller looked."""

    slug = "tariff-published-meanwhile"
    title = "Another version was published in the meantime"
    constraint = "tariff_versions_are_numbered"
