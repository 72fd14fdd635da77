"""Credits come to a user, are released from their hold, and are taken back.

All amounts are thousandths of a credit above zero. Each verb locks the user's three balances before it
decides, posts one entry, and answers that same entry when its key comes again. Whatever comes in pays off
what is owed first; whatever is taken back comes from pending, then available, then becomes owed. So nobody
owes credits while they have any.
"""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from domain import ledger
from domain.credits.models import CreditGrant
from domain.foundation.actors import Actor
from domain.ledger import PostedEntry, Posting, Wallet

GRANT = "grant"
RELEASE = "release"
CLAW_BACK = "claw_back"


def grant(
    session: Session,
    user_id: UUID,
    credits: int,
    *,
    key: str,
    subject_id: UUID,
    hold: bool,
    by: Actor,
    at: datetime,
    kind: str = GRANT,
    policy_version_id: UUID | None = None,
    expiry_days: int | None = None,
) -> PostedEntry:
    """Give a user credits out of the pool: to spend at once, or pending where they are held for a while.

    What the user owes is paid off first. `subject_id` is what the credits are for and `kind` a word for the
    reason. With `expiry_days` they expire so many days after they became spendable, by the policy version
    named; without, never.
    """
    mine = ledger.get_wallet_accounts(session, user_id)
    had = ledger.lock_wallet(session, mine)
    if (before := ledger.find_posted_entry(session, key, kind, subject_id)) is not None:
        return before
    into = mine.pending if hold else mine.available
    postings = ledger.incoming_postings(mine, credits, owed=had.owed, into=into)
    entry = ledger.post(session, key=key, kind=kind, subject_id=subject_id, postings=postings, by=by, at=at)
    terms = CreditGrant(
        entry_id=entry.id,
        user_id=user_id,
        subject_id=subject_id,
        credits=credits,
        held=hold,
        policy_version_id=policy_version_id,
        expiry_days=expiry_days,
        granted_at=at,
    )
    session.add(terms)
    session.flush()
    return entry


def release(
    session: Session,
    user_id: UUID,
    credits: int,
    *,
    key: str,
    subject_id: UUID,
    by: Actor,
    at: datetime,
) -> PostedEntry | None:
    """Let held credits be spent, as many as are still pending of those asked; None where none are.

    Fewer are there only where some were taken back, or paid off a debt when they were granted.
    """
    mine = ledger.get_wallet_accounts(session, user_id)
    had = ledger.lock_wallet(session, mine)
    if (before := ledger.find_posted_entry(session, key, RELEASE, subject_id)) is not None:
        return before
    released = min(credits, had.pending)
    if not released:
        return None
    moved = [Posting(mine.pending, mine.available, released)]
    return ledger.post(session, key=key, kind=RELEASE, subject_id=subject_id, postings=moved, by=by, at=at)


def claw_back(
    session: Session,
    user_id: UUID,
    credits: int,
    *,
    key: str,
    subject_id: UUID,
    by: Actor,
    at: datetime,
) -> PostedEntry:
    """Take credits back: first pending ones, then available ones; what is not there anymore is owed."""
    mine = ledger.get_wallet_accounts(session, user_id)
    had = ledger.lock_wallet(session, mine)
    if (before := ledger.find_posted_entry(session, key, CLAW_BACK, subject_id)) is not None:
        return before
    held = min(credits, had.pending)
    spendable = min(credits - held, had.available)
    moves = (
        (mine.pending, held),
        (mine.available, spendable),
        (mine.owed, credits - held - spendable),
    )
    postings = [Posting(source, mine.pool, amount) for source, amount in moves if amount]
    return ledger.post(
        session, key=key, kind=CLAW_BACK, subject_id=subject_id, postings=postings, by=by, at=at
    )


def get_balances(session: Session, user_id: UUID) -> Wallet:
    """What a user has available, pending and owes."""
    return ledger.get_wallet(session, user_id)
