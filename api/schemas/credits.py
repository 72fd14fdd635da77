"""Credits on the wire: what somebody has, what it pays for, and what each posting was for."""

from typing import Annotated, Self
from uuid import UUID

from pydantic import Field

from api.schemas.common import Amount, AnyId, Currency, Instant, Money, RequestBody, View
from domain.credits import CreditBalanceKind, CreditsOverview, CreditStatementLine, MarketCreditTerms
from domain.foundation import ids
from domain.foundation.ids import EntryId, MarketId, PostingId, PotId
from domain.ledger import PostedEntry
from domain.pricing import Use

Credits = Annotated[
    int, Field(strict=True, description="Thousandths of a credit: 1500 are one and a half.", examples=[1500])
]
PositiveCredits = Annotated[
    int,
    Field(strict=True, ge=1, le=10**12, description="Thousandths of a credit, above zero.", examples=[1500]),
]

# What a posting's subject is an id of, and the sentence that says what it was for.
_PURPOSES: dict[str, tuple[str, str]] = {
    "grant": ("ctr", "Earned by a contribution."),
    "contribution": ("ctr", "Earned by a contribution."),
    "release": ("ctr", "Earned by a contribution, and free to spend now that its hold is over."),
    "claw_back": ("ctr", "Taken back, because a contribution does not count any more."),
    "redemption": ("bkg", "Paid for a part of a booking."),
    "redemption_return": ("bkg", "Given back by a booking."),
    "pot_gift": ("pot", "Given into a pot for somebody else."),
    "patronage": ("ptr", "Your share of a period's surplus."),
    "breakage": ("ent", "Expired, after two notices."),
    "credit_payout": ("ent", "Paid out as money."),
    "correction": ("ent", "A mistake that was mended."),
}
_DEFAULT_PURPOSE = ("ctr", "Earned by what you gave.")


class PotShareView(View):
    """A pot that pays your service fees before your own credits do."""

    pot_id: PotId
    credits: Credits


class MarketCreditTermsView(View):
    """What credits pay for in a market."""

    market_id: MarketId
    market: str
    currency: Currency
    value_amount: Amount = Field(description="What one whole credit pays for, in minor units.")
    worth: Money = Field(description="What your available credits pay for here at most.")
    uses: list[Use]
    fee_discount_most_bp: int = Field(
        description="The part of a booking's service fee that credits may pay, in basis points."
    )
    pots: list[PotShareView]
    pays_out: bool = Field(description="Whether credits can become money here; mostly they cannot.")

    @classmethod
    def of(cls, pays: MarketCreditTerms) -> Self:
        """The market's rules with what they mean for whoever asks."""
        market = pays.market
        return cls(
            market_id=market.id,
            market=market.name,
            currency=market.currency,
            value_amount=pays.rules.value_amount,
            worth=Money(amount=pays.worth_amount, currency=market.currency),
            uses=list(Use),
            fee_discount_most_bp=pays.rules.fee_discount_most_bp,
            pots=[PotShareView(pot_id=pot_id, credits=held) for pot_id, held in pays.pots],
            pays_out=pays.pays_out,
        )


class CreditExpiryView(View):
    """Credits that expire then, unless they are used before. You are told 30 and 7 days ahead."""

    credits: Credits
    since: Instant
    expires_at: Instant


class CreditsView(View):
    """What you have: `available` to spend, `pending` while held, `owed` where some were taken back."""

    available: Credits
    pending: Credits
    owed: Credits
    pays: list[MarketCreditTermsView]
    expiring: list[CreditExpiryView] = Field(
        description="By age, the oldest first; they are spent in this order."
    )

    @classmethod
    def of(cls, seen: CreditsOverview) -> Self:
        """For whoever asks about themselves."""
        had = seen.wallet
        return cls(
            available=had.available,
            pending=had.pending,
            owed=had.owed,
            pays=[MarketCreditTermsView.of(pays) for pays in seen.markets],
            expiring=[
                CreditExpiryView(credits=lot.left, since=lot.arrived_at, expires_at=lot.expires_at)
                for lot in seen.lots
            ],
        )


class CreditPostingView(View):
    """One posting: by how much it changed what you have, and what it was for."""

    id: PostingId
    entry_id: EntryId
    kind: str
    what: str = Field(description="What it was for, in a sentence.", examples=["Given back by a booking."])
    subject_id: AnyId = Field(
        description="What it is about: a contribution's, a booking's, a pot's or an entry's id."
    )
    available: Credits
    pending: Credits
    owed: Credits
    recorded_at: Instant

    @classmethod
    def of(cls, line: CreditStatementLine) -> Self:
        """The posting as its owner's statement has it."""
        posting = line.posting
        prefix, sentence = _PURPOSES.get(posting.kind, _DEFAULT_PURPOSE)
        return cls(
            id=posting.id,
            entry_id=posting.entry_id,
            kind=posting.kind,
            what=sentence,
            subject_id=_encode_subject_id(prefix, posting.subject_id),
            available=line.changes[CreditBalanceKind.AVAILABLE],
            pending=line.changes[CreditBalanceKind.PENDING],
            owed=line.changes[CreditBalanceKind.OWED],
            recorded_at=posting.recorded_at,
        )


class PayoutRequest(RequestBody):
    """How many credits shall become money, where the market offers that."""

    model_config = RequestBody.example({"credits": 12000})

    credits: PositiveCredits


class PayoutView(View):
    """Credits that became money you are owed as a provider."""

    entry_id: EntryId
    recorded_at: Instant

    @classmethod
    def of(cls, entry: PostedEntry) -> Self:
        """What was posted."""
        return cls(entry_id=entry.id, recorded_at=entry.recorded_at)


def _encode_subject_id(prefix: str, subject_id: UUID) -> str:
    return ids.encode(prefix, subject_id)
