"""The factor on one quote, told whole: what it is, why, what limited it, who gets it, how long it holds."""

from dataclasses import dataclass
from uuid import UUID

from babel import Locale
from sqlmodel import Session

from domain import markets, surge
from domain.offers import Terms
from domain.pricing.inputs import Inputs
from domain.pricing.inputs import Surge as Used
from domain.pricing.quotes import Quote
from domain.pricing.surge_explanation import Scene, Spoken, absence, limits, reasons
from domain.pricing.writing import Writer, known_locale
from domain.surge import ONE_BP, MarketPrice, Mode, Reason, SurgePolicy

_DOWNWARD = Reason.FEW_ASK | Reason.LAST_MINUTE | Reason.RAISED_TO_FLOOR


@dataclass(frozen=True, slots=True)
class SurgeTold:
    """A factor in words and numbers. Multipliers are basis points, amounts minor units of the currency.

    `reasons` say why the market's factor is what it is, or the one reason why there is none; `limits` what
    lowered it for this customer. `disclosure` is the policy's text, told where personal data was used.
    """

    used: Used
    reasons: tuple[Spoken, ...]
    limits: tuple[Spoken, ...]
    surge_amount: int
    shares: tuple[str, ...]
    lock: str
    disclosure: str | None
    snapshot_id: UUID | None


def told(session: Session, quote: Quote, terms: Terms, *, locale: str) -> SurgeTold:
    """The factor on a quote for a reader of `locale`, from what the quote stores and its snapshot.

    A snapshot that was swept meanwhile leaves the sentences without counts of people.
    """
    used = Inputs.model_validate(quote.inputs).surge
    policy = surge.rules_of(markets.get_policy_version(session, quote.policy_version_id)) or SurgePolicy()
    reader = known_locale(locale)
    scene = _scene(policy, terms.category_slug, used, _then(session, quote, terms, used), reader)
    writer = Writer(reader, quote.currency, quote.time_zone)
    return SurgeTold(
        used=used,
        reasons=(absence(used.absence, scene),) if used.absence else reasons(_flags(used), scene),
        limits=limits(used.limits, scene),
        surge_amount=quote.surge_amount,
        shares=_shares(quote, used, writer),
        lock=_lock(quote, writer),
        disclosure=policy.disclosure if used.has_personal_data else None,
        snapshot_id=used.snapshot_id,
    )


def _then(session: Session, quote: Quote, terms: Terms, used: Used) -> MarketPrice | None:
    """What the quote's snapshot said when the quote was given."""
    found = surge.published(session, used.snapshot_id) if used.snapshot_id else None
    if found is None:
        return None
    return found.price(
        category=terms.category_slug, cell=terms.cell_r7, start=quote.during.start, at=quote.created_at
    )


def _scene(policy: SurgePolicy, category: str, used: Used, then: MarketPrice | None, locale: Locale) -> Scene:
    is_known = then is not None and then.mode is Mode.LIVE
    return Scene(
        policy=policy,
        category=category,
        mode=used.mode or Mode.LIVE,
        free=then.idle if then is not None and is_known else None,
        usual=then.usual if then is not None and is_known else None,
        locale=locale,
    )


def _flags(used: Used) -> Reason:
    """The reasons as flags; none that speaks of a lower price where the provider gives none."""
    flags = Reason.NONE
    for code in used.reasons:
        flags |= Reason[code.upper()]
    return flags if used.market_bp < ONE_BP else flags & ~_DOWNWARD


def _shares(quote: Quote, used: Used, writer: Writer) -> tuple[str, ...]:
    """Where the money goes."""
    said = []
    if quote.surge_amount:
        amount = writer.money(quote.surge_amount)
        said.append(f"Demand adds {amount}. It goes to the surge pool; the platform keeps none of it.")
    if used.bonus_amount:
        bonus = writer.money(used.bonus_amount)
        said.append(
            f"The provider gets {bonus} on top out of the pool, the same for every job here and now; "
            "it is no part of what you pay."
        )
    if used.multiplier_bp < used.market_bp:
        said.append("What you are spared is paid out of the pool; the provider gets no less for it.")
    return tuple(said)


def _lock(quote: Quote, writer: Writer) -> str:
    until = writer.instant(quote.expires_at)
    return (
        f"Your price holds until {until}, whatever demand does. If the same costs less when you book, "
        "you pay the lower price."
    )
