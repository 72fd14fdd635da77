"""Which part of an entry's total one posting moved, with the numbers that decided (`recounting.py`)."""

from typing import Any

from sqlmodel import Session

from domain import ledger
from domain.contributions.explanations import ledger_lines
from domain.contributions.explanations.ledger_lines import CreditLedgerLine
from domain.credits import CLAW_BACK, RELEASE
from domain.ledger import AccountKind

_BALANCE_NAMES = {
    AccountKind.CREDITS_PENDING: "pending",
    AccountKind.CREDITS: "available",
    AccountKind.CREDITS_OWED: "owed",
}


def explain_part(session: Session, line: CreditLedgerLine, factors: dict[str, Any]) -> dict[str, Any]:
    """The document of a posting's cut; `factors` are those of its entry's total."""
    match line.kind:
        case ledger.REDEMPTION:
            return _redeemed_part(session, line, factors)
        case ledger.REDEMPTION_RETURN:
            return _returned_part(session, line)
        case _ if line.kind == CLAW_BACK:
            return _clawed_back_part(session, line)
        case _ if line.debit is AccountKind.CREDITS_POOL and line.kind != RELEASE:
            return _granted_part(session, line)
    return {"rule": "whole"}


def _granted_part(session: Session, line: CreditLedgerLine) -> dict[str, Any]:
    """What comes in pays off first what is owed."""
    owed = ledger_lines.balance_before(session, AccountKind.CREDITS_OWED, line.credit_owner, line.entry_id)
    rule = "pays_off" if line.credit is AccountKind.CREDITS_OWED else "after_owed"
    return {"rule": rule, "owed_before": owed}


def _clawed_back_part(session: Session, line: CreditLedgerLine) -> dict[str, Any]:
    before = {
        f"{name}_before": ledger_lines.balance_before(session, kind, line.debit_owner, line.entry_id)
        for kind, name in _BALANCE_NAMES.items()
        if name != "owed"
    }
    return {"rule": "taken", "from": _BALANCE_NAMES[line.debit], **before}


def _redeemed_part(session: Session, line: CreditLedgerLine, factors: dict[str, Any]) -> dict[str, Any]:
    """Pots pay the discount before oneself, one after the other."""
    siblings = ledger_lines.list_entry_lines(session, line.entry_id)
    paid = sum(sibling.amount for sibling in siblings if sibling.id < line.id)
    if line.debit is not AccountKind.COMMUNITY_POT:
        return {"rule": "by_oneself", "paid_before": paid}
    return {
        "rule": "by_a_pot",
        "pot_before": ledger_lines.balance_before(session, line.debit, line.debit_owner, line.entry_id),
        "paid_before": paid,
        "fee_amount": factors.get("fee_amount", 0),
        "value_amount": factors.get("value_amount", 1),
    }


def _returned_part(session: Session, line: CreditLedgerLine) -> dict[str, Any]:
    """Back to whom it came from: one's own first and what is owed before anything, then the pots."""
    siblings = ledger_lines.list_entry_lines(session, line.entry_id)
    others = [
        sibling for sibling in siblings if sibling.id < line.id and sibling.credit_owner != line.credit_owner
    ]
    spent = ledger_lines.list_earlier_lines(session, line.subject_id, ledger.REDEMPTION, than=line.entry_id)
    back = ledger_lines.list_earlier_lines(
        session, line.subject_id, ledger.REDEMPTION_RETURN, than=line.entry_id
    )
    still = sum(sibling.amount for sibling in spent if sibling.debit_owner == line.credit_owner)
    still -= sum(sibling.amount for sibling in back if sibling.credit_owner == line.credit_owner)
    to = "pot" if line.credit is AccountKind.COMMUNITY_POT else _BALANCE_NAMES[line.credit]
    owed = ledger_lines.balance_before(session, AccountKind.CREDITS_OWED, line.credit_owner, line.entry_id)
    return {
        "rule": "returned",
        "to": to,
        "returned_before": sum(sibling.amount for sibling in others),
        "still_spent": still,
        "owed_before": 0 if to == "pot" else owed,
    }
