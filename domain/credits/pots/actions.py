"""Community pots: credits given for another person, or for a purpose of the market.

What is given stays in the pot and never becomes the receiver's own: credits pass from nobody to nobody. The
pot pays instead, by a mandate of the ledger: when its person books, their discount on the service fee is
taken from the pot before their own credits, and comes back to the pot when the booking does. A pot pays no
surge shield, is never paid out, and does not expire.

Nobody feeds a pot that pays for themselves, nor for an account that is looked at as one with theirs.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from domain import identity, ledger, markets, pricing
from domain.credits.errors import CreditsNotEnabled, PersonalPot, PotClosed, PurposePotRequiresOperator
from domain.credits.events import PotGiftMade, PotOpened, PotRecipientChanged, PotWasClosed
from domain.credits.pots import queries
from domain.credits.pots.models import ContributionPot, PotGift
from domain.foundation import events, ids
from domain.identity import Caller
from domain.identity.errors import RelatedAccounts, SameUser
from domain.ledger import CREDITS, Account, AccountKind, Posting

POT_GIFT = "pot_gift"


def open_pot(
    session: Session, *, market_id: UUID, title: str, beneficiary_id: UUID | None, by: Caller, at: datetime
) -> ContributionPot:
    """Open a pot for another person, or as an operator for a purpose.

    Raises `WithOneself`, `SamePeople`, `UserUnknown`, `PurposePotsAreOperators`, `CreditsNotKept`, and
    `PotThereAlready` where the person has an open one in the market.
    """
    _require_credits_enabled(session, market_id, at)
    if beneficiary_id is None:
        if not by.is_operator(market_id):
            raise PurposePotRequiresOperator
    else:
        _require_distinct_people(session, by.user_id, [identity.get_user(session, beneficiary_id).id])
    pot = ContributionPot(
        market_id=market_id, beneficiary_id=beneficiary_id, title=title, opened_by=by.user_id, opened_at=at
    )
    session.add(pot)
    session.flush()
    account = get_pot_account(session, pot)
    if beneficiary_id is not None:
        ledger.grant_mandate(session, account, beneficiary_id, market_id=market_id, at=at)
    _record(session, pot, PotOpened(market_id, beneficiary_id), by, at)
    return pot


def give_to_pot(
    session: Session,
    pot_id: UUID,
    credits: int,
    *,
    by: Caller,
    at: datetime,
) -> PotGift:
    """Give thousandths of your credits into a pot.

    Raises `PotUnknown`, `PotClosed`, `WithOneself`, `SamePeople`, and `BalanceTooLow`.
    """
    pot = queries.lock_pot(session, pot_id)
    if pot.closed_at is not None:
        raise PotClosed
    account = get_pot_account(session, pot)
    _require_distinct_people(session, by.user_id, ledger.list_mandate_holders(session, account))
    gift_id = ids.new()
    own = ledger.get_account(session, AccountKind.CREDITS, CREDITS, by.user_id)
    # Entries stand in the order in which they could move anything: what stood before each can be told.
    ledger.lock_balances(session, [own, account])
    entry = ledger.post(
        session,
        key=f"{POT_GIFT}:{gift_id}",
        kind=POT_GIFT,
        subject_id=pot.id,
        postings=[Posting(own, account, credits)],
        by=by.actor,
        at=at,
    )
    gift = PotGift(
        id=gift_id, pot_id=pot.id, giver_id=by.user_id, credits=credits, entry_id=entry.id, given_at=at
    )
    session.add(gift)
    session.flush()
    _record(session, pot, PotGiftMade(gift.id, credits), by, at)
    return gift


def add_pot_recipient(
    session: Session, pot_id: UUID, user_id: UUID, *, by: Caller, at: datetime
) -> ContributionPot:
    """Let a purpose's pot pay this user's service fees. Operators of its market do.

    Raises `PotUnknown`, `PotIsAPersons`, `UserUnknown`, and `SamePeople` or `WithOneself` where the user,
    or somebody looked at as one with them, has given into it.
    """
    pot = _lock_purpose_pot(session, pot_id, by)
    user = identity.get_user(session, user_id).id
    for giver in queries.list_givers(session, pot.id):
        _require_distinct_people(session, giver, [user])
    ledger.grant_mandate(session, get_pot_account(session, pot), user, market_id=pot.market_id, at=at)
    _record(session, pot, PotRecipientChanged(user, pays=True), by, at)
    return pot


def remove_pot_recipient(
    session: Session, pot_id: UUID, user_id: UUID, *, by: Caller, at: datetime
) -> ContributionPot:
    """Let a purpose's pot no longer pay for this user. What it paid stays paid. Refuses as the promise."""
    pot = _lock_purpose_pot(session, pot_id, by)
    ledger.end_mandate(session, get_pot_account(session, pot), user_id, at=at)
    _record(session, pot, PotRecipientChanged(user_id, pays=False), by, at)
    return pot


def close_pot(session: Session, pot_id: UUID, *, by: Caller, at: datetime) -> ContributionPot:
    """Take no more gifts; what was given still pays. Its person and the market's operators may.

    Raises `PotUnknown` to others. A pot that is closed stays so.
    """
    pot = queries.lock_pot(session, pot_id)
    queries.require_pot_access(pot, by)
    if pot.closed_at is None:
        pot.closed_at = at
        session.flush()
        _record(session, pot, PotWasClosed(), by, at)
    return pot


def get_pot_account(session: Session, pot: ContributionPot) -> Account:
    """Where the ledger keeps what the pot holds."""
    return ledger.get_account(session, AccountKind.COMMUNITY_POT, CREDITS, pot.id)


def _lock_purpose_pot(session: Session, pot_id: UUID, by: Caller) -> ContributionPot:
    pot = queries.lock_pot(session, pot_id)
    queries.require_pot_access(pot, by)
    if pot.beneficiary_id is not None:
        raise PersonalPot
    return pot


def _require_distinct_people(session: Session, giver_id: UUID, receivers: Sequence[UUID]) -> None:
    """Who gives and who is paid for are two active people, as far as accounts can tell."""
    identity.require_active_accounts(session, giver_id, *receivers)
    if giver_id in receivers:
        raise SameUser
    clusters = identity.cluster_of(session, [giver_id, *receivers])
    if any(clusters[receiver] == clusters[giver_id] for receiver in receivers):
        raise RelatedAccounts


def _require_credits_enabled(session: Session, market_id: UUID, at: datetime) -> None:
    if pricing.credit_rules(markets.get_policy_at(session, market_id, at)) is None:
        raise CreditsNotEnabled


def _record(
    session: Session, pot: ContributionPot, event: events.DomainEvent, by: Caller, at: datetime
) -> None:
    events.record_event(session, event, subject=("pot", pot.id), by=by.actor_in(pot.market_id), at=at)
