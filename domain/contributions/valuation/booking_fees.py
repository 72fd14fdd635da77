"""What a booking's own fee can bear: credits about a booking are worth θ of its fee at most, θ ≤ ½.

So whoever deals with themselves pays at least twice what can come back. The fee is what the platform keeps of
a booking: service fee and commission as they stand in the books, less what the platform gave back itself, and
less in the proportion in which anything was given back after the books were closed.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from domain import markets, pricing
from domain.foundation.money import BASIS_POINTS
from domain.pricing import CreditRules

THOUSANDTHS = 1_000

# Moved amounts count on the credit side. What comes back of a refund that failed stands in corrections.
_FEES = text("""
    SELECT b.id, b.policy_version_id, b.books_closed_at IS NOT NULL AS is_closed,
           coalesce(b.kept_pay_out_amount + b.kept_service_fee_amount + b.kept_commission_amount
                    + b.kept_tax_amount + coalesce(b.kept_surge_amount, 0), 0) AS kept_amount,
           coalesce(books.fee_amount, 0) AS fee_amount, coalesce(books.borne_amount, 0) AS borne_amount,
           coalesce(books.returned_amount, 0) AS returned_amount,
           coalesce(given.credits, 0) AS credits_granted
    FROM bookings b
    LEFT JOIN LATERAL (
        SELECT sum(moved.amount) FILTER (WHERE a.kind IN ('service_fees', 'commission')) AS fee_amount,
               -sum(moved.amount) FILTER (WHERE a.kind = 'goodwill') AS borne_amount,
               -sum(moved.amount) FILTER (
                   WHERE a.kind IN ('payable', 'payable_held', 'receivable', 'goodwill')
                     AND 'refund_planned' IN (e.kind, mended.kind)) AS returned_amount
        FROM ledger_entries e
        LEFT JOIN ledger_entries mended ON mended.id = e.corrects_id
        JOIN ledger_postings p ON p.entry_id = e.id
        CROSS JOIN LATERAL (VALUES (p.credit_account_id, p.amount), (p.debit_account_id, -p.amount))
            AS moved (account_id, amount)
        JOIN ledger_accounts a ON a.id = moved.account_id
        WHERE e.subject_id = b.id
    ) books ON true
    LEFT JOIN LATERAL (
        SELECT sum(v.credits - coalesce((
            SELECT sum(c.credits) FROM credit_claw_backs c
            WHERE c.contribution_id = v.contribution_id AND c.restored_at IS NULL
        ), 0)) AS credits
        FROM contribution_valuations v WHERE v.booking_id = b.id
    ) given ON true
    WHERE b.id = ANY(:ids)
""")

_LINK_REVIEW = text("""
    INSERT INTO reviewed_bookings (review_id, booking_id) VALUES (:review_id, :booking_id)
    ON CONFLICT (review_id) DO NOTHING
""")


@dataclass(frozen=True, slots=True)
class BookingFee:
    """What a booking brought in, in minor units, and the credits that were given about it, in thousandths.

    `kept_amount` is what was kept of the pay-in when it ended; `borne_amount` what the platform gave back of
    it itself, `returned_amount` what anybody did after that.
    """

    booking_id: UUID
    policy_version_id: UUID
    is_closed: bool
    fee_amount: int
    kept_amount: int
    borne_amount: int
    returned_amount: int
    credits_granted: int


@dataclass(frozen=True, slots=True)
class BookingCreditLimit:
    """How much a booking bears in credits, and all that this is counted from."""

    fee: BookingFee
    theta_bp: int
    value_amount: int

    @property
    def document(self) -> dict[str, int]:
        """The numbers as a document, for whoever counts again."""
        return {
            "fee_amount": self.fee.fee_amount,
            "kept_amount": self.fee.kept_amount,
            "borne_amount": self.fee.borne_amount,
            "returned_amount": self.fee.returned_amount,
            "given": self.fee.credits_granted,
            "theta_bp": self.theta_bp,
            "value_amount": self.value_amount,
        }

    @property
    def limit(self) -> int:
        """What may be given about the booking in all, in thousandths of a credit."""
        return credit_limit(
            net_fee_amount(self.document), theta_bp=self.theta_bp, value_amount=self.value_amount
        )

    @property
    def remaining(self) -> int:
        """What may still be given about it."""
        return remaining_credit_limit(self.document)


def load_booking_fees(session: Session, booking_ids: Collection[UUID]) -> Mapping[UUID, BookingFee]:
    """What these bookings brought in so far."""
    rows = session.execute(_FEES, {"ids": list(booking_ids)})
    return {
        row.id: BookingFee(
            booking_id=row.id,
            policy_version_id=row.policy_version_id,
            is_closed=row.is_closed,
            fee_amount=int(row.fee_amount),
            kept_amount=int(row.kept_amount),
            borne_amount=int(row.borne_amount),
            returned_amount=int(row.returned_amount),
            credits_granted=int(row.credits_granted),
        )
        for row in rows
    }


def load_credit_limits(
    session: Session, booking_ids: Collection[UUID], otherwise: CreditRules | None
) -> Mapping[UUID, BookingCreditLimit]:
    """What each booking can bear, by the rules it was made under; by `otherwise` where there were none yet.

    Where nobody ever said what a credit is worth, a booking bears none.
    """
    return {
        booking_id: _credit_limit(
            fee, pricing.credit_rules(markets.get_policy_version(session, fee.policy_version_id)) or otherwise
        )
        for booking_id, fee in load_booking_fees(session, booking_ids).items()
    }


def link_review_to_booking(session: Session, review_id: UUID, booking_id: UUID) -> None:
    """Remember which booking a review is about, whose fee bounds what it earns. Twice does no harm."""
    session.execute(_LINK_REVIEW, {"review_id": review_id, "booking_id": booking_id})


def credit_limit(net_amount: int, *, theta_bp: int, value_amount: int) -> int:
    """θ of a fee in thousandths of a credit; `value_amount` minor units are one credit's worth."""
    return net_amount * theta_bp * THOUSANDTHS // (BASIS_POINTS * value_amount)


def net_fee_amount(amounts: Mapping[str, int]) -> int:
    """The fee that was really earned, not below zero, from the amounts that `BookingFee` names."""
    if amounts["kept_amount"] <= 0:
        return 0
    left = max(0, amounts["kept_amount"] - max(0, amounts["returned_amount"]))
    in_proportion = amounts["fee_amount"] * left // amounts["kept_amount"]
    return max(0, min(amounts["fee_amount"] - amounts["borne_amount"], in_proportion))


def remaining_credit_limit(amounts: Mapping[str, int]) -> int:
    """What a booking can still bear in thousandths of a credit, from the document of its bound."""
    most = credit_limit(
        net_fee_amount(amounts), theta_bp=amounts["theta_bp"], value_amount=amounts["value_amount"]
    )
    return max(0, most - amounts["given"])


def _credit_limit(fee: BookingFee, rules: CreditRules | None) -> BookingCreditLimit:
    terms = rules or CreditRules(theta_bp=0)
    return BookingCreditLimit(fee, theta_bp=terms.theta_bp, value_amount=terms.value_amount)
