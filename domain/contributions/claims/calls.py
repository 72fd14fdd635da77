"""Calls: somebody asks for contributions of a kind, and closes the call when it is enough.

Nobody is told who did not answer, and nothing is kept about it: that somebody saw a call and let it be is no
fact anywhere.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, text
from sqlmodel import Session, col

from domain import identity, markets
from domain.contributions import policy, queries
from domain.contributions.errors import CallNotFound, KindNotAccepted, TooManyOpenCalls
from domain.contributions.events import CallEnded, CallOpened
from domain.contributions.kinds import CallActor, CallState, ContributionKind
from domain.contributions.lifecycle import CALLS
from domain.contributions.models import Call, Commitment
from domain.foundation import events
from domain.foundation.actors import CLOCK, Actor
from domain.foundation.paging import Page, build_page, decode_cursor
from domain.identity import Caller


@dataclass(frozen=True, slots=True)
class CallDraft:
    """What somebody asks for. Without `wanted` any number may promise, without `closes_at` at any time."""

    market_id: UUID
    kind: ContributionKind
    title: str
    text: str
    wanted: int | None = None
    closes_at: datetime | None = None


def open_call(session: Session, draft: CallDraft, *, by: Caller, at: datetime) -> Call:
    """Ask for contributions: moderators for the market, everybody else for themselves.

    Raises `MarketUnknown`, `KindNotTaken`, `CallsOpenAlready` and `AccountSuspended`.
    """
    identity.require_active_accounts(session, by.user_id)
    market = markets.get_market(session, draft.market_id)
    rules = policy.policy_of_version(markets.get_policy_at(session, market.id, at))
    if rules is None or not rules.accepts(draft.kind):
        raise KindNotAccepted(field="kind")
    is_of_the_market = by.is_moderator(market.id)
    if not is_of_the_market:
        _check_open_call_limit(session, by.user_id, rules.open_calls)
    call = Call(
        market_id=market.id,
        kind=draft.kind,
        asked_by=by.user_id,
        is_of_the_market=is_of_the_market,
        title=draft.title,
        text=draft.text,
        wanted=draft.wanted,
        opened_at=at,
        closes_at=draft.closes_at,
    )
    session.add(call)
    session.flush()
    event = CallOpened(call_id=call.id, market_id=market.id, kind=call.kind)
    events.record_event(session, event, subject=("call", call.id), by=by.actor_in(market.id), at=at)
    return call


def close_call(session: Session, call_id: UUID, *, by: Caller, at: datetime) -> Call:
    """Ask nobody any more. Doing it twice does no harm.

    Raises `CallNotFound` to all but who asked and the market's moderators.
    """
    call = lock_call(session, call_id)
    is_theirs = call.asked_by == by.user_id
    if not is_theirs and not by.is_moderator(call.market_id):
        raise CallNotFound
    if call.state is CallState.OPEN:
        actor = CallActor.ASKER if is_theirs else CallActor.MODERATOR
        _close(session, call, actor, by=by.actor_in(call.market_id), at=at)
    return call


def close_call_when_due(session: Session, call_id: UUID, *, at: datetime) -> bool:
    """Let the clock close a call whose time is over. False where it is not, or is closed."""
    call = lock_call(session, call_id)
    if call.state is not CallState.OPEN or call.closes_at is None or call.closes_at > at:
        return False
    _close(session, call, CallActor.CLOCK, by=CLOCK, at=at)
    return True


def get_call(session: Session, call_id: UUID) -> Call:
    """A call; anybody may read it. Raises `CallNotFound`."""
    row = session.get(Call, call_id)
    if row is None:
        raise CallNotFound
    return row


def lock_call(session: Session, call_id: UUID) -> Call:
    """A call, as nobody else can change it; raises `CallNotFound`."""
    query = select(Call).where(col(Call.id) == call_id).with_for_update()
    row = session.scalars(query, execution_options={"populate_existing": True}).first()
    if row is None:
        raise CallNotFound
    return row


def list_open_calls(session: Session, market_id: UUID, *, after: str | None, limit: int) -> Page[Call]:
    """What is asked for in a market now, the latest first. Raises `MarketUnknown`."""
    market = markets.get_market(session, market_id)
    query = (
        select(Call)
        .join(identity.User, col(identity.User.id) == col(Call.asked_by))
        .where(col(Call.market_id) == market.id, col(Call.state) == CallState.OPEN)
        .where(text(identity.ACTIVE_ACCOUNT_SQL))
    )
    if after is not None:
        query = query.where(col(Call.id) < decode_cursor(after, [UUID])[0])
    rows = session.scalars(query.order_by(col(Call.id).desc()).limit(limit + 1)).all()
    return build_page(rows, limit, lambda row: [row.id])


def list_due_calls(session: Session, *, at: datetime, limit: int) -> list[UUID]:
    """Open calls whose time is over."""
    query = select(col(Call.id)).where(col(Call.state) == CallState.OPEN, col(Call.closes_at) <= at)
    return list(session.scalars(query.order_by(col(Call.closes_at)).limit(limit)))


def list_commitments_to_call(session: Session, call_id: UUID, user_id: UUID) -> list[Commitment]:
    """What somebody promised in answer to a call, the latest first."""
    query = select(Commitment).where(col(Commitment.call_id) == call_id, col(Commitment.user_id) == user_id)
    return list(session.scalars(query.order_by(col(Commitment.id).desc())))


def _check_open_call_limit(session: Session, user_id: UUID, most: int) -> None:
    queries.lock_user(session, user_id)
    mine = select(func.count()).where(
        col(Call.asked_by) == user_id, col(Call.state) == CallState.OPEN, ~col(Call.is_of_the_market)
    )
    if session.scalars(mine).one() >= most:
        raise TooManyOpenCalls(f"Close one of your {most} open calls first.", most=most)


def _close(session: Session, call: Call, actor: CallActor, *, by: Actor, at: datetime) -> None:
    call.state = CALLS.next_state(call.state, "close", actor)
    call.closed_at = at
    events.record_event(session, CallEnded(call_id=call.id), subject=("call", call.id), by=by, at=at)
