"""Which part of an entry's total one posting moved, with the numbers that decided (`recounting.py`)."""

from typing import Any

from sqlmodel import Session

from domain import ledger
from domain.contributions import explaining_books as books
from domain.contributions.explaining_books import Line
from domain.contributions.wallet import CLAW_BACK, RELEASE
from domain.ledger import AccountKind

_OUT_OF = {
    AccountKind.CREDITS_PENDING: "pending",
    AccountKind.CREDITS: "available",
    AccountKind.CREDITS_OWED: "owed",
}


def cut_of(session: Session, line: Line, factors: dict[str, Any]) -> dict[str, Any]:
    """The document of a posting's cut; `factors` are those of its entry's total."""
    match line.kind:
        case ledger.REDEMPTION:
            return _paid(session, line, factors)
        case ledger.REDEMPTION_RETURN:
            return _returned(session, line)
        case _ if line.kind == CLAW_BACK:
            return _taken(session, line)
        case _ if line.debit is AccountKind.CREDITS_POOL and line.kind != RELEASE:
            return _come_in(session, line)
    return {"rule": "whole"}


def _come_in(session: Session, line: Line) -> dict[str, Any]:
    """What comes in pays off first what is owed."""
    owed = books.before(session, AccountKind.CREDITS_OWED, line.credit_owner, line.entry_id)
    rule = "pays_off" if line.credit is AccountKind.CREDITS_OWED else "after_owed"
    return {"rule": rule, "owed_before": owed}


def _taken(session: Session, line: Line) -> dict[str, Any]:
    before = {
        f"{name}_before": books.before(session, kind, line.debit_owner, line.entry_id)
        for kind, name in _OUT_OF.items()
        if name != "owed"
    }
    return {"rule": "taken", "from": _OUT_OF[line.debit], **before}


def _paid(session: Session, line: Line, factors: dict[str, Any]) -> dict[str, Any]:
    """Pots pay the discount before oneself, one after the other."""
    siblings = books.of_entry(session, line.entry_id)
    paid = sum(one.amount for one in siblings if one.id < line.id)
    if line.debit is not AccountKind.COMMUNITY_POT:
        return {"rule": "by_oneself", "paid_before": paid}
    return {
        "rule": "by_a_pot",
        "pot_before": books.before(session, line.debit, line.debit_owner, line.entry_id),
        "paid_before": paid,
        "fee_amount": factors.get("fee_amount", 0),
        "value_amount": factors.get("value_amount", 1),
    }


def _returned(session: Session, line: Line) -> dict[str, Any]:
    """Back to whom it came from: one's own first and what is owed before anything, then the pots."""
    siblings = books.of_entry(session, line.entry_id)
    others = [one for one in siblings if one.id < line.id and one.credit_owner != line.credit_owner]
    spent = books.earlier(session, line.subject_id, ledger.REDEMPTION, than=line.entry_id)
    back = books.earlier(session, line.subject_id, ledger.REDEMPTION_RETURN, than=line.entry_id)
    still = sum(one.amount for one in spent if one.debit_owner == line.credit_owner)
    still -= sum(one.amount for one in back if one.credit_owner == line.credit_owner)
    to = "pot" if line.credit is AccountKind.COMMUNITY_POT else _OUT_OF[line.credit]
    owed = books.before(session, AccountKind.CREDITS_OWED, line.credit_owner, line.entry_id)
    return {
        "rule": "returned",
        "to": to,
        "returned_before": sum(one.amount for one in others),
        "still_spent": still,
        "owed_before": 0 if to == "pot" else owed,
    }
